// What becomes a row of a profile and what is refused, with its line.

import Boot
import Regulation
import Testing
import Vocabulary

@Suite("Rows of profiles")
struct ProfileRowTests {
  private func problems(_ rows: [ProfileSourceRow]) -> [ProfileProblem] {
    do throws(ProfileProblems) {
      _ = try ProfileDocument(
        ProfileSource(
          key: "test-profile", version: 1, title: "t", number: "n",
          shortName: BilingualText("测", "t"), isTextHeld: true,
          rows: [Law.row("in_force_from", Law.plain("2020-01-01"), line: 1)] + rows))
      return []
    } catch {
      return error.problems
    }
  }

  private func problem(_ row: ProfileSourceRow) -> ProfileProblem? { problems([row]).first }

  @Test("every key has a type and a name that is only its own")
  func keys() {
    #expect(Set(ProfileKey.allCases.map(\.rawValue)).count == ProfileKey.allCases.count)
    for key in ProfileKey.allCases { #expect(!key.type.requirement.english.isEmpty) }
  }

  @Test("an unknown key is refused with its line")
  func unknownKey() {
    let found = problem(Law.row("share.replay_wd", Law.plain("5"), line: 7))
    #expect(found == ProfileProblem(.unknownKey("share.replay_wd"), line: 7))
    #expect(found?.sentence.english == "unknown key share.replay_wd")
    #expect(found?.sentence.chinese == "未知参数 share.replay_wd")
  }

  @Test(
    "a value of another type is refused with its line",
    arguments: [
      ("share.reply_wd", Law.plain("five")), ("share.reply_wd", .scalar("5", isQuoted: true)),
      ("share.reply_wd", Law.plain("0")), ("share.reply_wd", Law.plain("-1")),
      ("share.reply_wd", Law.plain("05")), ("share.reply_wd", Law.plain("251")),
      ("share.reply_wd", Law.list(["5"])), ("share.reply_wd", .nothing),
      ("share.reviewers", Law.plain("authority")), ("share.reviewers", Law.list(["mayor"])),
      ("share.reviewers", Law.list(["authority", "authority"])), ("share.reviewers", .list([])),
      ("share.review_time_negotiable", Law.plain("yes")),
      ("share.review_time_negotiable", .scalar("true", isQuoted: true)),
      ("share.refusal_basis", Law.list(["law", "internal_rule"])),
      ("in_force_to", Law.plain("2023-02-30")), ("share.reply_starts", Law.plain("someday")),
      ("clock.reminder_wd", Law.list(["2", "x"])), ("clock.reminder_wd", Law.plain("2")),
      ("audit.log_retention_years_min", Law.plain("2")),
      ("role.authority", .scalar("", isQuoted: true)),
      ("ingest.quality_threshold_percent", Law.plain("101")),
      ("audit.violation_kinds", .list([.list([])])),
    ] as [(String, ProfileSourceValue)])
  func wrongType(name: String, value: ProfileSourceValue) throws {
    let key = try #require(ProfileKey(rawValue: name))
    #expect(problem(Law.row(name, value, line: 9)) == ProfileProblem(.wrongType(key), line: 9))
  }

  @Test("a row without key, value, article or origin is refused with its line")
  func missingParts() {
    let five = Law.plain("5")
    #expect(problem(Law.row(nil, five, line: 2))?.kind == .missingKey)
    #expect(problem(Law.row("", five, line: 2))?.kind == .missingKey)
    #expect(
      problem(Law.row("share.reply_wd", nil, line: 2))?.kind == .missingValue(.shareReplyDays))
    #expect(
      problem(Law.row("share.reply_wd", five, article: nil, line: 3))
        == ProfileProblem(.missingArticle(.shareReplyDays), line: 3))
    #expect(
      problem(Law.row("share.reply_wd", five, article: "", line: 3))?.kind
        == .missingArticle(.shareReplyDays))
    #expect(
      problem(Law.row("share.reply_wd", five, article: "第21条", line: 3))?.kind
        == .missingArticle(.shareReplyDays))
    #expect(
      problem(Law.row("share.reply_wd", five, origin: nil, line: 4))?.kind
        == .missingOrigin(.shareReplyDays))
    #expect(
      problem(Law.row("share.reply_wd", five, origin: "rumour", line: 4))?.kind
        == .unknownOrigin(.shareReplyDays))
    #expect(
      problem(Law.row("share.reply_wd", five, unknown: ["artikel"], line: 5))
        == ProfileProblem(.unknownField("artikel"), line: 5))
  }

  @Test("an internal rule is never a basis (meizhou-specific-2021/20, guangdong-2018/16)")
  func internalRule() {
    #expect(
      problem(Law.row("share.internal_rule_is_basis", Law.plain("true"), line: 6))?.kind
        == .internalRuleAsBasis)
    #expect(problem(Law.row("share.internal_rule_is_basis", Law.plain("false"), line: 6)) == nil)
  }

  @Test("a key stands once, and all problems are told together in the order of their lines")
  func allProblems() {
    let found = problems([
      Law.row("nonsense", Law.plain("1"), line: 4),
      Law.row("share.reply_wd", Law.plain("5"), line: 2),
      Law.row("share.reply_wd", Law.plain("6"), line: 3),
    ])
    #expect(
      found == [
        ProfileProblem(.repeatedKey(.shareReplyDays), line: 3),
        ProfileProblem(.unknownKey("nonsense"), line: 4),
      ])
  }

  @Test(
    "a regulation has a beginning, and does not end before it; names are slugs, versions count from 1"
  )
  func wholeFile() {
    func fails(_ key: String, _ version: Int, _ rows: [ProfileSourceRow]) -> [ProfileProblem.Kind] {
      do throws(ProfileProblems) {
        _ = try ProfileDocument(
          ProfileSource(
            key: key, version: version, title: "t", number: "n",
            shortName: BilingualText("测", "t"), isTextHeld: true, rows: rows))
        return []
      } catch {
        return error.problems.map(\.kind)
      }
    }
    let start = Law.row("in_force_from", Law.plain("2020-01-02"), line: 1)
    #expect(fails("abc", 1, []) == [.noBeginning])
    #expect(fails("national-law", 1, []) == [])
    #expect(fails("weir-default", 1, []) == [])
    #expect(fails("Abc", 0, [start]) == [.invalidName, .invalidVersion])
    #expect(
      fails("abc", 1, [start, Law.row("in_force_to", Law.plain("2020-01-01"), line: 2)])
        == [.endsBeforeItBegins])
    #expect(
      fails("abc", 1, [start, Law.row("in_force_to", Law.plain("2020-01-02"), line: 2)]) == [])
  }

  @Test("the word none sets a parameter aside, whatever its type; quoted it is a text")
  func none() throws {
    let document = try Law.document(
      "abc", ["share.reply_wd": Law.plain("none"), "role.user": .scalar("none", isQuoted: true)],
      from: "2020-01-01")
    #expect(document.row(.shareReplyDays)?.value == ProfileValue.none)
    #expect(document.row(.roleUser)?.value == .text("none"))
  }
}
