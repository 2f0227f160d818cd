// The national catalogue spreadsheet in and out, each mistake with its cell, and DCAT as rdflib reads it.

import Contracts
import Foundation
import Spreadsheet
import Testing
import TestSupport
import Vocabulary

@testable import CatalogExchange
@testable import CatalogRules

private let checkout = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
private let python = checkout.appending(path: ".venv/bin/python").path
private let hasPython = FileManager.default.fileExists(atPath: python)

@Suite(
  "The national catalogue spreadsheet (发改高技〔2017〕1272号)",
  .enabled(if: hasPython, "there is no Python environment: run deploy/setup test"))
struct CatalogueSheetTests {
  private func workbook(_ kind: String) throws -> Workbook {
    let folder = try TemporaryFolder()
    let path = folder.path("made.xlsx")
    let script = checkout.appending(path: "Tests/Shared/Spreadsheet/python/sheets.py").path
    let end = try runBlocking(python, [script, "catalogue", kind, path], errorsAmongOutput: true)
    try #require(end.status == 0, "\(String(decoding: end.output, as: UTF8.self))")
    return try Workbook.read(xlsx: [UInt8](try Data(contentsOf: URL(filePath: path))))
  }

  @Test(
    "titles, merged headers, merged resources, totals, signers and hidden sheets are understood")
  func good() throws {
    let sheet = CatalogueSheet(
      try workbook("good"), categories: [comparableName("婚姻"): "person.marriage"])
    #expect(sheet.resources.map(\.entry.title) == ["婚姻登记信息", "火化信息"])
    #expect(sheet.resources.map(\.rows) == [[4, 5], [6, 7]])
    #expect(sheet.resources.filter { !$0.isSound }.isEmpty, "\(sheet.allFaults)")
    // A hidden sheet and one without the header are told, and no more.
    #expect(sheet.faults.map(\.rule) == [.hiddenSheet, .otherSheet])
    let entry = sheet.resources[0].entry
    #expect(entry.category == "person.marriage")
    #expect(entry.shareType == .conditional && entry.conditions == "仅限核对")
    #expect(
      entry.format == "database" && entry.formatType == "KingbaseES" && entry.shareMode == "table")
    #expect(entry.updateFrequency == "monthly" && entry.openAttribute == "not_open")
    #expect(entry.items.map(\.title) == ["姓名", "登记日期"])
    #expect(entry.items.map(\.type) == [.text, .date] && entry.items[0].maxLength == 20)
    #expect(sheet.resources[0].cell(ofField: "entry.items[1].type").text == "M5")
  }

  @Test("each mistake that departments make is told with its cell")
  func mistakes() throws {
    let sheet = CatalogueSheet(try workbook("bad"))
    let told = Set(
      sheet.allFaults.filter { !$0.rule.isNote }.map { "\($0.cell.text) \($0.rule.rawValue)" })
    let expected: Set<String> = [
      "E4 sheet.system_name",
      "F6 sheet.code_malformed", "R6 sheet.format_mode",
      "E8 sheet.duplicate", "H8 sheet.code_differs",
      "E12 sheet.drag_filled", "E13 sheet.drag_filled", "F12 sheet.code_as_number",
      "M12 sheet.type_unknown", "N12 sheet.unit_in_number",
      "L14 sheet.duplicate",
    ]
    #expect(expected.subtracting(told).sorted() == [])
    // Lengths that grow by one under one another: all but the first.
    #expect((16...20).allSatisfy { told.contains("N\($0) sheet.drag_filled") })
    #expect(!told.contains("E10 sheet.drag_filled") && !told.contains("N15 sheet.drag_filled"))
    #expect(
      sheet.allFaults.allSatisfy { !$0.sentence.english.isEmpty && !$0.advice.chinese.isEmpty })
  }

  @Test("rows go back with their header and why, and are read again the same way")
  func returned() throws {
    let workbook = try workbook("bad")
    let sheet = CatalogueSheet(workbook)
    let back = sheet.returned(of: workbook) { !$0.isSound }
    let first = try #require(back.first)
    #expect(first.rows[2].last == "退回原因")
    let reason = try #require(first.rows[3].last)
    #expect(reason.contains("E4") && reason.contains("系统名称"))
    let again = CatalogueSheet(try Workbook.read(xlsx: xlsx(back)))
    #expect(
      again.resources.map(\.entry.title)
        == sheet.resources.filter { !$0.isSound }.map(\.entry.title))
    #expect(again.resources.first?.faults.map(\.rule) == sheet.resources.first?.faults.map(\.rule))
  }

  @Test("a title that an entry of the department has already is told with the entry")
  func existing() throws {
    let sheet = CatalogueSheet(try workbook("good"), existing: ["火化　信息": "entries/E-7"])
    let fault = sheet.resources[1].faults.first { $0.rule == .duplicate }
    #expect(fault?.sentence.chinese.contains("entries/E-7") == true)
  }

  @Test("a workbook without the header is refused with the column")
  func headerless() {
    let sheet = CatalogueSheet(
      Workbook(sheets: [
        Sheet(
          name: "a", rows: [SheetRow(number: 1, cells: [SheetCell(column: 1, value: .text("x"))])])
      ]))
    #expect(sheet.faults.contains { $0.rule == .headerMissing })
  }

  static var entry: CatalogV1.Entry {
    .with {
      $0.name = "entries/E-1"
      $0.version = 2
      $0.title = "=火化信息"
      $0.summary = "火化登记, \"殡仪馆\""
      $0.owner = "departments/civil-affairs"
      $0.providingDepartment = "民政局"
      $0.category = "death.cremation"
      $0.resourceCode = "DEATH-441400-0000001-7"
      $0.format = "database"
      $0.formatType = "KingbaseES"
      $0.shareMode = "interface"
      $0.shareType = .conditional
      $0.conditions = "仅限核对"
      $0.bases = [CommonV1.Basis(kind: .law, title: "中华人民共和国个人信息保护法", article: "第六条")]
      $0.openAttribute = "not_open"
      $0.updateFrequency = "monthly"
      $0.secrecy = .privacy
      $0.origin = .selfBuilt
      $0.relatedCodes = ["A-1", "A-2"]
      $0.publishTime = GoogleProtobuf.Timestamp(Instant(milliseconds: 1_709_510_400_000))
      $0.items = [
        CatalogV1.Item(name: "id", title: "身份证号码", type: .personID, role: .subject, required: true),
        CatalogV1.Item(name: "day", title: "火化日期", type: .date, role: .eventDate, maxLength: 10),
        CatalogV1.Item(
          name: "sex", title: "性别", type: .code,
          codes: [.init(value: "1", title: "男"), .init(value: "2", title: "女")]),
      ]
    }
  }

  @Test("what is exported is imported again as it was", arguments: [true, false])
  func roundTrip(isMerged: Bool) throws {
    let second = CatalogV1.Entry.with {
      $0 = Self.entry
      $0.title = "骨灰信息"
      $0.resourceCode = ""
    }
    let written = catalogueSheet([Self.entry, second], titled: "目录", isMerged: isMerged)
    let sheet = CatalogueSheet(try Workbook.read(xlsx: xlsx([written])))
    #expect(sheet.allFaults.filter { !$0.rule.isNote } == [])
    var expected = Self.entry
    // What the catalogue itself says of an entry, nobody imports.
    for path in [\CatalogV1.Entry.name, \.owner, \.resourceCode] { expected[keyPath: path] = "" }
    expected.version = 0
    expected.publishTime = nil
    #expect(sheet.resources.first?.entry == expected)
    #expect(sheet.resources.count == 2)
  }

  @Test("DCAT says to rdflib what the entry says (DCAT 3, DCAT-AP)")
  func dcat() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("catalogue.jsonld")
    try dcatCatalogue([Self.entry], titled: "目录", categories: ["death.cremation": "火化"])
      .write(toFile: path, atomically: true, encoding: .utf8)
    let script = checkout.appending(path: "Tests/Services/Catalog/python/read_dcat.py").path
    let end = try runBlocking(python, [script, path], errorsAmongOutput: true)
    struct Read: Decodable, Equatable {
      let id, title, language, code, publisher, frequency, access, issued: String
      let columns, types: [String]
    }
    try #require(end.status == 0, "\(String(decoding: end.output, as: UTF8.self))")
    let read = try JSONDecoder().decode([Read].self, from: Data(end.output))
    let authority = "http://publications.europa.eu/resource/authority/"
    let xsd = "http://www.w3.org/2001/XMLSchema#"
    #expect(
      read == [
        Read(
          id: "urn:weir:entries/E-1", title: "=火化信息", language: "zh",
          code: "DEATH-441400-0000001-7", publisher: "民政局",
          frequency: authority + "frequency/MONTHLY", access: authority + "access-right/RESTRICTED",
          issued: "2024-03-04T00:00:00+00:00", columns: ["id", "day", "sex"],
          types: [xsd + "string", xsd + "date", xsd + "string"])
      ])
  }
}

