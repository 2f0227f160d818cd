// The demonstration under each regulation: the same story, which differs exactly where the law does.

import Foundation
import Regulation
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("the demonstration under another law")
struct DemoLawTests {
  /// What a clerk reads in the five texts, written down by hand; on a Monday.
  struct Story: Sendable {
    let profile: String
    let day: String
    /// Under this check of the report, that.
    let found: [String: String]
    /// The texts on which its differences rest.
    let texts: Set<String>
  }

  private static let stories = [
    Story(
      profile: "meizhou-specific-2021", day: "2022-03-07",
      found: [
        "who reviewed the entry": "",
        "the entry's review is due": "none",
        "the manual upload": "loading",
        "whose opinions answered it": "authority source_department",
        "answer due": "2022-03-10 meizhou-specific-2021/21d",
        "the grant begins on": "approval",
        "claim 1": "permissionDenied share.verification_not_provided weir-default/AC-42",
        "drafted as not shared": "catalog.base_data_locked guangdong-2018/17.2",
        "the rectification is due by": "2022-04-02 meizhou-specific-2021/31a",
        "report on its use due": "2022-09-07 meizhou-specific-2021/27",
        "the source is told what is late: it was due on": "2022-03-11 meizhou-specific-2021/21d",
      ], texts: ["meizhou-specific-2021", "guangdong-2018", "weir-default"]),
    Story(
      profile: "hebi-2021", day: "2022-03-07",
      found: [
        "who reviewed the entry": "city_authority",
        "the entry's review is due": "none",
        "cremation taken into use":
          "permissionDenied share.authorisation_needed hebi-2021/26.1e",
        "whose opinions answered it": "source_department source_department",
        "answer due": "2022-03-14 hebi-2021/15.1d",
        "the grant begins on": "approval",
        "claim 1": "permissionDenied share.verification_not_provided hebi-2021/15.2a",
        "drafted as not shared": "catalog.base_data_locked hebi-2021/14.2",
        "its data cannot simply be had": "share.authorisation_needed",
        "report on its use due": "none",
        "the authority is told what is late: it was due on": "2022-03-15 hebi-2021/15.1d",
      ], texts: ["hebi-2021", "weir-default"]),
    Story(
      profile: "luyi-2019", day: "2020-03-02",
      found: [
        "who reviewed the entry": "population_base_administrator big_data_bureau",
        "delivered as": "interface",
        "whose opinions answered it": "source_department",
        "answer due": "2020-03-11 luyi-2019/11b",
        "the grant begins on": "filing",
        "claim 1": "permissionDenied share.verification_not_provided weir-default/AC-42",
        "drafted as not shared": "catalog.share_type_unknown luyi-2019/10",
        "its data cannot simply be had": "share.application_needed",
        "the authority is told what is late: it was due on": "2020-03-12 luyi-2019/11b",
      ], texts: ["luyi-2019", "weir-default"]),
    Story(
      profile: "guangdong-2018", day: "2019-03-04",
      found: [
        "who reviewed the entry": "",
        "whose opinions answered it": "authority source_department",
        "answer due": "2019-03-18 guangdong-2018/19.1d",
        "the grant begins on": "approval",
        "claim 1": "permissionDenied share.verification_not_provided weir-default/AC-42",
        "drafted as not shared": "catalog.base_data_locked guangdong-2018/17.2",
        "report on its use due": "none",
        "the authority is told what is late: it was due on": "2019-03-19 guangdong-2018/19.1d",
      ], texts: ["guangdong-2018", "weir-default"]),
  ]

  @Test("tells the same story under each, and differs exactly where the law does")
  func stories() async throws {
    let standard = try await SmallDemo().play()
    #expect(differences(standard) == [] && standard.differences == [])
    for story in Self.stories {
      var demo = try SmallDemo()
      demo.options.scene = try #require(DemoScene.of(story.profile))
      #expect(demo.options.scene.day == story.day)
      let outcome = try await demo.play()
      #expect(differences(outcome) == [], "\(story.profile)")
      for (what, expected) in story.found {
        let check = outcome.checks.first { $0.what.english == what }
        #expect(check?.found == expected, "\(story.profile): \(what)")
      }
      compare(outcome, with: standard, story)
    }
  }

  /// Step for step the same checks; where another thing was found, a row of the law is named, and the report tells of it.
  private func compare(_ outcome: DemoOutcome, with standard: DemoOutcome, _ story: Story) {
    #expect(outcome.checks.map(\.what) == standard.checks.map(\.what), "\(story.profile)")
    let told = Set(outcome.differences.map(\.what))
    var differing = 0
    for (here, there) in zip(outcome.checks, standard.checks) where here.found != there.found {
      #expect(here.rule != nil, "\(story.profile): \(here.what.english)")
      // A day that another article sets, of as many working days, is no difference.
      if told.contains(here.what) { differing += 1 }
    }
    #expect(differing >= 7, "\(story.profile)")
    for difference in outcome.differences {
      let texts = [difference.article, difference.standardArticle].map {
        String($0.prefix { $0 != "/" })
      }
      #expect(difference.value != difference.standardValue)
      #expect(texts[0].isEmpty || story.texts.contains(texts[0]), "\(difference)")
      #expect(texts[1].isEmpty || ["meizhou-public-2023", "weir-default"].contains(texts[1]))
    }
  }

  @Test("a day on which the regulation is not in force is refused, with its time and articles")
  func window() async throws {
    func demo(_ arguments: String...) async throws -> (status: Int32, output: String) {
      try await runToEnd(
        builtProgram("weir"),
        ["demo", "--once", "--law", Checkout.root.appending(path: "deploy").path] + arguments)
    }
    let profile = "meizhou-specific-2021"
    for (day, word) in [("2021-06-20", "2021-06-21"), ("2023-06-21", "2023-06-20")] {
      let ended = try await demo("--profile", profile, "--date", day)
      #expect(ended.status == ProgramExit.usage.rawValue)
      #expect(ended.output.contains(word) && ended.output.contains("meizhou-specific-2021/38"))
    }
    let unknown = try await demo("--profile", "beijing", "--date", "2024-03-04")
    #expect(unknown.status == ProgramExit.notFound.rawValue)
    #expect(unknown.output.contains("hebi-2021"))
    let dateless = try await demo("--profile", "beijing")
    #expect(dateless.status == ProgramExit.usage.rawValue && dateless.output.contains("--date"))
  }
}
