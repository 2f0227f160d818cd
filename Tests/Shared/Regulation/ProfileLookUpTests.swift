// Looking up: own row, parents, national law, default; pinning by cases; which profile governs.

import Regulation
import Testing
import Vocabulary

@Suite("Looking a parameter up (FORMATS: profiles and clocks)")
struct ProfileLookUpTests {
  private func set(childRows: [String: ProfileSourceValue]) throws -> ProfileSet {
    var rows = childRows
    rows["parent_profile"] = Law.plain("parent")
    return try ProfileSet(
      documents: [
        try Law.document("child", rows, from: "2020-01-01"),
        try Law.document(
          "parent", ["share.reply_wd": Law.plain("10"), "feedback.verify_wd": Law.plain("7")],
          from: "2019-01-01"),
        try Law.document("national-law", [:]),
        try Law.document(
          "weir-default",
          ["feedback.verify_wd": Law.plain("5"), "feedback.rectify_wd": Law.plain("10")]),
      ], governance: [])
  }

  @Test("the own row goes before the parent's, the parent's before the default")
  func order() throws {
    let own = try #require(
      try set(childRows: ["share.reply_wd": Law.plain("3")]).profile(named: "child"))
    #expect(own.integer(.shareReplyDays)?.value == 3)
    #expect(own.integer(.shareReplyDays)?.citation.text == "child/1")
    let inherited = try #require(try set(childRows: [:]).profile(named: "child"))
    #expect(inherited.integer(.shareReplyDays)?.value == 10)
    #expect(inherited.integer(.shareReplyDays)?.profile == "parent")
    #expect(inherited.integer(.feedbackVerifyDays)?.value == 7)
    #expect(inherited.integer(.feedbackRectifyDays)?.citation.isOfText == false)
  }

  @Test("none stops the search, a missing row goes on, and what nobody sets is silent")
  func stops() throws {
    let profile = try #require(
      try set(childRows: ["feedback.verify_wd": Law.plain("none")]).profile(named: "child"))
    #expect(
      profile.look(up: .feedbackVerifyDays)
        == .setAside(Citation(document: "child", article: "1")))
    #expect(profile.integer(.feedbackVerifyDays) == nil)
    #expect(profile.clock(.issueVerification) == nil)
    #expect(profile.look(up: .catalogChangeDays) == .silent)
  }

  @Test("national law ends the chain of parents, the defaults the chain as a whole")
  func chain() throws {
    let profile = try #require(try set(childRows: [:]).profile(named: "child"))
    #expect(profile.chain.map(\.key) == ["child", "parent", "national-law", "weir-default"])
    #expect(
      profile.reference.text == "child@1+parent@1+national-law@1+weir-default@1")
    #expect(ProfileReference(profile.reference.text) == profile.reference)
    for bad in ["", "child", "child@0", "child@01", "child@1+", "Child@1", "child@1@2", "child@x"] {
      #expect(ProfileReference(bad) == nil, "\(bad)")
    }
  }

  @Test("a case keeps the versions of its whole chain")
  func pinned() throws {
    let old = try set(childRows: [:])
    let reference = try #require(old.profile(named: "child")).reference
    let grown = try ProfileSet(
      documents: [
        try Law.document("child", ["parent_profile": Law.plain("parent")], from: "2020-01-01"),
        try Law.document("parent", ["share.reply_wd": Law.plain("10")], from: "2019-01-01"),
        try Law.document(
          "parent", version: 2, ["share.reply_wd": Law.plain("20")], from: "2019-01-01"),
        try Law.document("national-law", [:]),
        try Law.document("weir-default", ["feedback.rectify_wd": Law.plain("10")]),
        try Law.document(
          "weir-default", version: 2, ["feedback.rectify_wd": Law.plain("15")]),
      ], governance: [])
    let running = try grown.profile(reference)
    #expect(running.integer(.shareReplyDays)?.value == 10)
    #expect(running.integer(.feedbackRectifyDays)?.value == 10)
    let new = try #require(grown.profile(named: "child"))
    #expect(new.integer(.shareReplyDays)?.value == 20)
    #expect(new.integer(.feedbackRectifyDays)?.value == 15)
    #expect(throws: ProfileSetProblem.unknownProfileVersion("parent", version: 2)) {
      try old.profile(new.reference)
    }
  }

  @Test("sets that cannot work are refused at start")
  func refusedSets() throws {
    let law = try Law.document("national-law", [:])
    let defaults = try Law.document("weir-default", [:])
    let a = try Law.document("aa", ["parent_profile": Law.plain("bb")], from: "2020-01-01")
    let b = try Law.document("bb", ["parent_profile": Law.plain("aa")], from: "2020-01-01")
    let day = try Law.day("2020-01-02")
    #expect(throws: ProfileSetProblem.missingNationalLaw) {
      try ProfileSet(documents: [defaults], governance: [])
    }
    #expect(throws: ProfileSetProblem.missingDefaults) {
      try ProfileSet(documents: [law], governance: [])
    }
    #expect(throws: ProfileSetProblem.repeated("national-law", version: 1)) {
      try ProfileSet(documents: [law, defaults, law], governance: [])
    }
    #expect(throws: ProfileSetProblem.unknownParent("aa", parent: "bb")) {
      try ProfileSet(documents: [law, defaults, a], governance: [])
    }
    #expect(throws: ProfileSetProblem.circularParents("aa")) {
      try ProfileSet(documents: [law, defaults, a, b], governance: [])
    }
    #expect(throws: ProfileSetProblem.unknownProfile("zz", line: 4)) {
      try ProfileSet(
        documents: [law, defaults],
        governance: [GovernanceRow(tag: nil, profile: "zz", from: day, to: nil, line: 4)])
    }
    #expect(throws: ProfileSetProblem.governanceEndsBeforeItBegins(line: 5)) {
      try ProfileSet(
        documents: [law, defaults],
        governance: [
          GovernanceRow(
            tag: nil, profile: "national-law", from: day, to: day.adding(days: -1), line: 5)
        ])
    }
  }
}

