// How an entry is taken back, and how one that is not shared is filed.

import Access
import CatalogRules
import Contracts
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("An entry is withdrawn by its source with a legal ground, and by the authority (e.1)")
struct WithdrawalTests {
  private func published(under key: String, isUpdate: Bool = false) throws -> EntryVersion {
    try CatalogWorld.version(
      try CatalogWorld.content(), number: isUpdate ? 2 : 1, state: .published, under: key)
  }

  private func withdrawn(
    _ version: EntryVersion, by actor: Actor, reason: String = "职能划转",
    basis: Basis? = CatalogWorld.basis
  ) throws -> EntryVersion {
    try version.withdrawn(
      reason: reason, basis: basis, by: actor, owner: try CatalogWorld.facts("civil-affairs"),
      at: CatalogWorld.noon, under: try CatalogWorld.profiles().profile(version.profile))
  }

  @Test(
    "where the profile has a reviewer, neither side alone withdraws",
    arguments: ["meizhou-public-2023", "hebi-2021", "luyi-2019"])
  func twoSides(_ key: String) throws {
    let head = try CatalogWorld.actor("civil-affairs", [.departmentHead])
    let version = try published(under: key)
    let early = refusal {
      _ = try withdrawn(version, by: try CatalogWorld.authority(), reason: "", basis: nil)
    }
    #expect(early == .withdrawalNotRequested(entry: "entries/E-1"))
    let asked = try withdrawn(version, by: head)
    #expect(asked.state == .published)
    #expect(asked.withdrawal?.basis == CatalogWorld.basis)
    #expect(asked.history.last?.action == .withdrawalRequested)
    // Asking twice is no consent.
    #expect(try withdrawn(asked, by: head).state == .published)
    let stranger = refusal { _ = try withdrawn(asked, by: try CatalogWorld.actor("health")) }
    #expect(stranger?.reason == "catalog.not_reviewer")
    let gone = try withdrawn(asked, by: try CatalogWorld.authority(), reason: "", basis: nil)
    #expect(gone.state == .withdrawn)
    #expect(gone.withdrawal == nil)
    #expect(gone.history.last?.basis == CatalogWorld.basis)
    #expect(gone.history.last?.reason == "职能划转")
  }

