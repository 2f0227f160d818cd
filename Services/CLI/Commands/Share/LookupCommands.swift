// weir share lookup and verify-request: about one person, whose identifier comes from a file or from standard input.

import ArgumentParser
import Contracts
import Foundation
import Telemetry
import Vocabulary

/// Whom a query is about. Only `--name` and the kind of document are arguments.
struct SubjectOptions: ParsableArguments {
  @Option(
    name: .customLong("id-file"),
    help: hint("证件号码文件，一行一个；- 为标准输入。", "A file with the identifier; - is standard input.", "file"))
  var idFile: String
  @Option(
    name: .customLong("name-file"),
    help: hint("姓名文件，第一行为姓名。", "A file whose first line is the person's name.", "file"))
  var nameFile: String?
  @Option(
    help: hint(
      "其他证件的种类；默认为公民身份号码或统一社会信用代码。",
      "The kind of another document; else an identity or credit number.", "kind"))
  var document: String?

  func subject() throws -> IngestV1.Subject {
    let lines = try IdentifierFile.read(idFile, limit: 1)
    let name = try nameFile.flatMap { try IdentifierFile.read($0, limit: 1).first?.exposed } ?? ""
    let text = lines[0].exposed
    if let document {
      return IngestV1.Subject(documentType: document, documentNumber: text, personName: name)
    }
    guard let block = SubjectReading.block(text) else {
      throw CommandFailure(
        .usage,
        spoken(
          "读到的既不是有效的公民身份号码，也不是有效的统一社会信用代码；其他证件请用 --document。",
          "What was read is no valid identity or credit number; for another document use --document."
        ))
    }
    return IngestV1.Subject(block: block.bytes, personName: name)
  }
}

enum SubjectReading {
  /// The public block of an identity number or a credit number, cleaned as the services clean them.
  static func block(_ text: String) -> IdentifierBlock? {
    if let reading = try? PersonIdentifier.read(text) { return IdentifierBlock(reading.identifier) }
    if let reading = try? OrganisationIdentifier.read(text) {
      return IdentifierBlock(reading.identifier)
    }
    return nil
  }
}

struct ShareLookup: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "lookup", "依授权查询一人；每次查询留痕。", "Query one person under a grant; every query is on record.",
      examples: "share lookup G-1 --id-file - --purpose 养老金资格核实 --case 2024-17",
      "share lookup G-2 --id-file - --purpose 养老金资格核实 --for pension-bank")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var subject: SubjectOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Option(help: hint("数据项，逗号分隔；默认全部。", "Items, with commas; all unless given.", "items"))
  var items = ""
  @Option(help: hint("用途。", "The purpose.", "text")) var purpose: String
  @Option(name: .customLong("case"), help: hint("案号。", "The case number.", "text"))
  var caseNumber = ""
  @Option(
    name: .customLong("for"),
    help: hint(
      "为哪个接收方查询（授权中的名称）；默认本部门自用。",
      "For which recipient of the grant; for one's own use unless given.", "name"))
  var recipient = ""

  func call(_ session: Session) async throws {
    let answer = try await session.share.lookup(
      .init(
        grant: resource("grants", grant), subject: try subject.subject(),
        items: items.split(separator: ",").map(String.init), purpose: purpose,
        caseNumber: caseNumber, recipient: recipient), session.options)
    for notice in answer.notices {
      session.console.note(BilingualText(notice.chinese, notice.english))
    }
    guard session.console.format == .table else { return try session.show(answer) }
    try session.keepReceipt(of: answer)
    session.console.show(Self.table(answer.records))
  }

  /// One row a record, one column an item.
  private static func table(_ records: [IngestV1.Record]) -> Table {
    var items: [String] = []
    for value in records.flatMap(\.values) where !items.contains(value.item) {
      items.append(value.item)
    }
    func titled(_ field: String) -> Table.Column { .init(field, Words.title(ofField: field)) }
    return Table(
      columns: [titled("record")] + items.map { Table.Column($0, BilingualText($0, $0)) }
        + [titled("as_of"), titled("under_check")],
      rows: records.map { record in
        let values = items.map { item in
          OutputValue.text(record.values.first { $0.item == item }?.value ?? "")
        }
        return [.text(record.name)] + values
          + [.text(record.lineage?.asOf ?? ""), record.underCheck ? .text(record.issue) : .none]
      })
  }
}

struct VerifyCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "verify-request", "对不予共享数据的核验请求。", "Verification requests on not-shared registers.",
      examples: "share verify-request list",
      subcommands: [VerifyCreate.self, VerifyDecide.self, VerifyShow.self, VerifyList.self])
  }
}

struct VerifyCreate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "create", "请来源部门核验一项陈述：证件号、姓名与所称的值。",
      "Ask the source to check one claim: identifier, name and asserted value.",
      examples:
        "share verify-request create E-5 --item disease --value A1 --id-file - --name-file n.txt --purpose 救助审核 --case 2024-9"
    )
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var subject: SubjectOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("数据项。", "The item.", "item")) var item: String
  @Option(help: hint("所称的值。", "The asserted value.", "text")) var value: String
  @Option(help: hint("用途。", "The purpose.", "text")) var purpose: String
  @Option(name: .customLong("case"), help: hint("案号。", "The case number.", "text"))
  var caseNumber = ""
  @Option(help: hint(basisHint.chinese, basisHint.english, "basis")) var basis: BasisArgument?

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.createVerificationRequest(
        .init(
          entry: resource("entries", entry), subject: try subject.subject(), item: item,
          assertedValue: value.trimmingCharacters(in: .whitespacesAndNewlines), purpose: purpose,
          caseNumber: caseNumber,
          requestID: session.newRequest(), legalBasis: basis?.basis), session.options))
  }
}

struct VerifyDecide: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "decide", "来源部门：受理并答复，或依法拒绝。", "The source accepts and answers, or declines citing law.",
      examples: "share verify-request decide V-1 accept",
      "share verify-request decide V-1 decline --reason 无办事依据 --basis law:个人信息保护法:第六条")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("核验请求。", "The request.", "request")) var request: String
  @Argument(help: hint("决定。", "The decision."))
  var decision: Word<ShareV1.DecideVerificationRequestRequest.Decision>
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""
  @Option(help: hint(basisHint.chinese, basisHint.english, "basis")) var basis: BasisArgument?

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.decideVerificationRequest(
        .init(
          name: resource("verification-requests", request), decision: decision.value,
          reason: reason, basis: basis?.basis, requestID: session.newRequest()), session.options))
  }
}

struct VerifyShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一个核验请求。", "Show a verification request.", examples: "share verify-request show V-1"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("核验请求。", "The request.", "request")) var request: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.getVerificationRequest(
        .init(name: resource("verification-requests", request)), session.options))
  }
}

struct VerifyList: CallCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出核验请求。", "List verification requests.", examples: "share verify-request list")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let requests = try await session.list(limit) { size, token in
      let page = try await session.share.listVerificationRequests(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.requests, page.nextPageToken)
    }
    try session.show(
      requests, columns: ["name", "entry", "requester", "item", "state", "answer", "due"])
  }
}
