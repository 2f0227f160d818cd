// Whom a look-up's answer may reach, checked by Ingest alone on the signed grant.

import Access
import Contracts
import Integrity
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("AC-46 AC-48 AC-51 Ingest opens records for those alone whom the signed grant names")
struct RecipientTests {
  private static let bank = GrantRecipient(
    name: "pension-bank", isOwnSystem: false, items: ["name"], region: "")
  private static let liaison = GrantRecipient(
    name: "core", isOwnSystem: true, items: ["cremation-date"], region: "HK",
    until: CivilDate(iso: "2024-03-31"))

  private func recipientNode() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"],
        rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]]))
    return node
  }

  @Test("AC-46 a recipient has its items and no others; who is not named has none")
  func recipients() async throws {
    let node = try await recipientNode()
    let plain = try node.grant()
    let grant = try node.grant(recipients: [Self.bank, Self.liaison])
    let id = identityNumber(1)
    func items(
      _ grant: IngestV1.SignedGrant, _ items: [String], to recipient: String, who: Who = .user
    ) async throws -> [String] {
      try await node.lookUp(id, grant, items: items, recipient: recipient, who: who).records
        .flatMap { $0.values.map(\.item) }
    }
    #expect(Set(try await items(grant, ["name"], to: "pension-bank")) == ["name"])
    let disclosure = try #require(
      try await node.entries().last { $0.topic == "ingest.disclosure" })
    #expect(disclosure.payload["recipient"]?.string == "pension-bank")
    #expect(
      await refusal { try await items(grant, ["cremation-date"], to: "pension-bank") }
        == "ingest.recipient_item_not_granted")
    // No item named means all of the grant's: more than the bank may have.
    #expect(
      await refusal { try await items(grant, [], to: "pension-bank") }
        == "ingest.recipient_item_not_granted")
    for (grant, recipient) in [(grant, "insurer"), (grant, "core"), (plain, "pension-bank")] {
      #expect(
        await refusal { try await items(grant, ["name"], to: recipient) }
          == "ingest.recipient_not_granted")
    }
    await node.stop()
  }

  @Test("AC-51 a system abroad is served where the grant names it and its place")
  func abroad() async throws {
    let node = try await recipientNode()
    let grant = try node.grant(recipients: [Self.liaison])
    func ask(_ region: String, _ items: [String]) async -> String? {
      var who = Who.user
      who.region = region
      return await refusal {
        try await node.lookUp(identityNumber(1), grant, items: items, who: who)
      }
    }
    #expect(await ask("HK", ["cremation-date"]) == nil)
    #expect(await ask("HK", ["name"]) == "ingest.recipient_item_not_granted")
    #expect(await ask("SG", ["cremation-date"]) == "ingest.recipient_not_granted")
    #expect(await ask("CN", ["name"]) == nil)
    #expect(await ask("", ["name"]) == nil)
    // The records end before the grant.
    node.clock.pass(seconds: 27 * 86_400)
    #expect(await ask("HK", ["cremation-date"]) == nil)
    node.clock.pass(seconds: 86_400)
    #expect(await ask("HK", ["cremation-date"]) == "ingest.recipient_lapsed")
    #expect(await ask("", ["name"]) == nil)
    await node.stop()
  }
}
