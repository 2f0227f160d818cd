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

  @Test(
    "the head of each text is told: dates, number, whom to ask, what it stands on",
    .obligation(
      "meizhou-specific-2021/0", "meizhou-public-2023/0", "hebi-2021/0", "luyi-2019/0",
      "guangdong-2018/0"),
    arguments: [
      (
        "meizhou-specific-2021", "梅市府办函〔2021〕138号",
        [
          .issuedOn: "2021-06-21", .contact: "市政务服务数据管理局", .disclosure: "on_application",
          .isTrial: "true",
        ]
      ),
      (
        "meizhou-public-2023", "梅市府〔2023〕12号",
        [
          .issuedOn: "2023-07-24", .publishedOn: "2023-08-11", .contact: "市政务服务数据管理局",
          .indexNumber: "753001/2023-00604",
        ]
      ),
      (
        "hebi-2021", "鹤政办〔2021〕39号",
        [.issuedOn: "2021-12-13", .draftedBy: "市政务服务大数据局", .disclosure: "open"]
      ),
      ("luyi-2019", "鹿政数〔2019〕2号", [.issuedOn: "2019-12-31"]),
      (
        "guangdong-2018", "粤府办〔2018〕50号",
        [
          .issuedOn: "2018-11-29", .printedOn: "2018-12-05", .contact: "省政务服务数据管理局",
          .isTrial: "true",
        ]
      ),
    ] as [(String, String, [ProfileKey: String])])
  func head(_ key: String, _ number: String, _ rows: [ProfileKey: String]) throws {
    let profile = try Law.profile(key)
    #expect(profile.document.number == number)
    for (row, value) in rows { #expect(profile.provision(row)?.value.text == value, "\(row)") }
    let issued = try #require(profile.document.row(.issuedOn))
    // The day of Luyi's text is not in its copy: what stands there says that it is to be confirmed.
    #expect((issued.origin == .reading) == (key == "luyi-2019"))
    #expect(issued.note?.hasPrefix("to be confirmed") == (key == "luyi-2019" ? true : nil))
  }

  @Test("what a document says of itself holds for no child of it")
  func ownHead() throws {
    let specific = try Law.profile("meizhou-specific-2021")
    #expect(try Law.profile("guangdong-2018").provision(.repeals) != nil)
    for key in [ProfileKey.printedOn, .repeals, .draftedBy] {
      #expect(specific.look(up: key) == .silent, "\(key)")
    }
  }

  @Test(
    "meizhou-public-2023 stands on order 290, has no parent here, and what nothing sets stays unset",
    .obligation("meizhou-public-2023/1"))
  func unparented() throws {
    let profile = try Law.profile("meizhou-public-2023")
    #expect(profile.provision(.legalBases)?.value.text.contains("省政府令第290号") == true)
    #expect(profile.chain.map(\.key) == ["meizhou-public-2023", "national-law", "weir-default"])
    for key in [
      ProfileKey.catalogDefaultWithoutBasis, .ingestStockDays, .ingestStockFromYear,
    ] {
      #expect(profile.look(up: key) == .silent, "\(key)")
    }
  }

  @Test(
    "the day after the trial is warned of, and the class falls to what is configured",
    .obligation("meizhou-specific-2021/38"))
  func expiry() throws {
    let set = try Law.profiles()
    #expect(set.expiries(on: try Law.day("2023-06-20")).isEmpty)
    let gap = try #require(set.expiries(on: try Law.day("2023-06-21")).first)
    #expect(gap.profile.key == "meizhou-specific-2021" && gap.tag == "specific_population")
    #expect(gap.ended.iso == "2023-06-20" && gap.successor == nil)
    let after = try #require(set.expiries(on: try Law.day("2023-07-24")).first)
    #expect(after.successor?.key == "meizhou-public-2023")
    let configured = try ProfileSet(
      documents: try set.keys.map { try Law.profile($0).document } + [
        try Law.document("national-law", [:]), try Law.document("weir-default", [:]),
      ],
      governance: [
        GovernanceRow(
          tag: "specific_population", profile: "meizhou-specific-2021",
          from: try Law.day("2021-06-21"), to: nil, line: 1),
        GovernanceRow(
          tag: nil, profile: "guangdong-2018", from: try Law.day("2019-01-01"), to: nil, line: 2),
      ])
    let day = try Law.day("2023-06-21")
    #expect(configured.expiries(on: day).first?.successor?.key == "guangdong-2018")
    #expect(configured.governing(["specific_population"], on: day)?.key == "guangdong-2018")
    let last = try Law.day("2023-06-20")
    #expect(configured.governing(["specific_population"], on: last)?.key == "meizhou-specific-2021")
  }

  @Test(
    "every term of meizhou-specific-2021/5 stands in its glossary, with what it means here",
    .obligation("meizhou-specific-2021/5.1"))
  func glossary() throws {
    let terms = try Law.profile("meizhou-specific-2021").document.terms
    func meaning(_ article: String, _ term: String) -> TermMeaning? {
      terms.first { $0.article == article && $0.term.chinese == term }?.means
    }
    #expect(meaning("5.2", "特定人口信息") == .resourceClass)
    for (article, group) in [("5.3a", "人口死亡信息"), ("5.3b", "服刑人员信息"), ("5.3d", "困难人员信息")] {
      #expect(meaning(article, group) == .categoryGroup)
    }
    #expect(meaning("5.4", "数源部门") == .sourceDepartment)
    #expect(meaning("5.5", "用数部门") == .usingDepartment)
    #expect(meaning("5.6", "政务部门") == .governmentDepartment)
    #expect(meaning("5.7", "政务大数据中心梅州分节点") == .node)
    #expect(terms.filter { $0.means == .component }.count == 5)
    for key in try Law.profiles().keys {
      #expect(try !Law.profile(key).document.terms.isEmpty, "\(key)")
    }
  }
}
