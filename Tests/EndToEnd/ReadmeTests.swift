// What the READMEs show is run: the first day, the Python and the Java client, word for word.

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

@Suite("what the READMEs show", .serialized)
struct ReadmeTests {
  private static let java =
    ["javac", "grpc_java_plugin"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
    } && FileManager.default.fileExists(atPath: "/usr/share/java/grpc-netty.jar")

  /// A folder with `node`, `proto` and `.build` as a reader of the README has them.
  private func place(_ folder: TemporaryFolder, node: String) throws -> String {
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
  private func shell(_ text: String, in place: String) async throws -> (
    status: Int32, output: String
  ) {
    let python = URL(filePath: Checkout.python).deletingLastPathComponent().path
    return try await runToEnd(
      "/bin/bash",
      [
        "-euc", "cd \"$1\"; PATH=\"$2:$PATH\"; unset WEIR_DATA WEIR_AS\n" + text, "bash", place,
        python,
      ])
  }

  @Test("the first day goes as shown: from a department to delivered records and a kept checkpoint")
  func firstDay() async throws {
    let folder = try TemporaryFolder()
    let day = try ReadmeBlock.one("sh", with: "weir department register")
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let ended = try await shell(day, in: try place(folder, node: node.dataFolder))
      #expect(ended.status == 0, "\(ended.output.suffix(2000))")
      #expect(ended.output.contains("batches/B-1"))
    }
  }

  @Test(
    "the Python client runs as shown",
    .enabled(if: Checkout.hasPythonClients, "there is no Python environment: run deploy/setup test")
  )
  func python() async throws {
    let folder = try TemporaryFolder()
    let make = try ReadmeBlock.one("sh", with: "grpc_tools.protoc")
    let program = try ReadmeBlock.one("python")
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let place = try place(folder, node: node.dataFolder)
      try Data(program.utf8).write(to: URL(filePath: place + "/whoami.py"))
      let ended = try await shell(
        make.replacing("PORT", with: port(of: node)), in: place)
      #expect(ended.status == 0, "\(ended.output)")
      #expect(ended.output.contains("departments/data-bureau/persons/chen"))
    }
  }

  @Test(
    "the Java client, stock grpc-java, compiles for Java 8 and runs as shown",
    .enabled(if: java, "there is no grpc-java: run deploy/setup test"))
  func javaClient() async throws {
    let folder = try TemporaryFolder()
    let make = try ReadmeBlock.one("sh", with: "javac")
    let program = try ReadmeBlock.one("java")
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let place = try place(folder, node: node.dataFolder)
      try Data(program.utf8).write(to: URL(filePath: place + "/WhoAmI.java"))
      let ended = try await shell(make.replacing("PORT", with: port(of: node)), in: place)
      #expect(ended.status == 0, "\(ended.output)")
      #expect(ended.output.contains("departments/data-bureau/persons/chen"))
    }
  }

  @Test("the operator's keys are made as shown")
  func operatorKeys() async throws {
    let folder = try TemporaryFolder()
    let place = try place(folder, node: folder.path("none"))
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

  private func port(of node: RunningNode) -> String {
    String(node.ready.gateway.split(separator: ":").last ?? "")
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
