// Each of the five regulations, as shipped: its clocks worked out by hand, its reviewers, elements and rules.

import Boot
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("The five regulations as data")
struct FiveProfilesTests {
  static let keys = [
    "guangdong-2018", "hebi-2021", "luyi-2019", "meizhou-public-2023", "meizhou-specific-2021",
  ]

  /// A clock with a number of policies.md a.2, and one worked example of it.
  struct Example: Sendable, CustomStringConvertible {
    let profile: String
    let article: String
    let clock: RegulatedClock
    let start: ClockStart
    let from: String
    let due: String
    var description: String { "\(profile)/\(article) from \(from)" }

    init(
      _ profile: String, _ article: String, _ clock: RegulatedClock, _ start: ClockStart,
      _ from: String, _ due: String
    ) {
      self.profile = profile
      self.article = article
      self.clock = clock
      self.start = start
      self.from = from
      self.due = due
    }
  }

  static let examples: [Example] = [
    Example(
      "meizhou-specific-2021", "10b", .catalogChange, .lawOrFunctionChanged, "2021-09-10",
      "2021-10-08"),
    Example(
      "meizhou-specific-2021", "14a", .ingestStock, .catalogingComplete, "2022-01-20", "2022-02-15"),
    Example(
      "meizhou-specific-2021", "14b", .ingestIncrement, .generation, "2023-01-19", "2023-01-31"),
    Example("meizhou-specific-2021", "21d", .shareReply, .receipt, "2022-09-30", "2022-10-10"),
    Example(
      "meizhou-specific-2021", "24.1b", .comparisonBeforePayout, .payoutBatch, "2022-01-31",
      "2022-02-28"),
    Example(
      "meizhou-specific-2021", "27", .usageReport, .grantActivated, "2022-08-31", "2023-02-28"),
    Example(
      "meizhou-specific-2021", "31a", .issueRectification, .feedbackReceived, "2021-12-24",
      "2022-01-24"),
    Example(
      "meizhou-public-2023", "7.1c", .catalogReviewNew, .submission, "2024-03-04", "2024-03-11"),
    Example(
      "meizhou-public-2023", "8a", .catalogChange, .lawOrFunctionChanged, "2024-04-25",
      "2024-05-17"),
    Example(
      "meizhou-public-2023", "8c", .catalogReviewUpdate, .submission, "2024-09-13", "2024-09-23"),
    Example("meizhou-public-2023", "21.3b", .shareReply, .requestMade, "2024-02-05", "2024-02-18"),
    Example(
      "meizhou-public-2023", "23b", .issueVerification, .reportMade, "2024-09-30", "2024-10-12"),
    Example(
      "meizhou-public-2023", "23c", .issueRectification, .verificationCompleted, "2024-04-28",
      "2024-05-14"),
    Example(
      "meizhou-public-2023", "39.4b", .usageReport, .grantActivated, "2024-03-04", "2024-09-04"),
    Example(
      "hebi-2021", "10a", .catalogChange, .lawOrFunctionChanged, "2025-01-17", "2025-02-07"),
    Example("hebi-2021", "10b", .catalogReviewUpdate, .receipt, "2022-04-28", "2022-05-09"),
    Example("hebi-2021", "13.1b", .issueVerification, .requestReceived, "2024-06-07", "2024-06-24"),
    Example("hebi-2021", "15.1d", .shareReply, .formDelivered, "2023-12-29", "2024-01-08"),
    Example("hebi-2021", "17a", .evaluation, .previousEvaluation, "2023-12-31", "2024-12-31"),
    Example(
      "luyi-2019", "8.2b", .ingestIncrement, .generationOrChange, "2020-01-23", "2020-02-04"),
    Example("luyi-2019", "11b", .shareReply, .receipt, "2020-01-20", "2020-02-06"),
    Example("guangdong-2018", "19.1d", .shareReply, .receipt, "2024-06-07", "2024-06-24"),
  ]