  @Test(
    "where it has none, the source alone does",
    arguments: ["meizhou-specific-2021", "guangdong-2018"]
  )
  func oneSide(_ key: String) throws {
    let version = try published(under: key)
    #expect(
      try withdrawn(version, by: try CatalogWorld.actor("civil-affairs", [.departmentHead])).state
        == .withdrawn)
    let authority = refusal { _ = try withdrawn(version, by: try CatalogWorld.authority()) }
    #expect(authority == .notOwner(entry: "entries/E-1"))
  }

  @Test("the source gives a reason and a legal ground, never an internal rule")
  func ground() throws {
    let version = try published(under: "meizhou-public-2023")
    let head = try CatalogWorld.actor("civil-affairs", [.departmentHead])
    func said(_ reason: String, _ basis: Basis?) throws -> String? {
      refusal { _ = try withdrawn(version, by: head, reason: reason, basis: basis) }?.reason
    }
    #expect(try said("", CatalogWorld.basis) == "catalog.reason_missing")
    #expect(try said("职能划转", nil) == "catalog.basis_incomplete")
    #expect(
      try said("职能划转", Basis(kind: .law, title: "", article: "")) == "catalog.basis_incomplete")
    #expect(
      try said("职能划转", Basis(kind: .internalRule, title: "内部规定", article: "一"))
        == "catalog.basis_invalid")
    #expect(try said("职能划转", CatalogWorld.basis) == nil)
  }

  @Test("a request is declined by the authority or taken back by the source, with a reason")
  func ended() throws {
    let head = try CatalogWorld.actor("civil-affairs", [.departmentHead])
    let version = try published(under: "meizhou-public-2023")
    let asked = try withdrawn(version, by: head)
    func end(_ version: EntryVersion, by actor: Actor, _ reason: String) throws -> EntryVersion {
      try version.withdrawalEnded(
        reason: reason, by: actor, owner: try CatalogWorld.facts("civil-affairs"),
        at: CatalogWorld.noon, under: try CatalogWorld.profile("meizhou-public-2023"))
    }
    let declined = try end(asked, by: try CatalogWorld.authority(), "仍有依据")
    #expect(declined.state == .published && declined.withdrawal == nil)
    #expect(declined.history.last?.action == .withdrawalDeclined)
    #expect(try end(asked, by: head, "不再需要").history.last?.action == .withdrawalTakenBack)
    #expect(refusal { _ = try end(asked, by: head, "") }?.reason == "catalog.reason_missing")
    #expect(
      refusal { _ = try end(version, by: head, "无") }?.reason
        == "catalog.withdrawal_not_requested")
    #expect(
      refusal { _ = try end(asked, by: try CatalogWorld.actor("health"), "无") }?.kind
        == .notAllowed)
  }

  @Test("through the calls: asked, consented, gone; each step logged with its ground")
  func calls() async throws {
    let catalog = try await CatalogCalls(.sqlite)
    let name = try await catalog.publish(try await catalog.draft("d").name, "d").name
    let head = catalog.options("civil-affairs dept-head")
    let authority = catalog.options(CatalogCalls.authority)
    let basis = CommonV1.Basis(kind: .law, title: "中华人民共和国行政许可法", article: "第八条")
    let early = await status {
      _ = try await catalog.client.withdrawEntry(.init(name: name, requestID: "w0"), authority)
    }
    #expect(early?.code == .failedPrecondition)
    #expect(early?.trailers["weir-article"] == "weir-default/e.1")
    let request = CatalogV1.WithdrawEntryRequest(
      name: name, reason: "职能划转", basis: basis, requestID: "w1")
    let unsigned = CatalogV1.CatalogClient(CatalogCalls.transport(to: catalog.server))
    let silent = await status { _ = try await unsigned.withdrawEntry(request, head) }
    #expect(silent?.trailers["weir-reason"] == "decision.statement_missing")
    let asked = try await catalog.client.withdrawEntry(request, head)
    #expect(asked.state == .published)
    #expect(asked.withdrawal?.basis == basis)
    let seen = try await catalog.client.getEntry(
      .init(name: name), catalog.options("health dept-officer"))
    #expect(seen.withdrawal == nil && seen.state == .published)
    let late = await status {
      _ = try await catalog.client.withdrawEntry(
        .init(name: name, requestID: "w2", etag: "0-nothing"), authority)
    }
    #expect(late?.code == .aborted)
    let gone = try await catalog.client.withdrawEntry(
      .init(name: name, requestID: "w3", etag: asked.etag), authority)
    #expect(gone.state == .withdrawn)
    #expect(gone.history.last?.basis == basis)
    let resolved = await status {
      _ = try await catalog.client.resolveEntry(.init(name: name))
    }
    #expect(resolved?.code == .notFound)
    for topic in ["catalog.withdrawal_requested", "catalog.entry_withdrawn"] {
      let logged = try await catalog.logged(topic)
      #expect(logged["basis"]?["article"]?.string == "第八条", "\(topic)")
      #expect(logged["reason"]?.string == "职能划转", "\(topic)")
      let signed = try #require(SignedStatement(logged["signed"]))
      let stated = try StatedDecision(bytes: signed.statement)
      #expect(stated.action == .withdrawEntry && stated.text("decision") == "withdraw")
    }
  }

  @Test("a declined request leaves the entry as it was, for everybody", arguments: Backend.allCases)
  func declined(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let name = try await catalog.publish(try await catalog.draft("d").name, "d").name
    let basis = CommonV1.Basis(kind: .law, title: "中华人民共和国行政许可法", article: "第八条")
    _ = try await catalog.client.withdrawEntry(
      .init(name: name, reason: "职能划转", basis: basis, requestID: "w1"),
      catalog.options("civil-affairs dept-head"))
    let kept = try await catalog.client.withdrawEntry(
      .init(name: name, reason: "仍有依据", requestID: "w2", cancel: true),
      catalog.options(CatalogCalls.authority))
    #expect(kept.state == .published && kept.withdrawal == nil)
    #expect(try await catalog.client.resolveEntry(.init(name: name)).state == .published)
    #expect(
      try await catalog.logged("catalog.withdrawal_declined")["reason"]?.string == "仍有依据")
  }
}

