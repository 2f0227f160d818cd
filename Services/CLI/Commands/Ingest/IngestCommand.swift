// weir ingest: batches of records, their rejected rows, and repairs.

import ArgumentParser
import Contracts
import Telemetry
import Vocabulary

struct IngestCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "ingest", "数据入库：上传、续传、拒收行、更正。", "Deliver records: upload, resume, rejects, corrections.",
      examples: "ingest upload E-1 register.csv --as civil-affairs/system:registers",
      "ingest rejects B-1 --out rejects.csv",
      subcommands: [
        IngestUpload.self, IngestStatus.self, IngestList.self, IngestRejects.self,
        IngestDeclareNil.self, IngestAbandon.self, IngestCorrect.self, IngestResource.self,
      ])
  }
}

struct IngestStatus: CallCommand {
  static var configuration: CommandConfiguration {
    about("status", "显示一个批次。", "Show a batch.", examples: "ingest status B-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("批次。", "The batch.", "batch")) var batch: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.getBatch(
        .init(name: resource("batches", batch)), session.options))
  }
}

struct IngestList: CallCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出一个条目的批次。", "List the batches of an entry.", examples: "ingest list E-1")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String

  func call(_ session: Session) async throws {
    let batches = try await session.list(limit) { size, token in
      let page = try await session.ingest.listBatches(
        .init(entry: resource("entries", entry), pageSize: size, pageToken: token),
        session.options)
      return (page.batches, page.nextPageToken)
    }
    try session.show(
      batches,
      columns: [
        "name", "mode", "kind", "state", "accepted_rows", "rejected_rows", "as_of", "commit_time",
      ])
  }
}

struct IngestRejects: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "rejects", "取回全部拒收行：规则、要求、原值；读取会留痕。",
      "Fetch every rejected row with rule, threshold and value; the reading is on record.",
      more: BilingualText(
        "写出的文件含个人信息，权限 0600。", "The file written holds personal data; its mode is 0600."),
      examples: "ingest rejects B-1 --out rejects.csv")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("批次。", "The batch.", "batch")) var batch: String
  @Option(help: hint("CSV 文件。", "The CSV file.", "file")) var out: String

  func call(_ session: Session) async throws {
    let language = session.console.language
    var csv = try CSVFile(
      path: out, header: ["line", "field", "rule", "threshold", "value", "article", "text", "row"])
    var count = 0
    var token = ""
    repeat {
      let page = try await session.ingest.listRejects(
        .init(batch: resource("batches", batch), pageSize: 500, pageToken: token),
        session.options)
      for reject in page.rejects {
        let text = language == .chinese ? reject.text?.chinese : reject.text?.english
        try csv.write([
          "\(reject.line)", reject.field, reject.rule, reject.threshold, reject.value,
          reject.article, text ?? "", reject.row,
        ])
      }
      count += page.rejects.count
      token = page.nextPageToken
    } while !token.isEmpty
    try csv.close()
    session.console.show([
      ("file", BilingualText("文件", "file"), .text(out)),
      ("rows", BilingualText("行数", "rows"), .integer(count)),
    ])
  }
}

struct IngestDeclareNil: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "declare-nil", "零报告：截至某日无新增数据。", "Declare that nothing is new up to a day.",
      examples: "ingest declare-nil E-1 --as-of 2024-03-04 --as civil-affairs/system:registers")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("截至日；默认今日。", "The day; today unless given.", "date")) var asOf: CivilDate?

  func call(_ session: Session) async throws {
    let day = try asOf ?? caller.today()
    let batch = try await session.ingest.createBatch(
      .init(
        batch: IngestV1.Batch(
          entry: resource("entries", entry), mode: session.isSystem ? .table : .file,
          kind: .increment, format: .jsonLines, encoding: .utf8, asOf: day.iso),
        requestID: session.newRequest()), session.options)
    try session.show(
      try await session.ingest.commitBatch(
        .init(name: batch.name, requestID: session.newRequest(), declaresNil: true),
        session.options))
  }
}

struct IngestAbandon: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "abandon", "放弃未入库的批次。", "Abandon a batch that is not committed.",
      examples: "ingest abandon B-1 --reason 文件有误")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("批次。", "The batch.", "batch")) var batch: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.abandonBatch(
        .init(
          name: resource("batches", batch), reason: reason, requestID: session.newRequest()),
        session.options))
  }
}

struct IngestCorrect: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "correct", "按已证实的疑义更正或删除一条记录。", "Repair or remove a record, as an issue confirmed.",
      more: BilingualText(
        "更正内容从文件读取，每行“数据项=值”。", "The values come from a file, one item=value a line."),
      examples: "ingest correct entries/E-1/records/17 --issue Q-1 --remove --reason 本人健在",
      "ingest correct entries/E-1/records/17 --issue Q-1 --values-file - --reason 日期录错")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("记录。", "The record.", "record")) var record: String
  @Option(help: hint("疑义。", "The issue.", "issue")) var issue: String
  @Option(help: hint("内容文件；- 为标准输入。", "The file of values; - is standard input.", "file"))
  var valuesFile: String?
  @Flag(help: hint("删除：本不应在册。", "Remove it: it never should have been here.")) var remove = false
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func validate() throws {
    guard remove != (valuesFile != nil) else {
      throw ValidationError(
        spoken("--remove 与 --values-file 须且只须给出一个。", "Give either --remove or --values-file."))
    }
  }

  func call(_ session: Session) async throws {
    let lines = try valuesFile.map { try IdentifierFile.read($0, limit: 512) } ?? []
    let values = try lines.map { line in
      let parts = line.exposed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw CommandFailure(.usage, spoken("每行应为 数据项=值。", "Each line is item=value."))
      }
      return IngestV1.Value(item: String(parts[0]), value: String(parts[1]))
    }
    try session.show(
      try await session.ingest.correctRecord(
        .init(
          record: record, issue: resource("issues", issue), values: values, remove: remove,
          reason: reason, requestID: session.newRequest()), session.options))
  }
}

struct IngestResource: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "resource", "一项资源有多新、多全。", "How fresh and complete a resource is.",
      examples: "ingest resource E-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.ingest.getResourceStatus(
        .init(entry: resource("entries", entry)), session.options))
  }
}