@Suite("What departments really get wrong")
struct CommonMistakeTests {
  private func content(_ change: (inout EntryContent) -> Void) throws -> EntryContent {
    var content = EntryContent(owner: try #require(DepartmentCode("civil-affairs")))
    content.title = "婚姻登记信息"
    change(&content)
    return content
  }

  @Test(
    "a system's name is no resource's",
    arguments: [
      ("婚姻登记系统", true), ("惠民一卡通平台", true), ("政务 APP", true), ("婚姻登记信息", false), ("系统公告", false),
    ])
  func systemName(_ title: String, _ isSystem: Bool) throws {
    let content = try content { $0.title = title }
    if isSystem {
      #expect(throws: CatalogRefusal.systemNamed(path: "entry.title")) {
        try checkCommonMistakes(content)
      }
    } else {
      try checkCommonMistakes(content)
    }
  }

  @Test("format and share mode agree: all pairs")
  func modes() throws {
    let allowed: [ShareMode: Set<ResourceFormat>] = [
      .table: [.database], .file: [.file, .spreadsheet, .image, .stream, .selfDescribing],
      .interface: [.database, .stream, .selfDescribing], .mail: Set(ResourceFormat.allCases),
      .media: Set(ResourceFormat.allCases),
    ]
    for mode in ShareMode.allCases {
      for format in ResourceFormat.allCases {
        let content = try content {
          $0.format = format
          $0.shareMode = mode
        }
        if allowed[mode]?.contains(format) == true {
          try checkCommonMistakes(content)
        } else {
          #expect(throws: CatalogRefusal.modeContradictsFormat(format, mode)) {
            try checkCommonMistakes(content)
          }
        }
      }
    }
  }

  @Test("numbers that grow by one are a pulled corner from the third on; others are not")
  func dragging() {
    #expect(dragFilled(["甲1", "甲2", "甲3"]) == [1..<3])
    #expect(dragFilled(["甲1", "甲2"]) == [])
    #expect(dragFilled(["甲1", "甲3", "甲5"]) == [])
    #expect(dragFilled(["甲1", "乙2", "甲3"]) == [])
    #expect(dragFilled(["a", "9", "10", "11", "a"]) == [2..<4])
    #expect(dragFilled([]) == [])
    // Eighteen digits count by their last fifteen, and only where the rest is equal.
    #expect(
      dragFilled(["114414000074000001", "114414000074000002", "114414000074000003"]) == [1..<3])
  }

  @Test(
    "for comparing, each character has the compatibility form that Foundation's Unicode tables give it"
  )
  func compatibility() {
    var wrong: [String] = []
    for code in UInt32(0x80)..<0x30000 {
      guard let scalar = Unicode.Scalar(code), let age = scalar.properties.age, age.major < 14
      else { continue }
      let text = String(scalar)
      if compatible(text) != text.precomposedStringWithCompatibilityMapping {
        wrong.append(String(code, radix: 16))
      }
    }
    #expect(wrong == [])
    // A Kangxi radical as PDFs give it, a full-width letter, a circled number, a bracket.
    #expect(comparable("⼈口信息（Ａ①）") == comparable("人口信息a1"))
  }

  @Test("a unit behind a number is told apart from it")
  func units() {
    #expect(plainNumber("18位") == (18, "位"))
    #expect(plainNumber("18") == (18, ""))
    #expect(plainNumber("约18") == (nil, "约18"))
  }
}
