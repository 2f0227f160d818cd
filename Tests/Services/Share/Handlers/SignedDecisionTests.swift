// Deciding calls with the statement that fits, and with every one that does not (AC-03, AC-43, AC-44, AC-52).

import Access
import Contracts
import Crypto
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("Decisions on applications and grants are persons', each signed and taken once (AC-43)")
struct SignedDecisionTests {
  private func submitted(_ share: ShareCalls) async throws -> ShareV1.Application {
    try await share.submit(try await share.apply().name)
  }

  private func review(
    _ share: ShareCalls, _ name: String, id: String = "r",
    _ change: (inout ShareV1.ReviewApplicationRequest) -> Void = { _ in }
  ) -> ShareV1.ReviewApplicationRequest {
    var request = ShareV1.ReviewApplicationRequest(
      name: name, decisions: ShareCalls.decisions(), requestID: id)
    change(&request)
    return request
  }

  /// The statement that Share asks of a reviewer for a request.
  private func statement(
    _ share: ShareCalls, _ request: ShareV1.ReviewApplicationRequest,
    as caller: String = ShareCalls.source
  ) async throws -> [UInt8] {
    var question = request
    question.validateOnly = true
    return try await share.unsigned.reviewApplication(
      question, try share.options(caller, path: "ReviewApplication")
    ).statement
  }

  private func send(
    _ share: ShareCalls, _ request: ShareV1.ReviewApplicationRequest, signed: SignedStatement?,
    as caller: String = ShareCalls.source
  ) async throws -> ShareV1.Application {
    var request = request
    request.signed = signed.map { CommonV1.SignedDecision($0) }
    return try await share.unsigned.reviewApplication(
      request, try share.options(caller, path: "ReviewApplication"))
  }

  private func sign(
    _ share: ShareCalls, _ statement: [UInt8], as person: String = "wu",
    of department: String = "justice"
  ) throws -> SignedStatement {
    try share.persons.sign(
      statement, as: try #require(PersonID(person)),
      of: try #require(DepartmentCode(department)))
  }

  @Test("AC-43 no decision without a statement: reason, field, article, next step; nothing changes")
  func unsigned() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    let application = try await share.submit(draft.name)
    let grant = try await share.subscribed("office")
    let before = try await share.topics()
    let calls: [(String, () async throws -> Void)] = [
      (
        "SubmitApplication",
        {
          let other = try await share.apply("a-2")
          _ = try await share.unsigned.submitApplication(
            ShareV1.SubmitApplicationRequest(name: other.name, requestID: "u-0"),
            try share.options(ShareCalls.user, path: "SubmitApplication"))
        }
      ),
      (
        "ReviewApplication",
        { _ = try await send(share, review(share, application.name), signed: nil) }
      ),
      (
        "RevokeGrant",
        {
          _ = try await share.unsigned.revokeGrant(
            ShareV1.RevokeGrantRequest(name: grant.name, reason: "违规", requestID: "u-1"),
            try share.options(ShareCalls.source, path: "RevokeGrant"))
        }
      ),
      (
        "SuspendGrant",
        {
          _ = try await share.unsigned.suspendGrant(
            ShareV1.SuspendGrantRequest(name: grant.name, reason: "违规", requestID: "u-2"),
            try share.options(ShareCalls.source, path: "SuspendGrant"))
        }
      ),
    ]
    for (name, call) in calls {
      let said = await status(call)
      #expect(said?.code == .invalidArgument, "\(name)")
      #expect(said?.trailers["weir-reason"] == "decision.statement_missing", "\(name)")
      #expect(said?.trailers["weir-field"] == "signed", "\(name)")
      #expect(said?.trailers["weir-article"] == "weir-default/AC-03", "\(name)")
      #expect(said?.trailers["weir-next-step"]?.isEmpty == false, "\(name)")
    }
    let after = try await share.topics().filter { $0 != "share.application_drafted" }
    #expect(after == before.filter { $0 != "share.application_drafted" })
    await share.stop()
  }

