// weir department document: governance documents on record, and which bodies lack one.

import ArgumentParser
import Boot
import Contracts
import Crypto
import Vocabulary

struct DocumentCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "document", "治理文件：登记、查看、查缺。",
      "Governance documents: put on record, list, tell what is missing.",
      examples: "department document list civil-affairs",
      "department document gaps --as data-bureau/chen",
      subcommands: [DocumentAdd.self, DocumentList.self, DocumentGaps.self])
  }
}

struct DocumentAdd: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "add", "登记一份治理文件的新版本；只存摘要，不存正文。",
      "Put a version of a document on record; its hash is kept, not its text.",
      examples:
        "department document add civil-affairs security_rules ./rules.pdf --title 数据安全管理制度 --review 2027-12-31"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Argument(help: hint("种类，如 security_rules。", "The kind, such as security_rules.", "kind"))
  var kind: String
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Option(help: hint("名称。", "Its title.", "text")) var title: String
  @Option(help: hint("何日前复审。", "By when it is reviewed.", "date")) var review: CivilDate
  @Option(help: hint("有效至。", "The last day on which it holds.", "date")) var until: CivilDate?
  @Option(name: .customLong("part"), help: hint("组成部分，可重复。", "A part that it has.", "word"))
  var parts: [String] = []
  @Option(help: hint("版本号；默认为下一版。", "The version; the next unless given.", "number"))
  var version: Int32?

  func call(_ session: Session) async throws {
    let parent = resource("departments", code)
    let name = parent + "/documents/" + kind
    var number = version ?? 1
    if version == nil {
      let held = try await session.registry.listDocuments(.init(parent: parent), session.options)
      number = (held.documents.first { $0.name == name }?.version ?? 0) + 1
    }
    try session.show(
      try await session.registry.registerDocument(
        .init(
          document: .init(
            name: name, version: number, title: title, sha256: SHA256.hash(try readBytes(file)),
            reviewDate: review.iso, validUntil: until?.iso ?? "", parts: parts),
          requestID: session.newRequest()), session.options))
  }
}

struct DocumentList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一个单位登记的治理文件。", "List a department's documents.",
      examples: "department document list civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    let found = try await session.registry.listDocuments(
      .init(parent: resource("departments", code)), session.options)
    try session.show(
      found.documents,
      columns: ["name", "version", "title", "review_date", "valid_until", "registrant"])
  }
}

struct DocumentGaps: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "gaps", "哪些单位缺少规定的治理文件，或复审逾期，依据哪一条。",
      "Which bodies lack a document that the text asks for, or are late with its review, by which article.",
      examples: "department document gaps --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let gaps = try await session.list(limit) { size, token in
      let page = try await session.registry.listDocumentGaps(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.gaps, page.nextPageToken)
    }
    try session.show(gaps, columns: ["department", "kind", "gap", "since", "article"])
  }
}
