// What the end-to-end tests share: a small demonstration in folders of its own, and programs beside the tests.

import Boot
import Contracts
import Crypto
import Foundation
import Synchronization
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

  /// Plays the story as far as a step, then what a test does on the same stage.
  func play(
    through last: String,
    then body: @escaping @Sendable (inout DemoStage) async throws -> Void
  ) async throws {
    var demo = self
    let end = try #require(DemoStep.story.firstIndex { $0.name == last })
    demo.options.story =
      DemoStep.story[...end]
      + [DemoStep(name: "test", title: BilingualText(plain: "test"), run: body)]
    let found = differences(try await demo.play())
    #expect(found == [])
  }

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

extension DemoStage {
  /// Another connection of a principal, which gives up at the first refusal.
  func impatient(_ principal: String) throws -> DemoClient {
    let folder = keys.principalFolder(principal)
    return try wire.stranger(
      principal, certificate: try readBytes(folder + "/cert.pem"),
      key: try readBytes(folder + "/key.pem"))
  }

  /// A look-up of a planted person under the grant on the cremation register.
  func lookup(of lead: Lead) throws -> ShareV1.LookupRequest {
    .init(
      grant: try grant(.cremation).name,
      subject: try DemoStep.subject(lead.identifier, lead.name), purpose: DemoTerms.purpose,
      caseNumber: "YL-2024-9")
  }

  /// All entries of the log with a topic, or all; each opened payload as text.
  func logged(_ topic: String = "") async throws -> [AuditV1.Entry] {
    let auditor = try wire.client(DemoCast.auditor).audit
    var entries: [AuditV1.Entry] = []
    var token = ""
    repeat {
      let page = try await auditor.listEntries(
        .init(filter: .init(topic: topic), pageSize: 500, pageToken: token))
      entries += page.entries
      token = page.nextPageToken
    } while !token.isEmpty
    return entries
  }
}

/// The program weir in this process, with streams of its own.
func weir(
  _ arguments: [String], environment: [String: String] = [:],
  ask: (@Sendable (String) -> String?)? = nil
) async -> (exit: ProgramExit, output: String, errors: String) {
  let streams = Streams()
  let surroundings = Surroundings(
    arguments: arguments, environment: environment.merging(["LANG": "C"]) { own, _ in own },
    width: nil, canRedraw: false, output: { streams.append(output: $0) },
    errors: { streams.append(errors: $0) }, ask: ask)
  let exit = await runWeir(surroundings)
  let (output, errors) = streams.text
  return (exit, output, errors)
}

/// What was written to standard output and standard error.
private final class Streams: Sendable {
  private let streams = Mutex(("", ""))

  var text: (String, String) { streams.withLock { $0 } }
  func append(output: String) { streams.withLock { $0.0 += output } }
  func append(errors: String) { streams.withLock { $0.1 += errors } }
}

/// A node in a folder, of the programs that were built with the tests and the law of this checkout.
func nodeOptions(_ folder: TemporaryFolder) -> NodeOptions {
  NodeOptions(
    dataFolder: folder.path("node"), law: Checkout.root.appending(path: "deploy").path,
    programs: URL(filePath: builtProgram("weir")).deletingLastPathComponent().path,
    random: SystemRandom())
}
