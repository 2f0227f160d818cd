// weir compare: a whole roll against one register, before a payout.

import ArgumentParser
import Contracts
import Vocabulary

struct CompareCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "compare", "发放前把整份名册与一个登记表比对。", "Compare a whole roll with a register, before a payout.",
      examples:
        "compare run G-1 roll.csv --purpose 养老金发放核查 --first-day 2024-02-01 --last-day 2024-02-29 --leads leads.csv",
      "compare list",
      subcommands: [CompareRun.self, CompareList.self, CompareShow.self, CompareFinish.self])
  }
}

struct CompareList: CallCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出比对。", "List the runs.", examples: "compare list")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let runs = try await session.list(limit) { size, token in
      let page = try await session.share.listComparisons(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.comparisons, page.nextPageToken)
    }
    try session.show(
      runs,
      columns: [
        "name", "entry", "direction", "period", "roll_rows", "leads", "open_cases", "state",
      ])
  }
}

struct CompareShow: CallCommand {
  static var configuration: CommandConfiguration {
    about("show", "显示一次比对。", "Show a run.", examples: "compare show C-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("比对。", "The run.", "run")) var run: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.getComparison(
        .init(name: resource("comparisons", run)), session.options))
  }
}

struct CompareFinish: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "finish", "名册已传完：线索成为待核事项。", "The roll is complete: its leads become cases.",
      examples: "compare finish C-1 --chunks 4")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("比对。", "The run.", "run")) var run: String
  @Option(help: hint("块数。", "How many chunks.", "number")) var chunks: Int32

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.finishComparison(
        .init(
          name: resource("comparisons", run), chunks: chunks, requestID: session.newRequest()),
        session.options))
  }
}
