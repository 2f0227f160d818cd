// weir department run: what systems do by themselves, and who answers for it.

import ArgumentParser
import Contracts
import Vocabulary

struct RunCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "run", "系统的定时任务及其责任人。", "Scheduled runs of systems and who answers for them.",
      more: BilingualText(
        "系统无人操作时（--by 单位/run:任务），以登记的责任人名义调用。",
        "A system without a person at it calls for a run (--by department/run:name), in the name of who answers for it."
      ),
      examples: "department run list human-resources",
      subcommands: [RunList.self, RunAdd.self, RunState.self])
  }
}

/// `department/run:name` or the whole name.
private func runName(_ text: String) throws -> String {
  if text.hasPrefix("departments/") { return text }
  guard let name = RunningFolder.runName(text) else {
    throw CommandFailure(
      .usage, spoken("'\(text)' 不是 单位/run:任务。", "'\(text)' is not department/run:name."))
  }
  return name
}

struct RunList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一个单位的定时任务。", "List the scheduled runs of a department.",
      examples: "department run list human-resources")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    let parent = resource("departments", code)
    let runs = try await session.list(limit) { size, token in
      let page = try await session.registry.listRuns(
        .init(parent: parent, pageSize: size, pageToken: token), session.options)
      return (page.runs, page.nextPageToken)
    }
    try session.show(runs, columns: ["name", "title", "system", "responsible_person", "state"])
  }
}

struct RunAdd: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "add", "登记一个定时任务及其责任人。", "Register a scheduled run and who answers for it.",
      examples:
        "department run add human-resources/run:monthly --system human-resources/system:pensions "
        + "--title 每月比对 --person human-resources/wang")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/run:任务。", "department/run:name.", "which")) var run: String
  @Option(help: hint("执行任务的系统。", "The system that does it.", "which")) var system: String
  @Option(help: hint("任务名称。", "Its title.", "text")) var title: String
  @Option(help: hint("责任人。", "Who answers for it.", "who")) var person: String

  func call(_ session: Session) async throws {
    let value = RegistryV1.ScheduledRun(
      name: try runName(run), title: title, system: try personName(system),
      responsiblePerson: try personName(person))
    try session.show(
      try await session.registry.registerRun(
        .init(run: value, requestID: session.newRequest()), session.options))
  }
}

struct RunState: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "state", "停用或恢复一个定时任务。", "Stop a scheduled run or bring it back.",
      examples: "department run state human-resources/run:monthly disabled --reason 停办")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/run:任务。", "department/run:name.", "which")) var run: String
  @Argument(help: hint("状态。", "The state.")) var state: Word<RegistryV1.State>
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.setRunState(
        .init(
          name: try runName(run), state: state.value, reason: reason,
          requestID: session.newRequest()), session.options))
  }
}
