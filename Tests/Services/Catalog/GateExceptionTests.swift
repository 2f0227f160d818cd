// The gate of meizhou-public-2023/41: its list, its four consequences, what it lets pass in principle and always.

import CatalogHandlers
import CatalogRules
import Contracts
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("The gate of projects under meizhou-public-2023/41")
struct GateExceptionTests {
  private func reason(_ body: () async throws -> Void) async -> String? {
    await status(body)?.trailers["weir-reason"]
  }

  @Test(
    "a project without a data list is not initiated; with one it is (41.1a)",
    .obligation("meizhou-public-2023/41.1a"))
  func dataList() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let project = try await catalog.project()
    let report = try await catalog.gate(project)
    #expect(report.checkpoint == "initiation" && !report.pass)
    #expect(report.conditions.map(\.rule) == ["data_list"])
    #expect(report.conditions.first?.article == "meizhou-public-2023/41.1a")
    let refused = await reason { _ = try await catalog.decide(project, "initiation") }
    #expect(refused == "catalog.gate_blocked")
    _ = try await catalog.project("list", name: project) { $0.data = ["火化日期"] }
    #expect(try await catalog.gate(project).pass)
    #expect(try await catalog.decide(project, "initiation").decisions.map(\.decision) == [.pass])
    // A kind that nobody knows, and an entry of another department.
    let odd = await reason { _ = try await catalog.project("odd") { $0.kind = "rocket" } }
    #expect(odd == "catalog.project_kind_unknown")
    let draft = try await catalog.draft("d")
    let foreign = await reason {
      _ = try await catalog.project("foreign", by: CatalogCalls.health) {
        $0.entries = [draft.name]
      }
    }
    #expect(foreign == "catalog.project_entry_foreign")
  }

  @Test(
    "acceptance waits while a listed datum is uncatalogued, not gathered or not shareable (41.1b)",
    .obligation("meizhou-public-2023/41.1b"))
  func acceptance() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let entry = try await catalog.draft("d")
    let project = try await catalog.project {
      $0.entries = [entry.name]
      $0.data = ["火化日期"]
    }
    func problems() async throws -> [String] {
      let report = try await catalog.gate(project, "acceptance")
      #expect(report.pass == report.conditions.allSatisfy(\.met))
      #expect(report.conditions.allSatisfy { $0.article == "meizhou-public-2023/41.1b" })
      return report.conditions.flatMap { condition in
        condition.missing.map { "\(condition.rule): \($0.subject) \($0.problem)" }
      }
    }
    #expect(
      try await problems() == [
        "catalogued: 火化日期 uncatalogued", "aggregated: 火化日期 uncatalogued",
        "shareable: 火化日期 uncatalogued",
      ])
    _ = try await catalog.publish(entry.name, "p")
    #expect(
      try await problems() == [
        "aggregated: 火化日期 not_aggregated", "shareable: 火化日期 unmounted",
      ])
    _ = try await catalog.client.mountEntry(
      .init(
        name: entry.name, sourceSystem: "departments/civil-affairs/systems/registers",
        requestID: "m"), catalog.options(CatalogCalls.officer))
    #expect(try await problems() == ["aggregated: 火化日期 not_aggregated"])
    // Delivered once and late since is not gathered in full and in time.
    catalog.figures.set("civil-affairs") {
      $0.deliveries = [
        IngestV1.DeliveryFigure(
          entry: entry.name, delivered: true, action: "deliver-update",
          due: CatalogCalls.late("meizhou-public-2023/13a"))
      ]
    }
    #expect(try await problems() == ["aggregated: 火化日期 not_aggregated"])
    catalog.figures.set("civil-affairs") {
      $0.deliveries = [IngestV1.DeliveryFigure(entry: entry.name, delivered: true, rows: 9)]
    }
    #expect(try await problems().isEmpty)
    // A datum beyond the entries of the project.
    _ = try await catalog.project("more", name: project) {
      $0.entries = [entry.name]
      $0.data = ["火化日期", "骨灰去向"]
    }
    #expect(try await problems().allSatisfy { $0.contains("骨灰去向 uncatalogued") })
    #expect(try await problems().count == 3)
  }

  @Test(
    "any unmet condition bars all four; the authority lets it pass with a reason that the report shows (41.2a)",
    .obligation("meizhou-public-2023/41.2a"))
  func override() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let project = try await catalog.project()
    let report = try await catalog.gate(project)
    #expect(report.consequences.map(\.name) == ["approval", "acceptance", "cloud", "funds"])
    #expect(report.consequences.allSatisfy { !$0.permitted })
    #expect(report.consequences.allSatisfy { $0.article == "meizhou-public-2023/41.2a" })
    let decide: (String, String) async throws -> CatalogV1.GateReport = { reason, caller in
      try await catalog.decide(project, "initiation", caller) {
        $0.override = true
        $0.reason = reason
      }
    }
    #expect(
      await reason { _ = try await decide("应急工程", CatalogCalls.finance) }
        == "catalog.checkpoint_not_yours")
    #expect(
      await status { _ = try await decide("应急工程", CatalogCalls.officer) }?.code
        == .permissionDenied)
    #expect(
      await reason { _ = try await decide("", CatalogCalls.authority) } == "catalog.reason_missing")
    let passed = try await decide("应急工程", CatalogCalls.authority)
    #expect(!passed.pass && passed.consequences.allSatisfy(\.permitted))
    let decision = try #require(passed.decisions.first)
    #expect(decision.overridden && decision.reason == "应急工程" && decision.role == "authority")
    #expect(decision.person == "departments/data-bureau/persons/li")
    #expect(passed.report.contains("应急工程"))
    // What it rested on is kept with it, and said in the log.
    #expect(decision.report.contains("\"project\"") && !decision.report.contains("应急工程"))
    let logged = try await catalog.logged("catalog.checkpoint_decided")
    #expect(logged["overridden"] == true && logged["reason"]?.string == "应急工程")
    // Read again by its owner, and by no other department.
    #expect(
      try await catalog.gate(project, "initiation", as: CatalogCalls.officer).decisions.count == 1)
    #expect(
      await reason { _ = try await catalog.gate(project, as: CatalogCalls.health) }
        == "catalog.catalogue_out_of_reach")
  }

  @Test(
    "built above and not deployed here it passes with the exception recorded; deployed here it does not (41.2b)",
    .obligation("meizhou-public-2023/41.2b"), arguments: [false, true])
  func exempt(_ isDeployedHere: Bool) async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let project = try await catalog.project {
      $0.upperLevel = true
      $0.deployedHere = isDeployedHere
    }
    let report = try await catalog.gate(project)
    #expect(report.pass == !isDeployedHere)
    #expect(report.exempt == (isDeployedHere ? "" : "meizhou-public-2023/41.2b"))
    #expect(report.consequences.allSatisfy { $0.permitted == !isDeployedHere })
    let refused = await reason { _ = try await catalog.decide(project, "initiation") }
    #expect(refused == (isDeployedHere ? "catalog.gate_blocked" : nil))
    // A system of the city itself that stands elsewhere is no exception.
    let own = try await catalog.project("own") { $0.deployedHere = false }
    #expect(try await catalog.gate(own).exempt.isEmpty)
  }

  @Test("luyi-2019 knows no gate: there is no project to register")
  func noGate() async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    #expect(await reason { _ = try await catalog.project() } == "catalog.gate_unknown")
  }

  @Test("every checkpoint of every profile has one body, and a decision returned is taken again")
  func bodies() async throws {
    for key in RefusalTests.keys {
      let profile = try CatalogWorld.profile(key)
      for checkpoint in profile.gateCheckpoints?.value ?? [] {
        let keys: [ProfileKey] = [
          .projectGateAuthority, .projectGateDevelopmentReform, .projectGateFinance,
        ]
        let bodies = keys.filter { profile.words($0)?.value.contains(checkpoint.rawValue) == true }
        #expect(bodies.count == 1, "\(key) \(checkpoint)")
      }
    }
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let project = try await catalog.project { $0.data = ["火化日期"] }
    #expect(
      await reason { _ = try await catalog.decide(project, "initiation") { $0.decision = .return } }
        == "catalog.reason_missing")
    _ = try await catalog.decide(project, "initiation") {
      $0.decision = .return
      $0.reason = "清单不全"
    }
    #expect(try await catalog.gate(project).checkpoint == "initiation")
    let passed = try await catalog.decide(project, "initiation")
    #expect(passed.decisions.map(\.decision) == [.return, .pass])
  }
}
