// weir register: the catalogue's registers, one listing at a time; all kinds alike.

import ArgumentParser
import Boot
import Contracts
import Vocabulary

struct RegisterCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "register", "清单与登记：需求、采集、协同采集、责任部门、标准、开放、会议、增补分类、重复采集许可、信息化项目。",
      "Registers: demand, collection, joint collection, responsibility, standards, opening, meetings, added categories, duplicates, projects.",
      examples: "register add demand.yaml", "register list demand --owner civil-affairs",
      "register confirm L-3",
      subcommands: [
        RegisterAdd.self, RegisterList.self, RegisterShow.self, RegisterConfirm.self,
        RegisterReturn.self, RegisterEnd.self, RegisterOpen.self,
      ])
  }
}

struct RegisterAdd: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "add", "按 YAML 或 JSON 文件登记一项，或者登记其下一版本。",
      "Put a listing on a register from a YAML or JSON file, or its next version.",
      more: BilingualText(
        "文件只写一个种类，如 demand: {datum: 婚姻登记, provider: departments/police, duty: 社会救助核对, frequency: monthly}；样例见 deploy/examples/registers。",
        "The file has one kind, such as demand: {datum: …, provider: departments/police, duty: …, frequency: monthly}; see deploy/examples/registers."
      ),
      examples: "register add demand.yaml", "register add standard.yaml --next L-4")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件；- 为标准输入。", "The file; - is standard input.", "file")) var file: String
  @Option(help: hint("登记为它的下一版本。", "As the next version of this one.", "listing"))
  var next = ""

  func call(_ session: Session) async throws {
    var record: CatalogV1.Record = try MessageFile.read(file)
    record.name = next.isEmpty ? "" : resource("listings", next)
    try session.show(
      try await session.catalog.saveRecord(
        .init(record: record, requestID: session.newRequest()), session.options))
  }
}

struct RegisterList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一种或全部登记；--output json 导出全部内容。",
      "List one register or all; --output json exports everything they say.",
      examples: "register list", "register list collection --owner civil-affairs --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(
    help: hint(
      "种类：demand、collection、joint_collection、responsibility、standard、opening、meeting、category、duplicate、project。",
      "The kind: demand, collection, joint_collection, responsibility, standard, opening, meeting, category, duplicate, project.",
      "kind"))
  var kind = ""
  @Option(help: hint("编制单位。", "Whose.", "code")) var owner = ""
  @Flag(help: hint("也列已终止、已替换的。", "Also what has ended or was replaced.")) var endedToo = false

  func call(_ session: Session) async throws {
    let records = try await session.list(limit) { size, token in
      let page = try await session.catalog.listRecords(
        .init(
          kind: kind.replacing("-", with: "_"), owner: resource("departments", owner),
          endedToo: endedToo, pageSize: size, pageToken: token), session.options)
      return (page.records, page.nextPageToken)
    }
    let named =
      ["demand", "collection", "joint_collection", "responsibility", "standard"]
      + ["opening", "meeting", "category", "duplicate", "project"]
    let kinds = kind.isEmpty ? named : [kind.replacing("-", with: "_")]
    try session.show(records, columns: ["name", "version", "owner", "state"] + kinds)
  }
}

struct RegisterShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一项登记、须确认的单位及其经过。",
      "Show a listing, who must agree to it, and its history.", examples: "register show L-3")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("登记。", "The listing.", "listing")) var listing: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.getRecord(
        .init(name: resource("listings", listing)), session.options))
  }
}

struct RegisterConfirm: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "confirm", "确认一项登记；须确认的单位都确认后生效。",
      "Agree to a listing; it holds when all who must agree have.",
      examples: "register confirm L-3 --as staffing/qian")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("登记。", "The listing.", "listing")) var listing: String
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""

  func call(_ session: Session) async throws {
    try await session.decide(.confirm, listing, etag: etag)
  }
}

struct RegisterReturn: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "return", "退回一项登记，写明理由。", "Send a listing back, with the reason.",
      examples: "register return L-3 --reason 与现有目录重复")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("登记。", "The listing.", "listing")) var listing: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try await session.decide(.return, listing, reason: reason)
  }
}

struct RegisterEnd: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "end", "终止本单位编制的一项登记，写明理由。", "End a listing of one's own, with the reason.",
      examples: "register end L-3 --reason 职责调整")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("登记。", "The listing.", "listing")) var listing: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try await session.decide(.end, listing, reason: reason)
  }
}

extension Session {
  fileprivate func decide(
    _ decision: CatalogV1.DecideRecordRequest.Decision, _ listing: String, reason: String = "",
    etag: String = ""
  ) async throws {
    try show(
      try await catalog.decideRecord(
        .init(
          name: resource("listings", listing), decision: decision, reason: reason, etag: etag,
          requestID: newRequest()), options))
  }
}

struct RegisterOpen: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "open", "为开放清单中的一项放上开放文件（主要负责人办理）；文件为文本，不得含公民身份号码。",
      "Put the file of an opened set in place (the principal head does it); it is text without identity numbers.",
      more: BilingualText(
        "无条件开放的，任何人可在开放端口获取：网关配置 openListen；GET /open/catalogue，POST /open/read。",
        "What is opened unconditionally anybody can have at the open listener: openListen of the gateway; GET /open/catalogue, POST /open/read."
      ),
      examples: "register open L-7 ./cremations-2026.csv --as civil-affairs/li")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("开放清单中的一项。", "The listing on the opening list.", "listing"))
  var listing: String
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Option(help: hint("文件类型。", "Its media type.", "type")) var type = "text/csv"

  func call(_ session: Session) async throws {
    try session.show(
      try await session.catalog.publishOpenSet(
        .init(
          listing: resource("listings", listing), content: try readBytes(file), mediaType: type,
          requestID: session.newRequest()), session.options))
  }
}
