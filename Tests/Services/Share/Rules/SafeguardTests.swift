// Every refusal of the safeguards under every profile, and what each profile opens.

import Foundation
import Regulation
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite("The safeguards of shared data under every profile (AC-46 to AC-48, AC-51, AC-55)")
struct SafeguardTests {
  static let keys = [
    "guangdong-2018", "hebi-2021", "luyi-2019", "meizhou-public-2023", "meizhou-specific-2021",
  ]

  private static func recipient(
    _ kind: RecipientKind, _ name: String = "payment",
    _ change: (inout Recipient) -> Void = { _ in }
  ) -> Recipient {
    var recipient = Recipient(kind: kind, name: name)
    recipient.title = "经办银行"
    recipient.purpose = "发放"
    change(&recipient)
    return recipient
  }

  /// What the rules refuse under a profile.
  private static func all(under key: String) throws -> [ShareRefusal] {
    let profile = try World.profile(key)
    let asked: [Recipient] = [
      recipient(.thirdParty), recipient(.everybody),
      recipient(.ownSystem) { $0.region = "HK" },
    ]
    var found = try asked.map { one in
      try said { _ = try World.application(key) { $0.recipients = [one] } }
    }
    found.append(try said { _ = try World.application(key) { $0.dailySubjects = 10_001 } })
    found.append(
      try said {
        let graded = try World.entry(grade: 4)
        _ = try subscribe(
          1, use: try World.use { $0.items = ["office"] }, to: graded,
          by: try World.actor("human-resources"), under: profile, at: World.noon)
      })
    found.append(
      try said {
        _ = try World.submitted(key).reviewed(
          World.decisions(), recipients: ["press"], reason: "", by: try World.actor("justice"),
          under: profile, at: World.noon)
      })
    var grant = try World.grant(key)
    grant.recipients = [
      recipient(.everybody) { $0.items = ["date"] },
      recipient(.everybody, "lapsed") {
        $0.items = ["date"]
        $0.recordsUntil = World.noon.civilDate.adding(days: -1)
      },
    ]
    func use(_ region: String, to recipient: String, _ items: [String] = []) throws -> ShareRefusal?
    {
      let actor = Actor(
        department: try World.code("human-resources"),
        name: "departments/human-resources/persons/li",
        roles: [.departmentOfficer], system: SystemName("payment"), systemRegion: region)
      return try said {
        _ = try grant.check(
          GrantCall(
            by: actor, mode: .lookup, items: items, purpose: grant.purpose,
            today: World.noon.civilDate, recipient: recipient))
      }
    }
    found.append(try use("HK", to: ""))
    found.append(try use("", to: "press"))
    found.append(try use("", to: "lapsed"))
    found.append(try use("", to: "payment", ["name"]))
    found += try ofReceivers(under: key)
    return found.compactMap { $0 }
  }

  /// What is refused for what a receiver is there for, and has not seen to.
  private static func ofReceivers(under key: String) throws -> [ShareRefusal?] {
    let profile = try World.profile(key)
    let receiver = DepartmentStanding(
      code: try World.code("human-resources"), level: .city, region: "441400", authority: nil,
      functions: ["人才引进"])
    var found = [try said { try checkFunction(try World.use(), of: receiver, under: profile) }]
    // Shipped as "flagged" (meizhou-public-2023/39.2a).
    if key == "meizhou-public-2023" {
      let strict = try #require(
        try governingLaw(
          World.root, under: key, replacing: "governance.security_unit, value: flagged",
          by: "governance.security_unit, value: required"
        ).profile(named: key))
      found.append(try said { try checkDuties(of: receiver, under: strict) })
    }
    return found
  }

  /// `nil` where this profile refuses nothing.
  private static func said(_ body: () throws -> Void) throws -> ShareRefusal? {
    do {
      try body()
      return nil
    } catch let refusal as ShareRefusal {
      return refusal
    }
  }

  @Test("each cites the governing profile or our own rule, in two languages", arguments: keys)
  func told(_ key: String) throws {
    let profile = try World.profile(key)
    for refusal in try Self.all(under: key) {
      let citation = try #require(refusal.citation, "\(refusal.reason)")
      #expect(profile.rests(on: citation.document), "\(refusal.reason) cites \(citation)")
      #expect(refusal.sentence.english != "Refused.", "\(refusal.reason)")
      #expect(refusal.sentence.chinese != refusal.sentence.english)
      #expect(refusal.field != nil, "\(refusal.reason)")
    }
  }

  @Test("together they are all reasons that there are")
  func complete() throws {
    let source = try String(
      contentsOfFile: World.root + "/Services/Share/Rules/SafeguardRefusal.swift", encoding: .utf8)
    let known = Set(source.matches(of: /"(share\.[a-z_]+)"/).map { String($0.1) })
    let shown = Set(try Self.keys.flatMap { try Self.all(under: $0).map(\.reason) })
    #expect(known.subtracting(shown).isEmpty, "not shown: \(known.subtracting(shown).sorted())")
    #expect(known.count == 13)
  }

  @Test(
    "what each profile opens to others, to the public, abroad; from which grade two people decide",
    arguments: [
      ("guangdong-2018", ReleaseRule.liability, ReleaseRule.forbiddenWithoutPermission, 4),
      ("hebi-2021", .forbidden, .providerConsent, 3),
      ("luyi-2019", .providerConsent, .writtenApplicationAndConsent, 4),
      ("meizhou-public-2023", .forbidden, .forbidden, 4),
      ("meizhou-specific-2021", .liability, .forbiddenWithoutPermission, 4),
    ])
  func opened(key: String, others: ReleaseRule, everybody: ReleaseRule, grade: Int) throws {
    let profile = try World.profile(key)
    #expect(profile.thirdParty?.value == others)
    #expect(profile.externalRelease?.value == everybody)
    #expect(profile.secondApprovalGrade?.value == grade)
    #expect(profile.abroad?.value == (key == "hebi-2021" ? .assessmentAndReview : .forbidden))
    #expect(profile.needsPersonalConsent == (key == "hebi-2021"))
    #expect((profile.dailySubjectsMax == nil) == (key == "luyi-2019"))
  }

  @Test("where authority and source review, both consent (meizhou-specific-2021/21, 23; AC-46)")
  func bothConsent() throws {
    let key = "meizhou-specific-2021"
    let profile = try World.profile(key)
    func consented(_ authority: [String], _ source: [String]) throws -> [String] {
      try World.submitted(key) { $0.recipients = [Self.recipient(.thirdParty)] }
        .reviewed(
          World.decisions(), recipients: authority, reason: "",
          by: try World.actor("data-bureau", "zhao", [.authority]), under: profile, at: World.noon
        ).reviewed(
          World.decisions(), recipients: source, reason: "", by: try World.actor("justice"),
          under: profile, at: World.noon
        ).consentedRecipients.map(\.name)
    }
    #expect(try consented(["payment"], ["payment"]) == ["payment"])
    #expect(try consented(["payment"], []).isEmpty)
    #expect(try consented([], ["payment"]).isEmpty)
  }
}
