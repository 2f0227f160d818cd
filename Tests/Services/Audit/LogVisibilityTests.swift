// AC-71: who sees which entries.

import AuditRules
import Testing
import Vocabulary

private func code(_ text: String) throws -> DepartmentCode { try #require(DepartmentCode(text)) }

@Suite("Who sees which entries of the log (AC-71, hebi-2021/13.3, guangdong-2018/28.3a)")
struct LogVisibilityTests {
  static let city = BodyPlace(level: 2, region: "441400")
  static let county = BodyPlace(level: 3, region: "441402")

  @Test(
    "auditors and regulators see everything",
    arguments: [Role.auditor, .thirdPartyAuditor, .regulator])
  func auditors(role: Role) throws {
    let view = try logView(roles: [role], department: code("audit-bureau"), place: nil)
    #expect(view == .everything)
    #expect(view.shows([], place: { _ in nil }))
  }

  @Test("an authority sees its region, and says so when the registry knows no place for it")
  func authority() throws {
    let view = try logView(roles: [.authority], department: code("data-bureau"), place: Self.city)
    #expect(view == .region(Self.city))
    #expect(throws: AuditRefusal.regionUnknown) {
      try logView(
        roles: [.authority, .departmentHead], department: try code("data-bureau"), place: nil)
    }
  }

  @Test(
    "a head and a security officer see their department's own",
    arguments: [Role.departmentHead, .departmentSecurity])
  func department(role: Role) throws {
    let own = try code("civil-affairs")
    let view = try logView(roles: [role, .departmentOfficer], department: own, place: nil)
    #expect(view == .own(own))
    #expect(view.shows([try code("justice"), own], place: { _ in nil }))
    #expect(!view.shows([try code("justice")], place: { _ in nil }))
    #expect(!view.shows([], place: { _ in nil }))
  }

  @Test(
    "nobody else sees entries",
    arguments: [Role.departmentOfficer, .departmentSystem, .operator, .anonymous])
  func others(role: Role) throws {
    let department = try code("operations")
    #expect(throws: AuditRefusal.notYourLog) {
      try logView(roles: [role], department: department, place: Self.city)
    }
    #expect(throws: AuditRefusal.notYourLog) {
      try logView(roles: [], department: department, place: Self.city)
    }
  }

  @Test(
    "an authority supervises its level and below in its region only (AC-74)",
    arguments: [
      (2, "441400", 2, "441400", true), (2, "441400", 3, "441402", true),
      (2, "441400", 4, "441499", true), (2, "441400", 3, "441502", false),
      (2, "441400", 1, "440000", false), (3, "441402", 2, "441400", false),
      (3, "441402", 3, "441402", true), (3, "441402", 3, "441403", false),
      (1, "440000", 3, "441402", true), (1, "440000", 2, "450100", false),
    ])
  func supervision(level: Int, region: String, otherLevel: Int, other: String, expected: Bool)
    throws
  {
    let view = LogView.region(BodyPlace(level: level, region: region))
    let shown = view.shows([try code("justice")]) { _ in
      BodyPlace(level: otherLevel, region: other)
    }
    #expect(shown == expected)
    #expect(!view.shows([try code("justice")], place: { _ in nil }))
  }

  @Test("a filter for a department that is not in view is refused, not answered with nothing")
  func filters() throws {
    let own = try code("civil-affairs")
    let other = try code("justice")
    try requireVisible(nil, in: .own(own), place: nil)
    try requireVisible(own, in: .own(own), place: nil)
    try requireVisible(other, in: .everything, place: nil)
    try requireVisible(other, in: .region(Self.city), place: Self.county)
    #expect(throws: AuditRefusal.foreignDepartment(other)) {
      try requireVisible(other, in: .own(own), place: Self.city)
    }
    #expect(throws: AuditRefusal.foreignDepartment(other)) {
      try requireVisible(other, in: .region(Self.county), place: Self.city)
    }
  }

  @Test("every refusal has one stable reason and speaks both languages")
  func refusals() throws {
    let all: [AuditRefusal] = [
      .malformed(field: "leaf"), .notYourLog, .regionUnknown,
      .foreignDepartment(try code("justice")), .noCheckpoint,
      .treeTooLarge(field: "tree_size", size: 9, newest: 5), .sizesReversed, .noSuchLeaf,
      .leafNotCovered, .noSuchTile("tile/0/000"), .identityNumberInText(field: "reason"),
      .noSuchMonth("2021-03"),
      .retentionRuns(
        month: "2021-03", until: try #require(CivilDate(iso: "2024-04-01")),
        citation: Citation(document: "hebi-2021", article: "13.3")),
      .monthDestroyed("2021-03"), .noSuchAct("acts/1"), .actNotOpen("acts/1", .lapsed),
      .secondPersonNeeded("acts/1"), .otherSubject("acts/1"), .noSuchOrigin("share/r1/x"),
    ]
    #expect(Set(all.map(\.reason)).count == all.count)
    for refusal in all {
      #expect(refusal.reason.hasPrefix("audit."))
      #expect(!refusal.sentence.chinese.isEmpty && !refusal.sentence.english.isEmpty)
    }
    #expect(AuditRefusal.notYourLog.kind == .notAllowed)
    #expect(AuditRefusal.notYourLog.citation?.text == "hebi-2021/13.3")
  }
}
