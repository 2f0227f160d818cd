// Every refusal of Share under every profile: told in two languages, resting on that profile's own texts.

import Foundation
import Regulation
import ShareRules
import Testing
import Vocabulary

@Suite("A refusal rests on the profile that governs (AC-40 to AC-55), never on another city's text")
struct RefusalTests {
  static let keys = [
    "guangdong-2018", "hebi-2021", "luyi-2019", "meizhou-public-2023", "meizhou-specific-2021",
  ]

  /// Those to which no rule gives an article of its own.
  private static let plain: [ShareRefusal] = [
    .notGovernmentBody, .notParty(resource: "r"), .ownEntry(entry: "e"),
    .ownApplication(resource: "r"), .opinionGiven(resource: "r", side: .authority),
    .headNeeded(resource: "r"), .securityOfficerNeeded(resource: "r"),
    .officerMustAccept(resource: "r"), .authorityMustResume(grant: "g"),
    .systemNotGranted(grant: "g", system: "s"), .filingNotProvided(grant: "g"),
    .wrongState(
      resource: "r", state: BilingualText("态", "so"), action: BilingualText("办", "done")),
    .noProfileInForce(resourceClass: "c"), .entryNotPublished(entry: "e"),
    .applicationNeeded(item: "i"),
    .outsideConditions(entry: "e", openTo: ["d"], conditions: "c"),
    .applicationNotNeeded(entry: "e"),
    .fieldTooLong(path: "p", limit: 1), .identityNumberInText(path: "p"),
    .fieldMalformed(path: "p", rule: BilingualText("错", "is wrong")),
    .itemUnknown(entry: "e", item: "i"), .itemRepeated("i"), .decisionBeyondRequest(item: "i"),
    .decisionMissing(item: "i"), .rowRuleNeedsItem(item: "i"), .notGrantee(grant: "g"),
    .grantPending(grant: "g"), .entryUnmounted(entry: "e"),
    .granteeDisabled(grant: "g"), .sourceDisabled(resource: "a"), .grantSuspended(grant: "g"),
    .grantExpired(grant: "g", until: CivilDate(dayNumber: 0)), .grantRevoked(grant: "g"),
    .grantEnded(grant: "g"), .modeNotGranted(grant: "g", mode: .lookup),
    .itemNotGranted(grant: "g", item: "i", granted: ["a"]), .purposeMissing(grant: "g"),
    .purposeDiffers(grant: "g"), .rollDiffers(grant: "g", roll: "r"),
    .rollTooLarge(grant: "g", limit: 1),
    .runRepeated(grant: "g", frequency: .monthly, run: "comparisons/C-1"),
    .rollGrew(grant: "g", limit: 1, last: 1), .chunkTooLarge(limit: 1), .chunkDiffers(number: 1),
    .rollExceeded(declared: 1), .chunksMissing(missing: [1], received: 0),
    .rowsDiffer(declared: 2, received: 1), .recordUnderCheck(resource: "r", issue: "q"),
    .evidenceMissing(path: "p"),
  ]

  static func all(under key: String) throws -> [ShareRefusal] {
    try plain + RefusedCases(under: key).all
  }

  @Test("each cites a document of the governing profile's chain", arguments: keys)
  func cited(_ key: String) throws {
    let profile = try World.profile(key)
    let withoutLaw: Set<String> = [
      "share.not_party", "share.own_entry", "share.wrong_state", "share.no_profile_in_force",
      "share.entry_not_published", "share.field_too_long", "share.field_malformed",
      "share.item_unknown", "share.item_repeated", "share.filing_not_provided",
      "share.chunk_too_large", "share.chunk_differs",
    ]
    for refusal in try Self.all(under: key) {
      guard let citation = GovernedRefusal(refusal, under: profile).citation else {
        #expect(withoutLaw.contains(refusal.reason), "\(refusal.reason) cites nothing")
        continue
      }
      #expect(profile.rests(on: citation.document), "\(refusal.reason) cites \(citation)")
    }
    // Where no profile is known at all, only our own rules are left.
    for refusal in Self.plain {
      #expect(refusal.citation?.isOfText != true, "\(refusal.reason)")
    }
  }

