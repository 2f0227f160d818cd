// VerifyClaim: match or no match on a register that is not shared, for the source that accepted the request (AC-42).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  package func verifyClaim(
    _ request: IngestV1.VerifyClaimRequest, _ call: CallContext
  ) async throws -> IngestV1.VerifyClaimResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      let entry = try number(request.entry, in: .entries, field: "entry")
      _ = try number(request.request, in: .verificationRequests, field: "request")
      let subject = try SubjectIdentifier(request.subject)
      let claim = AssertedValue(
        personName: request.subject?.personName ?? "", item: request.item,
        value: request.assertedValue)
      // Share names who asked; before it did, nobody was recorded but the source itself.
      let requester = try requester(request, call)
      return try await withRegister(entry) { keys, register in
        guard register.state.owner == call.caller.department else {
          throw DataRefusal.notOwner(entry: request.entry)
        }
        try await checkAcceptance(
          of: request, requester: requester, by: register.state.owner, call)
        let schema = register.claim?.schema ?? EntrySchema(items: [])
        try claim.check(under: schema, today: today)
        let hits = try await find(subject, keys, register)
        let sealed = try await sealedHits(hits, in: register)
        let block = keys.block(of: subject).bytes
        var disclosure = Disclosure(
          entry: entry, grant: request.request, grantee: requester, purpose: "verification",
          items: [request.item], subjects: try self.keys.subjects.tokens(of: block),
          hits: sealed, call: call, time: outside.civil())
        disclosure.topic = "ingest.claim_verified"
        disclosure.subject = blindedName(of: block)
        disclosure.touches = canaries.touched(in: block)
        let written = try await disclose(disclosure, of: register, call) { _ in }
        let opened = try await open(
          sealed, under: disclosure, id: written.id, in: register, keys: keys)
        let weighed = opened.records.filter { !$0.schema.term(of: $0.content.values).isRevoked }
        // Records may be of several versions of the entry; one that matches is enough.
        let met = weighed.filter {
          claim.answer([$0.content.values], schema: $0.schema, today: today) == .match
        }
        // A match tells that the record is there, so its receiver can be recalled. No match tells nothing, and a recall would.
        try await withdraw(
          met.map { Delivery(record: $0.record, row: $0.row) }, of: disclosure, id: written.id)
        let answer: ClaimAnswer =
          weighed.isEmpty
          ? claim.answer([], schema: schema, today: today) : met.isEmpty ? .noMatch : .match
        return IngestV1.VerifyClaimResponse(answer: answer.message, receipt: written.receipt)
      }
    }
  }

  /// As the claim is filed: what could never be compared is told to whoever files it, and not to the source that would have
  /// answered. Nobody is looked for, so that it may be asked of any register; one without data can say nothing of it yet.
  package func readClaim(
    _ request: IngestV1.VerifyClaimRequest, _ call: CallContext
  ) async throws -> IngestV1.ReadClaimResponse {
    try await call.answering(outside.recorder) {
      let entry = try number(request.entry, in: .entries, field: "entry")
      // A claim that its source declines is never verified: what it names is told here.
      try await tell(
        naming: try SubjectIdentifier(request.subject).bytes,
        in: [
          ("entry", .string(request.entry)), ("case", .string(request.request)),
          ("purpose", "verification"),
        ], call)
      if keys.loaded(entry) == nil, try await database.read({ try $0.register(entry) }) == nil {
        return IngestV1.ReadClaimResponse()
      }
      try await withRegister(entry) { _, register in
        guard let schema = register.claim?.schema else { return }
        try AssertedValue(
          personName: "", item: request.item, value: request.assertedValue
        ).check(under: schema, today: today)
      }
      return IngestV1.ReadClaimResponse()
    }
  }

  /// Nothing is looked up on Share's word: a person of the source signed that this claim, of this requester, be answered.
  private func checkAcceptance(
    of request: IngestV1.VerifyClaimRequest, requester: DepartmentCode, by owner: DepartmentCode,
    _ call: CallContext
  ) async throws {
    func refused(_ chinese: String, _ english: String) -> DataRefusal {
      .claimNotAccepted(request: request.request, BilingualText(chinese, english))
    }
    guard let signed = request.decision else {
      throw refused("未附数源部门人员的签名", "no statement of the source's came with it")
    }
    let stated: StatedDecision
    do throws(DecisionRefusal) {
      stated = try outside.decisions.read(SignedStatement(signed))
    } catch {
      throw refused(error.sentence.chinese, error.sentence.english)
    }
    guard stated.department == owner, stated.personName == call.caller.personName else {
      throw refused("签名人不是来电的数源部门人员", "its signer is not the source's person who calls")
    }
    guard stated.action == .decideVerification, stated.resource == request.request,
      stated.text("decision") == "accept", stated.text("entry") == request.entry,
      stated.text("item") == request.item,
      stated.text("requester") == ResourceName.department(requester).text,
      stated.text("claim") == (try request.claimDigest())
    else { throw refused("签名的不是这一核实请求", "its statement is not on this claim") }
    do {
      try await signer(of: stated, seen: outside.real())
    } catch let fault as SignerFault {
      throw refused(fault.text.chinese, fault.text.english)
    }
  }

  private func requester(
    _ request: IngestV1.VerifyClaimRequest, _ call: CallContext
  ) throws -> DepartmentCode {
    if request.requester.isEmpty { return call.caller.department }
    guard
      let code = ResourceName(request.requester, in: .departments).flatMap({ DepartmentCode($0.id) }
      )
    else {
      throw RequestRefusal.malformed(
        field: "requester", expected: BilingualText("departments/…", "departments/…"))
    }
    return code
  }
}

extension ClaimAnswer {
  fileprivate var message: IngestV1.VerifyClaimResponse.Answer {
    switch self {
    case .match: .match
    case .noMatch: .noMatch
    case .notFound: .notFound
    }
  }
}
