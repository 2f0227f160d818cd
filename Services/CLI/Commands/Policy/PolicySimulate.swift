// weir policy simulate: when something is due, and why.

import ArgumentParser
import Regulation
import Vocabulary

struct PolicySimulate: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "simulate", "演算期限：何时到期，依据哪一条；给出期限时逐日列出。",
      "Tell what is due when, by which article; with a clock, day by day.",
      examples: "policy simulate meizhou-specific-2021 --filed 2026-02-13",
      "policy simulate hebi-2021 share.reply --start 2024-04-02")
  }

  @OptionGroup var law: LawOptions
  @OptionGroup var options: CommonOptions
  @Argument(help: ArgumentHelp(spoken("档案名，如 hebi-2021。", "The profile, such as hebi-2021.")))
  var profile: String
  @Argument(
    help: ArgumentHelp(
      spoken("期限，如 share.reply；默认全部。", "The clock, such as share.reply; all unless given.")))
  var clock: RegulatedClock?
  @Option(
    name: [.customLong("start"), .customLong("filed")],
    help: ArgumentHelp(
      spoken("起算事件之日；当日不计。", "The day of the start event, which does not count."),
      valueName: "date"))
  var start: CivilDate

  func run() async throws {
    let folder = try law.folder()
    let profiles = try folder.profiles()
    let found = try profiles.named(profile, on: start)
    let calendar = try folder.calendar()
    guard let clock else { return showAll(found, calendar) }
    guard let rule = found.clock(clock) else {
      throw CommandFailure(
        .notFound,
        spoken(
          "\(profile) 及其上级均未规定期限 \(clock.rawValue)。",
          "Neither \(profile) nor its parents set the period \(clock.rawValue)."))
    }
    let explanation = LegalClock(rule: rule, started: start).explain(on: calendar, today: start)
    options.console.show(
      PolicyTables.summary(explanation, profile: found)
        + [("because", BilingualText("说明", "because"), .bilingual(explanation.sentence))],
      tables: [("days", PolicyTables.days(explanation))])
    warnOfEnd(found)
  }

  private func showAll(_ found: Profile, _ calendar: WorkingCalendar) {
    let isJSON = options.console.format == .json
    var table = Table(
      columns: [
        .init("clock", BilingualText("期限", "clock")),
        .init("what", BilingualText("事项", "what")),
        .init("due", BilingualText("到期日", "due")),
        .init("provisional", BilingualText("暂定", "provisional")),
        .init("article", BilingualText("条款", "article")),
      ] + (isJSON ? [.init("because", BilingualText("说明", "because"))] : []))
    var sentences: [BilingualText] = []
    for clock in RegulatedClock.allCases {
      guard let rule = found.clock(clock) else { continue }
      let explanation = LegalClock(rule: rule, started: start).explain(on: calendar, today: start)
      let sentence = BilingualText(
        "\(clock.term.chinese)：\(explanation.sentence.chinese)",
        "\(clock.term.english): \(explanation.sentence.english)")
      sentences.append(sentence)
      table.append(
        [
          .text(clock.rawValue), .bilingual(clock.term), .day(explanation.due.date),
          .flag(explanation.due.isProvisional), .text(rule.citation.text),
        ] + (isJSON ? [.bilingual(sentence)] : []))
    }
    options.console.show(
      [
        ("profile", BilingualText("档案", "profile"), .text(found.reference.text)),
        ("filed", BilingualText("起算日", "filed"), .bilingual(start.spoken)),
        ("calendar", BilingualText("工作日历", "calendar"), .text(calendar.version)),
      ], tables: [("clocks", table)])
    for sentence in sentences { options.console.say(sentence) }
    warnOfEnd(found)
  }

  private func warnOfEnd(_ found: Profile) {
    guard !found.document.isInForce(on: start) else { return }
    options.console.note(
      BilingualText(
        "提示：《\(found.document.title)》在 \(start.iso) 不在施行期内。",
        "Note: \(found.document.shortName.english) is not in force on \(start.iso)."))
  }
}
