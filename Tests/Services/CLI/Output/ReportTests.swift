// How errors, progress, language and exit codes reach the person.

import Foundation
import RPC
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A refusal tells reason, article and next step")
struct CommandFailureTests {
  private var refusal: Status {
    var trailers = Metadata()
    trailers.append("weir-reason", "share.item_not_granted")
    trailers.append("weir-field", "items")
    trailers.append("weir-article", "meizhou-public-2023/22")
    trailers.append("weir-next-step", PercentText.encode("申请变更：weir share apply --amend G-1"))
    return Status(.permissionDenied, "授权 G-1 不含判决书文号。", trailers: trailers)
  }

  @Test("lines for a person, with what the trailers carry, decoded")
  func lines() {
    let recorder = StreamRecorder()
    let failure = CommandFailure(refusal)
    failure.report(to: recorder.console(.chinese))
    #expect(failure.exit == .refused)
    #expect(
      recorder.errors == """
        错误：授权 G-1 不含判决书文号。
          原因    share.item_not_granted
          字段    items
          条款    meizhou-public-2023/22
          下一步  申请变更：weir share apply --amend G-1

        """)
    #expect(recorder.output == "")
  }

  @Test("one JSON object for a program")
  func json() throws {
    let recorder = StreamRecorder()
    CommandFailure(refusal).report(to: recorder.console(.english, .json))
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(recorder.errors.utf8)) as? [String: [String: Any]])
    let error = try #require(object["error"])
    #expect(error["reason"] as? String == "share.item_not_granted")
    #expect(error["exit"] as? Int == 3)
    #expect(error["reference"] == nil)
  }

  @Test("a peer cannot write to the screen through its error")
  func controls() {
    let recorder = StreamRecorder()
    CommandFailure(Status(.internal, "a\u{1B}[2Jb")).report(to: recorder.console())
    #expect(recorder.errors == "error: a\u{FFFD}[2Jb\n")
  }

  @Test(
    "every code of gRPC ends the program with the exit code of FORMATS",
    arguments: [
      (StatusCode.ok, ProgramExit.done), (.invalidArgument, .usage), (.unauthenticated, .refused),
      (.permissionDenied, .refused), (.failedPrecondition, .refused), (.alreadyExists, .refused),
      (.notFound, .notFound), (.unavailable, .tryAgain), (.resourceExhausted, .tryAgain),
      (.aborted, .tryAgain), (.internal, .fault), (.unknown, .fault), (.dataLoss, .fault),
      (.cancelled, .fault), (.deadlineExceeded, .fault), (.unimplemented, .fault),
      (.outOfRange, .fault),
    ])
  func exits(code: StatusCode, expected: ProgramExit) {
    #expect(ProgramExit(code) == expected)
  }

  @Test("the numbers of the exit codes are fixed")
  func numbers() {
    #expect(ProgramExit.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7])
  }
}

@Suite("Progress")
struct ProgressLineTests {
  private let title = BilingualText("上传", "upload")

  @Test("a pipe gets a line for each tenth and the summary, however many steps there are")
  func plain() {
    let recorder = StreamRecorder()
    let progress = ProgressLine(title, total: 1000, console: recorder.console())
    for _ in 0..<1000 { progress.advance() }
    progress.finish(BilingualText("完成", "done"))
    progress.advance()
    let lines = recorder.errors.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines.first == "upload  0%" && lines.last == "upload  done")
    #expect(!recorder.errors.contains("\u{1B}"))
  }

  @Test("a terminal gets one line, redrawn only when it changes")
  func terminal() {
    let recorder = StreamRecorder()
    let progress = ProgressLine(title, total: 100_000, console: recorder.console(canRedraw: true))
    for _ in 0..<100_000 { progress.advance() }
    progress.finish(BilingualText("完成", "done"))
    // 101 percentages, 24 steps of the bar, the summary.
    #expect(recorder.errors.split(separator: "\r").count <= 126)
    #expect(recorder.errors.hasSuffix("upload  done\n"))
  }

  @Test("an unknown total, a total of nothing and too many steps are all shown")
  func oddTotals() {
    let unknown = StreamRecorder()
    let counting = ProgressLine(title, total: nil, console: unknown.console(canRedraw: true))
    counting.advance(by: 7)
    #expect(unknown.errors.hasSuffix("upload  \\ 7"))
    let empty = StreamRecorder()
    ProgressLine(title, total: 0, console: empty.console()).finish(BilingualText("无", "nothing"))
    #expect(empty.errors == "upload …\nupload  nothing\n")
    let over = StreamRecorder()
    ProgressLine(title, total: 2, console: over.console(canRedraw: true)).advance(by: 5)
    #expect(over.errors.hasSuffix("100%"))
  }
}

@Suite("The language is the person's")
struct LanguageChoiceTests {
  @Test(
    "the first variable that is set decides, English without any",
    arguments: [
      ([:], Language.english), (["LANG": "zh_CN.UTF-8"], .chinese), (["LANG": "C"], .english),
      (["LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"], .english),
      (["LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"], .chinese),
      (["LANG": "zh_CN", "LC_ALL": ""], .chinese), (["WEIR_LANG": "zh", "LC_ALL": "C"], .chinese),
    ])
  func environment(variables: [String: String], expected: Language) {
    #expect(Language.chosen(environment: variables) == expected)
  }

  @Test("the option decides before everything else")
  func option() {
    let chinese = ["LANG": "zh_CN.UTF-8"]
    #expect(Language.chosen(option: .english, environment: chinese) == .english)
    #expect(Language.chosen(arguments: ["--lang", "en"], environment: chinese) == .english)
    #expect(Language.chosen(arguments: ["a", "--lang=en"], environment: chinese) == .english)
    #expect(Language.chosen(arguments: ["--lang"], environment: chinese) == .chinese)
  }
}
