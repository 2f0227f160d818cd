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
