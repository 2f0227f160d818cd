// The quality check of rows: each rule with its last good value and its first bad one.

import Regulation
import TestSupport
import Testing
import Vocabulary

@testable import IngestRules

/// A day, for tests.
func day(_ iso: String) -> CivilDate {
  guard let date = CivilDate(iso: iso) else { preconditionFailure("no such day: \(iso)") }
  return date
}

/// A valid identity number with the given first 17 digits.
func personID(_ seventeen: UInt64) -> PersonIdentifier {
  guard let person = PersonIdentifier(number: seventeen) else {
    preconditionFailure("no such identity number")
  }
  return person
}

let corrections = EntrySchema(
  items: [
    ItemSchema(
      name: "id", title: "身份证号码", type: .personIdentifier, role: .subject, isRequired: true),
    ItemSchema(
      name: "name", title: "姓名", type: .name, role: .subjectName, isRequired: true,
      maximumLength: 5),
    ItemSchema(
      name: "start", title: "矫正开始日期", type: .date, role: .periodStart),
    ItemSchema(name: "end", title: "矫正结束日期", type: .date, role: .periodEnd),
    ItemSchema(name: "kind", title: "矫正类别", type: .code, codes: ["1", "2"]),
    ItemSchema(name: "months", title: "期限", type: .integer),
    ItemSchema(name: "fine", title: "罚金", type: .decimal),
    ItemSchema(name: "unit", title: "受理单位", type: .organisationIdentifier),
    ItemSchema(name: "note", title: "备注", type: .text, maximumLength: 3),
  ], excludesMinors: true)

@Suite("data follow the declared format (meizhou-specific-2021/13a)")
struct RowCheckTests {
  private let check = RowCheck(
    schema: corrections, order: ColumnOrder(schema: corrections), asOf: day("2024-03-01"),
    today: day("2024-03-04"), basis: RuleBasis(profile: "meizhou-specific-2021"), doubts: .warn)
  private let good = [
    "44140219900101001X", "王小明", "2023-01-01", "2025-01-01", "1", "24", "100.50",
    "91110000600037341L", "无",
  ]

  @Test("a term that ends before it begins is refused; one of a day is not")
  func periodOrder() {
    var row = good
    row[0] = personID(44_140_219_900_101_001).text
    row[3] = "2022-12-31"
    guard case .rejected(let rejections) = check.check(row, line: 2) else {
      Issue.record("accepted")
      return
    }
    #expect(rejections.map(\.rule) == ["period.order"])
    row[3] = row[2]
    if case .rejected = check.check(row, line: 2) { Issue.record("refused") }
  }

  private func verdict(_ index: Int, _ value: String) -> RowVerdict {
    var row = good
    row[0] = personID(44_140_219_900_101_001).text
    row[index] = value
    return check.check(row, line: 7)
  }

  private func faults(_ index: Int, _ value: String) -> [Rejection] {
    guard case .rejected(let rejections) = verdict(index, value) else { return [] }
    return rejections
  }

  private func taken(_ index: Int, _ value: String) -> CheckedValue? {
    guard case .accepted(let row) = verdict(index, value) else { return nil }
    return row.values[index]
  }

  @Test("a good row is typed, with its line")
  func goodRow() throws {
    guard case .accepted(let row) = verdict(1, "王小明") else {
      Issue.record("rejected")
      return
    }
    #expect(row.line == 7)
    #expect(row.values[0].value == .person(personID(44_140_219_900_101_001)))
    #expect(row.values[2].value == .date(day("2023-01-01")))
    #expect(row.values[5].value == .integer(24))
    #expect(row.values[6].value == .text("100.50"))
    #expect(row.values.allSatisfy { $0.marks.isEmpty && $0.original == nil })
    #expect(row.values.map(\.value.text).allSatisfy { $0 != nil })
  }

