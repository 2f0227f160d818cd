// A whole node: six started programs, spoken to by the program weir, and the codes with which it ends.

import Boot
import Crypto
import Foundation
import Integrity
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A node is started, answers the program weir, and stops", .serialized)
struct NodeTests {
  /// Runs the program as a person would, in somebody's name.
  private func weir(
    _ arguments: String..., as who: String = "data-bureau/chen", in folder: String
  ) async -> (exit: ProgramExit, output: String, errors: String) {
    await weir(arguments, as: who, in: folder)
  }

  private func weir(
    _ arguments: [String], as who: String = "data-bureau/chen", in folder: String
  ) async -> (exit: ProgramExit, output: String, errors: String) {
    await EndToEndTests.weir(arguments, environment: ["WEIR_DATA": folder, "WEIR_AS": who])
  }

  @Test("commands end with the codes that scripts rely on, while it runs and after")
  func exitCodes() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let pids = await node.processIDs()
      #expect(pids.count == 6 && Files.exists(data + "/ready"))
      let who = await weir("department", "whoami", in: data)
      #expect(who.exit == .done && who.output.contains("departments/data-bureau/persons/chen"))
      let healthy = await weir("doctor", in: data)
      #expect(healthy.exit == .done && healthy.output.contains("service share"))
      let todo = await weir("todo", "--output", "json", in: data)
      #expect(todo.exit == .done)
      let unknown = await weir("department", "show", "no-such-body", in: data)
      #expect(unknown.exit == .notFound)
      let malformed = await weir(
        "department", "person", "add", "data-bureau/lin", "--title", "林", "--role", "king", in: data
      )
      #expect(malformed.exit == .usage && malformed.errors.contains("request id"))
      let refused = await weir("audit", "alarms", as: "operations/zhou", in: data)
      #expect(refused.exit == .refused && refused.errors.contains("reason"))
      let second = await #expect(throws: NodeFailure.self) {
        try await withNode(nodeOptions(folder), tell: { _ in }) { _ in }
      }
      #expect(second == .alreadyRunning(folder: data))
    }
    #expect(!Files.exists(data + "/ready"))
    #expect(await weir("department", "whoami", in: data).exit == .tryAgain)
    #expect(await weir("doctor", in: data).exit == .fault)
  }

  @Test("the log is exported and verified offline; a foreign root and one changed byte end with 7")
  func verification() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    let log = folder.path("log")
    let kept = folder.path("kept")
    let key = data + "/pki/evidence-root/public.key"
    let stranger = try NoteSigner(
      name: "weir.test/root", key: try Ed25519PrivateKey(random: SystemRandom()))
    try Files.write(stranger.verifier.text, to: folder.path("other.key"), isPrivate: false)
    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in
      try await eventually("a checkpoint that covers an entry") {
        await weir(
          "audit", "checkpoint", "--root-key", key, "--keep", kept, "--output", "json", in: data
        ).exit == .done
      }
      #expect(await weir("audit", "export", log, "--root-key", key, in: data).exit == .done)
      for command in ["checkpoint", "export"] {
        let target = command == "export" ? [folder.path("other")] : []
        let answer = await weir(
          ["audit", command] + target + ["--root-key", folder.path("other.key")], in: data)
        #expect(answer.exit == .evidenceBroken && answer.errors.contains("root key"))
      }
      // The log has grown since, or not: what was kept is its beginning either way.
      #expect(
        await weir("audit", "checkpoint", "--root-key", key, "--keep", kept, in: data).exit
          == .done)
    }
    let whole = await weir("audit", "verify", "--log", log, "--root-key", key, in: data)
    #expect(whole.exit == .done)
    let bundle = try #require(try Self.bundle(in: log))
    var bytes = try readBytes(bundle)
    bytes[5] ^= 1
    try Files.write(bytes, to: bundle, isPrivate: false)
    let changed = await weir("audit", "verify", "--log", log, "--root-key", key, in: data)
    #expect(changed.exit == .evidenceBroken && changed.errors.contains("entry 0"))
  }

  /// The first bundle of an exported log.
  private static func bundle(in log: String) throws -> String? {
    let folder = log + "/tile/entries/"
    return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      .map { folder + $0 }
      .first { path in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
          && !isFolder.boolValue
      }
  }

  @Test("a process that dies is started again, and the node answers as before")
  func restart() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let before = try #require(await node.processIDs()["catalog"])
      kill(before, SIGKILL)
      try await eventually("another process that serves") {
        let now = await node.processIDs()["catalog"]
        guard now != before else { return false }
        return await node.client.isServing("catalog")
      }
      #expect(await weir("catalog", "list", in: data).exit == .done)
      let ready = try ReadyFile.load(path: data + "/ready")
      #expect(ready.pids == (await node.processIDs()))
    }
  }
}