  @Test("all are held, between national law and the defaults")
  func held() throws {
    let set = try Law.profiles()
    #expect(set.keys == Self.keys)
    for key in Self.keys {
      let profile = try #require(set.profile(named: key))
      #expect(profile.document.isTextHeld)
      #expect(!profile.document.title.isEmpty && profile.document.number.contains("〔"))
      #expect(profile.chain.suffix(2).map(\.key) == ["national-law", "weir-default"])
      #expect(profile.chain.suffix(2).first?.isTextHeld == false)
      for row in profile.document.rows {
        #expect(Citation("\(key)/\(row.article)") != nil, "\(key) \(row.key.rawValue)")
      }
    }
  }

  @Test("every clock with a number, worked out", arguments: examples)
  func clocks(example: Example) throws {
    let profile = try Law.profile(example.profile)
    let rule = try #require(profile.clock(example.clock))
    #expect(rule.citation == Citation(document: example.profile, article: example.article))
    #expect(rule.origin == .text)
    #expect(rule.start == example.start)
    let started = try Law.day(example.from)
    let due = LegalClock(rule: rule, started: started).due(on: try Law.calendar(), today: started)
    #expect(due.date.iso == example.due)
    #expect(due.citation == rule.citation)
    #expect(!due.isProvisional)
  }

  @Test("the trial of meizhou-specific-2021 lasts two years (38), and S data fall to P afterwards")
  func trial() throws {
    let profile = try Law.profile("meizhou-specific-2021")
    let from = try #require(profile.document.inForceFrom)
    #expect(profile.document.inForceTo == from.adding(months: 24).adding(days: -1))
    #expect(profile.document.isInForce(on: from))
    #expect(!profile.document.isInForce(on: from.adding(days: -1)))
  }

  @Test(
    "AC-70 logs are kept three years everywhere, by hebi-2021/13.3 from the text, elsewhere as ours"
  )
  func retention() throws {
    for key in Self.keys {
      let years = try #require(try Law.profile(key).logRetentionYears)
      #expect(years.value == 3)
      #expect((years.origin == .text) == (key == "hebi-2021"))
    }
  }

  @Test(
    "who answers a conditional application (D01)",
    arguments: [
      ("meizhou-specific-2021", [Reviewer.authority, .sourceDepartment]),
      ("guangdong-2018", [.authority, .sourceDepartment]),
      ("meizhou-public-2023", [.sourceDepartment]), ("hebi-2021", [.sourceDepartment]),
      ("luyi-2019", [.sourceDepartment]),
    ] as [(String, [Reviewer])])
  func reviewers(key: String, expected: [Reviewer]) throws {
    #expect(try Law.profile(key).reviewers?.value == expected)
  }

  @Test(
    "what may carry a refusal (D08, D12), an internal rule nowhere",
    arguments: [
      ("meizhou-specific-2021", [BasisKind.law, .regulation, .rule]),
      ("meizhou-public-2023", [.law, .regulation, .rule]), ("hebi-2021", nil),
      ("luyi-2019", [.dueReason]), ("guangdong-2018", [.law, .regulation, .rule]),
    ] as [(String, [BasisKind]?)])
  func refusalBasis(key: String, expected: [BasisKind]?) throws {
    #expect(try Law.profile(key).refusalBasis?.value == expected)
    #expect(try Law.profile(key).flag(.shareInternalRuleIsBasis)?.value == false)
  }

  @Test(
    "when a grant begins to work (FORMATS)",
    arguments: [
      ("meizhou-public-2023", GrantActivation.acceptance, true),
      ("meizhou-specific-2021", .approval, true), ("guangdong-2018", .approval, true),
      ("hebi-2021", .approval, false), ("luyi-2019", .filing, true),
    ])
  func activation(key: String, expected: GrantActivation, isOfText: Bool) throws {
    let activation = try #require(try Law.profile(key).grantActivation)
    #expect(activation.value == expected)
    #expect((activation.citation.document == key) == isOfText)
  }