  @Test(
    "each rule fires, with item, threshold and value", .obligation("meizhou-specific-2021/13a"),
    arguments: [
      (0, "", "value.required", "1"), (0, " \u{3000}", "value.required", "1"),
      (0, "441402199001010", "person_identifier.birth_date", "GB 11643"),
      (0, "44140219900101001", "person_identifier.length", "GB 11643"),
      (0, "44140219900101001#", "person_identifier.character", "GB 11643"),
      (1, "", "value.required", "1"), (1, "王?明", "name.unreadable", "0"),
      (1, "王2", "name.unreadable", "0"), (1, "王\n明", "name.unreadable", "0"),
      (1, "一二三四五六", "text.max_length", "5"), (1, "王\u{1}", "text.control_character", "0"),
      (2, "2024-03-05", "date.in_future", "2024-03-04"),
      (2, "2023-02-29", "date.no_such_day", "GB/T 7408"),
      (2, "2023/2/29", "date.no_such_day", "GB/T 7408"),
      (2, "20230229", "date.no_such_day", "GB/T 7408"),
      (2, "3/4/2024", "date.form", "YYYY-MM-DD"), (2, "2024-3-4", "date.form", "YYYY-MM-DD"),
      (2, "45355", "date.form", "YYYY-MM-DD"), (2, "2024年3月4日", "date.form", "YYYY-MM-DD"),
      (4, "3", "code.not_in_list", "1|2"), (4, " 1", "code.not_in_list", "1|2"),
      (5, "2.0", "integer.form", "-?[0-9]+"), (5, "1,000", "integer.form", "-?[0-9]+"),
      (5, "-", "integer.form", "-?[0-9]+"),
      (5, "9223372036854775808", "integer.range", "9223372036854775807"),
      (6, "1,000.0", "decimal.form", "-?[0-9]+(.[0-9]+)?"),
      (6, "1.", "decimal.form", "-?[0-9]+(.[0-9]+)?"),
      (6, "1e5", "decimal.form", "-?[0-9]+(.[0-9]+)?"),
      (7, "91110000600037341M", "organisation_identifier.check_symbol", "GB 32100"),
      (8, "一二三四", "text.max_length", "3"),
    ] as [(Int, String, String, String)])
  func rules(_ index: Int, _ value: String, _ rule: String, _ threshold: String) {
    let found = faults(index, value)
    #expect(found.map(\.rule) == [rule])
    #expect(found.first?.threshold == threshold)
    #expect(found.first?.value == value)
    #expect(found.first?.item == corrections.items[index].name)
    #expect(found.first?.line == 7)
    #expect(found.first?.citation.text == "meizhou-specific-2021/13a")
    #expect(found.first?.sentence.chinese.isEmpty == false)
    #expect(found.first?.sentence.english.isEmpty == false)
  }

  @Test("a wrong check symbol is found", .obligation("meizhou-specific-2021/13a"))
  func checkSymbol() {
    let good = personID(44_140_219_900_101_001).text
    let wrong = String(good.dropLast()) + (good.last == "0" ? "1" : "0")
    #expect(faults(0, wrong).map(\.rule) == ["person_identifier.check_symbol"])
  }

  @Test(
    "the last good values pass",
    arguments: [
      (1, "一二三四五"), (1, "阿·买提"), (1, "𠮷㼆"), (2, "2024-03-04"), (2, ""), (3, "2099-12-31"),
      (3, ""), (4, ""), (5, "-9223372036854775808"), (6, "-0.5"), (6, "12"), (7, ""), (8, "一二三"),
    ])
  func lastGoodValues(_ index: Int, _ value: String) {
    #expect(taken(index, value) != nil)
  }

  @Test("what hands do to identifiers and dates is undone, marked, and the original kept")
  func marks() {
    let person = personID(44_140_219_900_101_002)
    let text = person.text
    let wide = String(
      String.UnicodeScalarView(
        text.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
    for (raw, slug) in [
      (wide, "full_width"), (" \(text)", "spaces"), ("'\(text)", "leading_quote"),
      (text + "\u{200B}", "zero_width"),
    ] {
      let value = taken(0, raw)
      #expect(value?.value == .person(person))
      #expect(value?.marks.flatMap(\.slugs) == [slug])
      #expect(value?.original == raw)
    }
    let old = taken(0, "441402900101001")
    #expect(old?.value == .person(personID(44_140_219_900_101_001)))
    #expect(old?.marks.flatMap(\.slugs) == ["upgraded"])
    for raw in ["20230101", "2023/1/1", "2023/01/01"] {
      let date = taken(2, raw)
      #expect(date?.value == .date(day("2023-01-01")))
      #expect(date?.marks == [.dateNormalised])
      #expect(date?.original == raw)
    }
    #expect(taken(1, "王\u{E81E}")?.marks == [.privateUseCharacter])
    #expect(taken(0, personID(99_140_219_900_101_002).text)?.marks.isEmpty == true)
    #expect(
      taken(0, personID(10_140_219_900_101_002).text)?.marks.flatMap(\.slugs)
        == ["person_identifier.area"])
  }

  @Test("a row that breaks several rules names them all, once for each item, in the items' order")
  func severalFaults() {
    let row = ["x", "", "45355", "2099-01-01", "9", "1", "1", "", "无"]
    guard case .rejected(let rejections) = check.check(row, line: 3) else {
      Issue.record("accepted")
      return
    }
    #expect(rejections.map(\.item) == ["id", "name", "start", "kind"])
  }

  @Test("a row with too few or too many fields is rejected, not its chunk")
  func raggedRow() {
    for row in [Array(good.dropLast()), good + [""]] {
      guard case .rejected(let rejections) = check.check(row, line: 9) else {
        Issue.record("accepted")
        continue
      }
      #expect(rejections.map(\.rule) == ["row.field_count"])
      #expect(rejections.first?.threshold == "9")
      #expect(rejections.first?.value == String(row.count))
    }
  }

  @Test("nobody is born after today")
  func unborn() {
    #expect(
      faults(0, personID(44_140_220_240_305_001).text).map(\.rule)
        == ["person_identifier.future_birth_date"])
  }
}

