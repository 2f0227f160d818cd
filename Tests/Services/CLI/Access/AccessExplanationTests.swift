// weir access explain: what is told of methods, entries and grants, from rows as the services answer them.

import Access
import Contracts
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("What can X see, and why (AC-03, AC-40, AC-41, AC-42, AC-52)")
struct AccessExplanationTests {
  private func party(
    _ name: String = "departments/human-resources/persons/wang",
    _ roles: [String] = ["dept-officer"], isActive: Bool = true
  ) throws -> ExplainedParty {
    try #require(ExplainedParty(name, roles: roles, isActive: isActive))
  }

  private func explained(_ path: String, for party: ExplainedParty) throws -> ExplainedMethod {
    try #require(ExplainedMethod.all(for: party).first { $0.method == path })
  }

  private let lookup = "weir.share.v1.Share/Lookup"
  private let review = "weir.share.v1.Share/ReviewApplication"

  @Test("each public method is told, with the role that permits it or the refusal and its article")
  func methods() throws {
    let officer = try party()
    #expect(
      ExplainedMethod.all(for: officer).count == AccessTable.all.values.count(where: \.isPublic))
    let allowed = try explained(lookup, for: officer)
    #expect(allowed.refusal == nil && allowed.by == [.departmentOfficer])
    #expect(!allowed.statesSomeone)
    let registered = try explained("weir.catalog.v1.Catalog/GetEntry", for: officer)
    #expect(registered.refusal == nil && registered.by == [])
    let refused = try explained(
      lookup, for: try party("departments/audit-bureau/persons/song", ["auditor"]))
    #expect(refused.refusal?.reason == "access.role_missing")
    #expect(refused.refusal?.citation?.document == "luyi-2019")
  }

  @Test("AC-03 a system is told whom it has to state, and that it decides nothing")
  func system() throws {
    let system = try party("departments/human-resources/systems/payments", [])
    let allowed = try explained(lookup, for: system)
    #expect(allowed.refusal == nil && allowed.by == [.departmentSystem] && allowed.statesSomeone)
    #expect(allowed.stating == [.departmentOfficer, .departmentHead])
    let anybody = try explained("weir.catalog.v1.Catalog/GetEntry", for: system)
    #expect(anybody.refusal == nil && anybody.statesSomeone && anybody.stating == [])
    #expect(try explained(review, for: system).refusal != nil)
    let alone = try explained("weir.registry.v1.Registry/WhoAmI", for: system)
    #expect(alone.refusal == nil && !alone.statesSomeone)
  }

  @Test("AC-92 nobody who is disabled is permitted anything")
  func disabled() throws {
    for method in ExplainedMethod.all(for: try party(isActive: false)) {
      #expect(method.refusal?.reason == "access.person_disabled")
    }
    let system = try party("departments/human-resources/systems/payments", [], isActive: false)
    #expect(ExplainedMethod.all(for: system).allSatisfy { $0.refusal != nil })
  }

  // MARK: Data

  private let entry = CatalogV1.Entry.with {
    $0.name = "entries/E-1"
    $0.owner = "departments/justice"
    $0.shareType = .conditional
    $0.items = [
      .init(name: "name"), .init(name: "date"), .init(name: "office", shareType: .unconditional),
      .init(name: "illness", shareType: .notShared),
    ]
  }

  private func grant(
    _ state: ShareV1.GrantState = .active, until: String = "2024-12-31", systems: [String] = []
  ) -> ShareV1.Grant {
    .with {
      $0.name = "grants/G-1"
      $0.entry = "entries/E-1"
      $0.grantee = "departments/human-resources"
      $0.items = ["name"]
      $0.state = state
      $0.until = until
      $0.systems = systems
    }
  }

  private func rows(
    _ grants: [ShareV1.Grant], for party: ExplainedParty? = nil
  ) throws -> [ExplainedItems] {
    ExplainedItems.of(
      entry, grants: grants, for: try party ?? self.party(),
      today: try #require(CivilDate(iso: "2024-03-04")))
  }

  @Test("its own entry is open to the owner, every other item by a grant or by its share type")
  func grounds() throws {
    let own = try rows([], for: try party("departments/justice/persons/wu"))
    #expect(own.map(\.ground) == [.own] && own[0].opens && own[0].items.count == 4)
    let none = try rows([])
    #expect(none.map(\.ground) == [.unconditional, .application, .verification])
    #expect(none.map(\.items) == [["office"], ["name", "date"], ["illness"]])
    #expect(none.allSatisfy { !$0.opens })
    let granted = try rows([grant()])
    #expect(granted[0].ground == .grant("grants/G-1", until: "2024-12-31") && granted[0].opens)
    #expect(granted.map(\.items) == [["name"], ["office"], ["date"], ["illness"]])
  }

  @Test("AC-52 a grant that is over, waits, or is for other systems opens nothing and says so")
  func idle() throws {
    #expect(try rows([grant(until: "2024-03-04")])[0].opens)
    #expect(
      try rows([grant(until: "2024-03-03")])[0].ground == .idleGrant("grants/G-1", .expired))
    for state in [ShareV1.GrantState.pendingAcceptance, .suspended, .revoked, .ended] {
      let rows = try rows([grant(state)])
      #expect(rows[0].ground == .idleGrant("grants/G-1", state) && !rows[0].opens)
      #expect(rows.contains { $0.ground == .application && $0.items == ["name", "date"] })
    }
    let named = grant(systems: ["departments/human-resources/systems/payments"])
    #expect(try rows([named])[0].ground == .otherSystems("grants/G-1"))
    let system = try party("departments/human-resources/systems/payments", [])
    #expect(try rows([named], for: system)[0].opens)
  }
}