  @Test("what is signed says who decides what, and the log keeps it with signature and certificate")
  func kept() async throws {
    let share = try await ShareCalls()
    let application = try await submitted(share)
    let request = review(share, application.name)
    let bytes = try await statement(share, request)
    let stated = try StatedDecision(try Statement(bytes: bytes))
    #expect(stated.action == .reviewApplication && stated.resource == application.name)
    #expect(stated.etag == application.etag && stated.profile == application.profile)
    #expect(stated.personName == "departments/justice/persons/wu")
    #expect(stated.decided["terms"]?["grantee"]?.string == "human-resources")
    #expect(stated.decided["terms"]?["until"]?.string == "2024-12-31")
    let words = stated.decided["decisions"]?.array?.map { $0["decision"]?.string ?? "" }
    #expect(words == ["approve", "approve", "approve", "reject"])
    let signed = try sign(share, bytes)
    _ = try await send(share, request, signed: signed)
    let entry = try #require(
      try await share.entries().first { $0.topic == "share.application_answered" })
    let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
    #expect(SignedStatement(payload["signed"]) == signed)
    await share.stop()
  }

  @Test("a statement decides once: not for the next application, not after a step back")
  func once() async throws {
    let share = try await ShareCalls()
    let application = try await submitted(share)
    let grant = try await share.subscribed("office")
    func suspend(_ id: String, _ signed: SignedStatement?) async throws -> ShareV1.Grant {
      var request = ShareV1.SuspendGrantRequest(name: grant.name, reason: "违规", requestID: id)
      request.validateOnly = signed == nil
      request.signed = signed.map { CommonV1.SignedDecision($0) }
      return try await share.unsigned.suspendGrant(
        request, try share.options(ShareCalls.source, path: "SuspendGrant"))
    }
    let asked = try await suspend("s-1", nil)
    #expect(asked.state == .suspended && !asked.statement.isEmpty)
    let signed = try sign(share, asked.statement)
    let done = try await suspend("s-1", signed)
    #expect(done.statement.isEmpty && done.receipt != nil)
    // The same request is told its answer again; as another request it decides nothing.
    #expect(try await suspend("s-1", signed) == done)
    _ = try await share.client.resumeGrant(
      ShareV1.ResumeGrantRequest(name: grant.name, reason: "已处理", requestID: "s-2"),
      try share.options(ShareCalls.source, path: "ResumeGrant"))
    #expect(await reason { _ = try await suspend("s-3", signed) } == "decision.changed_meanwhile")
    let other = try await share.submit(try await share.apply("a-2").name, "s-9")
    let statement = try await statement(share, review(share, application.name))
    #expect(
      await reason {
        _ = try await send(
          share, review(share, other.name), signed: sign(share, statement))
      } == "decision.statement_differs")
    await share.stop()
  }

  @Test("a statement on which the etag still stands is not taken a second time either")
  func keptOnce() async throws {
    let share = try await ShareCalls()
    let hash = SHA256.hash(Array("statement".utf8))
    let former = try await share.database.write { transaction in
      [
        try transaction.keepStatement(
          hash: hash, resource: "grants/G-1", action: "share.revoke_grant", signed: [1]),
        try transaction.keepStatement(
          hash: hash, resource: "grants/G-2", action: "share.revoke_grant", signed: [2]),
        try transaction.keepStatement(
          hash: [1], resource: "grants/G-1", action: "share.revoke_grant", signed: [3]),
      ]
    }
    #expect(former == [nil, "grants/G-1", nil])
    let kept = try await share.database.read {
      try $0.statements(on: "grants/G-1", action: "share.revoke_grant")
    }
    #expect(kept == [[1], [3]])
    await share.stop()
  }

  @Test("AC-43, AC-44 altered on the way: other items, another reason, a consent, another person")
  func altered() async throws {
    let share = try await ShareCalls()
    let application = try await submitted(share)
    let signed = try sign(
      share, try await statement(share, review(share, application.name)))
    let wider = review(share, application.name) {
      $0.decisions = ShareCalls.decisions(refusing: [])
    }
    #expect(
      await reason { _ = try await send(share, wider, signed: signed) }
        == "decision.statement_differs")
    let reasoned = review(share, application.name) { $0.reason = "另有理由" }
    let said = await status { _ = try await send(share, reasoned, signed: signed) }
    #expect(said?.trailers["weir-field"] == "signed.statement.decided.reason")
    // A colleague, who may review, too, but did not sign.
    #expect(
      await reason {
        _ = try await send(
          share, review(share, application.name), signed: signed,
          as: ShareCalls.secondOfSource)
      } == "decision.other_person")
    let colleague = try sign(share, signed.statement, as: "zheng")
    #expect(
      await reason {
        _ = try await send(share, review(share, application.name), signed: colleague)
      } == "decision.other_person")
    #expect(
      try await send(share, review(share, application.name), signed: signed).state
        == .partlyApproved)
    await share.stop()
  }

  @Test(
    "AC-43 Ingest gets the statements of both sides, and may have the grant without Share's word")
  func bothSides() async throws {
    let share = try await ShareCalls(profile: "guangdong-2018")
    let draft = try await share.apply {
      ShareCalls.complete(&$0)
      $0.business = "养老金发放"
    }
    let application = try await share.submit(draft.name)
    let approvals = ShareCalls.decisions(refusing: [])
    _ = try await share.review(
      application.name, approvals, "r-1", as: "data-bureau/chen authority")
    let answered = try await share.review(application.name, approvals, "r-2")
    // The stand-in for Ingest looks at each grant as Ingest does.
    _ = try await share.lookup(answered.grant)
    let sent = try #require(share.book.read { $0.opened.first?.grant })
    let signers = try sent.decisions.map {
      try StatedDecision(bytes: $0.statement).department.text
    }
    #expect(signers == ["data-bureau", "justice"])
    var without = sent
    without.decisions = []
    #expect(throws: GrantReviewError.undecided) { try share.book.check(without) }
    await share.stop()
  }

  @Test("an older etag, and an older moment, are signed anew")
  func stale() async throws {
    let share = try await ShareCalls(profile: "guangdong-2018")
    let draft = try await share.apply {
      ShareCalls.complete(&$0)
      $0.business = "养老金发放"
    }
    let application = try await share.submit(draft.name)
    let early = try sign(
      share, try await statement(share, review(share, application.name)))
    let authority = "data-bureau/chen authority"
    _ = try await share.client.reviewApplication(
      review(share, application.name, id: "first"),
      try share.options(authority, path: "ReviewApplication"))
    let said = await status {
      _ = try await send(share, review(share, application.name), signed: early)
    }
    #expect(said?.code == .aborted)
    #expect(said?.trailers["weir-reason"] == "decision.changed_meanwhile")
    let late = try sign(
      share, try await statement(share, review(share, application.name)))
    share.real.pass(milliseconds: DecisionCheck.termMilliseconds)
    #expect(
      await reason { _ = try await send(share, review(share, application.name), signed: late) }
        == "decision.out_of_time")
    await share.stop()
  }
}
