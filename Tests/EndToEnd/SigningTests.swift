// A clerk's key on another machine: the decision is written out, signed with openssl, and brought back (AC-03).

import Boot
import Contracts
import Foundation
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("A person signs what he decides at the command line", .serialized)
struct SigningTests {
  @Test("AC-03 shown in words, asked, signed elsewhere by openssl, and not with another's key")
  func elsewhere() async throws {
    let demo = try SmallDemo(seed: 9)
    try await demo.play(through: "application") { stage in
      let grant = try stage.grant(.correction).name
      let keys = stage.keys
      let (officer, head) = (DemoCast.justice.officer, DemoCast.justice.head)
      let statement = demo.folder.path("statement")
      let data = demo.database
      func suspend(
        _ arguments: [String], ask: (@Sendable (String) -> String?)? = nil
      ) async -> (exit: ProgramExit, output: String, errors: String) {
        await weir(
          ["share", "suspend", grant, "--reason", "责任人离岗"] + arguments,
          environment: ["WEIR_DATA": data, "WEIR_AS": "justice/\(officer.id)"], ask: ask)
      }
      let declined = await suspend([], ask: { _ in "n" })
      #expect(declined.exit == .usage && declined.errors.contains("Not signed"))
      let written = await suspend(["--statement-out", statement])
      #expect(written.exit == .done, "\(written.errors)")
      for words in ["暂停授权 / suspend a grant", grant, "责任人离岗", "persons/\(officer.id)"] {
        #expect(written.errors.contains(words), "\(words)")
      }
      for (person, expected) in [(head, ProgramExit.refused), (officer, .done)] {
        let signature = demo.folder.path("signature-" + person.id)
        let key = keys.principalFolder(DemoCast.justice.principal(person)) + "/key.pem"
        let signing = try await runToEnd(
          "openssl", ["dgst", "-sha256", "-sign", key, "-out", signature, statement])
        try #require(signing.status == 0, "\(signing.output)")
        let ended = await suspend(["--statement", statement, "--signature", signature])
        #expect(ended.exit == expected, "\(person.id): \(ended.errors)")
        #expect(ended.errors.contains("signature does not fit") == (person.id == head.id))
      }
      let shown = await weir(
        [
          "share", "resume", grant, "--reason", "已补任", "--output", "json", "--receipt",
          demo.folder.path("receipt"),
        ], environment: ["WEIR_DATA": data, "WEIR_AS": "justice/\(officer.id)"])
      #expect(shown.exit == .done && shown.output.contains("\"state\": \"ACTIVE\""))
      for (root, expected) in [
        (keys.departmentRoot, ProgramExit.done), (keys.serviceRoot, .evidenceBroken),
      ] {
        let verified = await weir([
          "audit", "verify", "--receipt", demo.folder.path("receipt"), "--root-key",
          keys.evidenceRootPublicKey, "--department-root", root,
        ])
        #expect(verified.exit == expected, "\(verified.errors)")
        #expect(
          verified.output.contains("persons/\(officer.id)") == (expected == .done))
      }
    }
  }
}