  @Test("the share types and their bases (D06, D08, D09)")
  func shareTypes() throws {
    let public2023 = try Law.profile("meizhou-public-2023")
    #expect(public2023.typingBasis(for: .unconditional) == nil)
    #expect(
      public2023.typingBasis(for: .notShared)?.value == [.law, .regulation, .nationalProvision])
    #expect(public2023.typeWithoutBasis == nil)
    #expect(public2023.notSharedFiling?.value == .sameLevelAuthority)
    #expect(public2023.notSharedFiling?.citation.text == "meizhou-public-2023/10.2b")
    #expect(try Law.profile("luyi-2019").shareTypes?.value == [.unconditional, .conditional])
    #expect(try Law.profile("hebi-2021").typeWithoutBasis?.value == .unconditional)
    #expect(try Law.profile("hebi-2021").notSharedFiling == nil)
    #expect(try Law.profile("hebi-2021").typeDecider?.value == .cityAuthority)
    #expect(try Law.profile("hebi-2021").baseDataUnconditional?.value == .wholeBaseDatabases)
    #expect(try Law.profile("guangdong-2018").baseDataUnconditional?.value == .basicItems)
  }

  @Test("what an entry must hold, and who reviews it (D14)")
  func entries() throws {
    let specific = try Law.profile("meizhou-specific-2021")
    #expect(specific.mandatoryIdentityItems?.value == [.identityNumber, .name])
    #expect(specific.entryReviewers(isUpdate: false) == nil)
    #expect(specific.clock(.catalogReviewNew) == nil)
    let public2023 = try Law.profile("meizhou-public-2023")
    #expect(public2023.requiredEntryFields?.value.count == 10)
    #expect(public2023.entryReviewers(isUpdate: false)?.value == [.sameLevelAuthority])
    #expect(public2023.secrecyReviewRequired?.value == true)
    let hebi = try Law.profile("hebi-2021")
    #expect(hebi.entryReviewers(isUpdate: false)?.value == [.cityAuthority])
    #expect(hebi.entryReviewers(isUpdate: true)?.value == [.authority])
    #expect(hebi.clock(.catalogReviewNew) == nil)
    #expect(
      try Law.profile("luyi-2019").entryReviewers(isUpdate: true)?.value
        == [.populationBaseAdministrator, .bigDataBureau])
  }

  @Test("delivery (D16, D17): modes, hand uploads, reasons")
  func delivery() throws {
    let public2023 = try Law.profile("meizhou-public-2023")
    #expect(public2023.deliveryModes?.value == [.table, .manualUpload, .backflow])
    #expect(public2023.manualUploadOrigins?.value == [.noSystem])
    #expect(public2023.manualUploadOrigins?.citation.text == "meizhou-public-2023/12d")
    #expect(public2023.selfBuiltDelivery?.value == ["table", "realtime", "full"])
    #expect(try Law.profile("meizhou-specific-2021").interfaceNeedsReason?.value == true)
    #expect(try Law.profile("meizhou-specific-2021").stockFromYear?.value == 2015)
    #expect(try Law.profile("luyi-2019").incrementScope?.value == "population")
    #expect(public2023.qualityThresholdPercent?.value == 5)
    #expect(public2023.qualityThresholdPercent?.origin == .productDefault)
    #expect(public2023.identifierDoubts?.value == .warn)
  }

  @Test("unconditional data and applications ask what the profile asks (D05)")
  func applications() throws {
    #expect(try Law.profile("meizhou-public-2023").unconditionalNeedsPurpose?.value == true)
    for key in Self.keys where key != "meizhou-public-2023" {
      #expect(try Law.profile(key).unconditionalNeedsPurpose?.value == false, "\(key)")
    }
    #expect(
      try Law.profile("hebi-2021").applicationFields?.value == [.scope, .purpose, .itemCount])
    #expect(try Law.profile("luyi-2019").reasonRequiredOn?.value == [.approve, .reject])
    #expect(try Law.profile("meizhou-public-2023").reasonRequiredOn?.value == [.reject])
    #expect(try Law.profile("meizhou-public-2023").grantElements?.value == GrantElement.allCases)
    #expect(try Law.profile("guangdong-2018").concreteBusinessRequired?.value == true)
  }

  @Test("what follows where data are not shared (D13)")
  func notShared() throws {
    let public2023 = try Law.profile("meizhou-public-2023")
    #expect(public2023.verificationScopes?.value == [.notShared, .unmetConditional])
    #expect(public2023.notSharedPath?.value == [.verification])
    let hebi = try Law.profile("hebi-2021")
    #expect(hebi.verificationScopes == nil)
    #expect(hebi.notSharedPath?.value == [.negotiation, .authority, .leadingGroup])
    #expect(try Law.profile("guangdong-2018").notSharedPath == nil)
  }

  @Test("feedback (D19, D20, D21): clocks apart, needs of an extension, contents of an issue")
  func feedback() throws {
    let specific = try Law.profile("meizhou-specific-2021")
    #expect(specific.clock(.issueVerification) == nil)
    #expect(specific.issueChannels?.value == [.platform, .letter])
    #expect(specific.issueRequired?.value == [.cause, .detailedList])
    let hebi = try Law.profile("hebi-2021")
    #expect(hebi.extensionNeeds?.value == [.principalHeadConsent, .filingWithLevelAuthority])
    #expect(hebi.clock(.issueRectification)?.origin == .productDefault)
    let person = try Law.profile("meizhou-public-2023").clock(.personVerification)
    #expect(person?.period == .workingDays(2))
    #expect(person?.origin == .productDefault)
    #expect(try Law.profile("luyi-2019").clock(.issueVerification)?.citation.isOfText == false)
  }

  @Test("usage reports (D22): to whom, with what, when")
  func usageReports() throws {
    let calendar = try Law.calendar()
    let public2023 = try Law.profile("meizhou-public-2023")
    #expect(public2023.usageReportRecipients?.value == [.providingBody, .authority])
    #expect(public2023.usageReportSections?.value == [.scenario, .results, .security])
    let schedule = try #require(
      UsageReportSchedule(activated: try Law.day("2024-08-31"), under: public2023))
    #expect(
      (1...4).map { schedule.due($0, on: calendar).date.iso } == [
        "2025-02-28", "2025-08-31", "2026-02-28", "2026-08-31",
      ])
    let next = schedule.next(from: try Law.day("2025-03-01"), on: calendar)
    #expect(next.0 == 2 && next.1.date.iso == "2025-08-31")
    #expect(
      UsageReportSchedule(
        activated: try Law.day("2024-08-31"), under: try Law.profile("hebi-2021")) == nil)
  }

  @Test(
    "half-years of the calendar, where the profile follows it (g.12)",
    arguments: [
      ("2024-03-04", ["2024-06-30", "2024-12-31", "2025-06-30"]),
      ("2024-06-29", ["2024-06-30", "2024-12-31", "2025-06-30"]),
      ("2024-06-30", ["2024-12-31", "2025-06-30", "2025-12-31"]),
      ("2024-07-01", ["2024-12-31", "2025-06-30", "2025-12-31"]),
      ("2024-12-31", ["2025-06-30", "2025-12-31", "2026-06-30"]),
    ])
  func alignedReports(activated: String, expected: [String]) throws {
    let set = try ProfileSet(
      documents: [
        try Law.document(
          "aa",
          [
            "feedback.usage_report_months": Law.plain("6"),
            "feedback.usage_report_alignment": Law.plain("half_year"),
          ], from: "2020-01-01"),
        try Law.document("national-law", [:]), try Law.document("weir-default", [:]),
      ], governance: [])
    let profile = try #require(set.profile(named: "aa"))
    let schedule = try #require(
      UsageReportSchedule(activated: try Law.day(activated), under: profile))
    let calendar = try Law.calendar()
    #expect((1...3).map { schedule.due($0, on: calendar).date.iso } == expected)
  }

  @Test("reminders two working days before and on the day, unless a profile says otherwise")
  func reminders() throws {
    for key in Self.keys {
      #expect(try Law.profile(key).reminderDays?.value == [2, 0])
      #expect(try Law.profile(key).reminderDays?.origin == .productDefault)
    }
  }

  @Test("bulk export and free query (D24)")
  func exports() throws {
    #expect(try Law.profile("meizhou-public-2023").bulkExport?.value == .forbiddenInPrinciple)
    #expect(try Law.profile("meizhou-public-2023").freeQuery?.value == .forbidden)
    #expect(try Law.profile("luyi-2019").bulkExport?.value == .allowed)
    #expect(try Law.profile("luyi-2019").modeFiling?.value == .bigDataBureau)
    #expect(try Law.profile("guangdong-2018").bulkExport?.origin == .productDefault)
  }
}

