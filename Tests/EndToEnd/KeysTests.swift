// New keys for a register of a running node, whose Ingest is killed in the middle; then one person's records are destroyed there.

import Boot
import Contracts
import Crypto
import Foundation
import Glibc
import Integrity
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("keys of a running node change, and data are destroyed under them")
struct KeysTests {
  private static let operations = "departments/operations/persons/zhou"

  @Test(
    "weir keys and weir destruction: killed in the middle, everybody is found, the certificate holds, nobody else is gone"
  )
  func keys() async throws {
    let demo = try SmallDemo(seed: 14)
    let folder = demo.folder
    try await demo.play(through: "subscriptions") { stage in
      let entry = try stage.grant(.cremation).entry
      let requests = try stage.plan.leads(of: .pension, in: .cremation).prefix(3)
        .map { try stage.lookup(of: $0) }
      let before = try await answers(requests, stage)
      try #require(before.count == 3 && before.allSatisfy { !$0.isEmpty })
      try await run(
        [
          "keys", "rotate", entry, "--suite", "sm4-ctr-hmac-sm3", "--reason", "yearly",
        ], as: "operations/zhou", stage)
      Glibc.kill(try #require(await stage.running.processIDs()["ingest"]), SIGKILL)
      #expect(try await answers(requests, stage) == before)
      let operations = try stage.wire.client(Self.operations).ingest
      try await eventually("nothing to lie under the old keys") {
        try await operations.listRegisterKeys(.init()).keys.contains {
          $0.entry == entry && $0.version == 2 && $0.previousVersion == 0
        }
      }
      let listed = try await run(["keys", "list"], as: "operations/zhou", stage)
      #expect(listed.contains("sm4-ctr-hmac-sm3") && listed.contains("aes-256-gcm"))
      #expect(try await answers(requests, stage) == before)
      try await eventually("the old keys to be destroyed") {
        let ring = try Keyring(
          folder: stage.running.dataFolder + "/keys/ingest", creates: false,
          random: SystemRandom())
        return ring.keys(.resource, resource: entry).map(\.version) == [2]
      }
      try await destroyPerson(stage.plan.leads(of: .pension, in: .cremation)[0], stage, folder)
      let after = try await answers(requests, stage)
      #expect(after[0].isEmpty && Array(after.dropFirst()) == Array(before.dropFirst()))
    }
  }

  @Test(
    "weir keys rotate --seals: every service is killed in the middle, all that people wrote is read on, and the old keys are gone from disk"
  )
  func seals() async throws {
    let demo = try SmallDemo(seed: 15)
    try await demo.play(through: "wrongly-dead") { stage in
      let before = try await written(stage)
      try #require(before.count > 3)
      let old = try rings(stage.running.dataFolder)
      let said = try await run(
        ["keys", "rotate", "--seals", "--suite", "sm4-ctr-hmac-sm3", "--reason", "yearly"],
        as: "operations/zhou", stage)
      #expect(said.contains("resealing") && said.contains("feedback-texts"))
      for (_, pid) in await stage.running.processIDs() { Glibc.kill(pid, SIGKILL) }
      try await eventually("all services to answer as before") {
        try await written(stage) == before
      }
      try await eventually("the old keys to be destroyed") {
        let now = try rings(stage.running.dataFolder)
        return now.count == old.count && now.values.allSatisfy { $0 == [2] }
      }
      #expect(try await written(stage) == before)
      let listed = try await run(["keys", "seals"], as: "operations/zhou", stage)
      #expect(!listed.contains("aes-256-gcm") && !listed.contains("resealing"))
      try await eventually("what was done to be in the log") {
        let ordered = try await stage.logged("registry.seal_rotation_ordered").count
        let done = try await stage.logged("share.seal_rotated").count
        return ordered == 1 && done == 2
      }
    }
  }

  /// The versions of each sealing key on disk.
  private func rings(_ data: String) throws -> [String: [UInt32]] {
    var found: [String: [UInt32]] = [:]
    for service in ["catalog", "ingest", "share", "feedback", "audit", "gateway"] {
      let ring = try Keyring(
        folder: "\(data)/keys/\(service)", creates: false, random: SystemRandom())
      for key in ring.keys where key.purpose == .outbox {
        found[service, default: []].append(key.version)
      }
      for resource in ["share-verification", "feedback-texts", "disclosures", "canaries"] {
        let versions = ring.keys(.identity, resource: resource).map(\.version)
        if !versions.isEmpty { found[resource] = versions }
      }
    }
    return found
  }

  /// Everything sealed that departments may read.
  private func written(_ stage: DemoStage) async throws -> [String] {
    let user = DemoCast.humanResources
    let officer = try stage.wire.client(user.principal(user.officer))
    let issues = try await officer.feedback.listIssues(.init(pageSize: 100)).issues
    let cases = try await officer.share.listCases(
      .init(parent: try stage.comparison(.cremation).name, pageSize: 100)
    ).cases
    return issues.map { "\($0)" } + cases.map { "\($0)" }
  }

  private func answers(
    _ requests: [ShareV1.LookupRequest], _ stage: DemoStage
  ) async throws -> [[[IngestV1.Value]]] {
    let share = try stage.wire.client(DemoCast.humanResources.systemName).share
    var answers: [[[IngestV1.Value]]] = []
    for request in requests {
      answers.append(try await share.lookup(request).records.map(\.values))
    }
    return answers
  }
}

/// As two people of the source do it at the command line, and an office that holds the root's public key alone checks it.
func destroyPerson(
  _ lead: Lead, _ stage: DemoStage, _ folder: TemporaryFolder
) async throws {
  let (person, certificate) = (folder.path("person.txt"), folder.path("certificate.json"))
  try Files.write(Array((lead.identifier + "\n").utf8), to: person, isPrivate: true)
  let asked = try await run(
    ["destruction", "request", "--person", "--id-file", person, "--reason", "asked for"],
    as: "civil-affairs/li", stage)
  #expect(asked.contains("destructions/D-1") && !asked.contains(lead.identifier))
  try await run(
    ["destruction", "approve", "D-1", "--id-file", person, "--receipt", certificate],
    as: "civil-affairs/sun", stage)
  let shown = try await run(["destruction", "show", "D-1"], as: "civil-affairs/li", stage)
  #expect(shown.contains("certified"))
  let root = stage.keys.evidenceRootPublicKey
  let checked = try await run(
    ["audit", "receipt", certificate, "--root-key", root, "--output", "json"],
    as: "civil-affairs/li", stage)
  #expect(checked.contains("ingest.data_destroyed") && checked.contains("\"verified\": true"))
  let said = String(
    decoding: try Receipt(try readBytes(certificate)).leaf.payload, as: UTF8.self)
  #expect(said.contains("departments/civil-affairs/persons/sun"))
  #expect(said.contains("\"backups\":\"none planned\""))
}

/// A command of a node that runs, which must succeed.
@discardableResult
private func run(
  _ arguments: [String], as who: String, _ stage: DemoStage
) async throws -> String {
  let ended = await weir(
    arguments + ["--lang", "en"],
    environment: ["WEIR_DATA": stage.running.dataFolder, "WEIR_AS": who])
  try #require(ended.exit == .done, "\(arguments.prefix(2)): \(ended.errors)\(ended.output)")
  return ended.output
}