@Suite("What is not shared is filed with the authority (meizhou-public-2023/10.2b)")
struct FilingCallTests {
  @Test(
    "a returned version is filed anew: what was filed may have changed (meizhou-public-2023/10.2b)")
  func anew() throws {
    var content = try CatalogWorld.content()
    content.shareType = .notShared
    content.bases = [CatalogWorld.basis]
    let profile = try CatalogWorld.profile("meizhou-public-2023")
    var returned = try CatalogWorld.version(content, state: .returned)
    returned.filing = Filing(
      number: "备〔2024〕1号", date: try #require(CivilDate(iso: "2024-03-01")), reason: "涉及隐私")
    let again = try returned.submitted(
      by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon, under: profile)
    #expect(again.filing == nil)
  }

  @Test(
    "without a filing it is not approved; filed by the authority, which lists all filings (10.2b)",
    .obligation("meizhou-public-2023/10.2b"))
  func filing() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let authority = catalog.options(CatalogCalls.authority)
    let name = try await catalog.draft("d") { entry in
      entry.shareType = .notShared
      entry.bases = [CommonV1.Basis(kind: .law, title: "中华人民共和国民法典", article: "第一千零三十二条")]
    }.name
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), officer)
    func approve(_ id: String) async throws {
      _ = try await catalog.client.reviewEntry(
        .init(
          name: name, decision: .approve, requestID: id, secrecyPassed: true), authority)
    }
    func filings() async throws -> [String] {
      try await catalog.client.listEntries(.init(only: "filed"), authority).entries.map(\.name)
    }
    func said(_ body: () async throws -> Void) async -> [String?] {
      let status = await status(body)
      return [status?.trailers["weir-reason"], status?.trailers["weir-field"]]
    }
    #expect(
      await said { try await approve("r1") } == ["catalog.filing_missing", "filing"])
    #expect(try await catalog.client.getEntry(.init(name: name), authority).state == .submitted)
    #expect(try await filings().isEmpty)
    let filing = CatalogV1.Filing(number: "备〔2024〕1号", date: "2024-03-04", reason: "涉及隐私")
    func file(_ change: (inout CatalogV1.FileNotSharedRequest) -> Void) async -> [String?] {
      var request = CatalogV1.FileNotSharedRequest(name: name, filing: filing, requestID: "f")
      change(&request)
      let sent = request
      return await said { _ = try await catalog.client.fileNotShared(sent, authority) }
    }
    #expect(await file { $0.filing = nil } == ["request.field_missing", "filing"])
    #expect(await file { $0.filing?.date = "2024-02-30" } == ["request.malformed", "filing.date"])
    #expect(await file { $0.filing?.reason = "" } == ["catalog.field_missing", "filing.reason"])
    #expect(await file { $0.version = 7 } == ["request.changed_meanwhile", "etag"])
    let request = CatalogV1.FileNotSharedRequest(
      name: name, filing: filing, requestID: "f", version: 1)
    let unsigned = CatalogV1.CatalogClient(CatalogCalls.transport(to: catalog.server))
    #expect(
      await said { _ = try await unsigned.fileNotShared(request, authority) }
        == ["decision.statement_missing", "signed"])
    let filed = try await catalog.client.fileNotShared(request, authority)
    #expect(filed.filing == filing)
    #expect(SignedStatement(try await catalog.logged("catalog.entry_filed")["signed"]) != nil)
    try await approve("r2")
    let published = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p2"), authority)
    #expect(published.state == .published && published.filing == filing)
    let open = try await catalog.draft("open").name
    _ = try await catalog.publish(open, "open")
    #expect(try await filings() == [name])
    let stranger = try await catalog.client.getEntry(
      .init(name: name), catalog.options("health dept-officer"))
    #expect(stranger.filing == nil)
  }
}
