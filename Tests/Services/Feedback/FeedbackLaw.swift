// The shipped law, and people and reports that all suites of Feedback share.

import Boot
import FeedbackRules
import Regulation
import Testing
import Vocabulary

enum FeedbackLaw {
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(4)
    return parts.joined(separator: "/")
  }()

  private static let shippedProfiles = Result {
    try PolicyFiles.load(
      policiesFolder: root + "/deploy/policies", governanceFile: root + "/deploy/governance.yaml")
  }
  private static let shippedCalendar = Result {
    try CalendarFiles.load(calendarsFolder: root + "/deploy/calendars")
  }

  static func profiles() throws -> ProfileSet { try shippedProfiles.get() }
  static func calendar() throws -> WorkingCalendar { try shippedCalendar.get() }
  static func profile(_ key: String) throws -> Profile {
    try #require(try profiles().profile(named: key))
  }
}

let publicData = "meizhou-public-2023"
let specificPopulation = "meizhou-specific-2021"
let hebi = "hebi-2021"
let allProfiles = [publicData, specificPopulation, hebi, "luyi-2019", "guangdong-2018"]

func day(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }

/// Ten in the morning of a day in Asia/Shanghai.
func morning(_ iso: String) throws -> Instant {
  Instant(startOf: try day(iso)).adding(milliseconds: 10 * 3_600_000)
}

func department(_ code: String) throws -> DepartmentCode { try #require(DepartmentCode(code)) }

func officer(
  _ code: String, _ person: String = "wang", roles: Set<Role> = [.departmentOfficer]
) throws -> Actor {
  Actor(
    department: try department(code), name: "departments/\(code)/persons/\(person)", roles: roles)
}

/// The holder, the source and the source's authority of all examples.
let holder = "human-resources"
let source = "civil-affairs"
let authority = "data-authority"

func cremations() throws -> EntryFacts {
  EntryFacts(
    number: 1, resourceClass: "public", items: ["name", "identifier", "cremated-on"],
    source: try department(source), authority: try department(authority))
}

func holderReport() -> IssueReport {
  var report = IssueReport()
  report.reporter = .grantHolder
  report.grant = "grants/G-1"
  report.kind = .inaccurate
  report.item = "cremated-on"
  report.cause = "日期晚于登记日"
  report.details = ["第 3 行：日期有误"]
  return report
}

func aliveReport() -> IssueReport {
  var report = IssueReport()
  report.reporter = .counter
  report.kind = .inaccurate
  report.cause = "本人到场"
  report.details = ["登记为死亡"]
  report.slipNumber = "S-2024-0007"
  report.documentSeen = "resident-identity-card"
  report.personIsAlive = true
  return report
}

func filed(
  _ report: IssueReport = holderReport(), under key: String = publicData,
  on date: String = "2024-03-04", records: [String] = ["entries/E-1/records/7"],
  by code: String = holder
) throws -> QualityIssue {
  fileIssue(
    report, number: 1, records: records, on: try cremations(), by: try officer(code),
    at: try morning(date), under: try FeedbackLaw.profile(key),
    calendar: try FeedbackLaw.calendar())
}

/// The refusal of a body, or `nil` when it has none.
func refusal<T>(_ body: () throws -> T) -> FeedbackRefusal? {
  do {
    _ = try body()
    return nil
  } catch { return error as? FeedbackRefusal }
}
