// How bringing and deciding versions of the law is refused, in both languages.

package import Vocabulary

/// Why a version of the law is not taken (AC-90, AC-94).
package enum LawRefusal: Error, Hashable, Sendable {
  /// Every problem of the file, with line, row and article.
  case unreadable([BilingualText])
  case versionNotNext(LawName, next: Int)
  case undated(LawName)
  case backdated(LawName, day: CivilDate, today: CivilDate)
  case changesNothing(LawName)
  case unfit(LawName, BilingualText)
  case waiting(LawName)
  case unknown(String)
  case notYours(LawName, caller: DepartmentCode)
  case notOpen(LawName, LawState)
  case samePerson(LawName)
}

extension LawRefusal: Refusal {
  package var reason: String {
    switch self {
    case .unreadable: "registry.law_unreadable"
    case .versionNotNext: "registry.law_version_not_next"
    case .undated: "registry.law_undated"
    case .backdated: "registry.law_backdated"
    case .changesNothing: "registry.law_changes_nothing"
    case .unfit: "registry.law_unfit"
    case .waiting: "registry.law_waiting"
    case .unknown: "registry.law_unknown"
    case .notYours: "registry.law_not_yours"
    case .notOpen: "registry.law_not_open"
    case .samePerson: "registry.law_same_person"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .unreadable, .versionNotNext, .undated, .backdated, .changesNothing, .unfit: .malformed
    case .waiting: .alreadyExists
    case .unknown: .notFound
    case .notYours, .samePerson: .notAllowed
    case .notOpen: .wrongState
    }
  }

  package var field: String? {
    switch self {
    case .unreadable, .versionNotNext, .undated, .backdated, .changesNothing, .unfit, .waiting:
      "text"
    case .unknown, .notOpen: "name"
    case .notYours, .samePerson: nil
    }
  }

  package var citation: Citation? {
    switch self {
    case .backdated(let name, _, _):
      .accessRule(name.kind == .calendar ? 94 : 90)
    case .notYours(let name, _), .samePerson(let name), .notOpen(let name, _), .waiting(let name):
      .accessRule(name.kind == .calendar ? 94 : 90)
    case .versionNotNext, .undated: .accessRule(90)
    case .unreadable, .changesNothing, .unfit, .unknown: nil
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .unreadable, .unfit:
      BilingualText("请按所列位置更正文件后再试。", "Correct the file at the places named, then bring it again.")
    case .versionNotNext(_, let next):
      BilingualText("请把文件中的 version 改为 \(next)。", "Write version: \(next) into the file.")
    case .undated:
      BilingualText(
        "请在文件中写明 effective_from，即新办事项从哪一天起适用。",
        "Write effective_from into the file: the day from which new cases meet it.")
    case .backdated(let name, _, let today):
      name.kind == .calendar
        ? BilingualText(
          "\(today.iso) 及以前的日期须保持原样。", "Leave the days up to \(today.iso) as they are.")
        : BilingualText(
          "请写 \(today.iso) 之后的日期。", "Write a day after \(today.iso).")
    case .waiting(let name):
      BilingualText(
        "请先处理它：weir policy decide \(name.text) …。",
        "Have it decided first: weir policy decide \(name.text) ….")
    case .notYours:
      BilingualText(
        "请本节点的数据主管部门办理；有几个同级主管部门的，各自只办理仅适用于本区域的文本，其余由运维单位以配置文件更新。",
        "Ask the authority of this node; where several stand side by side each changes what governs its own region alone, and the rest comes with the operator's files."
      )
    case .samePerson:
      BilingualText("请主管部门的另一人批准。", "Have another person of the authority approve it.")
    case .changesNothing, .unknown, .notOpen: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .unreadable(let problems):
      BilingualText(
        problems.map(\.chinese).joined(separator: "\n"),
        problems.map(\.english).joined(separator: "\n"))
    case .versionNotNext(let name, let next):
      BilingualText(
        "\(name.text)：下一个版本是第\(next)版。", "\(name.text): the next version is \(next).")
    case .undated(let name):
      BilingualText(
        "\(name.text) 没有写明从哪一天起适用。", "\(name.text) does not say from which day it is effective.")
    case .backdated(let name, let day, let today):
      BilingualText(
        "\(name.text) 涉及 \(day.iso)，不在 \(today.iso) 之后；规章版本不溯及既往。",
        "\(name.text) reaches \(day.iso), which is not after \(today.iso); no version reaches back."
      )
    case .changesNothing(let name):
      BilingualText("\(name.text) 与现行版本相同。", "\(name.text) changes nothing.")
    case .unfit(let name, let problem):
      BilingualText(
        "\(name.text) 与现有规章不相容：\(problem.chinese)。",
        "\(name.text) does not fit what is held: \(problem.english).")
    case .waiting(let name):
      BilingualText("\(name.text) 正在等待批准。", "\(name.text) waits for a decision.")
    case .unknown(let name):
      BilingualText("没有报送过 \(name)。", "No \(name) was ever brought.")
    case .notYours(let name, let caller):
      BilingualText(
        "\(name.text) 不由 \(caller) 办理。", "\(name.text) is not for \(caller) to bring or decide.")
    case .notOpen(let name, let state):
      BilingualText(
        "\(name.text) \(state.term.chinese)，不能再作决定。",
        "\(name.text) is \(state.term.english) and can be decided no more.")
    case .samePerson(let name):
      BilingualText(
        "\(name.text) 由您本人报送，须由另一人批准。",
        "You brought \(name.text) yourself; another person must approve it.")
    }
  }
}
