// A changing call that is sent again: authorised, logged, told again with its receipt, and done once (DESIGN.md section 5).

import Contracts
import Database
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("DESIGN 5 a replay is authorised and logged again, and judged by nothing else")
struct ReplayTests {
  /// Sends a change twice.
  ///
  /// - Returns: Both answers with their receipts.
  private func twice<Reply: Message & Equatable>(
    _ share: ShareCalls, _ receipt: KeyPath<Reply, CommonV1.Receipt?>,
    _ call: () async throws -> Reply
  ) async throws -> Reply {
    let first = try await call()
    let before = try await share.topics()
    let again = try await call()
    #expect(again == first)
    #expect(first[keyPath: receipt]?.json.isEmpty == false)
    #expect(try await share.topics() == before + ["share.replayed"])
    return first
  }

  @Test("each changing call of a grant's way", arguments: Backend.allCases)
  func grants(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let draft = try await twice(share, \.receipt) { try await share.apply() }
    _ = try await twice(share, \.receipt) { try await share.submit(draft.name) }
    let answered = try await twice(share, \.receipt) { try await share.review(draft.name) }
    _ = try await twice(share, \.receipt) { try await share.accept(answered.grant) }
    _ = try await twice(share, \.receipt) { try await share.subscribed("office") }
    _ = try await twice(share, \.receipt) {
      try await share.client.suspendGrant(
        ShareV1.SuspendGrantRequest(name: answered.grant, reason: "违规", requestID: "stop"),
        try share.options(ShareCalls.source, path: "SuspendGrant"))
    }
    // Other content under the same name is refused, and does nothing.
    let before = try await share.topics()
    #expect(
      await reason {
        _ = try await share.client.suspendGrant(
          ShareV1.SuspendGrantRequest(name: answered.grant, reason: "别的", requestID: "stop"),
          try share.options(ShareCalls.source, path: "SuspendGrant"))
      } == "request.request_id_reused")
    #expect(try await share.topics() == before)
    await share.stop()
  }

  @Test("each changing call of a comparison: a case is told as it stands, its texts kept once")
  func comparisons() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    let run = try await twice(share, \.receipt) { try await share.prepare(grant.name, rows: 6) }
    _ = try await share.upload(run.name, 2, [0, 7, 0])
    _ = try await share.upload(run.name, 1, [7, 0, 7])
    _ = try await twice(share, \.receipt) { try await share.finish(run.name, 2) }
    let name = run.name + "/cases/1"
    _ = try await twice(share, \.receipt) {
      try await share.conclude(name, .noProblem, reason: "本人到场")
    }
    let kept = try await share.database.read {
      try $0.query("SELECT answer FROM answered_request").compactMap { row -> [UInt8]? in
        try row[0]
      }
    }
    #expect(kept.count >= 4)
    #expect(kept.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("本人到场") })
    await share.stop()
  }

  @Test("a claim is opened once, however often the decision is sent (e.6)")
  func claims() async throws {
    let share = try await ShareCalls()
    let claim = try await twice(share, \.receipt) { try await share.claim("illness", "v-1") }
    _ = try await twice(share, \.receipt) { try await share.decide(claim.name, .accept, "d-1") }
    #expect(share.book.read { $0.verified.count } == 1)
    // Other content, and who has no part in it, do not reach Ingest either.
    let other = try await share.claim("illness", "v-2", last: 8)
    #expect(
      await reason { _ = try await share.decide(other.name, .accept, "d-1") }
        == "request.request_id_reused")
    #expect(
      await reason {
        _ = try await share.decide(other.name, .accept, "d-2", as: ShareCalls.user)
      } == "share.not_reviewer")
    #expect(share.book.read { $0.verified.count } == 1)
    #expect(try await share.topics().filter { $0 == "share.decision" }.count == 1)
    await share.stop()
  }

  @Test("what became of the entry since does not matter to a replay; a right that was lost does")
  func changedSince() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    let grant = try await share.subscribed("office")
    let sent = try await share.submit(draft.name)
    _ = try await share.review(draft.name)
    share.book.change {
      $0.entryState = .withdrawn
      $0.isCatalogueSilent = true
    }
    #expect(try await share.apply() == draft)
    #expect(try await share.subscribed("office") == grant)
    #expect(try await share.submit(draft.name) == sent)
    share.book.change { $0.isCatalogueSilent = false }
    #expect(await reason { _ = try await share.apply("a-2") } == "share.entry_not_published")
    // The same person, whose role lets him call but no longer speak for the source.
    #expect(
      await reason { _ = try await share.review(draft.name, as: "justice/wu authority") }
        == "share.not_reviewer")
    await share.stop()
  }
}