@Suite("D42, D43: which profile governs")
struct GovernanceTests {
  @Test(
    "by data tag, then by date; a profile out of force governs nothing",
    arguments: [
      ("2021-06-20", ["specific_population"], nil),
      ("2021-06-21", ["specific_population"], "meizhou-specific-2021"),
      ("2021-06-21", [], nil),
      ("2023-06-20", ["specific_population"], "meizhou-specific-2021"),
      ("2023-06-21", ["specific_population"], nil),
      ("2023-07-23", ["population"], nil),
      ("2023-07-24", ["specific_population"], "meizhou-public-2023"),
      ("2024-03-04", ["specific_population", "population"], "meizhou-public-2023"),
      ("2024-03-04", [], "meizhou-public-2023"),
    ] as [(String, Set<String>, String?)])
  func shipped(iso: String, tags: Set<String>, expected: String?) throws {
    let set = try Law.profiles()
    #expect(set.governing(tags, on: try Law.day(iso))?.key == expected)
  }

  @Test(
    "a row for a tag goes before a later row for everything, a later tag row before an earlier one")
  func precedence() throws {
    func row(_ tag: String?, _ profile: String, _ from: String, _ to: String? = nil) throws
      -> GovernanceRow
    {
      GovernanceRow(
        tag: tag, profile: profile, from: try Law.day(from), to: try to.map(Law.day), line: 1)
    }
    let set = try ProfileSet(
      documents: [
        try Law.document("aa", [:], from: "2000-01-01"),
        try Law.document("bb", [:], from: "2000-01-01"),
        try Law.document("cc", [:], from: "2000-01-01"),
        try Law.document("national-law", [:]), try Law.document("weir-default", [:]),
      ],
      governance: [
        try row(nil, "cc", "2022-01-01"), try row("pop", "aa", "2020-01-01"),
        try row("pop", "bb", "2021-01-01", "2021-12-31"),
      ])
    #expect(set.governing(["pop"], on: try Law.day("2020-06-01"))?.key == "aa")
    #expect(set.governing(["pop"], on: try Law.day("2021-06-01"))?.key == "bb")
    #expect(set.governing(["pop"], on: try Law.day("2021-12-31"))?.key == "bb")
    #expect(set.governing(["pop"], on: try Law.day("2022-01-01"))?.key == "aa")
    #expect(set.governing([], on: try Law.day("2022-01-01"))?.key == "cc")
    #expect(set.governing([], on: try Law.day("2021-12-31")) == nil)
  }
}
