// Tables stand in line in both languages, and say the same as JSON.

import Foundation
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("Tables")
struct TableTests {
  private let table = Table(
    columns: [
      .init("name", BilingualText("姓名", "name")),
      .init("count", BilingualText("数量", "count"), alignment: .right),
      .init("note", BilingualText("说明", "note")),
    ],
    rows: [
      ["张三", 12, "a"], ["Li", 3, .none], ["欧阳\u{1B}靖", 1000, .list(["b", "c"])],
    ])

  @Test("wide and narrow cells stand under each other")
  func alignment() {
    #expect(
      table.lines(in: .chinese, width: nil) == [
        "姓名     数量  说明",
        "───────  ────  ────",
        "张三       12  a",
        "Li          3",
        "欧阳\u{FFFD}靖  1000  b、c",
      ])
    #expect(table.lines(in: .english, width: nil)[0] == "name     count  note")
  }

  @Test("a narrow terminal cuts the widest columns and never a narrow one")
  func narrowTerminal() {
    let long = Table(
      columns: [
        .init("a", BilingualText("甲", "a")), .init("b", BilingualText("乙", "b")),
      ],
      rows: [["x", .text(String(repeating: "汉", count: 50))]])
    let lines = long.lines(in: .english, width: 40)
    #expect(lines.allSatisfy { DisplayWidth.of($0) <= 40 })
    #expect(lines[2].hasPrefix("x  汉") && lines[2].hasSuffix("…"))
    #expect(long.lines(in: .english, width: nil)[2].hasSuffix("汉"))
  }

  @Test("a report is cut nowhere: on a page as on a terminal long cells go on below")
  func report() {
    let report = Table(
      columns: [
        .init("a", BilingualText("甲", "a")), .init("b", BilingualText("乙", "b")),
      ], layout: .report,
      rows: [["x", .text(String(repeating: "汉", count: 90) + " tail of words")], ["y", "z"]])
    for width in [nil, 40] {
      let lines = report.lines(in: .english, width: width)
      #expect(lines.allSatisfy { DisplayWidth.of($0) <= width ?? 100 })
      #expect(lines.joined().count { $0 == "汉" } == 90)
      #expect(lines.joined().contains("words") && !lines.joined().contains("…"))
      #expect(lines.last?.hasPrefix("y") == true)
    }
    #expect(DisplayWidth.wrapped("one two three", to: 8) == ["one two ", "three"])
  }

  @Test("JSON has every row under the columns' names, and other programs can read it")
  func json() throws {
    let recorder = StreamRecorder()
    recorder.console(.english, .json).show(table)
    let rows = try #require(
      JSONSerialization.jsonObject(with: Data(recorder.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 3)
    #expect(rows[0]["name"] as? String == "张三")
    #expect(rows[0]["count"] as? Int == 12)
    #expect(rows[1]["note"] is NSNull)
    #expect(rows[2]["name"] as? String == "欧阳\u{1B}靖")
  }

  @Test("no rows are an empty list for a program and a sentence for a person")
  func noRows() {
    let empty = Table(columns: table.columns)
    let program = StreamRecorder()
    program.console(.english, .json).show(empty)
    #expect(program.output == "[]\n")
    let person = StreamRecorder()
    person.console(.chinese).show(empty)
    #expect(person.output == "" && person.errors == "没有记录。\n")
  }

  @Test("one thing is shown as its fields, in line")
  func fields() {
    let recorder = StreamRecorder()
    recorder.console(.chinese).show([
      ("grant", BilingualText("授权", "grant"), "G-1"),
      ("until", BilingualText("有效期至", "until"), "2024-12-31"),
      ("active", BilingualText("有效", "active"), true),
    ])
    #expect(recorder.output == "授权      G-1\n有效期至  2024-12-31\n有效      是\n")
  }
}
