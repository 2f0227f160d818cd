// When what is due: verification and rectification have clocks of their own.

import FeedbackRules
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("policies e.8: verification and rectification have clocks of their own")
struct IssueClockTests {
  private func due(_ deadline: IssueDeadline?) -> String? {
    deadline.map { "\($0.due.date.iso) \($0.due.citation.text)" }
  }

  private func due(_ reading: ClockReading?) -> String? {
    reading.map { "\($0.due.date.iso) \($0.due.citation.text)" }
  }

  private func confirmed(_ issue: QualityIssue, on date: String, under key: String) throws
    -> QualityIssue
  {
    try issue.concluded(
      isConfirmed: true, reasons: [], by: try officer(source), at: try morning(date),
      under: try FeedbackLaw.profile(key))
  }

  @Test(
    "meizhou-public-2023/23b: verifying starts at once and is due on the 5th working day",
    .obligation("meizhou-public-2023/23b"))
  func publicVerification() throws {
    let issue = try filed()
    let calendar = try FeedbackLaw.calendar()
    #expect(issue.state == .verifying && issue.history.map(\.to) == [.opened, .verifying])
    #expect(
      due(issue.verification(on: calendar, today: try day("2024-03-04")))
        == "2024-03-11 meizhou-public-2023/23b")
    #expect(issue.rectification(on: calendar, today: try day("2024-03-04")) == nil)
    #expect(issue.deadline(on: calendar, today: try day("2024-03-11"))?.overdue == nil)
    #expect(issue.deadline(on: calendar, today: try day("2024-03-12"))?.overdue?.workingDays == 1)
  }

  @Test(
    "meizhou-public-2023/23c: the rectification counts 10 working days from the confirmation",
    .obligation("meizhou-public-2023/23c"))
  func publicRectification() throws {
    let calendar = try FeedbackLaw.calendar()
    let issue = try confirmed(try filed(), on: "2024-03-06", under: publicData)
    #expect(issue.state == .confirmed)
    #expect(
      due(issue.rectification(on: calendar, today: try day("2024-03-06")))
        == "2024-03-20 meizhou-public-2023/23c")
    // The verification was in time and stays so.
    #expect(issue.verification(on: calendar, today: try day("2024-05-06"))?.overdueDays == 0)
    #expect(issue.deadline(on: calendar, today: try day("2024-03-21"))?.overdue?.calendarDays == 1)
  }

  @Test(
    "AC-94 verified late stays verified late under a changed calendar; what is open has its new day"
  )
  func changedLater() throws {
    let calendar = try FeedbackLaw.calendar()
    let changed = try changedCalendar(closedOn: "2024-03-06")
    let open = try filed()
    let late = try confirmed(open, on: "2024-03-12", under: publicData)
    let kept = late.keepingClocks(on: calendar, today: try day("2024-03-12"))
    func text(_ reading: ClockReading?) -> String? {
      reading.map { "\($0.due.date.iso) \($0.overdueDays)" }
    }
    let today = try day("2024-03-20")
    for calendar in [calendar, changed] {
      #expect(text(kept.verification(on: calendar, today: today)) == "2024-03-11 1")
    }
    #expect(kept.clocks.rectifyEnded == nil)
    #expect(kept.keepingClocks(on: changed, today: today) == kept)
    #expect(text(open.verification(on: calendar, today: today)) == "2024-03-11 7")
    #expect(text(open.verification(on: changed, today: today)) == "2024-03-12 6")
    #expect(open.keepingClocks(on: calendar, today: today) == open)
  }

  @Test(
    "meizhou-public-2023/23c: what is not confirmed has no such clock",
    .obligation("meizhou-public-2023/23c"))
  func notConfirmed() throws {
    let issue = try filed().concluded(
      isConfirmed: false, reasons: ["与原始凭证一致"], by: try officer(source),
      at: try morning("2024-03-06"), under: try FeedbackLaw.profile(publicData))
    #expect(issue.clocks.rectify == nil)
    #expect(issue.history.map(\.to) == [.opened, .verifying, .notConfirmed, .informed])
  }

  @Test(
    "meizhou-specific-2021/31a: 20 working days from receipt cover everything",
    .obligation("meizhou-specific-2021/31a"))
  func specific() throws {
    let calendar = try FeedbackLaw.calendar()
    let issue = try filed(under: specificPopulation, on: "2022-03-01")
    #expect(issue.state == .opened && issue.clocks.verify == nil)
    let whole = "2022-03-29 meizhou-specific-2021/31a"
    #expect(due(issue.deadline(on: calendar, today: try day("2022-03-01"))) == whole)
    let confirmed = try confirmed(issue, on: "2022-03-20", under: specificPopulation)
    #expect(confirmed.history.map(\.to) == [.opened, .verifying, .confirmed])
    #expect(due(confirmed.deadline(on: calendar, today: try day("2022-03-20"))) == whole)
  }

  @Test(
    "hebi-2021/13.1b: 10 working days to check, with make-up Saturdays counted",
    .obligation("hebi-2021/13.1b"))
  func hebiChecking() throws {
    let issue = try filed(under: hebi, on: "2024-04-26")
    #expect(issue.state == .opened)
    // 28 April and 11 May are working days; 1 to 5 May are not.
    #expect(
      due(issue.verification(on: try FeedbackLaw.calendar(), today: try day("2024-04-26")))
        == "2024-05-13 hebi-2021/13.1b")
  }

  @Test(
    "a person at a counter has the shortest clock of the profile, at once", arguments: allProfiles)
  func person(key: String) throws {
    let issue = try filed(aliveReport(), under: key, on: "2024-03-04")
    #expect(issue.state == .verifying)
    #expect(
      due(issue.verification(on: try FeedbackLaw.calendar(), today: try day("2024-03-04")))
        == "2024-03-06 weir-default/person")
  }

  @Test("silence is counted from the answer, and is nobody's delay")
  func silence() throws {
    let calendar = try FeedbackLaw.calendar()
    let issue = try filed().concluded(
      isConfirmed: false, reasons: ["无误"], by: try officer(source),
      at: try morning("2024-03-06"), under: try FeedbackLaw.profile(publicData))
    #expect(
      due(issue.deadline(on: calendar, today: try day("2024-03-06")))
        == "2024-03-20 weir-default/silence")
    #expect(issue.deadline(on: calendar, today: try day("2024-12-02"))?.overdue == nil)
    #expect(issue.closedBySilence(at: try morning("2024-03-20"), calendar: calendar) == nil)
    let closed = try #require(
      issue.closedBySilence(at: try morning("2024-03-21"), calendar: calendar))
    #expect(closed.state == .closed && closed.history.last?.actor == "")
  }

  @Test("a late verification keeps its delay after it is done")
  func keptDelay() throws {
    let issue = try confirmed(try filed(), on: "2024-03-13", under: publicData)
    let late = issue.verification(
      on: try FeedbackLaw.calendar(), today: try day("2024-06-03"))
    #expect(late?.overdueDays == 2)
  }

  @Test(
    "under every profile a confirmed issue ends up with a clock to rectify", arguments: allProfiles)
  func everyProfile(key: String) throws {
    let issue = try confirmed(
      try filed(under: key, on: "2022-03-01"), on: "2022-03-02", under: key)
    #expect(issue.clocks.rectify != nil)
  }
}
