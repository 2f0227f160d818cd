// Naming the caller, the words of options, and rolls as they are packed.

import Boot
import Contracts
import Foundation
import IngestFormats
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A command names its caller")
struct CallerTests {
  @Test(
    "department/person and department/system:name are names; anything else is wrong usage",
    arguments: [
      ("civil-affairs/li", "departments/civil-affairs/persons/li"),
      ("civil-affairs/system:registers", "departments/civil-affairs/systems/registers"),
      ("civil-affairs", nil), ("civil-affairs/", nil), ("civil-affairs/system:", nil),
      ("a/b/c", nil), ("../x/y", nil), ("Civil/li", nil),
    ] as [(String, String?)])
  func principal(text: String, name: String?) {
    if let name {
      #expect((try? RunningFolder.principal(text)) == name)
    } else {
      #expect(throws: CommandFailure.self) { try RunningFolder.principal(text) }
    }
  }

  @Test(
    "who acts at a system is a person or a scheduled run, never a system",
    arguments: [
      ("civil-affairs/li", "departments/civil-affairs/persons/li"),
      ("civil-affairs/run:nightly", "departments/civil-affairs/runs/nightly"),
      ("civil-affairs/system:registers", nil), ("civil-affairs/run:", nil), ("a/run:b/c", nil),
      ("civil-affairs", nil),
    ] as [(String, String?)])
  func actor(text: String, name: String?) {
    if let name {
      #expect((try? RunningFolder.actor(text))?.name == name)
    } else {
      #expect(throws: CommandFailure.self) { try RunningFolder.actor(text) }
    }
  }

  @Test("without a folder, a caller, or a running node the command says what to do")
  func missing() async throws {
    let nobody = StreamRecorder()
    #expect(await runWeir(nobody.surroundings(["department", "list"])) == .usage)
    #expect(nobody.errors.contains("--as"))
    let folder = try TemporaryFolder()
    let elsewhere = StreamRecorder()
    let arguments = ["todo", "--data", folder.path, "--as", "a-b/cd"]
    #expect(await runWeir(elsewhere.surroundings(arguments)) == .usage)
    #expect(elsewhere.errors.contains("no data folder"))
  }

  @Test("a collection may be left out of a name")
  func names() {
    #expect(resource("entries", "E-1") == "entries/E-1")
    #expect(resource("entries", "entries/E-1") == "entries/E-1")
    #expect(resource("entries", "") == "")
    #expect(caseName("C-1/7") == "comparisons/C-1/cases/7")
    #expect(caseName("C-1/cases/7") == "comparisons/C-1/cases/7")
    #expect(caseName("comparisons/C-1/cases/7") == "comparisons/C-1/cases/7")
  }

  @Test("words of enumerations are typed in lower case; the number 0 has none")
  func words() {
    #expect(Word<CatalogV1.ShareType>(argument: "not-shared")?.value == .notShared)
    #expect(Word<CatalogV1.ShareType>(argument: "share-type-unspecified") == nil)
    #expect(Word<CatalogV1.ShareType>(argument: "other") == nil)
    let basis = BasisArgument(argument: "law:统计法:第九条")?.basis
    #expect(basis?.kind == .law && basis?.title == "统计法" && basis?.article == "第九条")
    #expect(BasisArgument(argument: "统计法") == nil)
  }
}

@Suite("Files that persons write")
struct MessageFileTests {
  @Test("an entry in YAML becomes the message; codes with leading zeros and days stay text")
  func yaml() throws {
    let folder = try TemporaryFolder()
    try Files.write(
      """
      title: 火化登记
      share_type: UNCONDITIONAL
      grade: 2
      excludes_minors: true
      items:
        - name: code
          title: 代码
          type: CODE
          max_length: 4
          codes: [{value: 01, title: 一}, {value: 2024-03-04, title: 日}]
      """, to: folder.path("e.yaml"), isPrivate: false)
    let entry: CatalogV1.Entry = try MessageFile.read(folder.path("e.yaml"))
    #expect(entry.title == "火化登记" && entry.shareType == .unconditional && entry.grade == 2)
    #expect(entry.excludesMinors && entry.items[0].maxLength == 4)
    #expect(entry.items[0].codes.map(\.value) == ["01", "2024-03-04"])
  }

  @Test("a field that the contract does not have is wrong usage, named")
  func unknown() throws {
    let folder = try TemporaryFolder()
    try Files.write("titel: x", to: folder.path("e.yaml"), isPrivate: false)
    let failure = #expect(throws: CommandFailure.self) {
      let _: CatalogV1.Entry = try MessageFile.read(folder.path("e.yaml"))
    }
    #expect(failure?.exit == .usage && failure?.message.contains("titel") == true)
  }
}

@Suite("A roll is packed as FORMATS has it")
struct PackedRollTests {
  @Test("identifiers become 16 bytes, names go along, and every row knows its line")
  func packing() async throws {
    let folder = try TemporaryFolder()
    let text =
      "身份证号,姓名\n11010519491231002X,张三\n\n\"440524188001010014\",\"李\n四\"\n110105194912310021,王五\n"
    try Files.write(
      text.replacing("110105194912310021", with: "11010519491231002x"),
      to: folder.path("roll.csv"), isPrivate: true)
    let roll = try await PackedRoll(
      path: folder.path("roll.csv"), encoding: .utf8, idColumn: nil, nameColumn: nil)
    #expect(roll.rowCount == 3 && roll.chunks.count == 1)
    #expect(roll.chunks[0].ids.count == 48 && roll.chunks[0].ids[0] == 1)
    #expect(roll.chunks[0].names == ["张三", "李\n四", "王五"])
    #expect(roll.line(chunk: 1, row: 0) == 2 && roll.line(chunk: 1, row: 1) == 4)
    #expect(roll.line(chunk: 1, row: 2) == 6 && roll.line(chunk: 1, row: 3) == nil)
  }

  @Test("an identifier that is none stops the run with its line and without its value")
  func wrong() async throws {
    let folder = try TemporaryFolder()
    try Files.write("id\n11010519491231002X\n12345\n", to: folder.path("r.csv"), isPrivate: true)
    let failure = await #expect(throws: CommandFailure.self) {
      try await PackedRoll(
        path: folder.path("r.csv"), encoding: .utf8, idColumn: "id", nameColumn: nil)
    }
    #expect(failure?.message.contains("line 3") == true)
    #expect(failure?.message.contains("12345") == false)
  }
}
