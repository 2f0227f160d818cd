// What the READMEs show is run, word for word: the first day here, the programs of integrators in ExampleTests.

import Boot
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

/// A fenced block of a README.
struct ReadmeBlock {
  let language: String
  let text: String

  /// The blocks of a README in their order.
  static func all(in name: String) throws -> [ReadmeBlock] {
    let text = try String(contentsOf: Checkout.root.appending(path: name), encoding: .utf8)
    let parts = text.components(separatedBy: "\n```")
    return stride(from: 1, to: parts.count, by: 2).map { index in
      let lines = parts[index].split(
        separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return ReadmeBlock(
        language: String(lines[0]), text: lines.count > 1 ? String(lines[1]) + "\n" : "")
    }
  }

  /// The one that is in a language and holds a word.
  static func one(_ language: String, with word: String = "") throws -> String {
    try #require(
      all(in: "README.md").first {
        $0.language == language && (word.isEmpty || $0.text.contains(word))
      }
    ).text
  }

  /// Without what people read: comments, and blanks before them.
  var code: [String] {
    text.split(separator: "\n").map { line in
      var line = String(line.prefix { $0 != "#" })
      while line.last == " " { line.removeLast() }
      return line
    }.filter { !$0.isEmpty }
  }
}

/// A folder with `node`, `proto` and `.build` as a reader of the README has them.
func readerFolder(_ folder: TemporaryFolder, node: String) throws -> String {
  let place = folder.path("reader")
  let programs = URL(filePath: builtProgram("weir")).deletingLastPathComponent().path
  try Files.makeFolder(place + "/.build")
  for (name, target) in [
    ("node", node), ("proto", Checkout.root.appending(path: "proto").path),
    (".build/debug", programs), ("deploy", Checkout.root.appending(path: "deploy").path),
  ] {
    try FileManager.default.createSymbolicLink(
      atPath: "\(place)/\(name)", withDestinationPath: target)
  }
  return place
}

/// Runs a block as a shell would, stopping at the first failure.
func shell(_ text: String, in place: String) async throws -> (status: Int32, output: String) {
  let python = URL(filePath: Checkout.python).deletingLastPathComponent().path
  return try await runToEnd(
    "/bin/bash",
    [
      "-euc", "cd \"$1\"; PATH=\"$2:$PATH\"; unset WEIR_DATA WEIR_AS\n" + text, "bash", place,
      python,
    ])
}

@Suite("what the READMEs show", .serialized)
struct ReadmeTests {
  @Test("the first day goes as shown: from a department to delivered records and a kept checkpoint")
  func firstDay() async throws {
    let folder = try TemporaryFolder()
    let day = try ReadmeBlock.one("sh", with: "weir department register")
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let ended = try await shell(day, in: try readerFolder(folder, node: node.dataFolder))
      #expect(ended.status == 0, "\(ended.output.suffix(2000))")
      #expect(ended.output.contains("batches/B-1"))
    }
  }

  @Test("the operator's keys are made as shown")
  func operatorKeys() async throws {
    let folder = try TemporaryFolder()
    let place = try readerFolder(folder, node: folder.path("none"))
    let ended = try await shell(
      "PATH=$PWD/.build/debug:$PATH\n" + ReadmeBlock.one("sh", with: "pki init"), in: place)
    #expect(ended.status == 0, "\(ended.output)")
    #expect(Files.exists(place + "/pki/services/audit/evidence.key"))
    #expect(try Founding.load(path: place + "/founding.yaml").departments.count == 3)
  }

  @Test("both READMEs show the same commands and programs")
  func equal() throws {
    let english = try ReadmeBlock.all(in: "README.md").filter { !$0.language.isEmpty }
    let chinese = try ReadmeBlock.all(in: "README.zh-CN.md").filter { !$0.language.isEmpty }
    #expect(english.map(\.language) == chinese.map(\.language))
    for (first, second) in zip(english, chinese) { #expect(first.code == second.code) }
  }
}

@Suite("the demonstration on a terminal")
struct DemoTerminalTests {
  @Test("stays up, prints its address, and ends cleanly with Ctrl-C")
  func terminal() async throws {
    let folder = try TemporaryFolder()
    let ended = try await runToEnd(
      "/usr/bin/python3",
      [
        Checkout.root.appending(path: "Tests/EndToEnd/python/demo_terminal.py").path,
        builtProgram("weir"), Checkout.root.appending(path: "deploy").path, folder.path("node"),
      ])
    #expect(ended.status == 0, "\(ended.output.suffix(3000))")
  }
}
