// weir catalog import, weir catalog export: the national catalogue spreadsheet in and out, and DCAT out.

import ArgumentParser
import Boot
import CatalogExchange
import Contracts
import Foundation
import IngestFormats
import RPC
import Spreadsheet
import Vocabulary

struct CatalogImport: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "import", "导入国家目录表（XLSX、CSV），逐格检查，编成草稿。",
      "Import the national catalogue spreadsheet (XLSX, CSV): each cell is checked, each resource drafted.",
      more: BilingualText(
        "有错的资源不导入，其行连同“退回原因”一列写入同类文件；有退回时退出码为 5。分类标识、信息项标识等扩展列可缺。",
        "Resources with mistakes are not taken; their rows go back in a file of the same kind with a column that says why, and it ends with 5. The extension columns may be absent."
      ),
      examples: "catalog import catalogue.xlsx --check", "catalog import catalogue.csv",
      "catalog import catalogue.xlsx --returned returned.xlsx")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Flag(help: hint("只检查，不编草稿。", "Only check, draft nothing.")) var check = false
  @Option(
    help: hint(
      "退回的行写到哪里；默认在原文件旁。", "Where rows that go back are written; beside the file unless given.",
      "file"))
  var returned: String?

  func call(_ session: Session) async throws {
    let source = try readFile(session)
    var sheet = CatalogueSheet(
      source.workbook, categories: try await categories(session),
      existing: try await ownTitles(session))
    var names: [Int: String] = [:]
    for index in sheet.resources.indices where sheet.resources[index].isSound && !check {
      do {
        let drafted = try await session.catalog.createEntry(
          .init(
            entry: sheet.resources[index].entry, requestID: session.newRequest("\(index + 1)")),
          session.options)
        names[index] = drafted.name
      } catch let status as Status where CommandFailure(status).reason != nil {
        sheet.refuse(index, CommandFailure(status))
      }
    }
    try report(sheet, names, session)
    let isReturned = { (resource: SheetResource) in !resource.isSound }
    guard sheet.resources.contains(where: isReturned) || sheet.faults.contains(where: isGrave)
    else { return }
    let out = returned ?? Self.beside(file)
    let sheets = sheet.returned(of: source.workbook, isReturned)
    if !sheets.isEmpty {
      try SpreadsheetFile.write(sheets, to: out, as: source.form)
      session.console.note(BilingualText("退回的行：\(out)", "rows that go back: \(out)"))
    }
    throw ProgramEnd(exit: .rejectedRows)
  }

  private func isGrave(_ fault: SheetFault) -> Bool { !fault.rule.isNote }

  private func readFile(_ session: Session) throws -> SpreadsheetFile {
    do { return try SpreadsheetFile(path: file) } catch let refusal as any Refusal {
      throw CommandFailure(refusal, in: session.console.language)
    }
  }

  /// "a.xlsx" goes back as "a-returned.xlsx".
  private static func beside(_ path: String) -> String {
    let url = URL(filePath: path)
    let name = url.deletingPathExtension().lastPathComponent + "-returned"
    return url.deletingLastPathComponent()
      .appending(path: name).appendingPathExtension(url.pathExtension).path
  }

  private func categories(_ session: Session) async throws -> [String: String] {
    let all = try await allCategories(session)
    return Dictionary(all.map { (comparableName($0.title), $0.slug) }) { first, _ in first }
  }

  private func ownTitles(_ session: Session) async throws -> [String: String] {
    let me = try await session.registry.whoAmI(.init(), session.options)
    var limit = ListOptions()
    limit.limit = 1_000_000
    let entries = try await session.list(limit) { size, token in
      let page = try await session.catalog.listEntries(
        .init(owner: me.department, pageSize: size, pageToken: token), session.options)
      return (page.entries, page.nextPageToken)
    }
    return Dictionary(entries.map { ($0.title, $0.name) }) { first, _ in first }
  }

  private func report(
    _ sheet: CatalogueSheet, _ names: [Int: String], _ session: Session
  ) throws {
    let resources = sheet.resources.enumerated().map { index, resource in
      [
        .text(resource.sheet), .integer(resource.rows.first ?? 0), .text(resource.entry.title),
        .integer(resource.entry.items.count), names[index].map { .text($0) } ?? .none,
      ] as [OutputValue]
    }
    let faults = sheet.allFaults.map { fault in
      [
        .text(fault.sheet), .text(fault.cell.text), .text(fault.column), .text(fault.rule.rawValue),
        .bilingual(fault.sentence), .bilingual(fault.advice), .flag(!fault.rule.isNote),
      ] as [OutputValue]
    }
    session.console.show(
      [
        ("resources_read", BilingualText("读到资源", "resources read"), .integer(resources.count)),
        ("drafted", BilingualText("编成草稿", "drafted"), .integer(names.count)),
        (
          "returned", BilingualText("退回", "returned"),
          .integer(sheet.resources.count { !$0.isSound })
        ),
      ],
      tables: [
        (
          "resources",
          Table(
            columns: ["sheet", "row", "title", "items", "entry"].map {
              Table.Column($0, Words.title(ofField: $0))
            }, rows: resources)
        ),
        (
          "faults",
          Table(
            columns: ["sheet", "cell", "column", "rule", "sentence", "advice", "grave"].map {
              Table.Column($0, Words.title(ofField: $0))
            }, rows: faults)
        ),
      ])
  }
}

