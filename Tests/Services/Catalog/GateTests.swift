// The gate of projects over the wire: what each checkpoint asks for under each text, who decides, what is signed.

import CatalogHandlers
import CatalogRules
import CatalogStore
import Contracts
import Crypto
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

extension CatalogCalls {
  func project(
    _ requestID: String = "project", name: String = "", by caller: String = officer,
    _ fill: (inout CatalogV1.ProjectRecord) -> Void = { _ in }
  ) async throws -> String {
    try await list(caller, requestID, name: name) {
      var project = CatalogV1.ProjectRecord(title: "殡葬管理系统", kind: "new_system", deployedHere: true)
      fill(&project)
      $0.project = project
    }.name
  }

  func gate(
    _ project: String, _ checkpoint: String = "", as caller: String = authority
  ) async throws -> CatalogV1.GateReport {
    try await client.getGateReport(
      .init(project: project, checkpoint: checkpoint), options(caller))
  }

  func decide(
    _ project: String, _ checkpoint: String, _ caller: String = authority,
    _ change: (inout CatalogV1.DecideCheckpointRequest) -> Void = { _ in }
  ) async throws -> CatalogV1.GateReport {
    var request = CatalogV1.DecideCheckpointRequest(
      project: project, checkpoint: checkpoint, decision: .pass,
      requestID: Hex.encode(SystemRandom().bytes(8)))
    change(&request)
    return try await client.decideCheckpoint(request, options(caller))
  }

  /// The cremation register, published and mounted, with what Ingest says of it.
  func served(_ requestID: String = "d", delivered: Bool = true) async throws -> String {
    let entry = try await draft(requestID)
    _ = try await publish(entry.name, "p" + requestID)
    _ = try await client.mountEntry(
      .init(
        name: entry.name, sourceSystem: "departments/civil-affairs/systems/registers",
        requestID: "m" + requestID), options(Self.officer))
    if delivered {
      figures.set("civil-affairs") {
        $0.deliveries.append(IngestV1.DeliveryFigure(entry: entry.name, delivered: true, rows: 9))
      }
    }
    return entry.name
  }

  static let development = "development development-reform"
  static let finance = "finance finance"

  /// Late by a day, as the service says whose clock it is.
  static func late(_ article: String) -> CommonV1.DueDate {
    CommonV1.DueDate(date: "2024-03-01", article: article, overdueDays: 1)
  }
}

@Suite(
  "The gate of projects (meizhou-specific-2021/15, meizhou-public-2023/41, hebi-2021/30, guangdong-2018/11)"
)
struct GateTests {
  private func reason(_ body: () async throws -> Void) async -> String? {
    await status(body)?.trailers["weir-reason"]
  }

  @Test(
    "a new system without drafts is not approved; with drafts bound to it, it is (30.1a, 11a)",
    .obligation("hebi-2021/30.1a", "guangdong-2018/11a"),
    arguments: [("hebi-2021", "project_approval"), ("guangdong-2018", "initiation")])
  func draftEntries(_ key: String, _ checkpoint: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    let project = try await catalog.project()
    let unknown = await reason { _ = try await catalog.gate(project, "opening ceremony") }
    #expect(unknown == "catalog.checkpoint_unknown")
    let report = try await catalog.gate(project, checkpoint)
    #expect(!report.pass)
    let condition = try #require(report.conditions.first)
    #expect(report.conditions.count == 1 && condition.rule == "draft_entries" && !condition.met)
    #expect(condition.article == (key == "hebi-2021" ? "hebi-2021/30.1a" : "guangdong-2018/11a"))
    #expect(condition.missing.map(\.subject) == ["entries"])
    #expect(report.consequences.allSatisfy { !$0.permitted } && report.consequences.count == 2)
    let body = key == "hebi-2021" ? CatalogCalls.development : CatalogCalls.authority
    if key == "hebi-2021" { _ = try await catalog.decide(project, "planning") }
    let refused = await reason { _ = try await catalog.decide(project, checkpoint, body) }
    #expect(refused == "catalog.gate_blocked")
    let draft = try await catalog.draft("d")
    let bound = try await catalog.project("again", name: project) { $0.entries = [draft.name] }
    #expect(bound == project)
    let passed = try await catalog.gate(project, checkpoint)
    #expect(passed.pass && passed.version == 2 && passed.consequences.allSatisfy(\.permitted))
    #expect(try await catalog.decide(project, checkpoint, body).decisions.last?.decision == .pass)
    // Who already has a system plans no entries for it.
    let upgrade = try await catalog.project("upgrade") { $0.kind = "upgrade" }
    #expect(try await catalog.gate(upgrade, checkpoint).pass)
  }

