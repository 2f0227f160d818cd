// weir notices: reminders and escalations, each told once; as a list, or followed as they come.

import ArgumentParser
import Contracts
import RPC
import Vocabulary

struct NoticesCommand: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "notices", "提醒与逾期升级：每条只发一次，可持续接收。",
      "Reminders and escalations: each told once; can be followed.",
      more: BilingualText(
        "每条有编号；程序保存最后的编号，重启后从 --after 继续，不漏不重。--follow 时逐条输出，直到中断。",
        "Each has a number; a program keeps the last one and goes on with --after, so that none is missed or met twice. "
          + "With --follow they are printed as they come, until interrupted."),
      examples: "notices --as civil-affairs/li", "notices --after 120 --follow --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("只看此编号之后的。", "Only after this number.", "number")) var after: Int64 = 0
  @Flag(help: hint("持续接收。", "Go on as they come.")) var follow = false

  func call(_ session: Session) async throws {
    guard follow else {
      var notices: [RegistryV1.Notice] = []
      var last = after
      while notices.count < limit.limit {
        let size = Int32(clamping: min(limit.limit - notices.count, 500))
        let page = try await session.registry.listNotices(
          .init(after: last, pageSize: size), session.options)
        notices += page.notices
        if page.notices.isEmpty { break }
        last = page.last
      }
      return try session.show(
        notices,
        columns: [
          "number", "notice", "resource", "clock", "due.date", "due.overdue_days", "due.article",
          "department",
        ])
    }
    var options = session.options
    // Without end, until the gateway or the person ends it.
    options.timeout = .seconds(365 * 86_400)
    try await session.registry.watchNotices(.init(after: after), options) { notices in
      while let notice = try await notices.next() { try session.show(notice) }
    }
  }
}
