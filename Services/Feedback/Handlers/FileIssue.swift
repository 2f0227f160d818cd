// FileIssue: a holder of a grant, or a counter for a person, reports an error (AC-60).

package import Access
package import Contracts
import Crypto
import Database
import FeedbackRules
import FeedbackStore
import Integrity
import RPC
import Regulation
import Vocabulary

extension FeedbackServer {
  package func fileIssue(
    _ request: FeedbackV1.FileIssueRequest, _ call: CallContext
  ) async throws -> FeedbackV1.FileIssueResponse {
    try await call.answering(refusals) {
      let key = try requestKey(request.requestID, call)
      guard let wire = request.issue else { throw RequestRefusal.missing(field: "issue") }
      let actor = Actor(call)
      let report = IssueReport(wire)
      let time = now()
      let entry = try await entryFacts(wire.entry, isForPerson: report.reporter == .counter, call)
      guard let profile = profiles.governing([entry.resourceClass], on: time.civilDate) else {
        throw FeedbackRefusal.noProfileInForce(resourceClass: entry.resourceClass)
      }
      let grant = report.grant.isEmpty ? nil : try await grantFacts(report.grant, call)
      try checkFilingRight(report, on: entry, by: actor, grant: grant, under: profile)
      try checkReport(
        report, records: wire.records, hasSubject: request.subject != nil, on: entry,
        under: profile)
      let subject = try request.subject.map(checked)
      // Whoever files learns nothing about who is in the register: the same content gives the same answer, and another person
      // under the same request_id is refused, in the register or not (AC-41).
      let digest = texts.digest(of: try request.serialized())
      let committed = try await database.writeWithEvidence { transaction in
        switch try transaction.loggedReplay(
          of: key, digest: digest, as: "feedback.replayed", call: call.callID, at: time)
        {
        case .conflict: throw RequestRefusal.requestIDReused
        case .same(let answer): return try Filed(answer, isNew: false)
        case .new: break
        }
        let issue = FeedbackRules.fileIssue(
          report, number: try transaction.nextIssueNumber(), records: wire.records, on: entry,
          by: actor, at: time, under: profile, calendar: calendar)
        let sequence = try carry(
          from: nil, to: issue, topic: "feedback.issue_opened", by: Author(call), at: time,
          in: transaction)
        if let subject {
          try transaction.keepSubject(
            texts.seal(subject, at: .subject(issue: issue.number), in: transaction),
            of: issue.number, at: time)
        }
        let filed = Filed(issue: issue.number, sequence: sequence, isNew: true)
        try transaction.keep(answer: filed.answer, of: key)
        return filed
      }
      return try await response(committed.value, committed.evidence, to: actor)
    }
  }

  /// What is kept of the answer: which issue, and which entry its receipt is for.
  private struct Filed: Sendable {
    let issue: Int64
    let sequence: UInt64
    let isNew: Bool

    init(issue: Int64, sequence: UInt64, isNew: Bool) {
      self.issue = issue
      self.sequence = sequence
      self.isNew = isNew
    }

    init(_ answer: [UInt8]?, isNew: Bool) throws(RequestRefusal) {
      guard let answer, let kept = PageToken(String(decoding: answer, as: UTF8.self), count: 2)
      else { throw .requestIDReused }
      self.init(
        issue: kept.numbers[0], sequence: UInt64(max(0, kept.numbers[1])), isNew: isNew)
    }

    var answer: [UInt8] { Array(PageToken([issue, Int64(clamping: sequence)]).text.utf8) }
  }

  private func response(
    _ filed: Filed, _ evidence: CommittedEvidence?, to actor: Actor
  ) async throws -> FeedbackV1.FileIssueResponse {
    let number = filed.issue
    var response = FeedbackV1.FileIssueResponse()
    response.issue = try await database.read { transaction in
      try shown([number], to: actor, in: transaction).first
    }
    let receipt =
      filed.isNew
      ? evidence?.receipts(keys: keys).first
      : try await database.outbox?.receipt(for: filed.sequence, keys: keys)
    response.receipt = receipt.map {
      CommonV1.Receipt(json: $0.encoded(), leaf: $0.leaf.commitment)
    }
    return response
  }

  /// The person concerned, as it waits for its records; what can be no identifier is refused at once.
  private func checked(_ subject: IngestV1.Subject) throws -> [UInt8] {
    func require(_ isGood: Bool, _ field: String, _ expected: BilingualText) throws(RequestRefusal)
    {
      if !isGood { throw .malformed(field: "subject.\(field)", expected: expected) }
    }
    let isBounded = [subject.documentType, subject.documentNumber, subject.personName].allSatisfy {
      $0.unicodeScalars.count <= 100
    }
    let number = subject.documentNumber.filter { !$0.isWhitespace }
    if subject.block.isEmpty {
      try require(
        isBounded && !subject.documentType.isEmpty && !number.isEmpty, "document_number",
        BilingualText("证件类型和号码", "a document's type and number"))
    } else {
      try require(
        isBounded && IdentifierBlock(wire: subject.block) != nil, "block",
        BilingualText("16 字节的标识块", "an identifier in 16 bytes"))
    }
    return try subject.serialized()
  }

  // MARK: What other services know

  /// The entry in its published version, and whose it is.
  ///
  /// - Parameter isForPerson: What a withdrawn entry told of a person still stands against that person, so the right to
  ///   complain does not end with it (AC-60, meizhou-public-2023/35b).
  private func entryFacts(
    _ name: String, isForPerson: Bool, _ call: CallContext
  ) async throws -> EntryFacts {
    guard let number = ResourceName(name, in: .entries)?.number else {
      throw RequestRefusal.malformed(
        field: "issue.entry",
        expected: BilingualText("entries/E-1 这样的名称", "a name like entries/E-1"))
    }
    let unknown = RequestRefusal.unknownResource(field: "issue.entry", name: name)
    let entry: CatalogV1.Entry
    do {
      entry = try await peers.catalog.resolveEntry(
        CatalogV1.ResolveEntryRequest(name: name, withdrawnToo: isForPerson),
        try call.onward(atMost: .seconds(5)))
    } catch let status as Status where status.code == .notFound {
      throw unknown
    }
    guard let source = departmentCode(entry.owner) else { throw unknown }
    let department = try await peers.directory(source)
    return EntryFacts(
      number: number, resourceClass: entry.resourceClass, items: Set(entry.items.map(\.name)),
      source: source, authority: departmentCode(department.authority))
  }

  /// What Share says of a grant; `nil` where it knows none.
  private func grantFacts(_ name: String, _ call: CallContext) async throws -> GrantFacts? {
    guard ResourceName(name, in: .grants) != nil else {
      throw RequestRefusal.malformed(
        field: "issue.grant", expected: BilingualText("grants/G-1 这样的名称", "a name like grants/G-1"))
    }
    do {
      let grant = try await peers.share.resolveGrant(
        ShareV1.GetGrantRequest(name: name), try call.onward(atMost: .seconds(5)))
      return departmentCode(grant.grantee).map {
        GrantFacts(
          name: grant.name, entry: grant.entry, grantee: $0,
          isHeld: grant.state == .active || grant.state == .suspended)
      }
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}
