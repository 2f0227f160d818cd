// weir department duty: who does which duty of a body; weir department security: how it keeps its data safe.

import ArgumentParser
import Contracts
import Vocabulary

struct DutyCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "duty", "责任机构和人员：备案、确认、查看、查缺。",
      "Units and persons named for a duty: file, confirm, list, tell who has nobody.",
      more: BilingualText(
        "职责：implementing（实施机构及人员）、dedicated（专职机构和专职人员）、security（安全管理机构及责任人）。",
        "Duties: implementing (unit and persons who carry it out), dedicated (dedicated unit and staff), security (security unit and responsible persons)."
      ),
      examples: "department duty list civil-affairs", "department duty gaps --as data-bureau/chen",
      subcommands: [DutyFile.self, DutyConfirm.self, DutyList.self, DutyGaps.self])
  }
}

private func dutyName(_ code: String, _ duty: String) -> String {
  resource("departments", code) + "/duties/" + duty
}

struct DutyFile: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "file", "备案一项职责的机构和人员；变动时再次备案，旧的留作记录。",
      "File unit and persons for a duty; file again after a change, the former stays on record.",
      examples:
        "department duty file civil-affairs security --unit 信息安全科 --person civil-affairs/ma")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Argument(help: hint("职责，如 security。", "The duty, such as security.", "duty"))
  var duty: String
  @Option(help: hint("机构名称。", "The unit's name.", "text")) var unit: String
  @Option(name: .customLong("person"), help: hint("人员，可重复。", "A person; may be repeated.", "who"))
  var persons: [String] = []
  @Option(help: hint("版本号；默认为下一版。", "The version; the next unless given.", "number"))
  var version: Int32?

  func call(_ session: Session) async throws {
    let name = dutyName(code, duty)
    var number = version ?? 1
    if version == nil {
      let held = try await session.registry.listDutyFilings(
        .init(parent: resource("departments", code)), session.options)
      number = (held.filings.first { $0.name == name }?.version ?? 0) + 1
    }
    try session.show(
      try await session.registry.fileDuty(
        .init(
          filing: .init(
            name: name, version: number, unit: unit, persons: try persons.map(personName)),
          requestID: session.newRequest()), session.options))
  }
}

struct DutyConfirm: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "confirm", "主管部门确认一项备案。", "The authority confirms a filing.",
      examples: "department duty confirm civil-affairs dedicated --version 1 --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Argument(help: hint("职责。", "The duty.", "duty")) var duty: String
  @Option(help: hint("所见的版本。", "The version that was seen.", "number")) var version: Int32

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.confirmDuty(
        .init(
          name: dutyName(code, duty), version: version, requestID: session.newRequest()),
        session.options))
  }
}

struct DutyList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一个单位各项职责的备案及其历史。", "List a department's filings with their history.",
      examples: "department duty list civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    let found = try await session.registry.listDutyFilings(
      .init(parent: resource("departments", code)), session.options)
    try session.show(
      found.filings,
      columns: [
        "name", "version", "unit", "persons", "file_time", "filer", "confirm_time", "confirmer",
      ])
  }
}

struct DutyGaps: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "gaps", "哪些单位没有备案规定的机构和人员，或人员已不在任，依据哪一条。",
      "Which bodies have nobody on file for a duty of the text, or nobody who is still there, by which article.",
      examples: "department duty gaps --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let gaps = try await session.list(limit) { size, token in
      let page = try await session.registry.listDutyGaps(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.gaps, page.nextPageToken)
    }
    try session.show(gaps, columns: ["department", "duty", "gap", "required", "article"])
  }
}

struct SecurityCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "security", "单位的数据安全档案：制度、责任人、最近检查、最近备份。",
      "A body's security file: rules, who answers, last check, last backup.",
      examples: "department security show civil-affairs",
      subcommands: [SecurityShow.self, SecurityRecord.self])
  }
}

struct SecurityShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一个单位的数据安全档案。", "Show a department's security file.",
      examples: "department security show civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.getSecurityFile(
        .init(parent: resource("departments", code)), session.options))
  }
}

struct SecurityRecord: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "record", "登记一次安全检查（check）或备份（backup）。",
      "Put a security check or a backup on record.",
      examples:
        "department security record civil-affairs backup --on 2026-11-20 --result 全量备份，已验证恢复")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Argument(help: hint("check 或 backup。", "check or backup.", "kind")) var kind: String
  @Option(help: hint("哪一天做的。", "The day on which it was done.", "date")) var on: CivilDate
  @Option(help: hint("结果。", "What came of it.", "text")) var result: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.recordSafeguard(
        .init(
          safeguard: .init(
            department: resource("departments", code), kind: kind, date: on.iso, result: result),
          requestID: session.newRequest()), session.options))
  }
}
