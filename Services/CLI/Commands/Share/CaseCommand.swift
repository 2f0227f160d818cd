// weir case: what a person found out about each lead.

import ArgumentParser
import Contracts
import Vocabulary

struct CaseCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "case", "线索核查：结论、复核、暂缓、放行。", "Leads: conclude, confirm, hold, clear.",
      examples: "case list C-1",
      "case conclude C-1/cases/7 no-problem --evidence home-visit --reason 本人健在",
      subcommands: [
        CaseList.self, CaseConclude.self, CaseConfirm.self, CaseHold.self, CaseClearance.self,
      ])
  }
}

/// `C-1/cases/7`, `C-1/7` or the whole name.
func caseName(_ text: String) -> String {
  let parts = text.split(separator: "/")
  return parts.count == 2
    ? "comparisons/\(parts[0])/cases/\(parts[1])"
    : text.hasPrefix("comparisons/") ? text : "comparisons/" + text
}

struct CaseList: CallCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出一次比对的线索。", "List the cases of a run.", examples: "case list C-1 --state open")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("比对。", "The run.", "run")) var run: String
  @Option(help: hint("状态。", "The state.")) var state: Word<ShareV1.CaseState>?

  func call(_ session: Session) async throws {
    let cases = try await session.list(limit) { size, token in
      let page = try await session.share.listCases(
        .init(
          parent: resource("comparisons", run), state: state.value(), pageSize: size,
          pageToken: token), session.options)
      return (page.cases, page.nextPageToken)
    }
    try session.show(
      cases,
      columns: [
        "name", "chunk", "row", "state", "outcome", "name_differs", "under_check", "reopened",
      ])
  }
}

struct CaseConclude: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "conclude", "着手核查，或附佐证作出结论。", "Take a lead up, or conclude it with evidence.",
      more: BilingualText(
        "不写结论表示着手核查。违规领取须由另一人复核。",
        "Without an outcome the lead is taken up. An irregular receipt needs a second person."),
      examples: "case conclude C-1/7",
      "case conclude C-1/7 no-problem --evidence home-visit --reason 本人健在",
      "case conclude C-1/8 irregular-receipt --evidence registry-extract --refer")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("线索。", "The case.", "case")) var name: String
  @Argument(help: hint("结论。", "The outcome.")) var outcome: Word<ShareV1.Outcome>?
  @Option(help: hint("佐证种类。", "The kind of evidence.", "kind")) var evidence = ""
  @Option(help: hint("佐证日期；默认今天。", "Its day; today unless given.", "date"))
  var evidenceDate: CivilDate?
  @Option(help: hint("查验人；默认本人。", "Who saw it; oneself unless given.", "who")) var seenBy: String?
  @Option(help: hint("备注。", "A note.", "text")) var note = ""
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""
  @Flag(help: hint("移送。", "Refer it.")) var refer = false

  func call(_ session: Session) async throws {
    var seen: ShareV1.Evidence?
    if !evidence.isEmpty {
      let own = try await session.registry.whoAmI(.init(), session.options)
      seen = ShareV1.Evidence(
        kind: evidence, date: try (evidenceDate ?? caller.today()).iso,
        seenBy: try seenBy.map(personName) ?? own.person, note: note)
    }
    try session.show(
      try await session.share.concludeCase(
        .init(
          name: caseName(name), outcome: outcome.value(), evidence: seen, reason: reason,
          refer: refer, requestID: session.newRequest()), session.options))
  }
}

struct CaseConfirm: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "confirm", "第二人复核违规领取的结论。", "The second person's word on an irregular receipt.",
      examples: "case confirm C-1/8", "case confirm C-1/8 --reject --reason 佐证不足")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("线索。", "The case.", "case")) var name: String
  @Flag(help: hint("不同意该结论。", "Does not agree.")) var reject = false
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.confirmCase(
        .init(
          name: caseName(name), confirmed: !reject, reason: reason,
          requestID: session.newRequest()), session.options))
  }
}

struct CaseHold: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "hold", "暂缓一行的发放，须告知本人并写明期限；不写理由为解除。",
      "Hold one line's payment, with notice and an end; without a reason the hold ends.",
      examples: "case hold C-1/8 --reason 待核实 --notice 2024-03-05电话告知 --until 2024-03-20",
      "case hold C-1/8")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("线索。", "The case.", "case")) var name: String
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""
  @Option(help: hint("何时如何告知。", "How and when the person was told.", "text")) var notice = ""
  @Option(help: hint("最后一天，其后发放。", "The last day, after which it pays.", "date"))
  var until: CivilDate?

  func call(_ session: Session) async throws {
    let own = try await session.registry.whoAmI(.init(), session.options)
    let hold = ShareV1.Hold(
      official: reason.isEmpty ? "" : own.person, reason: reason, notice: notice,
      until: until?.iso ?? "")
    try session.show(
      try await session.share.holdLine(
        .init(
          name: caseName(name), hold: reason.isEmpty ? nil : hold,
          requestID: session.newRequest()), session.options))
  }
}

struct CaseClearance: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "clearance", "哪些行可以发放；由系统计算，不能手工设定。",
      "Which lines clear; derived, never set by hand.", examples: "case clearance C-1")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("比对。", "The run.", "run")) var run: String

  func call(_ session: Session) async throws {
    var clearance = ShareV1.Clearance()
    let withheld = try await session.list(limit) { size, token in
      clearance = try await session.share.getClearance(
        .init(comparison: resource("comparisons", run), pageSize: size, pageToken: token),
        session.options)
      return (clearance.withheld, clearance.nextPageToken)
    }
    clearance.withheld = withheld
    clearance.nextPageToken = ""
    try session.show(clearance)
  }
}
