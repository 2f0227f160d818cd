// An issue follows its records: through corrections, through a new stock, through time.

import Contracts
import FeedbackHandlers
import FeedbackRules
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("An issue follows its records (policies e.8)")
struct MovingRecordsTests {
  private func reopen(_ world: FeedbackWorld) async throws -> FeedbackV1.Issue {
    _ = try await world.feedback.makeRecalls()
    _ = try await world.close()
    return try await world.client.reopenIssue(
      FeedbackV1.ReopenIssueRequest(name: "issues/Q-1", reason: "仍有误", requestID: "reopen"),
      try world.by(.holder, "ReopenIssue"))
  }

  @Test("reopened, it is about the replacement, and rectified by correcting that")
  func replacement() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.conclude()
      try await world.corrected(replacement: "entries/E-1/records/8")
      let again = try await reopen(world)
      #expect(again.state == .verifying && again.records == ["entries/E-1/records/8"])
      // Ingest puts the record under check that stands now.
      let opened = try #require(try await world.entry("issue_opened"))
      #expect(opened["records"]?.array?.compactMap(\.string) == ["entries/E-1/records/8"])
      _ = try await world.conclude(requestID: "second")
      try await world.corrected(
        record: "entries/E-1/records/8", replacement: "entries/E-1/records/9")
      #expect(try await world.get().state == .rectified)
      _ = try await world.feedback.makeRecalls()
      let told = try await world.get()
      #expect(told.state == .informed && told.recalls == ["recalls/R-1", "recalls/R-2"])
      #expect(told.recall == "recalls/R-2")
    }
  }

  @Test("reopened after a removal, it names no record, and a batch answers it")
  func removed() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.conclude()
      try await world.corrected(removed: true)
      #expect(try await reopen(world).records.isEmpty)
      _ = try await world.conclude(requestID: "second")
      try await world.stock(naming: "issues/Q-1", kind: "increment")
      #expect(try await world.get().state == .rectified)
    }
  }

  @Test("through a new stock it goes on under the new names, and is rectified by correcting these")
  func newStock() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.conclude()
      try await world.stock()
      try await world.renamed(to: ["entries/E-1/records/21", "entries/E-1/records/22"])
      let issue = try await world.get()
      #expect(issue.state == .confirmed)
      #expect(issue.records == ["entries/E-1/records/21", "entries/E-1/records/22"])
      try await world.corrected(record: "entries/E-1/records/21", removed: true)
      #expect(try await world.get().state == .rectifying)
      try await world.corrected(record: "entries/E-1/records/22", removed: true)
      #expect(try await world.get().state == .rectified)
      #expect(try await world.topics().contains("issue_records_renamed"))
    }
  }

  @Test("who is in a new stock no more was taken out: that is a repair, and recalled")
  func gone() async throws {
    try await FeedbackWorld.run { world in
      world.others.set { $0.recipients["entries/E-1/records/7"] = [recipient("housing")] }
      _ = try await world.file(holderRequest())
      _ = try await world.conclude()
      try await world.stock()
      try await world.renamed(to: [])
      #expect(try await world.get().state == .rectified)
      _ = try await world.feedback.makeRecalls()
      #expect(try await world.entry("recall_opened")?["receivers"]?.array?.count == 1)
    }
    // Where the source has answered that nothing was wrong, it proves nothing.
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.conclude("issues/Q-1", false, reasons: ["无误"])
      try await world.renamed(to: [])
      #expect(try await world.feedback.makeRecalls() == 0)
    }
  }

  @Test("a stock that names the issue answers it with all its records, and each is recalled")
  func stockNamesIt() async throws {
    try await FeedbackWorld.run { world in
      let records = ["entries/E-1/records/7", "entries/E-1/records/8"]
      world.others.set {
        $0.recipients[records[0]] = [recipient("housing", items: ["name"])]
        $0.recipients[records[1]] = [recipient("health")]
      }
      _ = try await world.file(holderRequest { $0.records = records })
      _ = try await world.conclude()
      try await world.stock(naming: "issues/Q-1", kind: "increment")
      #expect(try await world.get().state == .confirmed)
      try await world.stock(naming: "issues/Q-1")
      try await world.renamed(records[0], to: ["entries/E-1/records/21"])
      let issue = try await world.get()
      #expect(issue.state == .rectified && issue.correctionBatch == "batches/B-12")
      #expect(try await world.feedback.makeRecalls() == 2)
      let recalls = try await world.client.listRecalls(
        FeedbackV1.ListRecallsRequest(), try world.by(.source, "ListRecalls"))
      #expect(
        recalls.recalls.flatMap(\.receivers).map(\.department)
          == ["departments/housing", "departments/health"])
      #expect(recalls.recalls.map(\.record) == records)
      // Reopened, it is about what the stock put there.
      #expect(try await reopen(world).records == ["entries/E-1/records/21"])
    }
  }

  @Test("a repair counts from its own day, whenever it is read of (meizhou-public-2023/23c)")
  func lateEvent() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      #expect(try await world.conclude().rectifyDue?.date == "2024-03-18")
      world.clock.pass(seconds: 15 * 86_400)
      try await world.corrected(at: try morning("2024-03-18"))
      let issue = try await world.get()
      #expect(issue.state == .rectified && issue.rectifyDue?.overdueDays == 0)
      #expect(issue.history.last?.time?.instant == (try morning("2024-03-18")))
      // What stands in the log was written when it was read.
      let entry = try #require(try await world.entry("issue_rectified"))
      #expect(entry["time"]?.integer == world.clock.now().milliseconds)
    }
  }

  @Test("a repair cannot have been made tomorrow")
  func futureEvent() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      try await world.corrected(at: try morning("2025-01-01"))
      #expect(try await world.get().history.last?.time?.instant == world.clock.now())
    }
  }

  @Test("who is told of a result sees it without the reporter's words (meizhou-public-2023/39)")
  func words() async throws {
    try await FeedbackWorld.run { world in
      try await world.grantHeld("grants/G-5", by: "health")
      _ = try await world.file(holderRequest())
      _ = try await world.conclude("issues/Q-1", false, reasons: ["与凭证一致"])
      let told = try await world.get(by: .stranger)
      #expect(told.reasons == ["与凭证一致"] && told.records == ["entries/E-1/records/7"])
      #expect(told.cause.isEmpty && told.details.isEmpty && told.grant.isEmpty)
      #expect(told.history.count == 4 && told.history.allSatisfy { $0.reason.isEmpty })
      for who in [Who.holder, .source, .authority] {
        let party = try await world.get(by: who)
        #expect(party.cause == "日期晚于登记日" && party.history.first?.reason == party.cause)
      }
    }
  }

  @Test("a receiver is told how much of its own is acknowledged, not of others'")
  func ownAcknowledged() async throws {
    try await FeedbackWorld.run { world in
      world.others.set {
        $0.recipients["entries/E-1/records/7"] = [
          recipient("human-resources"), recipient("housing", row: 9),
        ]
      }
      _ = try await world.file(holderRequest())
      try await world.corrected()
      _ = try await world.feedback.makeRecalls()
      _ = try await world.client.acknowledgeRecall(
        FeedbackV1.AcknowledgeRecallRequest(
          name: "recalls/R-1", outcome: "reopened", requestID: "a"),
        try world.by(.holder, "AcknowledgeRecall"))
      func acknowledged(_ who: Who) async throws -> Int32 {
        try await world.client.getRecall(
          FeedbackV1.GetRecallRequest(name: "recalls/R-1"), try world.by(who, "GetRecall")
        ).acknowledged
      }
      #expect(try await acknowledged(Who(department: "housing")) == 0)
      #expect(try await acknowledged(.holder) == 1)
      #expect(try await acknowledged(.source) == 1)
    }
  }
}
