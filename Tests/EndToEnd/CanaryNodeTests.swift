// A whole node on which an auditor plants an identifier, and a department goes through persons one after the other.

import Contracts
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("Planted identifiers and persons tried one after the other, on a whole node")
struct CanaryNodeTests {
  /// Sound numbers of one area and day of birth, of nobody.
  private func identifier(_ order: Int) -> String {
    let digits = "44140219310101" + String(String(1000 + order).suffix(3))
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(digits.utf8, weights).reduce(0) { $0 + Int($1.0 - 48) * $1.1 }
    return digits + String(Array("10X98765432")[sum % 11])
  }

  @Test(
    "the auditor is told of both, the owner of the second, the department that asked of a refusal alone",
    .obligation("meizhou-public-2023/39.1d"))
  func told() async throws {
    let demo = try SmallDemo(seed: 12)
    let numbers = (1...12).map { identifier($0) }
    try await demo.play(through: "subscriptions") { stage in
      let auditor = try stage.wire.client(DemoCast.auditor)
      let planted = try await auditor.ingest.plantCanary(
        .init(
          subject: try DemoStep.subject(numbers[11], ""), note: "spring", requestID: "plant"))
      let caller = try stage.impatient(DemoCast.humanResources.systemName)
      func lookUp(_ number: String) async throws -> ShareV1.LookupResponse {
        try await caller.share.lookup(
          .init(
            grant: try stage.grant(.cremation).name, subject: try DemoStep.subject(number, ""),
            purpose: DemoTerms.purpose, caseNumber: "YL-2024-9"))
      }
      #expect(try await lookUp(numbers[11]).records.isEmpty)
      for number in numbers.prefix(9) { #expect(try await lookUp(number).records.isEmpty) }
      let refused = try await refusal { _ = try await lookUp(numbers[10]) }
      #expect(refused?.code == .resourceExhausted)
      #expect(refused?.reason == "ingest.too_many_neighbours")
      func alarms(_ principal: String) async throws -> [String] {
        try await stage.wire.client(principal).audit.listAlarms(.init()).alarms.map(\.kind)
      }
      try await eventually("the auditor to see both alarms") {
        try await alarms(DemoCast.auditor) == ["canary_named", "enumeration_suspected"]
      }
      let owner = DemoCast.civilAffairs
      #expect(try await alarms(owner.principal(owner.security)) == ["enumeration_suspected"])
      let entry = try #require(try await stage.logged("ingest.canary_named").first)
      let payload = String(decoding: entry.payload, as: UTF8.self)
      #expect(payload.contains(planted.name) && payload.contains(DemoCast.humanResources.code))
    }
  }
}
