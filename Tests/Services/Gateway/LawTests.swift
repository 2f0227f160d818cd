// A version of the law comes into use by two persons, signed by both, from a day to come; and without a restart.

import Access
import Boot
import Contracts
import Crypto
import Database
import Foundation
import GatewayHandlers
import GatewayRules
import GatewayStore
import Integrity
import RPC
import Regulation
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// The law of a test's node: the shipped one, until a folder of its own is watched.
final class NodeLaw: Sendable {
  static let deploy = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "deploy").path
  private static let shipped = Result {
    (
      try PolicyFiles.load(
        policiesFolder: deploy + "/policies", governanceFile: deploy + "/governance.yaml"),
      try CalendarFiles.load(calendarsFolder: deploy + "/calendars")
    )
  }

  private let law: Mutex<(profiles: ProfileSet, calendar: WorkingCalendar)>

  init() throws {
    let shipped = try Self.shipped.get()
    law = Mutex((profiles: shipped.0, calendar: shipped.1))
  }

  var profiles: ProfileSet { law.withLock { $0.profiles } }
  var calendar: WorkingCalendar { law.withLock { $0.calendar } }

  func take(_ new: Law) { law.withLock { $0 = (new.profiles, new.calendar) } }

  /// From now on one of the shipped profiles governs everything.
  func take(under key: String) throws {
    let root = Self.deploy.split(separator: "/").dropLast().joined(separator: "/")
    let governed = try governingLaw("/" + root, under: key)
    law.withLock { $0.profiles = governed }
  }

  var desk: LawDesk {
    LawDesk(law: LawNow(profiles: { self.profiles }, calendar: { self.calendar })) { file, text in
      do throws(LawFileProblems) {
        return .success(try LawDraft.read(file: file, text: text))
      } catch {
        return .failure(LawReadingProblems(error.problems.map(\.text)))
      }
    }
  }
}

/// Files of the law as somebody writes them.
private enum LawText {
  static func profile(
    _ key: String = "hebi-2021", version: Int = 2, from: String?, days: Int = 9
  ) throws -> [UInt8] {
    let text = try String(
      contentsOfFile: NodeLaw.deploy + "/policies/\(key).yaml", encoding: .utf8)
    let head =
      from.map { "version: \(version)\neffective_from: \($0)\n" } ?? "version: \(version)\n"
    return Array(
      text.replacing("version: 1\n", with: head)
        .replacing("share.reply_wd, value: 5", with: "share.reply_wd, value: \(days)").utf8)
  }

  static func year(_ year: Int, version: Int = 1, off: String) -> [UInt8] {
    Array(
      """
      calendar: china
      year: \(year)
      version: \(version)
      notices:
        - {number: 试〔2026〕1号}
      off:
        - {from: \(off), to: \(off), name: 元旦, notice: 试〔2026〕1号}
      make_up: []

      """.utf8)
  }
}

@Suite("What may be brought of the law, and by whom (AC-90, AC-94)")
struct LawRuleTests {
  private let law: NodeLaw
  private let today: CivilDate

  init() throws {
    law = try NodeLaw()
    today = try #require(CivilDate(iso: "2026-11-23"))
  }

  private func reason(_ text: [UInt8]) throws -> String? {
    let draft = try LawDraft.read(file: "f.yaml", text: String(decoding: text, as: UTF8.self))
    do throws(LawRefusal) {
      _ = try LawProposal(
        draft, after: LawNow(profiles: { law.profiles }, calendar: { law.calendar }), today: today)
      return nil
    } catch {
      #expect(!error.sentence.chinese.isEmpty && !error.sentence.english.isEmpty)
      return error.reason
    }
  }

