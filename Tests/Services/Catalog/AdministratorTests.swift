// Luyi: who reviews a change of items, and who does where the administrator, or the bureau, is the source itself (luyi-2019/4, 9).

import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("In Luyi the population base's administrator reviews and the bureau confirms (AC-19)")
struct AdministratorTests {
  private let key = "luyi-2019"
  private typealias Holders = [Role: Set<String>]

  private func seats(
    _ department: String, _ holders: Holders, authority: String? = "data-bureau"
  ) throws -> [Seat?] {
    let owner = try CatalogWorld.facts(department, authority: authority, holders: holders)
    return [Reviewer.populationBaseAdministrator, .bigDataBureau].map { owner.seat(of: $0) }
  }

  @Test("AC-19 the administrator's own department is looked at by the bureau, twice")
  func seats() throws {
    let region = "441400"
    let bureau = Seat.authority(try CatalogWorld.code("data-bureau"))
    let administrator: Role = .populationBaseAdministrator
    // Somebody else's entry, and the administrator's own where another department has one, too.
    #expect(
      try seats("civil-affairs", [administrator: ["police"]])
        == [.populationBase(region: region), bureau])
    #expect(
      try seats("police", [administrator: ["police", "health"]])
        == [.populationBase(region: region), bureau])
    #expect(try seats("police", [administrator: ["police"]]) == [bureau, bureau])
    // Nobody was named: that is not the bureau's to make good.
    #expect(try seats("civil-affairs", [:]) == [nil, bureau])
  }

  @Test(
    "AC-11 the bureau's own entries go to the authority above, or the construction group (luyi-2019/4)"
  )
  func ofTheBureau() throws {
    let group = Seat.leadingGroup(region: "441400")
    let administrator: Role = .populationBaseAdministrator
    let both: Holders = [administrator: ["data-bureau"], .leadingGroup: ["county-office"]]
    #expect(try seats("data-bureau", both, authority: nil) == [group, group])
    #expect(
      try seats("data-bureau", both, authority: "province-bureau")
        == Array(repeating: .authority(try CatalogWorld.code("province-bureau")), count: 2))
    // The group's only person sits in the bureau: nobody may.
    #expect(
      try seats(
        "data-bureau", [administrator: ["data-bureau"], .leadingGroup: ["data-bureau"]],
        authority: nil) == [nil, nil])
  }

  @Test("AC-19 where nobody may, the submission is refused and says what is missing")
  func nobody() throws {
    func submitting(_ department: String, _ holders: Holders, authority: String?) throws
      -> CatalogRefusal?
    {
      let owner = try CatalogWorld.actor(department, authority: authority, holders: holders)
      let draft = try CatalogWorld.version(
        try CatalogWorld.content(owner: department), number: 2, under: key)
      return refusal {
        _ = try draft.submitted(
          by: owner, at: CatalogWorld.noon, under: try CatalogWorld.profile(key))
      }
    }
    let administrator: Role = .populationBaseAdministrator
    let unnamed = try submitting("civil-affairs", [:], authority: "data-bureau")
    #expect(unnamed?.reason == "catalog.no_administrator")
    #expect(unnamed?.citation?.text == "luyi-2019/9" && unnamed?.nextStep != nil)
    let alone = try submitting("data-bureau", [administrator: ["data-bureau"]], authority: nil)
    #expect(alone?.reason == "catalog.no_authority_above")
    #expect(
      try submitting(
        "data-bureau", [administrator: ["data-bureau"], .leadingGroup: ["county-office"]],
        authority: nil) == nil)
  }

  /// An entry of a department, handed in.
  private func submitted(
    _ catalog: CatalogCalls, by department: String = "civil-affairs"
  ) async throws -> String {
    let officer = catalog.options("\(department) dept-officer")
    let name = try await catalog.client.createEntry(
      .init(
        entry: CatalogCalls.entry { entry in
          entry.category = "person.certificates"
          entry.resourceClass = ""
          for index in entry.items.indices { entry.items[index].standard = "GB/T 2261" }
        }, requestID: "c"), officer
    ).name
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), officer)
    return name
  }

  private func approve(
    _ catalog: CatalogCalls, _ name: String, by caller: String
  ) async -> String? {
    await status {
      _ = try await catalog.client.reviewEntry(
        .init(name: name, decision: .approve, requestID: "r \(caller)"), catalog.options(caller))
    }?.trailers["weir-reason"]
  }

  @Test(
    "AC-19 only the administrator approves first, only the bureau after him, each a person",
    .obligation("luyi-2019/9.1"))
  func order() async throws {
    let catalog = try await CatalogCalls(under: key)
    let name = try await submitted(catalog)
    #expect(await approve(catalog, name, by: "data-bureau authority") == "catalog.not_reviewer")
    #expect(
      await approve(catalog, name, by: "civil-affairs/wu population-base-administrator")
        == "catalog.own_review")
    #expect(
      await approve(catalog, name, by: "population-base population-base-administrator") == nil)
    #expect(
      await approve(catalog, name, by: "population-base/wu population-base-administrator")
        == "catalog.not_reviewer")
    #expect(await approve(catalog, name, by: "data-bureau authority") == nil)
    let entry = try await catalog.client.getEntry(
      .init(name: name), catalog.options(CatalogCalls.authority))
    #expect(entry.state == .approved)
  }

  @Test("AC-19 one person with both roles does not review and confirm (D48)")
  func secondPerson() async throws {
    let catalog = try await CatalogCalls(under: key)
    let name = try await submitted(catalog)
    let both = "authority population-base-administrator"
    #expect(await approve(catalog, name, by: "data-bureau \(both)") == nil)
    let again = await status {
      _ = try await catalog.client.reviewEntry(
        .init(name: name, decision: .approve, requestID: "again"),
        catalog.options("data-bureau \(both)"))
    }
    #expect(again?.code == .permissionDenied)
    #expect(again?.trailers["weir-reason"] == "catalog.second_person_needed")
    #expect(again?.trailers["weir-article"] == "luyi-2019/9")
    #expect(await approve(catalog, name, by: "data-bureau/wu \(both)") == nil)
  }

  @Test("AC-19 the administrator's own change is the duty of the bureau, whose two persons decide")
  func own() async throws {
    let catalog = try await CatalogCalls(under: key)
    let name = try await submitted(catalog, by: "population-base")
    func duties(_ caller: String) async throws -> [String] {
      try await catalog.client.listDuties(.init(), catalog.options(caller)).duties.map(\.action)
    }
    #expect(try await duties("population-base/wu population-base-administrator").isEmpty)
    #expect(try await duties(CatalogCalls.authority) == ["review"])
    #expect(
      await approve(catalog, name, by: "population-base/wu population-base-administrator")
        == "catalog.own_review")
    #expect(await approve(catalog, name, by: "data-bureau authority") == nil)
    #expect(await approve(catalog, name, by: "data-bureau/wu authority") == nil)
    let published = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p"), catalog.options(CatalogCalls.authority))
    #expect(published.state == .published)
  }

  @Test(
    "AC-19 where the county stands alone, the construction group decides on the bureau's own",
    .obligation("luyi-2019/4.1"))
  func constructionGroup() async throws {
    let catalog = try await CatalogCalls(under: key) { department in
      department.regionalRoles = [
        .init(role: "population-base-administrator", departments: ["departments/data-bureau"]),
        .init(role: "leading-group", departments: ["departments/police"]),
      ]
    }
    let name = try await submitted(catalog, by: "data-bureau")
    let group = "police leading-group"
    #expect(
      try await catalog.client.listDuties(.init(), catalog.options(group)).duties.map(\.resource)
        == [name])
    #expect(
      await approve(catalog, name, by: "data-bureau/wu authority") == "catalog.own_review")
    #expect(await approve(catalog, name, by: "police leading-group") == nil)
    #expect(await approve(catalog, name, by: "police/wu leading-group") == nil)
    let published = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p"), catalog.options(group))
    #expect(published.state == .published)
  }
}
