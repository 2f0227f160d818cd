// Whom a recall reaches: everyone in whose leads and answers the corrected record took part.

import Contracts
import FeedbackHandlers
import Integrity
import RPC
import Testing

@Suite("A recall reaches who used the wrong value (meizhou-public-2023/35b)")
struct RecallReachTests {
  /// The departments that are recalled where items were changed.
  private func recalled(
    items: [String], decides: Bool = false, removed: Bool = false,
    _ change: (inout FeedbackV1.Issue) -> Void = { _ in }
  ) async throws -> Set<String> {
    var departments: Set<String> = []
    try await FeedbackWorld.run { world in
      world.others.set {
        $0.recipients["entries/E-1/records/7"] = [
          recipient("human-resources"), recipient("housing", items: ["name"]),
        ]
      }
      _ = try await world.file(holderRequest("r", change))
      _ = try await world.conclude()
      try await world.corrected(removed: removed, items: items, decides: decides)
      _ = try await world.feedback.makeRecalls()
      let recalls = try await world.client.listRecalls(
        FeedbackV1.ListRecallsRequest(unacknowledged: true), try world.by(.source, "ListRecalls"))
      departments = Set(recalls.recalls.flatMap(\.receivers).map(\.department))
    }
    return departments
  }

  @Test("who got only other items of the record is not recalled, unless the change decided")
  func otherItems() async throws {
    let holder = "departments/human-resources"
    let other = "departments/housing"
    #expect(try await recalled(items: ["cremated-on"]) == [holder])
    // A lead rests on the subject and the event date, whatever items were granted with it.
    #expect(try await recalled(items: ["cremated-on"], decides: true) == [holder, other])
    #expect(try await recalled(items: ["cremated-on"], removed: true) == [holder, other])
    // What was changed counts beside what the issue is about.
    #expect(try await recalled(items: ["name"]) == [holder, other])
    #expect(try await recalled(items: ["name"]) { $0.item = "" } == [other])
  }

  @Test("a correction that does not say whether it decided is taken for one that did")
  func undecided() async throws {
    try await FeedbackWorld.run { world in
      world.others.set {
        $0.recipients["entries/E-1/records/7"] = [recipient("housing", items: ["name"])]
      }
      _ = try await world.file(holderRequest())
      try await world.arrive(
        "ingest.record_corrected",
        [
          "record": "entries/E-1/records/7", "entry": "entries/E-1", "issue": "issues/Q-1",
          "batch": "batches/B-9", "items": ["cremated-on"],
        ])
      _ = try await world.feedback.makeRecalls()
      #expect(try await world.entry("recall_opened")?["receivers"]?.array?.count == 1)
    }
  }
}