  @Test("a version is the next one, has a day to come, changes something and fits the rest")
  func profiles() throws {
    #expect(try reason(LawText.profile(from: "2026-11-24")) == nil)
    for version in [1, 3] {
      #expect(
        try reason(LawText.profile(version: version, from: "2026-11-24"))
          == "registry.law_version_not_next")
    }
    #expect(try reason(LawText.profile(from: nil)) == "registry.law_undated")
    #expect(try reason(LawText.profile(from: "2026-11-23")) == "registry.law_backdated")
    #expect(
      try reason(LawText.profile(from: "2026-11-24", days: 5)) == "registry.law_changes_nothing")
    let orphan = String(decoding: try LawText.profile(from: "2026-11-24"), as: UTF8.self)
      .replacing(
        "rows:\n",
        with: "rows:\n  - {key: parent_profile, value: atlantis, article: \"1\", origin: text}\n")
    #expect(try reason(Array(orphan.utf8)) == "registry.law_unfit")
  }

  @Test("a year of the calendar changes no day that is over (AC-94)")
  func calendars() throws {
    #expect(try reason(LawText.year(2027, off: "2027-01-01")) == nil)
    #expect(try reason(LawText.year(2028, off: "2028-01-03")) == "registry.law_unfit")
    #expect(
      try reason(LawText.year(2027, version: 2, off: "2027-01-01"))
        == "registry.law_version_not_next")
    #expect(
      try reason(LawText.year(2026, version: 2, off: "2026-12-31")) == "registry.law_backdated")
  }

  @Test(
    "only the operator and the node's authority bring one, only another person of the authority decides (luyi-2019/23, AC-90)"
  )
  func persons() throws {
    let name = try #require(LawName("profiles/luyi-2019@2"))
    func bring(_ manager: RegistryManager, below: Bool = false) -> String? {
      do throws(LawRefusal) {
        try requireProposer(manager, standing: LawStanding(hasSuperior: below), of: name)
        return nil
      } catch { return error.reason }
    }
    let bureau = try authority()
    #expect(bring(try manager(try department("operations"), [.operator])) == nil)
    #expect(bring(try manager(bureau, [.authority])) == nil)
    #expect(bring(try manager(bureau, [.departmentHead])) == "registry.law_not_yours")
    #expect(bring(try manager(bureau, [.authority]), below: true) == "registry.law_not_yours")
    #expect(
      bring(try manager(try department("health"), [.authority])) == "registry.law_not_yours")

    let brought = LawVersion(
      name: name, state: .proposed, effectiveFrom: today, sha256: [1], reason: "修订",
      proposer: "departments/data-bureau/persons/boss", proposed: Instant(milliseconds: 0))
    func decide(_ version: LawVersion, _ manager: RegistryManager, below: Bool = false) -> String? {
      do throws(LawRefusal) {
        let next = try version.decided(
          approve: true, reason: "已核对", by: manager,
          standing: LawStanding(hasSuperior: below), at: Instant(milliseconds: 1))
        return "\(next.state)"
      } catch { return error.reason }
    }
    #expect(decide(brought, try manager(bureau, [.authority], "other")) == "approved")
    #expect(
      decide(brought, try manager(bureau, [.authority], "boss")) == "registry.law_same_person")
    #expect(
      decide(brought, try manager(try department("operations"), [.operator]))
        == "registry.law_not_yours")
    #expect(
      decide(brought, try manager(bureau, [.authority], "other"), below: true)
        == "registry.law_not_yours")
    var over = brought
    over.state = .rejected
    #expect(decide(over, try manager(bureau, [.authority], "other")) == "registry.law_not_open")
  }

  @Test("of several authorities each changes what governs its own region alone (luyi-2019/23)")
  func regions() throws {
    let shipped = self.law.profiles.all
    func law(_ rows: [(String, String?)]) throws -> ProfileSet {
      try ProfileSet(
        documents: shipped,
        governance: rows.map {
          GovernanceRow(
            tag: nil, profile: $0, from: try #require(CivilDate(iso: "2020-01-01")), to: nil,
            region: $1, line: 1)
        })
    }
    let two = try law([("luyi-2019", "411628"), ("hebi-2021", "4106")])
    for (name, digits, isBeyond) in [
      ("profiles/hebi-2021@2", "4106", false), ("profiles/hebi-2021@2", "411628", true),
      ("profiles/luyi-2019@2", "411628", false), ("profiles/weir-default@2", "4106", true),
      ("profiles/national-law@2", "4106", true), ("calendars/china-2027@1", "4106", true),
      ("profiles/guangdong-2018@2", "4106", true), ("profiles/hebi-2030@1", "4106", false),
    ] {
      let name = try #require(LawName(name))
      #expect(two.bears(name, beyond: digits) == isBeyond, "\(name.text) \(digits)")
    }
    // A parent governs where its child does, and nowhere else.
    let child = try law([("meizhou-specific-2021", "4414")])
    let parent = try #require(LawName("profiles/guangdong-2018@2"))
    #expect(!child.bears(parent, beyond: "4414") && child.bears(parent, beyond: "4403"))
    let own = try #require(LawName("profiles/hebi-2021@2"))
    #expect(try law([("hebi-2021", nil)]).bears(own, beyond: "4106"))
    let others = LawStanding(hasSuperior: false, isOthers: true)
    #expect(throws: LawRefusal.self) {
      try requireLawmaker(try manager(try authority(), [.authority]), standing: others, of: parent)
    }
  }

  @Test("what a parent or the defaults move in others is listed with it, and so is signed")
  func children() throws {
    let text = try String(
      contentsOfFile: NodeLaw.deploy + "/policies/guangdong-2018.yaml", encoding: .utf8)
    let changed = text.replacing("version: 1\n", with: "version: 2\neffective_from: 2026-12-24\n")
      .replacing(
        "catalog.base_data_unconditional, value: basic_items",
        with: "catalog.base_data_unconditional, value: identifying_items")
    let proposal = try LawProposal(
      try LawDraft.read(file: "f.yaml", text: changed),
      after: LawNow(profiles: { law.profiles }, calendar: { law.calendar }), today: today)
    #expect(
      proposal.changes.map(\.key) == [
        "catalog.base_data_unconditional",
        "meizhou-specific-2021 catalog.base_data_unconditional",
      ])
  }

  @Test("names are read as they are written, and nothing else is")
  func names() {
    #expect(LawName("profiles/hebi-2021@2")?.text == "profiles/hebi-2021@2")
    #expect(LawName("calendars/china-2027@1")?.kind == .calendar)
    for bad in [
      "", "profiles/hebi-2021", "profiles/hebi-2021@0", "profiles/hebi-2021@02",
      "profiles/../etc@1", "towns/hebi-2021@1", "profiles/hebi-2021@2/x", "profiles/Hebi@1",
    ] { #expect(LawName(bad) == nil, "\(bad)") }
  }
}