@Suite("three ways of writing a day are understood, none is guessed (GB/T 7408)")
struct DateReadingTests {
  @Test(
    "forms that are read",
    arguments: [
      ("2024-03-04", false), ("20240304", true), ("2024/3/4", true), ("2024/03/04", true),
      ("2024/12/4", true),
    ])
  func read(_ raw: String, _ isNormalised: Bool) {
    guard case .day(let date, isNormalised) = DateReading(raw) else {
      Issue.record("\(raw): \(DateReading(raw))")
      return
    }
    #expect(date.year == 2024)
  }

  @Test("days that do not exist", arguments: ["2023-02-29", "20231301", "2024/0/1", "00000101"])
  func noSuchDay(_ raw: String) {
    #expect(DateReading(raw) == .noSuchDay)
  }

  @Test(
    "everything else",
    arguments: [
      "", "-", "//", "2024", "2024-03", "2024-3-4", "24-03-04", "2024/03-04", "2024-03/04",
      "2024/003/4", "2024//4", "2024-03-04-", "2024-03-04 ", "2024-03-04T00:00:00", "202403040",
      "2024034", "２０２４-03-04", "99999999999999999999999999", "3/4/2024", "-2024-03-04",
    ])
  func otherForm(_ raw: String) {
    #expect(DateReading(raw) == .otherForm)
  }
}

@Suite("what looks wrong is treated as the profile says (ingest.identifier_doubts)")
struct DoubtTests {
  /// No province has the digits 17.
  private let odd = personID(17_010_119_900_101_001).text

  @Test("a warning marks, a rejection names the doubt, ignoring says nothing")
  func treatments() throws {
    let item = ItemSchema(name: "id", title: "号码", type: .personIdentifier)
    let today = day("2024-03-04")
    let marked = try ValueCheck(today: today, doubts: .warn).check(odd, item)
    #expect(marked.marks == [.doubt(.unknownArea)])
    #expect(try ValueCheck(today: today, doubts: .ignore).check(odd, item).marks.isEmpty)
    let fault = #expect(throws: ValueFault.self) {
      try ValueCheck(today: today, doubts: .reject).check(odd, item)
    }
    #expect(fault?.rule == "person_identifier.area")
  }

  @Test("an integer keeps what was sent where a nought was dropped")
  func integers() throws {
    let item = ItemSchema(name: "n", title: "数", type: .integer)
    let check = ValueCheck(today: day("2024-03-04"), doubts: .warn)
    #expect(try check.check("007", item).original == "007")
    #expect(try check.check("7", item).original == nil)
  }
}

@Suite("community-correction data hold no minors (meizhou-specific-2021/5.3c)")
struct MinorsTests {
  private func verdict(born: UInt64, start: String, asOf: String) -> RowVerdict {
    let check = RowCheck(
      schema: corrections, order: ColumnOrder(schema: corrections), asOf: day(asOf),
      today: day("2024-03-04"), basis: RuleBasis(profile: "meizhou-public-2023"), doubts: .warn)
    let person = personID(441_402 * 100_000_000_000 + born * 1000 + 1)
    return check.check([person.text, "王小明", start, "", "1", "1", "1", "", ""], line: 2)
  }

  @Test(
    "of age from the day after the eighteenth birthday, on the day the correction begins",
    .obligation("meizhou-specific-2021/5.3c"),
    arguments: [
      (20_050_610, "2023-06-10", true), (20_050_610, "2023-06-11", false),
      (20_050_610, "2023-06-09", true), (20_040_229, "2022-02-28", true),
      (20_040_229, "2022-03-01", false), (19_900_101, "2023-01-01", false),
    ] as [(UInt64, String, Bool)])
  func boundary(born: UInt64, start: String, isMinor: Bool) {
    guard case .rejected(let rejections) = verdict(born: born, start: start, asOf: "2024-03-01")
    else {
      #expect(!isMinor)
      return
    }
    #expect(isMinor)
    #expect(rejections.map(\.rule) == ["person.minor"])
    #expect(rejections.first?.citation.text == "meizhou-specific-2021/5.3c")
    #expect(rejections.first?.threshold == "18 @ \(start)")
  }

  @Test("without a first day the as-of day decides", .obligation("meizhou-specific-2021/5.3c"))
  func asOfDecides() {
    #expect(isAccepted(verdict(born: 20_060_301, start: "", asOf: "2024-03-02")))
    #expect(!isAccepted(verdict(born: 20_060_301, start: "", asOf: "2024-03-01")))
    // Of age today, but not when the correction began.
    #expect(!isAccepted(verdict(born: 20_060_201, start: "2023-12-01", asOf: "2024-03-02")))
  }

  @Test("other entries may hold minors")
  func otherEntries() {
    let schema = EntrySchema(items: Array(corrections.items.prefix(2)))
    let check = RowCheck(
      schema: schema, order: ColumnOrder(schema: schema), asOf: day("2024-03-01"),
      today: day("2024-03-04"), basis: RuleBasis(profile: "meizhou-public-2023"), doubts: .warn)
    #expect(isAccepted(check.check([personID(44_140_220_200_101_001).text, "王小"], line: 2)))
  }

  private func isAccepted(_ verdict: RowVerdict) -> Bool {
    if case .accepted = verdict { true } else { false }
  }
}
