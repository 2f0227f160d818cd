// Every other decision in Share takes its person's signature, too: on terms, ways, leads and claims (AC-03, AC-42, AC-43).

import Access
import Contracts
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite(
  "What a person takes on, finds of a lead, or answers, stands under his own signature (AC-43)")
struct SignedStepTests {
  /// Unsigned it is refused, signed for something else, too; signed it is done, and the log keeps the statement.
  ///
  /// - Returns: What was signed.
  @discardableResult
  private func signs<Request: DecidingRequest>(
    _ share: ShareCalls, _ request: Request, _ path: String, as caller: String,
    other: Request? = nil, topic: String,
    _ call: (ShareV1.ShareClient, Request, CallOptions) async throws -> Request.Reply
  ) async throws -> StatedDecision {
    let options = try share.options(caller, path: path)
    #expect(
      await reason { _ = try await call(share.unsigned, request, options) }
        == "decision.statement_missing", "\(path)")
    var question = request
    question.validateOnly = true
    let statement = try await call(share.unsigned, question, options).statement
    let who = caller.split(separator: " ")[0].split(separator: "/").map(String.init)
    let signed = try share.persons.sign(
      statement, as: try #require(PersonID(who[1])), of: try #require(DepartmentCode(who[0])))
    let stated = try StatedDecision(bytes: statement)
    #expect(stated.action == Request.action && request.asks(for: stated), "\(path)")
    if var other {
      #expect(!other.asks(for: stated), "\(path)")
      other.signed = CommonV1.SignedDecision(signed)
      let altered = other
      #expect(
        await reason { _ = try await call(share.unsigned, altered, options) }
          == "decision.statement_differs", "\(path)")
    }
    var done = request
    done.signed = CommonV1.SignedDecision(signed)
    let reply = try await call(share.unsigned, done, options)
    #expect(reply.statement.isEmpty)
    let entry = try #require(try await share.entries().last { $0.topic == topic }, "\(path)")
    let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
    #expect(SignedStatement(payload["signed"]) == signed, "\(path)")
    return stated
  }

  @Test("AC-40 taking open data into use, AC-43 taking a grant on")
  func terms() async throws {
    let share = try await ShareCalls()
    var subscription = ShareV1.SubscribeRequest(
      entry: "entries/E-3", items: ["office"], purpose: ShareCalls.purpose, business: "养老金发放",
      modes: [.lookup], until: "2024-12-31", requestID: "sub", scenario: "日常查询")
    let first = subscription
    subscription.until = "2025-12-31"
    let stated = try await signs(
      share, first, "Subscribe", as: ShareCalls.user, other: subscription,
      topic: "share.grant_activated"
    ) { try await $0.subscribe($1, $2) }
    #expect(stated.decided["terms"]?["grantee"]?.string == "human-resources")
    let application = try await share.apply()
    _ = try await share.submit(application.name)
    let answered = try await share.review(application.name)
    try await signs(
      share, ShareV1.AcceptGrantRequest(name: answered.grant, requestID: "accept"),
      "AcceptGrant", as: ShareCalls.security, topic: "share.grant_activated"
    ) { try await $0.acceptGrant($1, $2) }
    await share.stop()
  }

  @Test("luyi-2019/13 AC-47 filing the ways by which data are obtained")
  func ways() async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    let grant = try await share.subscribed("office")
    let request = ShareV1.FileAccessModesRequest(
      name: grant.name, accessModes: ["web"], requestID: "f-1")
    var other = request
    other.accessModes = ["web", "file_download"]
    try await signs(
      share, request, "FileAccessModes", as: ShareCalls.user, other: other,
      topic: "share.grant_activated"
    ) { try await $0.fileAccessModes($1, $2) }
    await share.stop()
  }

  @Test("meizhou-specific-2021/24 a lead is checked, confirmed and held by persons, told by hash")
  func leads() async throws {
    let share = try await ShareCalls()
    let run = try await share.finished()
    let name = run.name + "/cases/1"
    let request = ShareV1.ConcludeCaseRequest(
      name: name, outcome: .irregularReceipt,
      evidence: ShareV1.Evidence(kind: "registry-extract", date: "2024-03-04", seenBy: "王五"),
      reason: "已核实死亡", requestID: "k-1")
    var other = request
    other.reason = "尚在世"
    let stated = try await signs(
      share, request, "ConcludeCase", as: ShareCalls.user, other: other,
      topic: "share.case_awaiting_confirmation"
    ) { try await $0.concludeCase($1, $2) }
    #expect(stated.text("outcome") == "IRREGULAR_RECEIPT")
    // More people read the log than the case: no word of it stands there.
    let text = String(decoding: CanonicalJSON.encode(.object(stated.decided)), as: UTF8.self)
    #expect(!text.contains("死亡") && !text.contains("王五"))
    let confirmation = ShareV1.ConfirmCaseRequest(name: name, confirmed: true, requestID: "k-2")
    var refusal = confirmation
    (refusal.confirmed, refusal.reason) = (false, "证据不足")
    try await signs(
      share, confirmation, "ConfirmCase", as: ShareCalls.second, other: refusal,
      topic: "share.case_closed"
    ) { try await $0.confirmCase($1, $2) }
    let hold = ShareV1.HoldLineRequest(
      name: name,
      hold: ShareV1.Hold(reason: "核查去向", notice: "电话告知", until: "2024-03-20"), requestID: "h-1")
    var longer = hold
    longer.hold?.until = "2024-03-25"
    try await signs(
      share, hold, "HoldLine", as: ShareCalls.head, other: longer, topic: "share.case_closed"
    ) { try await $0.holdLine($1, $2) }
    await share.stop()
  }

  @Test("AC-42 a claim is answered, or declined, by a person; Ingest is shown the signature")
  func claims() async throws {
    let share = try await ShareCalls()
    let claim = try await share.claim("illness", "v-1")
    var request = ShareV1.DecideVerificationRequestRequest()
    (request.name, request.decision, request.requestID) = (claim.name, .accept, "d-1")
    var other = request
    other.reason = "另有理由"
    let stated = try await signs(
      share, request, "DecideVerificationRequest", as: ShareCalls.source, other: other,
      topic: "share.verification_answered"
    ) { try await $0.decideVerificationRequest($1, $2) }
    let asked = try #require(share.book.read { $0.verified.last })
    #expect(share.book.read { $0.verified.count } == 1)
    #expect(
      asked.decision.map { $0.statement }.flatMap { try? StatedDecision(bytes: $0) } == stated)
    #expect(try asked.claimDigest() == stated.text("claim"))
    #expect(asked.salt.count == 32)
    let second = try await share.claim("illness", "v-2")
    var refusal = request
    (refusal.name, refusal.decision, refusal.requestID) = (second.name, .decline, "d-2")
    refusal.reason = "涉密"
    refusal.basis = CommonV1.Basis(kind: .law, title: "职业病防治法", article: "第一条")
    try await signs(
      share, refusal, "DecideVerificationRequest", as: ShareCalls.source,
      topic: "share.verification_declined"
    ) { try await $0.decideVerificationRequest($1, $2) }
    #expect(share.book.read { $0.verified.count } == 1)
    await share.stop()
  }
}