@Suite("Taxonomies of policies.md c")
struct TaxonomyTests {
  private func taxonomies() throws -> [String: Taxonomy] {
    try TaxonomyFiles.load(taxonomiesFolder: Law.root + "/deploy/taxonomies")
  }

  @Test(
    "specific population: 5 + 8 + 8 rows in three groups, none assigned by the text",
    .obligation("meizhou-specific-2021/5.3a", "meizhou-specific-2021/5.3b"))
  func specificPopulation() throws {
    let taxonomy = try #require(try taxonomies()["specific-population"])
    #expect(taxonomy.categories(under: "death").count == 5)
    #expect(taxonomy.categories(under: "inmate").count == 8)
    #expect(taxonomy.categories(under: "hardship").count == 8)
    #expect(taxonomy.categories.allSatisfy { !$0.isAssignedByText })
    #expect(taxonomy.category("inmate.community-correction")?.rule == "no_minors")
    #expect(taxonomy.category("hardship.lifted-poverty")?.rule == "excludes_minimum_allowance")
    let cremation = try #require(taxonomy.category("death.cremation"))
    #expect(cremation.sources == ["民政"])
    #expect(taxonomy.citation(of: cremation).text == "meizhou-specific-2021/5.3a")
  }

  @Test("base data, the four bases, kinds and closed lists are there")
  func others() throws {
    let all = try taxonomies()
    #expect(
      all.keys.sorted() == [
        "base-data", "base-kinds", "closed-lists", "comparison-populations", "luyi-bases",
        "specific-population",
      ])
    let base = try #require(all["base-data"])
    #expect(base.categories(under: "person").count == 11)
    #expect(base.categories(under: "organisation").count == 4)
    #expect(base.categories(under: "space").count == 7)
    let luyi = try #require(all["luyi-bases"])
    #expect(luyi.categories(under: "population").count == 9)
    #expect(luyi.category("legal-person")?.sources.count == 13)
    #expect(luyi.category("economy")?.sources.count == 12)
    #expect(all["base-kinds"]?.categories.count == 5)
    #expect(all["comparison-populations"]?.categories.count == 3)
    #expect(all["closed-lists"]?.categories(under: "checkpoint").count == 7)
  }

  @Test("taxonomies that cannot be used are refused with their line")
  func refused() throws {
    func problem(_ slug: String, article: String = "1", rule: String? = nil, times: Int = 1)
      -> TaxonomyProblem?
    {
      let category = TaxonomyCategory(
        slug: slug, term: BilingualText("a", "a"), group: nil, article: article, sources: [],
        isAssignedByText: false, rule: rule, note: nil, line: 3)
      do throws(TaxonomyProblem) {
        _ = try Taxonomy(
          key: "k", version: 1, document: "d", title: BilingualText("a", "a"),
          isExtensible: false, categories: Array(repeating: category, count: times))
        return nil
      } catch {
        return error
      }
    }
    #expect(problem("a.b") == nil)
    #expect(problem("a.b", times: 0)?.kind == .empty)
    #expect(problem("a..b")?.kind == .invalidSlug("a..b"))
    #expect(problem("A")?.kind == .invalidSlug("A"))
    #expect(problem("a.b", times: 2)?.kind == .repeatedSlug("a.b"))
    #expect(problem("a.b", article: "")?.kind == .missingArticle("a.b"))
    #expect(problem("a.b", rule: "x")?.kind == .unknownRule("x"))
    #expect(problem("a.b", rule: "x")?.line == 3)
  }
}