  @Test(
    "AC-80 seven checkpoints, each its body's own, each after the ones before it (hebi-2021/30.2b)",
    .obligation("hebi-2021/30.2b"))
  func checkpoints() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let entry = try await catalog.served()
    let project = try await catalog.project { $0.entries = [entry] }
    let bodies = [
      "planning": CatalogCalls.authority, "project_approval": CatalogCalls.development,
      "investment_plan": CatalogCalls.development, "budget": CatalogCalls.finance,
      "scheme_review": CatalogCalls.authority, "acceptance": CatalogCalls.authority,
      "operation_funds": CatalogCalls.finance,
    ]
    let order = try await catalog.gate(project).checkpoints
    #expect(order.count == 7 && Set(order) == Set(bodies.keys))
    for (index, checkpoint) in order.enumerated() {
      let body = try #require(bodies[checkpoint])
      for other in Set(bodies.values) where other != body {
        let refused = await reason { _ = try await catalog.decide(project, checkpoint, other) }
        #expect(refused == "catalog.checkpoint_not_yours", "\(checkpoint) by \(other)")
      }
      for later in order.dropFirst(index + 1) {
        let refused = await reason {
          _ = try await catalog.decide(project, later, try #require(bodies[later]))
        }
        #expect(refused == "catalog.checkpoint_too_early", "\(later) before \(checkpoint)")
      }
      #expect(try await catalog.gate(project).checkpoint == checkpoint)
      _ = try await catalog.decide(project, checkpoint, body)
      let again = await reason { _ = try await catalog.decide(project, checkpoint, body) }
      #expect(again == "catalog.checkpoint_passed")
    }
    // The county's bodies decide on the county's projects alone, and nobody on his own.
    let far = await reason { _ = try await catalog.gate(project, as: "county-bureau authority") }
    #expect(far == "catalog.catalogue_out_of_reach")
    let own = try await catalog.project("own", by: "data-bureau dept-officer")
    let refused = await reason { _ = try await catalog.decide(own, "planning") }
    #expect(refused == "catalog.own_review")
  }

