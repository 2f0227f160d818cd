// The disclosure: written with the quota, durable before a seal is opened and before anything leaves (DESIGN section 9).

import Access
import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

/// What is about to be disclosed.
struct Disclosure: Sendable {
  var draft: DisclosureDraft
  /// Whom it is about and which records were found, to be sealed; its hash stands in the entry.
  var manifest: [UInt8]
  var deliveries: [Delivery]
  /// Subjects asked for, found or not.
  var subjects: Int
  /// The subject's name in this entry, where there is one subject.
  var subject = ""
  var purpose: String
  /// What the grant rests on; empty where there is none.
  var origin = ""
  /// For whom it goes out, where not for the grantee's own use.
  var recipient = ""
  /// Under which name it stands in the log.
  var topic = "ingest.disclosure"
  /// Planted identifiers among those that were asked for.
  var touches: [CanaryTouch] = []

  /// - Parameters:
  ///   - grant: The name of the grant, or of the verification request, under which it goes out.
  ///   - grantee: The department that learns of it.
  ///   - subjects: 16 bytes for each subject asked for, in the order of the roll, under the key of manifests.
  ///   - hits: What was found.
  init(
    entry: Int64, grant: String, grantee: DepartmentCode, purpose: String, items: [String],
    subjects tokens: [UInt8], hits: [SealedHit], call: CallContext, time: Instant
  ) {
    var writer = ByteWriter()
    writer.append("weir-manifest-v2")
    writer.append(tokens)
    writer.append(UInt32(hits.count))
    for hit in hits {
      writer.append(UInt32(hit.row))
      writer.append(hit.record)
    }
    writer.append(UInt32(items.count))
    for item in items { writer.append(item) }
    manifest = writer.bytes
    draft = DisclosureDraft(
      entry: entry, grant: grant, grantee: grantee.text, method: call.entryMethod,
      callID: call.callID, time: time, items: items, root: SHA256.hash(writer.bytes))
    deliveries = hits.map { Delivery(record: $0.record, row: $0.row) }
    subjects = tokens.count / Token.byteCount
    self.purpose = purpose
  }
}

extension Disclosure {
  /// The same, its manifest's hash being another for each: it tells nobody that two are about the same person.
  fileprivate func salted(_ salt: [UInt8]) -> Disclosure {
    var disclosure = self
    // Behind what is read of it.
    disclosure.manifest += salt
    disclosure.draft.root = SHA256.hash(disclosure.manifest)
    return disclosure
  }
}

extension Token {
  static let byteCount = 16
}

extension IngestService {
  /// Nothing is opened under a grant while it is not known whether it was revoked (AC-52): the grant that a call carries was signed
  /// before.
  func requireKnownGrants() async throws {
    guard await outside.knowsGrants() else {
      throw PassingFault(
        reason: "ingest.grants_unconfirmed", kind: .unavailable,
        sentence: BilingualText(
          "暂时无法确认授权是否仍然有效。", "Whether grants still hold cannot be confirmed at present."),
        retryAfterMilliseconds: 1_000)
    }
  }

  /// A person's name in one entry, under which nobody finds another (AC-93).
  func blindedName(of block: [UInt8]) -> String {
    SubjectKey(of: block, key: keys.pseudonyms).blinded(
      outside.random.bytes(SubjectKey.nonceBytes))
  }