@Suite("A version of the law comes into use by two persons", .timeLimit(.minutes(5 * patience)))
struct LawCallTests {
  private func day(_ node: GatewayNode, in days: Int) -> String {
    node.clock.now().civilDate.adding(days: days).iso
  }

  private func proposal(_ text: [UInt8]) -> RegistryV1.ProposeLawRequest {
    .init(text: text, file: "hebi-2021-v2.yaml", reason: "市政府修订", requestID: fresh())
  }

  private func decision(
    _ name: String = "profiles/hebi-2021@2", approve: Bool = true
  ) -> RegistryV1.DecideLawRequest {
    .init(name: name, approve: approve, reason: "已核对修订文本", requestID: fresh())
  }

  @Test(
    "dry run first, then brought and approved under two signatures, on record with reason; only the bureau decides (luyi-2019/23)",
    .obligation("luyi-2019/23"))
  func twoPersons() async throws {
    try await withNode { node in
      let text = try LawText.profile(from: day(node, in: 30))
      let unsigned = RegistryV1.RegistryClient(try node.channel("operations/zhao"))
      let missing = await refusal { try await unsigned.proposeLaw(proposal(text)) }
      #expect(missing?.reason == "decision.statement_missing")
      var dry = proposal(text)
      dry.validateOnly = true
      let shown = try await unsigned.proposeLaw(dry)
      #expect(shown.changes.map(\.key) == ["share.reply_wd"])
      #expect(shown.changes.first?.former == "5" && shown.changes.first?.value == "9")
      #expect(shown.changes.first?.article == "hebi-2021/15.1d")
      let operations = try node.registry("operations/zhao")
      #expect(try await operations.listLaw(.init()).versions.isEmpty)

      let brought = try await operations.proposeLaw(proposal(text))
      #expect(brought.state == .lawProposed && brought.name == "profiles/hebi-2021@2")
      let again = await refusal { try await operations.proposeLaw(proposal(text)) }
      #expect(again?.reason == "registry.law_waiting")
      for other in ["operations/zhao", "civil-affairs/li"] {
        let refused = await refusal { try await node.registry(other).decideLaw(decision()) }
        #expect(refused?.reason == "access.role_missing", "\(other)")
      }
      let approved = try await node.registry("data-bureau/wu").decideLaw(decision())
      #expect(approved.state == .lawApproved)
      #expect(approved.decider == "departments/data-bureau/persons/wu")
      let kept = try await operations.getLaw(.init(name: "profiles/hebi-2021@2"))
      #expect(kept.text == text && kept.sha256 == SHA256.hash(text))
      #expect(kept.reason == "市政府修订" && kept.decideReason == "已核对修订文本")

      let entries = try await #require(node.store.database.outbox).read(after: 0, limit: 200)
      for (topic, person) in [
        ("registry.law_proposed", "departments/operations/persons/zhao"),
        ("registry.law_approved", "departments/data-bureau/persons/wu"),
      ] {
        let entry = try #require(entries.last { $0.topic == topic })
        let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
        let signed = try #require(SignedStatement(payload["signed"]))
        let stated = try StatedDecision(try Statement(bytes: signed.statement))
        #expect(stated.personName == person && stated.isHash("sha256", of: text))
      }
    }
  }

