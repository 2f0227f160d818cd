// What history and log keep of each step: who, when, under which profile, why, and of what (policies e).

import CatalogHandlers
import CatalogRules
import CatalogStore
import Contracts
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("Only published entries are mounted, by a registered system of their owner (e.1, AC-03)")
struct MountingTests {
  @Test("in every state but published it is refused; there, whose and which system counts")
  func rules() throws {
    let officer = try CatalogWorld.actor("civil-affairs")
    func said(
      _ system: MountedSystem?, in state: EntryState = .published, by actor: Actor? = nil,
      _ change: (inout EntryContent) -> Void = { _ in }
    ) throws -> CatalogRefusal? {
      var content = try CatalogWorld.content()
      change(&content)
      let version = try CatalogWorld.version(content, state: state)
      return refusal {
        _ = try version.mounted(system, by: actor ?? officer, at: CatalogWorld.noon)
      }
    }
    let name = "departments/civil-affairs/systems/registers"
    let own = MountedSystem(department: "civil-affairs", name: name, isActive: true)
    for state in EntryState.allCases {
      let isOpen = state == .published
      #expect((try said(own, in: state) == nil) == isOpen, "\(state)")
      #expect((try said(nil, in: state) == nil) == isOpen, "\(state)")
    }
    #expect(
      try said(MountedSystem(department: "civil-affairs", name: name, isActive: false))
        == .systemNotRegistered(name))
    #expect(
      try said(
        MountedSystem(department: "health", name: "departments/health/systems/his", isActive: true))
        == .sourceSystemForeign)
    #expect(try said(own, by: try CatalogWorld.actor("health"))?.reason == "catalog.not_owner")
    #expect(try said(own) { $0.secrecy = .stateSecret } == .stateSecret)
  }

  @Test("through the calls: each refusal with its reason; mounted and unmounted are steps")
  func calls() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await catalog.draft("o").name
    func said(_ system: String, _ caller: String = CatalogCalls.officer) async -> String? {
      let status = await status {
        _ = try await catalog.client.mountEntry(
          .init(name: name, sourceSystem: system, requestID: "m"), catalog.options(caller))
      }
      return status?.trailers["weir-reason"]
    }
    let system = "departments/civil-affairs/systems/registers"
    #expect(await said(system) == "catalog.wrong_state")
    _ = try await catalog.publish(name, "o")
    #expect(await said("nonsense") == "request.malformed")
    #expect(
      await said("departments/health/systems/registers") == "catalog.source_system_foreign")
    #expect(
      await said("departments/civil-affairs/systems/unknown") == "catalog.system_not_registered")
    #expect(
      await said("departments/health/systems/registers", "health dept-officer")
        == "catalog.not_owner")
    let mounted = try await catalog.client.mountEntry(
      .init(name: name, sourceSystem: system, requestID: "m1"), officer)
    #expect(mounted.mounted && mounted.sourceSystem == system)
    #expect(mounted.history.last?.action == "mounted")
    #expect(mounted.history.last?.detail == system)
    #expect(try await catalog.logged("catalog.entry_mounted")["system"]?.string == system)
    let unmounted = try await catalog.client.mountEntry(.init(name: name, requestID: "m2"), officer)
    #expect(!unmounted.mounted)
    #expect(unmounted.history.last?.action == "unmounted")
    #expect(unmounted.history.last?.actor == "departments/civil-affairs/persons/li")
    _ = try await catalog.logged("catalog.entry_unmounted")
    // Who begins to follow learns of it, too.
    let told = { try await catalog.server.publishedSnapshot().map(\.topic) }
    #expect(try await told() == ["catalog.entry_published", "catalog.entry_unmounted"])
    _ = try await catalog.client.mountEntry(
      .init(name: name, sourceSystem: system, requestID: "m3"), officer)
    #expect(try await told() == ["catalog.entry_published"])
  }

  @Test("mounted is the published version, though a next one is being drafted")
  func nextVersion() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await catalog.publish(try await catalog.draft("o").name, "o").name
    var change = CatalogCalls.entry { $0.title = "火化登记" }
    change.name = name
    _ = try await catalog.client.updateEntry(.init(entry: change, requestID: "u"), officer)
    let mounted = try await catalog.client.mountEntry(
      .init(
        name: name, sourceSystem: "departments/civil-affairs/systems/registers", requestID: "m"),
      officer)
    #expect(mounted.version == 1)
    #expect(mounted.state == .published)
    #expect(try await catalog.logged("catalog.entry_mounted")["version"] == .integer(1))
  }
}

