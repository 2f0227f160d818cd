// How a project's gate says no, with the article that sets it (hebi-2021/30, meizhou-public-2023/41, guangdong-2018/11,
// meizhou-specific-2021/15; AC-80).

package import Regulation
package import Vocabulary

package enum GateRefusal: Hashable, Sendable {
  /// - profile: That governs here, and says nothing of projects.
  case none(_ profile: String?)
  case unknown(String, known: [GateCheckpoint], citation: Citation)
  case notYours(GateCheckpoint, body: Role, citation: Citation)
  case passed(project: String, GateCheckpoint, citation: Citation)
  case tooEarly(project: String, GateCheckpoint, first: GateCheckpoint, citation: Citation)
  /// - rules: "hebi-2021/30.1a:draft_entries".
  case blocked(project: String, GateCheckpoint, rules: [String], citation: Citation)
  case noOverride(GateCheckpoint, rules: [String], citation: Citation)
  case kindUnknown(String)
  case entryForeign(String)

  var reason: String {
    switch self {
    case .none: "catalog.gate_unknown"
    case .unknown: "catalog.checkpoint_unknown"
    case .notYours: "catalog.checkpoint_not_yours"
    case .passed: "catalog.checkpoint_passed"
    case .tooEarly: "catalog.checkpoint_too_early"
    case .blocked: "catalog.gate_blocked"
    case .noOverride: "catalog.gate_no_override"
    case .kindUnknown: "catalog.project_kind_unknown"
    case .entryForeign: "catalog.project_entry_foreign"
    }
  }

  var kind: RefusalKind {
    switch self {
    case .unknown, .kindUnknown: .malformed
    case .notYours, .noOverride, .entryForeign: .notAllowed
    case .none, .passed, .tooEarly, .blocked: .wrongState
    }
  }

  var field: String {
    switch self {
    case .none: "record.project"
    case .unknown, .notYours, .passed, .tooEarly: "checkpoint"
    case .blocked: "decision"
    case .noOverride: "override"
    case .kindUnknown: "record.project.kind"
    case .entryForeign: "record.project.entries"
    }
  }

  var citation: Citation {
    switch self {
    case .none: Citation(document: Citation.productDocument, article: "D38")
    case .unknown(_, _, let citation), .notYours(_, _, let citation), .passed(_, _, let citation),
      .tooEarly(_, _, _, let citation), .blocked(_, _, _, let citation),
      .noOverride(_, _, let citation):
      citation
    case .kindUnknown: Citation(document: Citation.productDocument, article: "registers")
    case .entryForeign: .accessRule(10)
    }
  }

  var sentence: BilingualText {
    switch self {
    case .none:
      BilingualText("现行办法没有信息化项目核查。", "The governing text knows no gate for projects.")
    case .unknown(let word, let known, _):
      BilingualText(
        "没有环节“\(word)”，应为\(known.map(\.rawValue).joined(separator: "、"))。",
        "There is no checkpoint \"\(word)\" here, but \(known.map(\.rawValue).joined(separator: ", "))."
      )
    case .notYours(let checkpoint, let body, _):
      BilingualText(
        "“\(checkpoint.term.chinese)”环节由\(body.term.chinese)考核。",
        "The \(checkpoint.term.english) is decided by \(body.term.english).")
    case .passed(let project, let checkpoint, _):
      BilingualText(
        "\(project) 已通过“\(checkpoint.term.chinese)”环节。",
        "\(project) has passed its \(checkpoint.term.english).")
    case .tooEarly(let project, let checkpoint, let first, _):
      BilingualText(
        "\(project) 尚未通过“\(first.term.chinese)”，不能办理“\(checkpoint.term.chinese)”。",
        "\(project) has not passed its \(first.term.english), which comes before the \(checkpoint.term.english)."
      )
    case .blocked(let project, let checkpoint, let rules, _):
      BilingualText(
        "\(project) 不符合“\(checkpoint.term.chinese)”条件：\(rules.joined(separator: "、"))。",
        "\(project) does not meet what its \(checkpoint.term.english) asks for: \(rules.joined(separator: ", "))."
      )
    case .noOverride(let checkpoint, let rules, _):
      BilingualText(
        "本办法不允许“\(checkpoint.term.chinese)”破例：\(rules.joined(separator: "、"))。",
        "The text allows no exception at the \(checkpoint.term.english): \(rules.joined(separator: ", "))."
      )
    case .kindUnknown(let word):
      BilingualText(
        "项目类型“\(word)”应为 \(ProjectKind.allCases.map(\.rawValue).joined(separator: "、"))。",
        "The kind \"\(word)\" of a project must be one of \(ProjectKind.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    case .entryForeign(let entry):
      BilingualText("\(entry) 不是本部门的目录条目。", "\(entry) is no entry of your department.")
    }
  }

  var nextStep: BilingualText? {
    switch self {
    case .none, .notYours, .kindUnknown: nil
    case .unknown, .passed, .tooEarly:
      BilingualText(
        "weir catalog gate show 可查看各环节。", "See its checkpoints: weir catalog gate show.")
    case .blocked(let project, let checkpoint, _, _):
      BilingualText(
        "weir catalog gate show \(project) --checkpoint \(checkpoint.rawValue) 可查看所缺内容。",
        "See what is missing: weir catalog gate show \(project) --checkpoint \(checkpoint.rawValue)."
      )
    case .noOverride:
      BilingualText(
        "补齐后再办理，或者退回并写明理由。", "Pass it when nothing is missing, or return it with the reason.")
    case .entryForeign:
      BilingualText(
        "请先编制目录条目：weir catalog draft。", "Draft the entry first: weir catalog draft.")
    }
  }
}
