// Why a command failed, told to the person: the sentence, the reason, the article, the next step.

import Access
import Boot
package import RPC
package import Vocabulary

/// A failed command as it is reported and as it ends the program.
package struct CommandFailure: Error, Sendable, Equatable {
  package var exit: ProgramExit
  package var message: String
  /// The stable reason, `share.item_not_granted`.
  package var reason: String?
  package var field: String?
  /// The article that a refusal rests on, `meizhou-public-2023/22`.
  package var article: String?
  package var nextStep: String?
  /// With it the operator finds the fault in the log.
  package var reference: String?
  /// With it a request that changes something can be repeated without being done twice.
  package var requestID: String?

  package init(_ exit: ProgramExit, _ message: String) {
    self.exit = exit
    self.message = message
  }

  package init(_ exit: ProgramExit, _ sentence: BilingualText, in language: Language) {
    self.init(exit, sentence.text(in: language))
  }

  /// From the status with which a service or the gateway answered.
  package init(_ status: Status) {
    self.init(ProgramExit(status.code), status.message)
    reason = Self.trailer("weir-reason", of: status)
    field = Self.trailer("weir-field", of: status)
    article = Self.trailer("weir-article", of: status)
    nextStep = Self.trailer("weir-next-step", of: status)
    reference = Self.trailer("weir-reference", of: status)
    if message.isEmpty { message = "\(status.code)" }
  }

  /// From a rule that this program applied itself.
  package init(_ refusal: some Refusal, in language: Language) {
    let exit: ProgramExit =
      switch refusal.kind {
      case .malformed: .usage
      case .notFound: .notFound
      case .alreadyExists, .wrongState, .notAllowed, .unauthenticated: .refused
      case .lostRace, .tooMuch, .unavailable: .tryAgain
      case .damaged: ProgramExit(StatusCode.dataLoss)
      }
    self.init(exit, refusal.sentence.text(in: language))
    reason = refusal.reason
    field = refusal.field
    article = refusal.citation?.text
    nextStep = refusal.toldStep.text(in: language)
  }

  /// From files of the law that cannot be taken: every problem with its file and line.
  init(_ law: LawFileProblems, in language: Language) {
    self.init(.usage, law.problems.map { $0.text.text(in: language) }.joined(separator: "\n"))
  }

  private static func trailer(_ name: String, of status: Status) -> String? {
    guard let value = status.trailers[name], !value.isEmpty else { return nil }
    return PercentText.decode(value.utf8)
  }

  private var details: [(key: String, title: BilingualText, value: String?)] {
    [
      ("reason", BilingualText("原因", "reason"), reason),
      ("field", BilingualText("字段", "field"), field),
      ("article", BilingualText("条款", "article"), article),
      ("next_step", BilingualText("下一步", "next step"), nextStep),
      ("reference", BilingualText("参考号", "reference"), reference),
      ("request_id", BilingualText("请求号", "request id"), requestID),
    ]
  }

  /// Writes the report to standard error, as lines or as one JSON object.
  package func report(to console: Console) {
    let present = details.compactMap { detail in
      detail.value.map { (detail.key, detail.title.text(in: console.language), $0) }
    }
    switch console.format {
    case .json:
      let fields =
        [OutputField("message", .text(message)), OutputField("exit", .integer(Int(exit.rawValue)))]
        + present.map { OutputField($0.0, .text($0.2)) }
      let error = OutputValue.object([OutputField("error", .object(fields))])
      console.writeError(error.json(in: console.language) + "\n")
    case .table:
      let word = BilingualText("错误：", "error: ").text(in: console.language)
      console.writeError(word + message.withoutControls + "\n")
      let widest = present.map { DisplayWidth.of($0.1) }.max() ?? 0
      for (_, title, value) in present {
        let padding = String(repeating: " ", count: widest - DisplayWidth.of(title) + 2)
        console.writeError("  " + title + padding + value.withoutControls + "\n")
      }
    }
  }
}
