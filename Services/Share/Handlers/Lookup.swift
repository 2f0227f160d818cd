// Lookup: one person, the granted items (AC-41, AC-45, AC-52). The decision is durable before the seal is opened; no answer
// is stored.

package import Access
package import Contracts
import Database
import Integrity
import RPC
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func lookup(
    _ request: ShareV1.LookupRequest, _ call: CallContext
  ) async throws -> ShareV1.LookupResponse {
    try await call.answering(outside.refusals) {
      let number = try number(request.grant, in: .grants, field: "grant")
      guard let subject = request.subject else { throw RequestRefusal.missing(field: "subject") }
      try checkSubject(subject)
      try outside.admitData()
      let use = GrantCall(
        by: actor(of: call), mode: .lookup, items: request.items, purpose: request.purpose,
        today: today, recipient: request.recipient, caseNumber: request.caseNumber)
      try checkTexts([("case_number", request.caseNumber)], limit: longestNumber)
      let (grant, items) = try await decide(number, use, call, case: request.caseNumber)
      var opening = IngestV1.OpenRecordsRequest()
      opening.entry = grant.entryName
      opening.grant = try await signedGrant(grant)
      opening.subject = subject
      opening.items = items
      opening.purpose = request.purpose
      opening.caseNumber = request.caseNumber
      opening.recipient = request.recipient
      let opened = try await outside.peers.openRecords(opening, try call.onward())
      let facts = AnswerFacts(
        hasRecords: !opened.records.isEmpty,
        isUnderCheck: opened.records.contains { $0.underCheck },
        nameDiffers: opened.records.contains { $0.nameDiffers },
        lineage: (opened.lineage ?? opened.records.first?.lineage).map { Lineage($0) })
      return ShareV1.LookupResponse(
        records: opened.records, lineage: opened.lineage, receipt: opened.receipt,
        notices: answerNotices(facts).map { CommonV1.BilingualText($0) })
    }
  }

  /// Checks a call against its grant and makes the decision durable.
  private func decide(
    _ number: Int64, _ use: GrantCall, _ call: CallContext, case caseNumber: String
  ) async throws -> (Grant, [String]) {
    try await notingViolations(call) {
      try await database.write { transaction in
        let grant = try transaction.knownGrant(number, field: "grant")
        let items = try judged(under: try profile(grant.profile)) {
          try grant.check(use, under: $0)
        }
        try appendDecision(
          grant, items, call, purpose: use.purpose, case: caseNumber,
          more: use.recipient.isEmpty ? [] : [("recipient", .string(use.recipient))],
          to: transaction)
        return (grant, items)
      }
    }
  }

  /// The decision entry that stands before every data call (DESIGN.md section 9).
  func appendDecision(
    _ grant: Grant, _ items: [String], _ call: CallContext, purpose: String,
    case caseNumber: String, more: [(String, JSONValue)] = [],
    to transaction: borrowing WriteTransaction
  ) throws {
    let members: [(String, JSONValue)] = [
      ("grant", .string(grant.name)), ("entry", .string(grant.entryName)),
      ("grantee", .string(ResourceName.department(grant.grantee).text)),
      ("method", .string(call.rpc.path)), ("purpose", .string(purpose)),
      ("case", .string(caseNumber)), ("items", .array(items.map { .string($0) })),
    ]
    // Under a person's own certificate the actor is that person, who stands here as every person does.
    let person: [(String, JSONValue)] =
      call.caller.isPersonCertificate ? [("person", .string(call.caller.personName ?? ""))] : []
    try transaction.append(topic: "share.decision", payload: event(call, members + person + more))
  }

  /// Notes a use for another purpose (AC-45), or for somebody whom the grant does not name (AC-46), as a candidate for a
  /// violation, and goes on refusing.
  func notingViolations<Result: Sendable>(
    _ call: CallContext, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let governed as GovernedRefusal {
      let (grant, kind): (String, String)
      switch governed.refusal {
      case .purposeDiffers(let name): (grant, kind) = (name, "unauthorised_use")
      case .safeguard(.recipientNotGranted(let name, _, _)),
        .safeguard(.recipientItem(let name, _, _, _)), .safeguard(.systemAbroad(let name, _, _)):
        (grant, kind) = (name, "unauthorised_spread")
      default: throw governed
      }
      try await database.write { transaction in
        try transaction.append(
          topic: "share.violation_candidate",
          payload: event(
            call,
            [
              ("grant", .string(grant)), ("kind", .string(kind)),
              ("department", .string(ResourceName.department(call.caller.department).text)),
              ("method", .string(call.rpc.path)),
            ]))
      }
      throw governed
    }
  }

  /// A block of 16 bytes, or a document's type and number.
  func checkSubject(_ subject: IngestV1.Subject) throws(RequestRefusal) {
    if subject.block.isEmpty {
      if subject.documentType.isEmpty || subject.documentNumber.isEmpty {
        throw .missing(field: "subject.block")
      }
    } else if IdentifierBlock(wire: subject.block) == nil {
      throw .malformed(
        field: "subject.block",
        expected: BilingualText("16 字节的标识块", "an identifier block of 16 bytes"))
    }
  }
}

extension Lineage {
  init(_ lineage: CommonV1.Lineage) {
    self.init(
      entryVersion: Int(lineage.entryVersion), batch: lineage.batch, asOf: lineage.asOf,
      coverage: lineage.coverage, unrepairedRejects: lineage.unrepairedRejects)
  }
}

extension CommonV1.Lineage {
  init(_ lineage: Lineage, entry: String) {
    self.init(
      entry: entry, entryVersion: Int32(clamping: lineage.entryVersion), batch: lineage.batch,
      asOf: lineage.asOf, coverage: lineage.coverage,
      unrepairedRejects: lineage.unrepairedRejects)
  }
}
