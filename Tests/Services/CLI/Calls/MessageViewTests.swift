// Messages as a person reads them, and as a program does.

import Contracts
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A message is shown in words, or as JSON")
struct MessageViewTests {
  private var issue: FeedbackV1.Issue {
    FeedbackV1.Issue(
      name: "issues/Q-1", records: ["entries/E-1/records/7"], kind: .inaccurate,
      details: ["say \"no\""], state: .verifying,
      verifyDue: CommonV1.DueDate(
        date: "2024-03-11", article: "meizhou-specific-2021/31", overdueDays: 2),
      history: [CommonV1.Step(toState: "OPENED", reason: "a\nb")])
  }

  @Test("fields keep the contract's order and names; enumerations, days and lists are worded")
  func table() throws {
    let recorder = StreamRecorder()
    try MessageView(issue).show(on: recorder.console(.chinese))
    let lines = recorder.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("名称") && lines[0].hasSuffix("issues/Q-1"))
    #expect(recorder.output.contains("核实中"))
    #expect(recorder.output.contains("2024-03-11（meizhou-specific-2021/31），逾期 2 天"))
    #expect(recorder.output.contains("已提出") && recorder.output.contains("say \"no\""))
  }

  @Test("JSON has every field under its name in the contract, with the contract's words")
  func json() throws {
    let recorder = StreamRecorder()
    try MessageView(issue).show(on: recorder.console(.english, .json))
    #expect(recorder.output.contains("\"verify_due\": {"))
    #expect(recorder.output.contains("\"state\": \"VERIFYING\""))
    #expect(recorder.output.contains("\"reason\": \"a\\nb\""))
    #expect(recorder.output.contains("\"say \\\"no\\\"\""))
  }

  @Test(
    "a column stands where the contract has it, even if the first row lacks it; slugs are worded")
  func columns() throws {
    let recorder = StreamRecorder()
    let application = ShareV1.Application(
      name: "applications/A-1",
      reviewers: ["source_department"],
      opinions: [
        ShareV1.Opinion(
          side: "source_department",
          decisions: [
            ShareV1.ItemDecision(item: "name", approved: true), ShareV1.ItemDecision(item: "court"),
          ])
      ],
      history: [
        CommonV1.Step(toState: "draft", actor: "a"),
        CommonV1.Step(fromState: "draft", toState: "submitted", actor: "b"),
      ])
    try MessageView(application).show(on: recorder.console(.chinese))
    let lines = recorder.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("经过") })
    #expect(lines.contains { $0.hasPrefix("原状态") && $0.contains("新状态") })
    #expect(recorder.output.contains("草稿") && recorder.output.contains("已提交"))
    #expect(recorder.output.contains("来源部门") && recorder.output.contains("name 同意、court 不同意"))
  }

  @Test("what JSON prints can be read back as the same message")
  func roundTrip() throws {
    let recorder = StreamRecorder()
    try MessageView(issue).show(on: recorder.console(.english, .json))
    #expect(
      try FeedbackV1.Issue(jsonBytes: Array(recorder.output.utf8), limits: .standard) == issue)
  }
}
