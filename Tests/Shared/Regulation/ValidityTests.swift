// When each regulation holds, what it stands on, and what ends with it.

import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("A regulation holds from its day, on what it stands on")
struct ValidityTests {
  @Test(
    "not in force the day before, in force from its first day, without an end; what it repeals is named",
    .obligation(
      "meizhou-public-2023/45", "hebi-2021/34", "luyi-2019/24", "guangdong-2018/34"),
    arguments: [
      ("meizhou-public-2023", "2023-07-24", ProfileOrigin.reading, nil),
      ("hebi-2021", "2021-12-13", .text, "鹤政办〔2018〕17号"),
      // The copy does not tell the day of 2019, so the day is said to be our reading, to be confirmed.
      ("luyi-2019", "2019-12-31", .reading, nil),
      ("guangdong-2018", "2019-01-01", .text, "粤府办〔2008〕64号"),
    ] as [(String, String, ProfileOrigin, String?)])
  func term(_ key: String, _ from: String, _ origin: ProfileOrigin, _ repealed: String?) throws {
    let document = try Law.profile(key).document
    let first = try Law.day(from)
    #expect(document.inForceFrom == first && document.inForceTo == nil)
    #expect(!document.isInForce(on: first.adding(days: -1)))
    #expect(document.isInForce(on: first))
    #expect(document.row(.inForceFrom)?.origin == origin)
    #expect(document.row(.inForceFrom)?.note?.isEmpty == (origin == .text ? nil : false))
    #expect(document.row(.repeals)?.value == repealed.map { .text($0) })
    let set = try ProfileSet(
      documents: [
        document, try Law.document("national-law", [:]), try Law.document("weir-default", [:]),
      ],
      governance: [
        GovernanceRow(tag: nil, profile: key, from: try Law.day("2000-01-01"), to: nil, line: 1)
      ])
    #expect(set.governing([], on: first.adding(days: -1)) == nil)
    #expect(set.governing([], on: first)?.key == key)
  }

  @Test(
    "what meizhou-specific-2021 does not say itself is guangdong-2018's, and is said to be",
    .obligation("meizhou-specific-2021/1"))
  func parent() throws {
    let profile = try Law.profile("meizhou-specific-2021")
    #expect(profile.chain.map(\.key).prefix(2) == ["meizhou-specific-2021", "guangdong-2018"])
    let inherited = try #require(profile.baseDataUnconditional)
    #expect(inherited.value == .basicItems && inherited.profile == "guangdong-2018")
    let own = try #require(profile.integer(.shareReplyDays))
    #expect(own.value == 3 && own.profile == "meizhou-specific-2021")
    #expect(try Law.profile("guangdong-2018").integer(.shareReplyDays)?.value == 10)
  }
}