  @Test("who brought it cannot approve it, what was sent back can be brought again (AC-90)")
  func samePerson() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let text = try LawText.profile(from: day(node, in: 30))
      _ = try await bureau.proposeLaw(proposal(text))
      let same = await refusal { try await bureau.decideLaw(decision()) }
      #expect(same?.reason == "registry.law_same_person")
      let unknown = await refusal {
        try await bureau.decideLaw(decision("profiles/atlantis-1999@1"))
      }
      #expect(unknown?.reason == "registry.law_unknown" && unknown?.code == .notFound)
    }
    try await withNode { node in
      let text = try LawText.profile(from: day(node, in: 30))
      let operations = try node.registry("operations/zhao")
      _ = try await operations.proposeLaw(proposal(text))
      let back = try await node.registry("data-bureau/wu").decideLaw(decision(approve: false))
      #expect(back.state == .lawRejected)
      #expect(try await operations.proposeLaw(proposal(text)).state == .lawProposed)
    }
  }

  @Test("a bad file is refused with file, line, row and article, every problem at once")
  func problems() async throws {
    try await withNode { node in
      let text =
        String(decoding: try LawText.profile(from: day(node, in: 30)), as: UTF8.self)
        .replacing("share.reply_wd, value: 9", with: "share.reply_wd, value: soon")
        + "  - {key: share.bogus, value: 1, article: \"99\", origin: text}\n"
      let refused = await refusal {
        try await node.registry("operations/zhao").proposeLaw(proposal(Array(text.utf8)))
      }
      #expect(refused?.reason == "registry.law_unreadable" && refused?.code == .invalidArgument)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let line = try #require(lines.firstIndex { $0.contains("value: soon") }) + 1
      let message = refused?.message ?? ""
      #expect(message.contains("hebi-2021-v2.yaml:\(line)"), "\(message)")
      #expect(message.contains("15.1d") && message.contains("share.bogus"), "\(message)")
    }
  }

  @Test("once approved it is published and met without a restart; cases of before keep theirs")
  func published() async throws {
    try await withNode { node in
      let folder = try TemporaryFolder()
      for part in ["policies", "calendars", "taxonomies", "governance.yaml"] {
        try FileManager.default.copyItem(
          atPath: NodeLaw.deploy + "/" + part, toPath: folder.path(part))
      }
      let configuration = ServiceConfiguration(
        service: "gateway", domain: "weir.test", dataFolder: "", keysFolder: "", listen: "",
        tls: .init(certificate: "", key: "", serviceRoot: ""),
        evidence: .init(rootPublicKey: "", keyList: "", signingKey: ""),
        policiesFolder: folder.path("policies"), calendarsFolder: folder.path("calendars"),
        taxonomiesFolder: folder.path("taxonomies"),
        governanceFile: folder.path("governance.yaml"))
      let watch = try LawWatch(configuration)
      let publication = LawPublication(configuration)
      let publisher = LawPublisher(store: node.store) { text, key, version, isCalendar in
        _ = try publication.publish(text, key: key, version: version, isCalendar: isCalendar)
      }
      let from = day(node, in: 30)
      let before = try #require(watch.current.profiles.profile(named: "hebi-2021"))
      let operations = try node.registry("operations/zhao")
      _ = try await operations.proposeLaw(proposal(try LawText.profile(from: from)))
      try await publisher.publishApproved()
      #expect(watch.look() == .unchanged)
      _ = try await node.registry("data-bureau/wu").decideLaw(decision())
      try await publisher.publishApproved()
      #expect(watch.look() == .taken)
      let profiles = watch.current.profiles
      let first = try #require(CivilDate(iso: from))
      #expect(profiles.profile(named: "hebi-2021", on: first)?.integer(.shareReplyDays)?.value == 9)
      #expect(
        profiles.profile(named: "hebi-2021", on: first.adding(days: -1))?
          .integer(.shareReplyDays)?.value == 5)
      #expect(try profiles.profile(before.reference).integer(.shareReplyDays)?.value == 5)
      // Taken away, it is put back; the next version counts on from it.
      try FileManager.default.removeItem(atPath: folder.path("policies/hebi-2021@2.yaml"))
      try await publisher.publishApproved()
      #expect(Files.exists(folder.path("policies/hebi-2021@2.yaml")))
      node.law.take(watch.current)
      let third = try LawText.profile(version: 3, from: day(node, in: 60), days: 12)
      let shown = try await operations.proposeLaw(proposal(third))
      #expect(shown.changes.first?.former == "9")
    }
  }

  @Test("a year of the calendar comes the same way, with its notice (AC-94)")
  func calendar() async throws {
    try await withNode { node in
      let operations = try node.registry("operations/zhao")
      let year = node.law.calendar.validThrough.year + 1
      let text = LawText.year(year, off: "\(year)-01-0\(1)")
      let brought = try await operations.proposeLaw(proposal(text))
      #expect(brought.name == "calendars/china-\(year)@1" && brought.effectiveFrom.isEmpty)
      #expect(brought.changes.contains { $0.article == "试〔2026〕1号" })
      let approved = try await node.registry("data-bureau/wu").decideLaw(decision(brought.name))
      #expect(approved.state == .lawApproved)
    }
  }
}
