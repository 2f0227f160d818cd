// Which law governs an entry follows from its category, and is nobody's to choose.

import CatalogRules
import Contracts
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("The class of an entry follows from its category (D43)")
struct ResourceClassTests {
  @Test("a class is derived from the category; another one is refused")
  func derived() throws {
    var content = try CatalogWorld.content()
    content.resourceClass = ""
    #expect(
      try content.classified(by: CatalogWorld.category("death.cremation")).resourceClass
        == "specific_population")
    #expect(
      try content.classified(by: CatalogWorld.category("person.health")).resourceClass == "public")
    #expect(try content.classified(by: nil).resourceClass == "public")
    for (category, chosen) in [
      ("death.cremation", "public"), ("person.health", "specific_population"),
      ("person.health", "nonsense"),
    ] {
      content.category = category
      content.resourceClass = chosen
      let said = refusal { _ = try content.classified(by: try CatalogWorld.category(category)) }
      #expect(said?.reason == "catalog.class_not_of_category")
      #expect(said?.field == "entry.resource_class")
    }
    // Also at submission, for what was drafted before the taxonomies had it so.
    content = try CatalogWorld.content()
    content.resourceClass = "public"
    let late = refusal {
      _ = try checkEntry(
        content, category: try CatalogWorld.category(content.category),
        owner: try CatalogWorld.facts("civil-affairs"), claims: [],
        under: try CatalogWorld.profile("meizhou-public-2023"))
    }
    #expect(late?.reason == "catalog.class_not_of_category")
  }

  @Test("a draft that changes its class goes over to the other profile, and says so")
  func draftChanges() throws {
    let draft = try CatalogWorld.version(try CatalogWorld.content(), under: "meizhou-specific-2021")
    var content = draft.content
    content.category = "person.health"
    content = try contentOf(content, "public")
    let other = try CatalogWorld.profile("meizhou-public-2023").reference
    let officer = try CatalogWorld.actor("civil-affairs")
    let next = try draft.edited(content, by: officer, at: CatalogWorld.noon, governing: other)
    #expect(next.profile == other)
    #expect(next.history.map(\.action) == [.profileChanged])
    #expect(next.history.first?.detail == "meizhou-specific-2021 -> meizhou-public-2023")
    // Within a class nothing moves, though another version may govern meanwhile.
    let same = try draft.edited(
      draft.content, by: officer, at: CatalogWorld.noon, governing: other)
    #expect(same.profile == draft.profile)
  }

  @Test("what was handed in before keeps its profile: its category cannot bring another")
  func returned() throws {
    var returned = try CatalogWorld.version(
      try CatalogWorld.content(), state: .returned, under: "meizhou-specific-2021")
    returned.submitted = CivilDate(iso: "2022-03-04")
    let content = try contentOf(returned.content, "public")
    let said = refusal {
      _ = try returned.edited(
        content, by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon,
        governing: try CatalogWorld.profile("meizhou-public-2023").reference)
    }
    #expect(said?.reason == "catalog.category_changes_profile")
    #expect(said?.field == "entry.category")
    // Where both classes have one profile, a category may be put right.
    let kept = try returned.edited(
      content, by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon,
      governing: returned.profile)
    #expect(kept.state == .draft)
  }

  private func contentOf(_ content: EntryContent, _ resourceClass: String) throws -> EntryContent {
    var changed = content
    changed.resourceClass = resourceClass
    return changed
  }

  @Test("through the calls, in 2022: nobody picks the milder law", arguments: Backend.allCases)
  func calls(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    // Both laws of Meizhou are in force at different times: 2022-03-04 is before meizhou-public-2023.
    catalog.clock.pass(milliseconds: -2 * 365 * 86_400_000)
    let draft = try await catalog.draft("a") { $0.resourceClass = "" }
    #expect(draft.resourceClass == "specific_population")
    #expect(draft.profile.hasPrefix("meizhou-specific-2021@"))
    let said = await status {
      _ = try await catalog.draft("b") {
        $0.category = "person.household"
        $0.resourceClass = "specific_population"
      }
    }
    #expect(said?.code == .invalidArgument)
    #expect(said?.trailers["weir-reason"] == "catalog.class_not_of_category")
    // A year and a half later the same draft becomes an entry of base data, and of the other law.
    catalog.clock.pass(milliseconds: 2 * 365 * 86_400_000)
    var changed = CatalogCalls.entry {
      $0.category = "person.marriage-adoption"
      $0.resourceClass = ""
    }
    changed.name = draft.name
    let next = try await catalog.client.updateEntry(
      .init(entry: changed, requestID: "c"), catalog.options(CatalogCalls.officer))
    #expect(next.resourceClass == "public")
    #expect(next.profile.hasPrefix("meizhou-public-2023@"))
    #expect(next.history.map(\.action) == ["profile_changed"])
    let logged = try await catalog.logged("catalog.entry_changed")
    #expect(logged["profile"]?.string == next.profile)
  }
}
