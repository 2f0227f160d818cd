// What a person meets first: help whose examples run as written, errors of usage in words, next steps that exist.

import Boot
import Contracts
import Foundation
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("Help, examples and errors of usage")
struct UsageTests {
  private func help(_ command: [String]) async -> String {
    let recorder = StreamRecorder()
    #expect(await runWeir(recorder.surroundings(command + ["--help", "--lang", "en"])) == .done)
    return recorder.output
  }

  /// The command and all below it, with their help.
  private func pages(_ command: [String] = []) async -> [(command: [String], page: String)] {
    let page = await help(command)
    var found = [(command, page)]
    let list = page.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first ?? ""
    for line in list.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("  "), let name = line.split(separator: " ").first else { break }
      if line.dropFirst(2).first == " " { continue }
      found += await pages(command + [String(name)])
    }
    return found
  }

  @Test("every example can be pasted into a shell, and is taken as it stands")
  func examples() async {
    var count = 0
    for (command, page) in await pages() {
      let joined = page.replacing(" \\\n", with: " ")
      let examples = joined.split(separator: "\n").filter { $0.hasPrefix("  weir ") }
      #expect(!examples.isEmpty || command.isEmpty, "weir \(command.joined(separator: " "))")
      for example in examples {
        for part in example.components(separatedBy: " && ") {
          let words = part.split { $0 == " " }.map(String.init)
            .prefix { !["|", "<", ">"].contains($0) }.dropFirst()
          #expect(usageError(in: Array(words)) == nil, "\(example)")
          count += 1
        }
      }
      for line in page.split(separator: "\n") where line.hasPrefix("  weir ") {
        #expect(line.count <= 80, "\(line)")
      }
    }
    #expect(count > 100)
  }

  @Test(
    "an error of usage is one sentence in the person's language, with the way to the help",
    arguments: [
      (["catalog", "list", "--stat", "x"], "没有选项 --stat", "weir catalog list --help"),
      (["catalog", "show"], "缺少 <entry>", "weir catalog show --help"),
      (
        ["case", "conclude", "C-1/1", "great"], "可取：irregular-receipt、", "weir case conclude --help"
      ),
      (["catalog", "list", "--state", "foo"], "可取：draft、submitted", "weir catalog list --help"),
      (["department", "frobnicate"], "多余的参数 frobnicate", "weir department --help"),
      (["share", "revoke", "G-1", "--reason"], "缺少值", "weir share revoke --help"),
      (["up", "--data", "x", "--domain", "a b"], "信任域名", "weir up --help"),
    ])
  func usage(_ arguments: [String], _ sentence: String, _ help: String) async {
    let recorder = StreamRecorder()
    #expect(await runWeir(recorder.surroundings(arguments + ["--lang", "zh"])) == .usage)
    #expect(recorder.errors.contains(sentence) && recorder.errors.contains(help))
    #expect(!recorder.errors.contains("\u{FFFD}"), "\(recorder.errors)")
    let english = StreamRecorder()
    #expect(await runWeir(english.surroundings(arguments + ["--lang", "en"])) == .usage)
    #expect(english.errors.contains(help) && !english.errors.contains("\u{FFFD}"))
  }

  @Test("help speaks Chinese where the person does")
  func chineseHelp() async {
    let recorder = StreamRecorder()
    #expect(
      await runWeir(recorder.surroundings(["share", "review", "--help", "--lang", "zh"])) == .done)
    for word in ["用法：", "参数：", "选项：", "显示帮助。"] { #expect(recorder.output.contains(word)) }
    for word in ["USAGE", "OPTIONS", "OVERVIEW", "(values"] {
      #expect(!recorder.output.contains(word))
    }
  }

  @Test("a record's name is no identity number, however long its own number is")
  func recordNames() {
    #expect(IdentifierFile.identifierAmong(["entries/E-1/records/324666000875583785"]) == nil)
    #expect(IdentifierFile.identifierAmong(["x", "11010119900307001X"]) == 2)
    #expect(IdentifierFile.identifierAmong(["records/110101199003070011"]) == 1)
  }

  @Test("a file that is no message says which field is wrong, in words")
  func messageFile() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (text, field) in [
      ("titel: x", "titel"), ("share_type: BAD", "share_type"), ("title: [a", "YAML"),
    ] {
      let file = folder.appending(path: "entry.yaml").path
      try Data(text.utf8).write(to: URL(filePath: file))
      let failure = #expect(throws: CommandFailure.self) {
        let _: CatalogV1.Entry = try MessageFile.read(file)
      }
      #expect(failure?.exit == .usage && failure?.message.contains(field) == true)
      #expect(failure?.message.contains("DecodeFailure") == false)
    }
  }

  @Test("a command that a service's next step names is one of this program")
  func nextSteps() throws {
    let services = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Services")
    var count = 0
    for case let name as String in FileManager.default.enumerator(atPath: services.path) ?? .init()
    where name.hasSuffix(".swift") && name.contains("/Rules/") {
      let text = try String(contentsOf: services.appending(path: name), encoding: .utf8)
      for match in text.matches(of: /weir ([a-z][a-z-]*(?: [a-z][a-z-]*)+)/) {
        let words = match.output.1.split(separator: " ").map(String.init)
        let known = UsageWords.command(of: words).split(separator: " ").count - 1
        #expect(known >= 2, "\(name): weir \(match.output.1)")
        count += 1
      }
    }
    #expect(count > 10)
  }

  @Test(
    "each department of a new folder names who answers for its security (meizhou-public-2023/39.2a)"
  )
  func founding() {
    for department in Founding.standard.departments {
      #expect(department.persons.contains { $0.roles == ["dept-security"] }, "\(department.code)")
    }
  }
}
