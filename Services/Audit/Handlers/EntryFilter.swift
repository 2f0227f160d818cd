// What a reader looks for, and where to look first.

import Access
import AuditRules
import AuditStore
import Contracts
import Database
import Integrity
import Vocabulary

/// A person who is traced: the name in entries of before, and what tells the blinded ones.
struct TracedSubject: Sendable {
  private let former: Pseudonym
  private let key: SubjectKey

  init?(_ names: IngestV1.NameSubjectResponse) {
    guard let former = Pseudonym(text: names.pseudonym), let key = SubjectKey(bytes: names.key)
    else { return nil }
    self.former = former
    self.key = key
  }

  func isSubject(of payload: JSONObject) -> Bool {
    guard let name = payload["subject"]?.string else { return false }
    return name == former.text || key.isNamed(by: name)
  }
}

/// The filter of ListEntries, read and checked.
struct EntryFilter: Sendable {
  var origin = ""
  var topic = ""
  var grant: String?
  var batch: String?
  var subject: TracedSubject?
  var call = ""
  var department: DepartmentCode?
  var after: Instant?
  var before: Instant?

  private static let textLimit = 200

  init(_ message: AuditV1.ListEntriesRequest.Filter?) throws(AuditRefusal) {
    guard let message else { return }
    for (field, text) in [("origin", message.origin), ("topic", message.topic)]
    where text.utf8.count > Self.textLimit {
      throw .malformed(field: "filter." + field)
    }
    origin = message.origin
    topic = message.topic
    if !message.grant.isEmpty {
      guard let id = EntryFacts.id(message.grant, in: .grants) else {
        throw .malformed(field: "filter.grant")
      }
      grant = id
    }
    if !message.batch.isEmpty {
      guard let id = EntryFacts.id(message.batch, in: .batches) else {
        throw .malformed(field: "filter.batch")
      }
      batch = id
    }
    guard message.callID.isEmpty || CallMetadata.isCallID(message.callID) else {
      throw .malformed(field: "filter.call_id")
    }
    call = message.callID
    if !message.department.isEmpty {
      guard let code = EntryFacts.department(message.department) else {
        throw .malformed(field: "filter.department")
      }
      department = code
    }
    after = message.after.map(\.instant)
    before = message.before.map(\.instant)
  }

  /// What was disclosed by one call.
  init(disclosureOf call: String) {
    self.call = call
    topic = "ingest.disclosure"
  }

  /// All about one person, under an act of two persons.
  init(subject: TracedSubject) { self.subject = subject }

  /// How many entries are looked at for one page: a trace goes through them all, as no term joins those about one person.
  var lookedLimit: Int { subject == nil ? 5_000 : 50_000 }

  /// The term that finds the fewest entries; `nil` to go through the log.
  func term(in view: LogView) -> String? {
    if !call.isEmpty { return LogTerm.call(call) }
    if let grant { return LogTerm.grant(grant) }
    if let batch { return LogTerm.batch(batch) }
    if let department { return LogTerm.department(department) }
    if case .own(let department) = view { return LogTerm.department(department) }
    return topic.isEmpty ? nil : LogTerm.topic(topic)
  }

  /// Whether an opened entry is one that is looked for.
  ///
  /// - Parameter departments: Those that it names, and the provider of its catalogue entry.
  func accepts(
    _ entry: OpenedEntry, _ facts: EntryFacts, _ departments: Set<DepartmentCode>, time: Instant
  ) -> Bool {
    (origin.isEmpty || entry.stored.origin == origin)
      && (topic.isEmpty || entry.topic == topic)
      && (grant == nil || facts.grant == grant)
      && (batch == nil || facts.batch == batch)
      && (call.isEmpty || facts.call == call)
      && department.map(departments.contains) ?? true
      && after.map { time > $0 } ?? true
      && before.map { time < $0 } ?? true
  }

  /// Whether an entry whose contents were destroyed is one: nothing is known of it but origin and time.
  func accepts(_ bare: StoredEntry) -> Bool {
    (origin.isEmpty || bare.origin == origin) && topic.isEmpty && grant == nil && batch == nil
      && subject == nil && call.isEmpty && department == nil
      && after.map { bare.received > $0 } ?? true && before.map { bare.received < $0 } ?? true
  }

  /// What is written of it in the log.
  var audited: JSONObject {
    var object: JSONObject = [:]
    if !origin.isEmpty { object["origin"] = .string(origin) }
    if !topic.isEmpty { object["topic"] = .string(topic) }
    if let grant { object["grant"] = .string(grant) }
    if let batch { object["batch"] = .string(batch) }
    if !call.isEmpty { object["call_id"] = .string(call) }
    if let department { object["department"] = .string(department.text) }
    if let after { object["after"] = .integer(after.milliseconds) }
    if let before { object["before"] = .integer(before.milliseconds) }
    return object
  }
}

extension GoogleProtobuf.Timestamp {
  /// In milliseconds; what no Instant can hold is its nearest end.
  fileprivate var instant: Instant {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
    if overflow { return Instant(milliseconds: seconds > 0 ? .max : .min) }
    return Instant(milliseconds: product).adding(milliseconds: Int64(nanos) / 1_000_000)
  }
}

extension SQLReading where Self: ~Copyable {
  /// Stored entries that may be looked for, from a position on, in the order of the log.
  func candidates(
    _ filter: EntryFilter, in view: LogView, from position: UInt64, limit: Int, keys: MonthKeys
  ) throws -> [StoredEntry] {
    guard let text = filter.term(in: view) else {
      return filter.origin.isEmpty
        ? try entries(from: position, limit: limit)
        : try entries(of: filter.origin, from: position, limit: limit)
    }
    var found: [StoredEntry] = []
    for (month, _) in try months() {
      found += try entries(
        withTerm: try keys.term(text, month: month), from: position, limit: limit)
    }
    return Array(found.sorted { $0.position < $1.position }.prefix(limit))
  }
}
