// What is sent twice is done once, and whoever asks again is looked at again (DESIGN.md, section 5).

import CatalogRules
import CatalogStore
import Contracts
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("A change of the catalogue is done once, authorised each time, and receipted")
struct ReplayTests {
  private static let basis = CommonV1.Basis(
    kind: .law, title: "中华人民共和国行政许可法", article: "第八条")

  @Test("the same request again gets the same answer and changes nothing; other content is refused")
  func same() async throws {
    let catalog = try await CatalogCalls()
    let first = try await catalog.draft("same")
    let second = try await catalog.draft("same")
    #expect(first == second)
    let said = await status { _ = try await catalog.draft("same") { $0.title = "另一份" } }
    #expect(said?.code == .alreadyExists)
    #expect(said?.trailers["weir-reason"] == "request.request_id_reused")
    let missing = await status { _ = try await catalog.draft("") }
    #expect(missing?.trailers["weir-field"] == "request_id")
    #expect(try await catalog.database.read { try $0.entryStanding(2) } == nil)
    #expect(
      try await catalog.log().map(\.topic) == ["catalog.entry_drafted", "catalog.replayed"])
    let replayed = try await catalog.logged("catalog.replayed")
    #expect(replayed["request"]?.string == "same")
    #expect(replayed["actor"]?.string == "departments/civil-affairs/persons/li")
  }

  @Test("what changed since does not matter to a replay", arguments: Backend.allCases)
  func changedSince(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let officer = catalog.options(CatalogCalls.officer)
    let authority = catalog.options(CatalogCalls.authority)
    let name = try await catalog.draft("d").name
    let submit = CatalogV1.SubmitEntryRequest(name: name, requestID: "d-s")
    let published = try await catalog.publish(name, "d")
    let withdraw = CatalogV1.WithdrawEntryRequest(
      name: name, reason: "职能划转", basis: Self.basis, requestID: "w")
    let asked = try await catalog.client.withdrawEntry(
      withdraw, catalog.options("civil-affairs dept-head"))
    _ = try await catalog.client.withdrawEntry(.init(name: name, requestID: "w2"), authority)
    // The entry is gone; each former request is answered as it was then.
    #expect(try await catalog.client.submitEntry(submit, officer).state == .submitted)
    #expect(
      try await catalog.client.publishEntry(.init(name: name, requestID: "d-p"), authority)
        == published)
    #expect(
      try await catalog.client.withdrawEntry(withdraw, catalog.options("civil-affairs dept-head"))
        == asked)
    #expect(try await catalog.log().map(\.topic).filter { $0 == "catalog.replayed" }.count == 3)
  }

  @Test("who lost the part that he had is refused, though he repeats himself")
  func authorisedAgain() async throws {
    let catalog = try await CatalogCalls()
    let name = try await catalog.draft("d").name
    _ = try await catalog.publish(name, "d")
    // The same person, meanwhile the head of the bureau and no longer its authority.
    let said = await status {
      _ = try await catalog.client.publishEntry(
        .init(name: name, requestID: "d-p"), catalog.options("data-bureau dept-head"))
    }
    #expect(said?.trailers["weir-reason"] == "catalog.not_reviewer")
    #expect(try await !catalog.log().map(\.topic).contains("catalog.replayed"))
  }

  @Test("each change gives a receipt of its own entry; a replay the same one, a reader none")
  func receipts() async throws {
    let catalog = try await CatalogCalls()
    let draft = try await catalog.draft("d")
    let again = try await catalog.draft("d")
    #expect(draft.receipt != nil && draft.receipt == again.receipt)
    let published = try await catalog.publish(draft.name, "d")
    let receipt = try Receipt(try #require(published.receipt).json)
    #expect(receipt.leaf.commitment == published.receipt?.leaf)
    let payload = try CanonicalJSON.decodeCanonical(receipt.leaf.payload)
    #expect(payload["state"]?.string == "published")
    #expect(payload["entry"]?.string == draft.name)
    let read = try await catalog.client.getEntry(
      .init(name: draft.name), catalog.options(CatalogCalls.officer))
    #expect(read.receipt == nil)
    let trial = try await catalog.client.submitEntry(
      .init(name: try await catalog.draft("e").name, validateOnly: true),
      catalog.options(CatalogCalls.officer))
    #expect(trial.receipt == nil)
  }
}