  @Test(
    "five statuses with figures; a failing requirement bars approval and running costs by its rule (30.1b, 30.2a)",
    .obligation("hebi-2021/30.1b", "hebi-2021/30.2a"))
  func statuses() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let entry = try await catalog.served(delivered: false)
    let project = try await catalog.project {
      $0.entries = [entry]
      $0.data = ["火化日期", "骨灰去向"]
    }
    func failed() async throws -> [String] {
      let report = try await catalog.gate(project, "acceptance")
      let barred = report.consequences.filter { !$0.permitted }.map(\.name)
      #expect(barred == (report.pass ? [] : ["approval", "maintenance_funds"]))
      return report.conditions.filter { !$0.met }.map { "\($0.article) \($0.rule)" }
    }
    let requirements = ["catalogued", "aggregated", "shareable"].map { "hebi-2021/30.2a \($0)" }
    #expect(try await failed() == requirements)
    let report = try await catalog.gate(project, "acceptance")
    #expect(
      report.statuses.map { "\($0.status) \($0.done)/\($0.total)" } == [
        "collection 1/2", "registration 1/2", "aggregation 0/2", "sharing 1/2", "service 0/2",
      ])
    #expect(report.statuses.allSatisfy { $0.article == "hebi-2021/30.1b" })
    // At operation funds they stand, too; before it is built there is nothing to tell.
    #expect(try await catalog.gate(project, "operation_funds").statuses.count == 5)
    #expect(try await catalog.gate(project, "planning").statuses.isEmpty)
    // One requirement after the other is met, and each alone bars both.
    _ = try await catalog.project("shorter", name: project) {
      $0.entries = [entry]
      $0.data = ["火化日期"]
    }
    #expect(try await failed() == ["hebi-2021/30.2a aggregated"])
    catalog.figures.set("civil-affairs") {
      $0.deliveries = [IngestV1.DeliveryFigure(entry: entry, delivered: true, rows: 9)]
    }
    #expect(try await failed().isEmpty)
    _ = try await catalog.client.mountEntry(
      .init(name: entry, requestID: "unmount"), catalog.options(CatalogCalls.officer))
    #expect(try await failed() == ["hebi-2021/30.2a shareable"])
    // This text makes no exception.
    for (checkpoint, body) in [
      ("planning", CatalogCalls.authority), ("project_approval", CatalogCalls.development),
      ("investment_plan", CatalogCalls.development), ("budget", CatalogCalls.finance),
      ("scheme_review", CatalogCalls.authority),
    ] { _ = try await catalog.decide(project, checkpoint, body) }
    let refused = await reason {
      _ = try await catalog.decide(project, "acceptance") {
        $0.override = true
        $0.reason = "应急工程"
      }
    }
    #expect(refused == "catalog.gate_no_override")
  }

  @Test(
    "a system's data must be in the province's catalogue to be accepted (11b)",
    .obligation("guangdong-2018/11b"))
  func parentCatalogue() async throws {
    let catalog = try await CatalogCalls(under: "guangdong-2018")
    let first = try await catalog.draft("first")
    let second = try await catalog.draft("second") { $0.items[2].title = "入殓日期" }
    let project = try await catalog.project { $0.entries = [first.name, second.name] }
    func missing() async throws -> [String] {
      let report = try await catalog.gate(project, "acceptance")
      #expect(report.pass == report.conditions.allSatisfy(\.met))
      return report.conditions.flatMap { $0.missing.map(\.subject) }
    }
    #expect(try await missing().contains("火化日期"))
    func publish(_ name: String) async throws {
      _ = try await catalog.submit(name, by: CatalogCalls.officer)
      _ = try await catalog.client.publishEntry(
        .init(name: name, requestID: "p" + name), catalog.options("civil-affairs dept-head"))
    }
    try await publish(first.name)
    #expect(try await missing() == ["入殓日期"])
    try await publish(second.name)
    #expect(try await missing().isEmpty)
    #expect(try await catalog.gate(project, "acceptance").pass)
  }

  @Test(
    "one overdue delivery or one quality issue past due blocks; cleared, it passes with a signed report (15)",
    .obligation("meizhou-specific-2021/15"))
  func deliveredInTime() async throws {
    // As if its trial went on.
    let catalog = try await CatalogCalls(
      under: "meizhou-specific-2021", replacing: ("value: 2023-06-20", "value: 2033-06-20"))
    let project = try await catalog.project { $0.kind = "upgrade" }
    for (rule, subject) in [("delivered_in_time", "entries/E-7"), ("issues_in_time", "issues/Q-3")]
    {
      catalog.figures.set("civil-affairs") {
        $0 =
          rule == "delivered_in_time"
          ? DepartmentFigures(deliveries: [
            IngestV1.DeliveryFigure(
              entry: subject, action: "deliver-stock",
              due: CatalogCalls.late("meizhou-specific-2021/14a"))
          ])
          : DepartmentFigures(lateIssues: [
            FeedbackV1.LateIssue(
              issue: subject, entry: "entries/E-7",
              due: CatalogCalls.late("meizhou-specific-2021/31a"))
          ])
      }
      let report = try await catalog.gate(project, as: CatalogCalls.officer)
      #expect(!report.pass && report.checkpoint == "initiation")
      let failed = report.conditions.filter { !$0.met }
      #expect(failed.map(\.rule) == [rule] && failed.first?.article == "meizhou-specific-2021/15")
      #expect(failed.first?.missing.map(\.subject) == [subject])
      #expect(failed.first?.missing.first?.due?.overdueDays == 1)
      #expect(report.consequences.map(\.name) == ["initiation"])
      let refused = await reason { _ = try await catalog.decide(project, "initiation") }
      #expect(refused == "catalog.gate_blocked")
    }
    // In time is what waits and is not late; another department's delay is not this one's.
    catalog.figures.set("civil-affairs") {
      $0 = DepartmentFigures(deliveries: [
        IngestV1.DeliveryFigure(
          entry: "entries/E-7", action: "deliver-stock",
          due: CommonV1.DueDate(date: "2024-03-20", article: "meizhou-specific-2021/14a"))
      ])
    }
    catalog.figures.set("health") {
      $0.lateIssues = [FeedbackV1.LateIssue(issue: "issues/Q-9", due: CatalogCalls.late("x/1"))]
    }
    let report = try await catalog.gate(project)
    #expect(report.pass && report.consequences.allSatisfy(\.permitted))
    // Signed by the node, under a key that the root has listed: all that the report says.
    let note = try SignedNote(report.report)
    let list = try KeyList(
      verifying: try SignedNote(report.keyList), by: try NoteVerifier(text: catalog.rootKey))
    try note.verified(
      by: list.entries(named: KeyList.evidenceName("weir.test", service: "catalog")).map(\.verifier)
    )
    let lines = note.text.split(separator: "\n").map(String.init)
    #expect(lines.prefix(2) == ["weir-gate/1", "weir.test"])
    let said = try CatalogV1.GateReport(json: lines[3])
    #expect(said.pass && said.project == project && said.conditions == report.conditions)
  }
}
