// Listings of the catalogue's registers between the wire and the rules: a message of its own for each kind, one form behind.

import Access
import CatalogRules
import Contracts
import Regulation
import Vocabulary

extension ListingContent {
  /// What a record says; exactly one of its kinds is filled.
  init(_ record: CatalogV1.Record) throws {
    let found = [
      record.demand.map { ListingContent($0) },
      try record.collection.map { try ListingContent($0) },
      try record.jointCollection.map { try ListingContent($0) },
      try record.responsibility.map { try ListingContent($0) },
      record.standard.map { ListingContent($0) }, try record.opening.map { try ListingContent($0) },
      record.meeting.map { ListingContent($0) }, try record.category.map { try ListingContent($0) },
      record.duplicate.map { ListingContent($0) }, record.project.map { ListingContent($0) },
    ].compactMap { $0 }
    guard let content = found.first, found.count == 1 else {
      let kinds = ListingKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw RequestRefusal.malformed(
        field: "record", expected: BilingualText("以下之一：\(kinds)", "exactly one of \(kinds)"))
    }
    self = content
  }

  private init(_ record: CatalogV1.DemandRecord) {
    self.init(
      .demand,
      texts: [
        "datum": record.datum, "provider": record.provider, "duty": record.duty,
        "frequency": record.frequency, "match": record.match,
      ])
  }

  private init(_ record: CatalogV1.CollectionRecord) throws {
    self.init(
      .collection, texts: ["datum": record.datum, "duty": record.duty],
      basis: try record.basis.map { try Basis($0, path: "record.collection.basis") })
  }

  private init(_ record: CatalogV1.JointCollectionRecord) throws {
    var parties: [String: [String]] = [:]
    for party in record.parties {
      let code = try departmentCode(
        party.department, "record.joint_collection.parties.department")
      parties["departments/\(code.text)"] = party.items
    }
    self.init(
      .jointCollection, texts: ["title": record.title, "category": record.category], lists: parties)
  }

  private init(_ record: CatalogV1.ResponsibilityRecord) throws {
    self.init(
      .responsibility,
      texts: [
        "datum": record.datum, "category": record.category, "department": record.department,
      ], basis: try record.basis.map { try Basis($0, path: "record.responsibility.basis") })
  }

  private init(_ record: CatalogV1.StandardRecord) {
    self.init(
      .standard,
      texts: [
        "kind": record.kind, "field": record.field, "title": record.title,
        "number": record.number, "edition": record.edition,
        "effective_from": record.effectiveFrom,
      ], lists: ["required_fields": record.requiredFields])
  }

  private init(_ record: CatalogV1.OpeningRecord) throws {
    self.init(
      .opening,
      texts: [
        "year": record.year == 0 ? "" : String(record.year), "entry": record.entry,
        "entry_version": record.entryVersion == 0 ? "" : String(record.entryVersion),
        "domain": record.domain, "abstract": record.abstract, "format": record.format,
        "opening_type": record.openingType, "conditions": record.conditions,
        "update_frequency": record.updateFrequency,
      ], lists: ["items": record.items],
      basis: try record.basis.map { try Basis($0, path: "record.opening.basis") })
  }

  private init(_ record: CatalogV1.MeetingRecord) {
    self.init(
      .meeting, texts: ["date": record.date, "decision": record.decision],
      lists: [
        "matters": record.matters,
        "permits": record.permits.map {
          [$0.kind, $0.entry, $0.department, $0.category].joined(separator: " ")
        },
      ])
  }

  private init(_ record: CatalogV1.CategoryRecord) throws {
    self.init(
      .category, texts: ["parent": record.parent, "slug": record.slug, "title": record.title],
      basis: try record.basis.map { try Basis($0, path: "record.category.basis") })
  }

  private init(_ record: CatalogV1.DuplicateRecord) {
    self.init(
      .duplicate,
      texts: [
        "department": record.department, "datum": record.datum, "entry": record.entry,
        "reason": record.reason,
      ])
  }

  private init(_ record: CatalogV1.ProjectRecord) {
    self.init(
      .project,
      texts: [
        "title": record.title, "kind": record.kind,
        "upper_level": record.upperLevel ? Project.yes : "",
        "deployed_here": record.deployedHere ? Project.yes : "",
      ], lists: ["entries": record.entries, "data": record.data])
  }
}

