// weir audit canary: identifiers that belong to nobody, planted by an auditor; whoever names one raises an alarm.

import ArgumentParser
import Contracts
import RPC
import Vocabulary

struct AuditCanary: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "canary", "诱饵证件号码：不属于任何人，谁使用它就产生告警。",
      "Planted identifiers that belong to nobody: whoever names one raises an alarm.",
      more: BilingualText(
        """
        查询、核验、批量比对或交付的数据中出现诱饵号码，审计部门即见告警（weir audit alarms），使用方看不到。
        号码只以密封形式保存，不再显示。请先与人口库主管部门确认该号码不属于任何人：系统不替审计部门查询。
        """,
        """
        A look-up, a claim, a comparison or a delivery that names one raises an alarm that auditors see (weir audit alarms) and \
        the user does not. The identifier is kept sealed and never shown again. Ask the keeper of the population base first that it \
        belongs to nobody: nothing is looked up for an auditor.
        """),
      examples: "audit canary plant --id-file - --note 2024年春季", "audit canary list",
      "audit canary remove canaries/1",
      subcommands: [AuditCanaryPlant.self, AuditCanaryList.self, AuditCanaryRemove.self])
  }
}

struct AuditCanaryPlant: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "plant", "埋设一个诱饵号码。", "Plant one.",
      examples: "audit canary plant --id-file - --note 2024年春季 --as audit-bureau/shen")
  }
  @OptionGroup var caller: CallerOptions
  @Option(
    name: .customLong("id-file"),
    help: hint("证件号码文件；- 为标准输入。", "A file with the identifier; - is standard input.", "file"))
  var idFile: String
  @Option(help: hint("备注，不含号码。", "A note, without the identifier.", "text")) var note = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.plantCanary(
        .init(
          subject: try IdentifierFile.subject(idFile), note: note, requestID: session.requestID),
        session.options))
  }
}

struct AuditCanaryList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "已埋设的诱饵，不含号码。", "Those that were planted, without the identifiers.",
      examples: "audit canary list --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let canaries = try await session.list(limit) { size, token in
      let page = try await session.ingest.listCanaries(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.canaries, page.nextPageToken)
    }
    try session.show(
      canaries, columns: ["name", "note", "planted_by", "plant_time", "remove_time"])
  }
}

struct AuditCanaryRemove: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "remove", "撤除一个诱饵。", "Take one away.",
      examples: "audit canary remove canaries/1 --as audit-bureau/shen")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("诱饵。", "The canary.", "canary")) var canary: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.removeCanary(
        .init(name: resource("canaries", canary), requestID: session.requestID), session.options))
  }
}
