// weir catalog change: law or function has changed and an entry must follow.

import ArgumentParser
import Contracts
import Vocabulary

struct CatalogChange: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "change", "法律或职能变化后的目录更新。", "Updates that follow a change of law or function.",
      more: BilingualText(
        "期限自变化之日起算，迟登记的可能当即逾期；更新、报审或发布后自动完成，由主管部门作废须写明理由。",
        "The term counts from the day of the change, so what is registered late may be overdue at once. It is fulfilled by the update itself; the authority declares it void with a reason."
      ),
      examples: "catalog change register E-1 --kind law --date 2024-03-01 --what 社区矫正法修订",
      "catalog change list", "catalog change void entries/E-1/changes/1 --reason 与本目录无关",
      subcommands: [CatalogChangeRegister.self, CatalogChangeList.self, CatalogChangeVoid.self])
  }
}

struct CatalogChangeRegister: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "register", "登记一项变化（来源部门或主管部门）。", "Register a change; the source or the authority does.",
      examples: "catalog change register E-1 --kind function --date 2024-03-01 --what 机构改革")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("变化的种类。", "What changed.")) var kind: Word<CatalogV1.ChangeKind>
  @Option(help: hint("变化之日。", "The day of the change.", "date")) var date: CivilDate
  @Option(help: hint("变化内容。", "What it is.", "text")) var what: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.registerChange(
        .init(
          entry: resource("entries", entry), kind: kind.value, date: date.iso, description: what,
          requestID: session.newRequest()), session.options))
  }
}

struct CatalogChangeList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出本部门的变化；主管部门列出所审核的。",
      "List one's own changes; an authority those of the entries that it reviews.",
      examples: "catalog change list", "catalog change list --entry E-1 --ended-too")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("条目。", "The entry.", "entry")) var entry = ""
  @Flag(help: hint("也列已结束的。", "Also those that have ended.")) var endedToo = false

  func call(_ session: Session) async throws {
    let changes = try await session.list(limit) { size, token in
      let page = try await session.catalog.listChanges(
        .init(
          entry: resource("entries", entry), endedToo: endedToo, pageSize: size, pageToken: token),
        session.options)
      return (page.changes, page.nextPageToken)
    }
    try session.show(
      changes, columns: ["name", "owner", "kind", "date", "description", "state", "due"])
  }
}

struct CatalogChangeVoid: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "void", "作废一项变化（主管部门办理）。", "Declare a change void; the authority does.",
      examples: "catalog change void entries/E-1/changes/1 --reason 与本目录无关")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("变化。", "The change.", "change")) var name: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.voidChange(
        .init(name: name, reason: reason, requestID: session.newRequest()), session.options))
  }
}