extension Listing {
  var message: CatalogV1.Record {
    var record = CatalogV1.Record()
    record.name = name
    record.version = Int32(clamping: version)
    record.owner = "departments/\(owner.text)"
    record.state = state.message
    record.profile = profile.text
    record.etag = "\(version)-\(state.rawValue)-\(history.count)"
    record.listVersion = Int32(clamping: listVersion)
    record.createTime = history.first.map { GoogleProtobuf.Timestamp($0.time) }
    record.confirmations = confirmations.map { confirmation in
      let (part, department) = confirmation.seat.words
      return CatalogV1.Confirmation(
        part: part, department: department, person: confirmation.person ?? "",
        time: confirmation.time.map { GoogleProtobuf.Timestamp($0) })
    }
    record.history = history.map { step in
      CommonV1.Step(
        toState: step.to.rawValue, actor: step.actor, time: GoogleProtobuf.Timestamp(step.time),
        reason: step.reason, profile: profile.text)
    }
    fill(&record)
    return record
  }

  private func fill(_ record: inout CatalogV1.Record) {
    let said = content
    let basis = said.basis.map { CommonV1.Basis($0) }
    func list(_ field: String) -> [String] { said.lists[field] ?? [] }
    switch said.kind {
    case .demand:
      record.demand = CatalogV1.DemandRecord(
        datum: said["datum"], provider: said["provider"], duty: said["duty"],
        frequency: said["frequency"], match: said["match"])
    case .collection:
      record.collection = CatalogV1.CollectionRecord(
        datum: said["datum"], basis: basis, duty: said["duty"])
    case .jointCollection:
      record.jointCollection = CatalogV1.JointCollectionRecord(
        title: said["title"], category: said["category"],
        parties: said.parties.map {
          CatalogV1.JointCollectionRecord.Party(
            department: "departments/\($0.department.text)", items: $0.items)
        })
    case .responsibility:
      record.responsibility = CatalogV1.ResponsibilityRecord(
        datum: said["datum"], category: said["category"], department: said["department"],
        basis: basis)
    case .standard:
      record.standard = CatalogV1.StandardRecord(
        kind: said["kind"], field: said["field"], title: said["title"], number: said["number"],
        edition: said["edition"], effectiveFrom: said["effective_from"],
        requiredFields: list("required_fields"))
    case .opening:
      record.opening = CatalogV1.OpeningRecord(
        year: Int32(said["year"]) ?? 0, entry: said["entry"],
        entryVersion: Int32(said["entry_version"]) ?? 0, domain: said["domain"],
        abstract: said["abstract"], items: list("items"), format: said["format"],
        openingType: said["opening_type"], conditions: said["conditions"],
        updateFrequency: said["update_frequency"], basis: basis)
    case .meeting:
      record.meeting = CatalogV1.MeetingRecord(
        date: said["date"], matters: list("matters"), decision: said["decision"],
        permits: said.permits.map {
          CatalogV1.MeetingRecord.Permit(
            kind: $0.kind, entry: $0.entry, department: $0.department, category: $0.category)
        })
    case .category:
      record.category = CatalogV1.CategoryRecord(
        parent: said["parent"], slug: said["slug"], title: said["title"], basis: basis)
    case .duplicate:
      record.duplicate = CatalogV1.DuplicateRecord(
        department: said["department"], datum: said["datum"], entry: said["entry"],
        reason: said["reason"])
    case .project:
      record.project = CatalogV1.ProjectRecord(
        title: said["title"], kind: said["kind"], upperLevel: said["upper_level"] == Project.yes,
        deployedHere: said["deployed_here"] == Project.yes, entries: list("entries"),
        data: list("data"))
    }
  }
}

extension ListingState {
  fileprivate var message: CatalogV1.RecordState {
    switch self {
    case .pending: .pending
    case .inForce: .inForce
    case .returned: .recordReturned
    case .ended: .ended
    case .replaced: .replaced
    }
  }
}

extension Seat {
  /// The part of who sits there, and the department where it is one's.
  fileprivate var words: (part: String, department: String) {
    switch self {
    case .owner(let code): ("party", "departments/\(code.text)")
    case .authority(let code): ("authority", "departments/\(code.text)")
    case .cityAuthority: ("city-authority", "")
    case .populationBase: ("population-base-administrator", "")
    case .leadingGroup: ("leading-group", "")
    case .staffingOffice: ("staffing-office", "")
    }
  }
}