  /// Writes a disclosure: the grant and the register are asked for once more, the quota charged, the manifest sealed, the
  /// entry appended, all in one transaction.
  ///
  /// - Parameters:
  ///   - register: The one that was searched; while this waited in the writer's queue, it may have become another.
  ///   - charge: Charges the quota, or refuses.
  /// - Returns: The disclosure's number, and its receipt.
  func disclose(
    _ disclosure: Disclosure, of register: ServedRegister, _ call: CallContext,
    charge: @escaping @Sendable (borrowing WriteTransaction) throws -> Void
  ) async throws -> (id: Int64, receipt: CommonV1.Receipt?) {
    let manifests = keys.manifests
    let disclosure = disclosure.salted(outside.random.bytes(16))
    let payload = event(call, disclosure.members)
    let touched = touchEvents(
      disclosure.touches, call, by: disclosure.draft.grantee, disclosure.touchMembers)
    let committed = try await telling(touched) {
      try await database.writeWithEvidence { transaction in
        let draft = disclosure.draft
        guard try transaction.register(draft.entry) == register.state else { throw StaleRegister() }
        // One approval carries one grant: by more names than one its quotas, runs and ends would be none.
        guard try disclosure.origin.isEmpty || transaction.bind(draft.grant, to: disclosure.origin)
        else {
          throw DataRefusal.grantNotReviewed(
            grant: draft.grant,
            BilingualText("所附签名已用于另一授权", "what its persons signed carries another grant"))
        }
        if let end = try transaction.endOfGrant(draft.grant) {
          throw end.isSuspended
            ? DataRefusal.grantSuspended(grant: draft.grant, reason: end.reason)
            : DataRefusal.grantEnded(grant: draft.grant, reason: end.reason)
        }
        try charge(transaction)
        let id = try transaction.nextDisclosure()
        let sealed = try manifests.seal(
          disclosure.manifest, at: .manifest(entry: draft.entry, disclosure: id),
          in: transaction)
        try transaction.insert(draft, id: id, sealed: sealed, deliveries: disclosure.deliveries)
        try transaction.append(topic: disclosure.topic, payload: payload)
        // After it: the receipt is that of the first entry.
        for touch in touched { try transaction.append(topic: Self.canaryTopic, payload: touch) }
        return id
      }
    }
    return (committed.value, receipt(committed.evidence))
  }

  /// What a refused call named is told all the same.
  private func telling<T>(_ touched: [JSONValue], _ body: () async throws -> T) async throws -> T {
    do {
      return try await body()
    } catch let refusal as DataRefusal {
      if !touched.isEmpty {
        try await database.write { transaction in
          for touch in touched { try transaction.append(topic: Self.canaryTopic, payload: touch) }
        }
      }
      throw refusal
    }
  }

  /// Takes records off the list of recipients that were found and then did not go out.
  func withdraw(_ kept: [Delivery], of disclosure: Disclosure, id: Int64) async throws {
    let gone = Set(disclosure.deliveries).subtracting(kept)
    if gone.isEmpty { return }
    let entry = disclosure.draft.entry
    try await database.write { transaction in
      try transaction.withdraw(
        gone.sorted { ($0.record, $0.row) < ($1.record, $1.row) }, of: entry, disclosure: id)
    }
  }
}

extension Disclosure {
  /// What is told of it where it names a planted identifier.
  fileprivate var touchMembers: [(String, JSONValue)] {
    [
      ("grant", .string(draft.grant)), ("entry", .string(ResourceName.entry(draft.entry).text)),
      ("comparison", .string(draft.comparison)), ("chunk", .integer(Int64(draft.chunk))),
      ("case", .string(draft.caseNumber)), ("purpose", .string(purpose)),
    ]
  }

  fileprivate var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("grant", .string(draft.grant)), ("entry", .string(ResourceName.entry(draft.entry).text)),
      ("grantee", .string(draft.grantee)), ("subjects", .integer(Int64(subjects))),
      ("items", .array(draft.items.map { .string($0) })), ("manifest", .string(hex(draft.root))),
      ("method", .string(draft.method)), ("purpose", .string(purpose)),
    ]
    if !subject.isEmpty { members.append(("subject", .string(subject))) }
    if !recipient.isEmpty { members.append(("recipient", .string(recipient))) }
    if !draft.caseNumber.isEmpty { members.append(("case", .string(draft.caseNumber))) }
    if !draft.comparison.isEmpty {
      members.append(("comparison", .string(draft.comparison)))
      members.append(("chunk", .integer(Int64(draft.chunk))))
    }
    return members
  }
}
