// What the end-to-end tests share: a small demonstration in folders of its own, and programs beside the tests.

import Foundation
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

/// This checkout.
enum Checkout {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The Python of `deploy/setup test`, else the system's.
  static var python: String {
    let own = root.appending(path: ".venv/bin/python").path
    return FileManager.default.fileExists(atPath: own) ? own : "/usr/bin/python3"
  }

  static var hasPythonClients: Bool {
    FileManager.default.fileExists(atPath: root.appending(path: ".venv/bin/python").path)
  }
}

/// Folders and options of one demonstration; the folders go with it.
struct SmallDemo {
  let folder: TemporaryFolder
  var options: DemoOptions
  let notes = Recorder()

  init(seed: UInt64 = 1) throws {
    folder = try TemporaryFolder()
    options = DemoOptions(
      dataFolder: folder.path("node"), inputFolder: folder.path("input"), seed: seed,
      sizes: .small, law: Checkout.root.appending(path: "deploy").path,
      programs: URL(filePath: builtProgram("weir")).deletingLastPathComponent().path)
  }

  var database: String { folder.path("node") }

  /// Plays it; `while` runs while the node still stands.
  func play(
    whileRunning: (RunningNode) async throws -> Void = { _ in }
  ) async throws -> DemoOutcome {
    try await playDemo(options, console: notes.console) { _, node in
      try await whileRunning(node)
    }
  }
}

/// Keeps what was told to the person.
final class Recorder: Sendable {
  let console: Console

  init() {
    console = Console(
      language: .english, format: .table, width: nil, canRedraw: false, output: { _ in },
      errors: { _ in })
  }
}

/// The checks that do not hold, as a failing test shows them.
func differences(_ outcome: DemoOutcome) -> [String] {
  outcome.checks.filter { !$0.holds }.map {
    "\($0.step): \($0.what.english): planned \($0.planned), found \($0.found)"
  }
}

/// Runs a program to its end.
@discardableResult
func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
