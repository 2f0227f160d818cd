// Where an authority is the source itself, somebody else decides, or it is told so at once.

import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("An authority's own entries are decided by the authority above (AC-11)")
struct OwnEntryTests {
  private func submit(
    _ catalog: CatalogCalls, by caller: String, trial: Bool = false
  ) async throws -> CatalogV1.Entry {
    let name = try await catalog.client.createEntry(
      .init(
        // A category that the text gives to nobody in particular.
        entry: CatalogCalls.entry {
          $0.category = "person.certificates"
          $0.resourceClass = ""
        }, requestID: "c"), catalog.options(caller)
    ).name
    return try await catalog.client.submitEntry(
      .init(name: name, requestID: "s", validateOnly: trial), catalog.options(caller))
  }

  @Test(
    "a county bureau's entry waits for the city's authority, which decides to the end",
    arguments: Backend.allCases)
  func county(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let own = "county-bureau dept-officer authority"
    let name = try await submit(catalog, by: own).name
    func duties(_ caller: String) async throws -> [String] {
      try await catalog.client.listDuties(.init(), catalog.options(caller)).duties.map(\.action)
    }
    #expect(try await duties(own).isEmpty)
    #expect(try await duties(CatalogCalls.authority) == ["review"])
    let said = await status {
      _ = try await catalog.client.reviewEntry(
        .init(name: name, decision: .approve, requestID: "r"), catalog.options(own))
    }
    #expect(said?.trailers["weir-reason"] == "catalog.own_review")
    let city = catalog.options(CatalogCalls.authority)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r", secrecyPassed: true), city)
    let published = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), city)
    #expect(published.state == .published)
  }

  @Test(
    "the city's goes to the province's, where there is one",
    arguments: [
      "meizhou-public-2023", "hebi-2021",
    ])
  func city(_ key: String) async throws {
    let catalog = try await CatalogCalls(under: key, hasProvince: true)
    _ = try await submit(catalog, by: "data-bureau dept-officer authority")
    let above = try await catalog.client.listDuties(
      .init(), catalog.options("province-bureau authority"))
    #expect(above.duties.map(\.action) == ["review"])
  }

  @Test(
    "where none is registered above, the submission is refused, with what to do",
    arguments: [
      ("meizhou-public-2023", "meizhou-public-2023/7.1b"), ("hebi-2021", "hebi-2021/8.2a"),
      ("luyi-2019", "luyi-2019/9"),
    ])
  func none(_ key: String, _ article: String) async throws {
    let owner = try CatalogWorld.actor(
      "data-bureau", [.departmentOfficer, .authority], authority: nil)
    let draft = try CatalogWorld.version(
      try CatalogWorld.content(owner: "data-bureau"), under: key)
    let said = refusal {
      _ = try draft.submitted(
        by: owner, at: CatalogWorld.noon, under: try CatalogWorld.profile(key))
    }
    #expect(said?.reason == "catalog.no_authority_above")
    #expect(said?.citation?.text == article)
    #expect(said?.nextStep != nil)
  }

  @Test("the refusal comes before anything changes; profiles without reviewers need nobody above")
  func calls() async throws {
    let catalog = try await CatalogCalls()
    for trial in [true, false] {
      let said = await status {
        _ = try await submit(catalog, by: "data-bureau dept-officer authority", trial: trial)
      }
      #expect(said?.code == .failedPrecondition)
      #expect(said?.trailers["weir-reason"] == "catalog.no_authority_above")
    }
    let guangdong = try await CatalogCalls(under: "guangdong-2018")
    let approved = try await submit(guangdong, by: "data-bureau dept-officer")
    #expect(approved.state == .approved)
  }
}
