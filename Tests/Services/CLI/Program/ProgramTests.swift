// The program as a person starts it: help, usage errors, and identifiers kept out of arguments.

import Foundation
import Telemetry
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("The program weir")
struct ProgramTests {
  @Test("help is in the person's language, on standard output, and is no failure")
  func help() async {
    let chinese = StreamRecorder()
    let environment = ["LANG": "zh_CN.UTF-8"]
    #expect(await runWeir(chinese.surroundings(["--help"], environment: environment)) == .done)
    #expect(chinese.output.contains("退出码") && chinese.errors == "")
    let english = StreamRecorder()
    let asked = english.surroundings(["--help", "--lang", "en"], environment: environment)
    #expect(await runWeir(asked) == .done)
    #expect(english.output.contains("Exit codes"))
  }

  @Test("wrong usage ends with 2 and says what is wrong on standard error")
  func usage() async {
    let recorder = StreamRecorder()
    #expect(await runWeir(recorder.surroundings(["--bogus"])) == .usage)
    #expect(recorder.errors.contains("--bogus") && recorder.output == "")
  }

  @Test(
    "an identifier among the arguments is refused and not repeated",
    arguments: ["11010119900307001X", "--id=110101199003070011", "91440300708461136T"])
  func identifiers(argument: String) async {
    let recorder = StreamRecorder()
    #expect(await runWeir(recorder.surroundings(["share", argument])) == .usage)
    #expect(recorder.errors.contains("Argument 2") && recorder.errors.contains("--id-file -"))
    #expect(!recorder.errors.contains(argument))
  }
}

@Suite("Identifiers come from a file or from standard input")
struct IdentifierFileTests {
  private func read(_ bytes: [UInt8], limit: Int = 10) throws -> [String] {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
    try pipe.fileHandleForWriting.close()
    return try IdentifierFile.read("-", limit: limit, standardInput: pipe.fileHandleForReading)
      .map(\.exposed)
  }

  @Test("one a line; byte order mark, carriage returns and empty lines go, all else stays")
  func lines() throws {
    #expect(try read(Array("\u{FEFF}a\r\n\n  \n b \nc".utf8)) == ["a", " b ", "c"])
  }

  @Test("what cannot be taken is refused with its reason")
  func refused() {
    #expect(throws: IdentifierFileError.empty) { try read(Array("\n \n".utf8)) }
    #expect(throws: IdentifierFileError.tooMany(limit: 1)) {
      try read(Array("a\nb\n".utf8), limit: 1)
    }
    #expect(throws: IdentifierFileError.notText(line: 2)) { try read([97, 10, 0xFF, 10]) }
    #expect(throws: IdentifierFileError.unreadable(path: "/nonexistent/ids")) {
      try IdentifierFile.read("/nonexistent/ids", limit: 1)
    }
  }

  @Test("a file is read up to its limit and not beyond")
  func limit() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID()).ids")
    defer { try? FileManager.default.removeItem(at: file) }
    let line = Array("1234567\n".utf8)
    let full = Data((0..<IdentifierFile.byteLimit / 8).flatMap { _ in line })
    try full.write(to: file)
    let read = try IdentifierFile.read(file.path, limit: .max)
    #expect(read.count == IdentifierFile.byteLimit / 8)
    try (full + Data(line)).write(to: file)
    #expect(throws: IdentifierFileError.tooLong(limit: IdentifierFile.byteLimit)) {
      try IdentifierFile.read(file.path, limit: .max)
    }
  }
}
