// weir destruction: data that two persons of the source have destroyed, with a certificate.

import ArgumentParser
import Contracts
import Telemetry
import Vocabulary

struct DestructionCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "destruction", "销毁数据：整个登记册或某人的记录，须两人办理，出具销毁凭证。",
      "Destroy data: a register or one person's records, by two persons, with a certificate.",
      examples: "destruction request --register E-1 --reason 目录已撤销 --as civil-affairs/li",
      "destruction approve D-1 --receipt certificate.json --as civil-affairs/sun",
      subcommands: [
        DestructionRequest.self, DestructionApprove.self, DestructionShow.self,
        DestructionList.self,
      ])
  }
}

struct DestructionRequest: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "request", "申请销毁登记册（目录须已撤销），或某人在本部门一个或全部登记册中的记录。",
      "Ask for the destruction of a register whose entry is withdrawn, or of one person's records in one or all of your registers.",
      more: BilingualText(
        "另一人须在七日内用 weir destruction approve 批准。批准前不保存证件号码，只保存带密钥的散列。",
        "Another person approves it within seven days with weir destruction approve. The identifier is not kept before, only a keyed hash of it."
      ),
      examples: "destruction request --register E-1 --reason 目录已撤销 --as civil-affairs/li",
      "destruction request --person --id-file - --reason 本人申请删除 --as civil-affairs/li",
      "destruction request --person --entry E-1 --id-file - --reason 误收 --as civil-affairs/li")
  }
  @OptionGroup var caller: CallerOptions
  @Option(help: hint("销毁这个条目的登记册。", "Destroy this entry's register.", "entry"))
  var register: String?
  @Flag(help: hint("销毁某人的记录。", "Destroy one person's records.")) var person = false
  @Option(
    help: hint(
      "只在这个条目中；默认为本部门全部登记册。", "In this entry alone; in all of your registers unless given.", "entry"
    ))
  var entry: String?
  @Option(
    name: .customLong("id-file"),
    help: hint("证件号码文件；- 为标准输入。", "A file with the identifier; - is standard input.", "file"))
  var idFile: String?
  @Option(help: hint("理由。", "The reason.", "text")) var reason: String

  func validate() throws {
    guard (register != nil) != person else {
      throw ValidationError(
        spoken("请给出 --register 或 --person。", "Give --register or --person."))
    }
    guard person == (idFile != nil), person || entry == nil else {
      throw ValidationError(
        spoken(
          "--person 须与 --id-file 同时给出；--entry 只用于 --person。",
          "--person and --id-file go together; --entry is for --person alone."))
    }
  }

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.requestDestruction(
        .init(
          kind: person ? "subject" : "register",
          entry: resource("entries", register ?? entry ?? ""),
          subject: try idFile.map { try IdentifierFile.subject($0) }, reason: reason,
          requestID: session.newRequest()), session.options))
  }
}

struct DestructionApprove: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "approve", "批准另一人申请的销毁；批准即执行，不可恢复。",
      "Approve what another person asked for; the data are destroyed with it, and nothing brings them back.",
      more: BilingualText(
        "凭证即日志中该条目的回执，可用 weir audit receipt 离线验证和打印；其中写明最后一份备份何时失效。",
        "The certificate is the receipt of the log's entry: weir audit receipt verifies and prints it offline. It names the day on which the last backup lapses."
      ),
      examples: "destruction approve D-1 --receipt certificate.json --as civil-affairs/sun",
      "destruction approve D-2 --id-file - --receipt certificate.json --as civil-affairs/sun")
  }
  @OptionGroup var caller: CallerOptions
  @Option(
    name: .customLong("id-file"),
    help: hint(
      "销毁个人记录时，再次给出证件号码文件；- 为标准输入。",
      "For one person's records the identifier again, in a file; - is standard input.", "file"))
  var idFile: String?
  @Argument(help: hint("销毁事项。", "The destruction.", "destruction")) var destruction: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.approveDestruction(
        .init(
          name: resource("destructions", destruction),
          subject: try idFile.map { try IdentifierFile.subject($0) },
          requestID: session.newRequest()), session.options))
  }
}

struct DestructionShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一项销毁；已完成的附有凭证。", "Show a destruction; one that is done has its certificate.",
      examples: "destruction show D-1 --receipt certificate.json --as civil-affairs/li")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("销毁事项。", "The destruction.", "destruction")) var destruction: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.getDestruction(
        .init(name: resource("destructions", destruction)), session.options))
  }
}

struct DestructionList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "本部门的销毁事项及其状态。", "Your department's destructions and how they stand.",
      examples: "destruction list --as civil-affairs/li --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let destructions = try await session.list(limit) { size, token in
      let page = try await session.ingest.listDestructions(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.destructions, page.nextPageToken)
    }
    try session.show(
      destructions,
      columns: ["name", "kind", "entry", "state", "requested_by", "approved_by", "rows", "until"])
  }
}