/// Every category that the taxonomies have.
private func allCategories(_ session: Session) async throws -> [CatalogV1.Category] {
  var limit = ListOptions()
  limit.limit = 100_000
  return try await session.list(limit) { size, token in
    let page = try await session.catalog.listCategories(
      .init(taxonomy: "", pageSize: size, pageToken: token), session.options)
    return (page.categories, page.nextPageToken)
  }
}

extension CatalogueSheet {
  /// What the catalogue said of a resource, at the cell of the field that it named.
  fileprivate mutating func refuse(_ index: Int, _ failure: CommandFailure) {
    let field = failure.field ?? ""
    let column = resources[index].column(ofField: field)
    add(
      SheetFault(
        refused: failure.message + (failure.article.map { " (\($0))" } ?? ""),
        advice: failure.nextStep ?? "", sheet: resources[index].sheet,
        cell: resources[index].cell(ofField: field), column: column),
      to: index)
  }
}

struct CatalogExport: CallCommand {
  enum Form: String, CaseIterable, ExpressibleByArgument {
    case xlsx, csv, dcat
  }

  static var configuration: CommandConfiguration {
    about(
      "export", "导出目录：国家目录表（XLSX、CSV）或 DCAT 3（JSON-LD）。",
      "Export the catalogue: the national spreadsheet (XLSX, CSV) or DCAT 3 (JSON-LD).",
      more: BilingualText(
        "默认只导出已发布的条目。以 = + - @ 开头的单元格前加撇号，不会被当作公式。",
        "Published entries unless another state is given. Cells that begin with = + - @ get an apostrophe, so that none is taken for a formula."
      ),
      examples: "catalog export catalogue.xlsx",
      "catalog export catalogue.csv --encoding gb18030 --owner civil-affairs",
      "catalog export catalogue.jsonld --format dcat")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Option(
    name: .customLong("format"),
    help: hint(
      "xlsx、csv 或 dcat；默认看文件名。", "xlsx, csv or dcat; by the name of the file unless given."))
  var form: Form?
  @Option(help: hint("CSV 的编码：utf-8 或 gb18030。", "Of CSV: utf-8 or gb18030.", "name"))
  var encoding: TextEncoding = .utf8
  @Option(help: hint("提供方。", "The owner.", "code")) var owner = ""
  @Option(help: hint("状态。", "The state.")) var state = Word(CatalogV1.EntryState.published)

  func call(_ session: Session) async throws {
    var limit = ListOptions()
    limit.limit = 1_000_000
    let entries = try await session.list(limit) { size, token in
      let page = try await session.catalog.listEntries(
        .init(
          owner: resource("departments", owner), state: state.value, pageSize: size,
          pageToken: token), session.options)
      return (page.entries, page.nextPageToken)
    }
    let form = form ?? Self.form(of: file)
    let classes = Dictionary(
      try await allCategories(session).map { ($0.slug, (group: $0.group, title: $0.title)) }
    ) { first, _ in first }
    switch form {
    case .dcat:
      try Files.write(
        dcatCatalogue(entries, titled: "政务数据目录", categories: classes.mapValues(\.title)) + "\n",
        to: file, isPrivate: false)
    case .xlsx, .csv:
      let sheet = catalogueSheet(
        entries, titled: "政务信息资源目录", classes: classes, isMerged: form == .xlsx)
      try SpreadsheetFile.write([sheet], to: file, as: form == .xlsx ? .xlsx : .csv(encoding))
    }
    session.console.show([
      ("file", BilingualText("文件", "file"), .text(file)),
      ("entries", BilingualText("条目", "entries"), .integer(entries.count)),
    ])
  }

  private static func form(of path: String) -> Form {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "csv": .csv
    case "jsonld", "json": .dcat
    default: .xlsx
    }
  }
}