@Suite("Each transition is a step of the history and an entry of the log (policies e)")
struct EvidenceTests {
  @Test("a filing: number, day and its own reason, not the approval's", arguments: Backend.allCases)
  func filing(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let authority = catalog.options(CatalogCalls.authority)
    let name = try await catalog.draft("d") { entry in
      entry.shareType = .notShared
      entry.bases = [.init(kind: .law, title: "中华人民共和国民法典", article: "第一千零三十二条")]
    }.name
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s"), catalog.options(CatalogCalls.officer))
    let filed = try await catalog.client.fileNotShared(
      .init(
        name: name, filing: .init(number: "备〔2024〕1号", date: "2024-03-01", reason: "涉及隐私"),
        requestID: "f"), authority)
    let step = try #require(filed.history.last)
    #expect([step.fromState, step.toState, step.action] == ["submitted", "submitted", "filed"])
    _ = try await catalog.client.reviewEntry(
      .init(
        name: name, decision: .approve, reason: "要素齐全", requestID: "r", secrecyPassed: true),
      authority)
    #expect([step.detail, step.reason] == ["备〔2024〕1号", "涉及隐私"])
    let logged = try await catalog.logged("catalog.entry_filed")
    #expect(logged["filing_number"]?.string == "备〔2024〕1号")
    #expect(logged["filing_date"]?.string == "2024-03-01")
    #expect(logged["reason"]?.string == "涉及隐私")
    #expect(try await catalog.logged("catalog.entry_approved")["reason"]?.string == "要素齐全")
  }

  @Test("a superseded version: its successor, in its history and in the log, after the publication")
  func superseded() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await catalog.publish(try await catalog.draft("v").name, "v1").name
    var change = CatalogCalls.entry { $0.title = "火化登记" }
    change.name = name
    _ = try await catalog.client.updateEntry(.init(entry: change, requestID: "u"), officer)
    let second = try await catalog.publish(name, "v2")
    let old = try #require(try await catalog.database.read { try $0.entryVersion(1, 1) })
    #expect(old.state == .superseded)
    #expect(old.history.last?.detail == "entries/E-1/versions/2")
    #expect(
      try await catalog.log().map(\.topic).suffix(2)
        == ["catalog.entry_published", "catalog.entry_superseded"])
    let logged = try await catalog.logged("catalog.entry_superseded")
    #expect(logged["version"] == .integer(1))
    #expect(logged["superseded_by"]?.string == "entries/E-1/versions/2")
    // The receipt is of what was asked for.
    let receipt = try Receipt(try #require(second.receipt).json)
    #expect(
      try CanonicalJSON.decodeCanonical(receipt.leaf.payload)["version"] == .integer(2))
  }

  @Test("each entry tells the steps of its own change: types with the approval that fixed them")
  func ownSteps() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let authority = catalog.options(CatalogCalls.authority)
    let name = try await catalog.draft("d").name
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s"), catalog.options(CatalogCalls.officer))
    _ = try await catalog.client.reviewEntry(
      .init(
        name: name, decision: .approve, reason: "依法", requestID: "r", secrecyPassed: true,
        shareTypes: [
          .init(
            item: "cremated", shareType: .notShared,
            bases: [.init(kind: .law, title: "中华人民共和国民法典", article: "第一千零三十二条")])
        ]), authority)
    _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), authority)
    let approved = try await catalog.logged("catalog.entry_approved")
    #expect(
      approved["types_fixed"]?.array?.map(\.string) == ["cremated: unconditional -> not_shared"])
    #expect(approved["reason"]?.string == "依法")
    let published = try await catalog.logged("catalog.entry_published")
    #expect(published["types_fixed"] == nil && published["reason"] == nil)
  }
}