  @Test("each is told in both languages, and none by the last resort", arguments: keys)
  func told(_ key: String) throws {
    for refusal in try Self.all(under: key) {
      #expect(refusal.reason.wholeMatch(of: /(share|clock)\.[a-z_]+/) != nil)
      #expect(refusal.sentence.english != "Refused.", "\(refusal.reason)")
      #expect(!refusal.sentence.chinese.isEmpty)
      #expect(refusal.sentence.chinese != refusal.sentence.english)
    }
  }

  @Test(
    "together they are all reasons that there are, and each of the plain ones is one of its own")
  func complete() throws {
    #expect(Set(Self.plain.map(\.reason)).count == Self.plain.count)
    let source = try String(
      contentsOfFile: World.root + "/Services/Share/Rules/ShareRefusal.swift", encoding: .utf8)
    let known = Set(source.matches(of: /"(share\.[a-z_]+)"/).map { String($0.1) })
      .subtracting(["share.refused"])
    let shown = Set(
      try Self.keys.flatMap { try Self.all(under: $0).map(\.reason) }.filter {
        $0.hasPrefix("share.")
      })
    #expect(known == shown, "not shown: \(known.subtracting(shown).sorted())")
    #expect(known.count > 60)
  }

  @Test("no rule names a city's document by itself", arguments: ["Share", "Ingest", "Feedback"])
  func literal(_ service: String) throws {
    // What a category is, its own text says wherever it is used (meizhou-specific-2021/5.3c).
    let definitions = ["RuleBasis.swift": 1]
    let folder = World.root + "/Services/" + service
    var seen = 0
    for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init()
    where path.hasSuffix(".swift") {
      seen += 1
      let source = try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
      let found = source.matches(of: /Citation\(\s*(document: )?"[a-z]+-[a-z0-9-]+/).count
      let allowed = definitions[path.split(separator: "/").last.map(String.init) ?? ""] ?? 0
      #expect(found <= allowed, "\(path) cites a city's text whatever profile governs")
    }
    #expect(seen > 20)
  }
}

/// What the rules refuse under one profile, each with the article that the rule gives it.
private struct RefusedCases {
  let key: String
  let profile: Profile
  let officer: Actor
  let source: Actor
  let noon = World.noon

  init(under key: String) throws {
    self.key = key
    profile = try World.profile(key)
    officer = try World.actor("human-resources")
    source = try World.actor("justice")
  }

  var all: [ShareRefusal] {
    get throws {
      try (applications + reviews + grants + claims + leads).compactMap { $0 }
    }
  }

  /// `nil` where this profile refuses nothing.
  private func said(_ body: () throws -> Void) throws -> ShareRefusal? {
    do {
      try body()
      return nil
    } catch let refusal as ShareRefusal {
      return refusal
    }
  }

  private var applications: [ShareRefusal?] {
    get throws {
      let changes: [(inout UseRequest) throws -> Void] = [
        { $0.items = ["illness"] }, { $0.purpose = "" }, { $0.business = "" }, { $0.scope = "" },
        { $0.reason = "" }, { $0.scenario = "" }, { $0.items = [] }, { $0.until = nil },
        { $0.until = try World.day("2024-03-03") }, { $0.roll = nil },
        { $0.legalBasis = LegalBasis(kind: .internalRule, title: "内部规定", article: "一") },
        { $0.legalBasis = LegalBasis(kind: .law, title: "", article: "") },
      ]
      let drafts = try changes.map { change in
        try said { _ = try World.application(key, change) }
      }
      let subscriptions = try changes.map { change in
        try said {
          var use = try World.use()
          use.items = ["office"]
          try change(&use)
          _ = try subscribe(
            1, use: use, to: try World.entry(), by: officer, under: profile, at: noon)
        }
      }
      let county = try World.standing("human-resources", level: .county, region: "441402")
      return drafts + subscriptions + [
        try said {
          let entry = try World.entry()
          let clerk = try World.actor("data-bureau")
          _ = try draftApplication(
            number: 1, use: try World.use(), for: entry, by: officer, applicant: county,
            under: profile, at: noon
          ).submitted(by: officer, entry: entry, under: profile, at: noon)
            .submitted(by: clerk, entry: entry, under: profile, at: noon)
        }
      ]
    }
  }

  private var reviews: [ShareRefusal?] {
    get throws {
      let sent = try World.submitted(key)
      func review(_ decisions: [ItemDecision], by actor: Actor) throws -> ShareRefusal? {
        try said {
          _ = try sent.reviewed(
            decisions, reason: "", by: actor, under: profile, at: noon)
        }
      }
      func decisions(_ isApproved: Bool, _ reason: String, _ basis: LegalBasis?) -> [ItemDecision] {
        sent.use.items.map {
          ItemDecision(item: $0, isApproved: isApproved, reason: reason, basis: basis)
        }
      }
      let alone = try World.entry(source: try World.standing("justice", authority: nil))
      // One department that is both sides, and one person of it.
      let bureau = try World.actor("data-bureau", "zhao", [.authority, .departmentOfficer])
      let own = try World.entry(source: try World.standing("data-bureau"))
      let both = try draftApplication(
        number: 1, use: try World.use(), for: own, by: officer,
        applicant: try World.standing("human-resources"), under: profile, at: noon
      ).submitted(by: officer, entry: own, under: profile, at: noon)
      return [
        try said {
          _ = try draftApplication(
            number: 1, use: try World.use(), for: alone, by: officer,
            applicant: try World.standing("human-resources"), under: profile, at: noon)
        },
        try review(World.decisions(), by: try World.actor("health")),
        try review(decisions(false, "", nil), by: source),
        try review(decisions(true, "", nil), by: source),
        try review(decisions(false, "无关", nil), by: source),
        try review(
          decisions(false, "无关", LegalBasis(kind: .internalRule, title: "内部", article: "一")),
          by: source),
        try review(
          decisions(false, "无关", LegalBasis(kind: .law, title: "", article: "")), by: source),
        try said {
          _ = try both.reviewed(
            World.decisions(), reason: "", by: bureau, under: profile, at: noon
          ).reviewed(World.decisions(), reason: "", by: bureau, under: profile, at: noon)
        },
        try said {
          _ = try sent.replyDate(
            try World.day("2024-03-20"), by: officer, under: profile,
            calendar: try World.calendar(),
            at: noon)
        },
      ]
    }
  }

  private var grants: [ShareRefusal?] {
    get throws {
      let grant = try World.grant(key)
      let waiting = ShareRules.grant(
        1, from: try World.approved(key), under: profile, by: source, at: noon)
      func prepare(_ change: (inout ComparisonPlan) -> Void) throws -> ShareRefusal? {
        try said {
          let month = PaymentPeriod(
            first: try World.day("2024-03-01"), last: try World.day("2024-03-31"))
          var plan = ComparisonPlan(
            direction: .present, period: month, rollRows: 10, roll: "own-pension-roll",
            purpose: grant.purpose, responsiblePerson: officer.name, payout: "2024-03")
          change(&plan)
          _ = try prepareComparison(
            1, plan, grant: grant, by: officer,
            earlier: EarlierRuns(sameTurn: nil, dayRows: 0, lastRows: nil), under: profile,
            at: noon)
        }
      }
      return [
        try said { _ = try grant.suspended(by: source, reason: "", at: noon) },
        try said { _ = try grant.revoked(by: source, reason: "", basis: nil, at: noon) },
        try said {
          _ = try grant.revoked(
            by: source, reason: "违规",
            basis: LegalBasis(kind: .internalRule, title: "内部", article: "一"), at: noon)
        },
        try said {
          _ = try waiting?.check(
            GrantCall(
              by: officer, mode: .lookup, items: [], purpose: grant.purpose,
              today: noon.civilDate), under: profile)
        },
        try said { _ = try grant.filed([], reason: "", by: officer, under: profile, at: noon) },
        try said {
          _ = try grant.filed([.web], reason: "", by: officer, under: profile, at: noon)
        },
        try prepare { $0.responsiblePerson = "" },
      ]
    }
  }

  private var claims: [ShareRefusal?] {
    get throws {
      func file(
        attempts: Int = 0, _ change: (inout VerificationClaim) -> Void = { _ in }
      ) throws -> Verification {
        var claim = VerificationClaim(
          item: "illness", hasSubject: true, hasValue: true, purpose: "资格审核",
          caseNumber: "2024-001", legalBasis: nil)
        change(&claim)
        return try requestVerification(
          1, claim, on: try World.entry(), by: officer,
          standing: VerificationStanding(refusedItems: [], attempts: attempts), under: profile,
          at: noon)
      }
      return [
        try said { _ = try file { $0.item = "judgment" } },
        try said { _ = try file(attempts: 99) }, try said { _ = try file { $0.purpose = "" } },
        try said { try file().checkDecidable(by: officer, under: profile) },
        try said {
          _ = try file().declined(
            reason: "", basis: World.law, by: source, under: profile, at: noon)
        },
        try said {
          _ = try file().declined(
            reason: "无关", basis: nil, by: source, under: profile, at: noon)
        },
      ]
    }
  }

  private var leads: [ShareRefusal?] {
    get throws {
      let head = try World.actor("human-resources", "zhou", [.departmentHead])
      let lead = ComparisonCase(
        comparison: 1, number: 7, department: head.department,
        place: LeadPlace(chunk: 1, row: 5, record: "entries/E-3/records/9"), nameDiffers: false,
        lineage: nil, underCheck: false, issue: "")
      let proof = Evidence(kind: "home-visit", date: "2024-03-04", seenBy: "a", note: "")
      let waiting = try lead.concluded(
        Conclusion(outcome: .irregularReceipt, evidence: proof, reason: "", isReferred: false),
        by: officer, under: profile, at: noon)
      func hold(_ reason: String, _ notice: String, _ until: String) throws -> ShareRefusal? {
        try said {
          _ = try lead.held(
            Hold(
              official: head.name, reason: reason, notice: notice, until: try World.day(until)),
            by: head, under: profile, at: noon)
        }
      }
      var run = ComparisonRun(
        number: 1, grant: 1, entry: 3, department: head.department,
        plan: ComparisonPlan(
          direction: .present,
          period: PaymentPeriod(
            first: try World.day("2024-03-01"), last: try World.day("2024-03-31")),
          rollRows: 1, roll: "r", purpose: "p", responsiblePerson: "", payout: ""),
        profile: profile.reference, created: noon)
      run.finished = noon
      return [
        try said {
          let empty = Conclusion(
            outcome: .noProblem, evidence: nil, reason: "", isReferred: false)
          _ = try lead.concluded(empty, by: officer, under: profile, at: noon)
        },
        try said {
          _ = try waiting.confirmed(true, reason: "", by: officer, under: profile, at: noon)
        },
        try said {
          _ = try waiting.confirmed(false, reason: "", by: head, under: profile, at: noon)
        },
        try hold("", "电话", "2024-03-10"), try hold("核查", "", "2024-03-10"),
        try hold("核查", "电话", "2024-03-03"),
        try said {
          try run.checkClearable(under: profile, today: try World.day("2024-06-01"))
        },
      ]
    }
  }
}
