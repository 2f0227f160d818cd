// A whole node whose log is published only when two of three offices have signed: two of ours and one that is not.

import Boot
import Crypto
import Foundation
import Integrity
import TestSupport
import Testing

@testable import WeirCLI

@Suite(
  "A node with witnesses (DESIGN 9: a malicious operator cannot hide what was seen)", .serialized)
struct WitnessNodeTests {
  private func weir(_ arguments: [String], in data: String) async -> (
    exit: ProgramExit, output: String, errors: String
  ) {
    await EndToEndTests.weir(
      arguments, environment: ["WEIR_DATA": data, "WEIR_AS": "audit-bureau/shen"])
  }

  /// The size of the newest checkpoint whose quorum holds under a policy; 0 where none does.
  private func size(_ policy: String, in data: String) async -> Int {
    let answer = await weir(
      [
        "audit", "checkpoint", "--root-key", data + "/pki/evidence-root/public.key",
        "--witness-policy", policy, "--output", "json",
      ], in: data)
    guard answer.exit == .done,
      let object = try? JSONSerialization.jsonObject(with: Data(answer.output.utf8))
        as? [String: Any]
    else { return 0 }
    return object["size"] as? Int ?? 0
  }

  @Test(
    "is cosigned by two of its own kind and a foreign one, goes on with two of three, stops with one, and goes on again",
    .enabled(if: Checkout.hasPythonClients, "there is no Python environment: run deploy/setup test")
  )
  func quorum() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    // Makes the folder.
    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in }
    let offices = try await offices(folder, data)
    let (policy, all) = (folder.path("policy"), folder.path("all"))
    try write(offices, quorum: "2", to: policy)
    try write(offices, quorum: "all", to: all)
    let trust = try offices.map { String(decoding: try readBytes($0.trust), as: UTF8.self) }
    try Files.write(trust.joined(), to: folder.path("trust.pem"), isPrivate: false)
    let node = NodeFolder(path: data)
    var description = try node.description()
    description.witnesses = .init(policy: policy, trust: folder.path("trust.pem"))
    try node.save(description)

    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in
      func grow() async { _ = await weir(["audit", "origins"], in: data) }
      try await eventually("all three to sign") {
        await grow()
        return await size(all, in: data) > 0
      }
      // The foreign one goes.
      await offices[2].kill()
      let three = await size(all, in: data)
      try await eventually("two to be enough") {
        await grow()
        return await size(policy, in: data) > three
      }
      #expect(await size(all, in: data) == 0)
      let log = folder.path("log")
      let key = data + "/pki/evidence-root/public.key"
      #expect(
        await weir(
          ["audit", "export", log, "--root-key", key, "--witness-policy", policy], in: data
        ).exit == .done)
      let strict = await weir(
        ["audit", "verify", "--log", log, "--root-key", key, "--witness-policy", all], in: data)
      #expect(strict.exit == .evidenceBroken && strict.errors.contains("Too few witnesses"))

      // With one of three nothing is published any more, however much is written.
      let port = try offices[1].port
      await offices[1].kill()
      let two = await size(policy, in: data)
      for _ in 0..<5 { await grow() }
      #expect(await size(policy, in: data) == two)
      let again = try await WitnessProcess.own(folder.path("audit"), port: port)
      try await eventually("the log to be published again") {
        await size(policy, in: data) > two
      }
      let alarms = await weir(["audit", "alarms", "--output", "json"], in: data)
      #expect(alarms.exit == .done && !alarms.output.contains("log_"), "\(alarms.output)")
      await again.kill()
    }
    await offices[0].kill()
  }

  /// Two of ours, by the key list as an operator hands it out, and one in Python.
  private func offices(_ folder: TemporaryFolder, _ data: String) async throws -> [WitnessProcess] {
    for name in ["data", "audit"] {
      let made = await weir(
        [
          "witness", "init", "--data", folder.path(name), "--name", "witness.\(name).example",
          "--key-list", data + "/pki/keylist.note", "--root-key",
          data + "/pki/evidence-root/public.key",
        ], in: data)
      #expect(made.exit == .done, "\(made.errors)")
    }
    let log = try #require(try WitnessFolder(path: folder.path("data")).logs().first)
    #expect(log.name == "weir.local/audit")
    return [
      try await .own(folder.path("data")), try await .own(folder.path("audit")),
      try await .foreign(log: log, in: folder),
    ]
  }

  private func write(_ offices: [WitnessProcess], quorum: String, to path: String) throws {
    var lines = offices.enumerated().map { "witness w\($0) \($1.key.text) \($1.url)" }
    lines += ["group offices \(quorum) w0 w1 w2", "quorum offices"]
    try Files.write(lines.map { $0 + "\n" }.joined(), to: path, isPrivate: false)
  }
}
