// The shipped law, read once for the suites here, and small profiles made by hand.

import Boot
import Regulation
import Testing
import Vocabulary

enum Law {
  /// The root of the package.
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

  static func profile(_ key: String) throws -> Profile {
    try #require(try profiles().profile(named: key))
  }

  static func calendar() throws -> WorkingCalendar { try shippedCalendar.get() }

  static func day(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }

  /// A profile made of rows `key = value @ article`, checked like a shipped one.
  static func document(
    _ key: String, version: Int = 1, _ rows: [String: ProfileSourceValue], from: String? = nil,
    effective: String? = nil
  ) throws -> ProfileDocument {
    var written: [ProfileSourceRow] = []
    if let from {
      written.append(row("in_force_from", .scalar(from, isQuoted: false), line: 1))
    }
    for (name, value) in rows.sorted(by: { $0.key < $1.key }) {
      written.append(row(name, value, line: written.count + 1))
    }
    return try ProfileDocument(
      ProfileSource(
        key: key, version: version, title: key, number: "1", shortName: BilingualText(key, key),
        isTextHeld: true, effectiveFrom: effective.flatMap { CivilDate(iso: $0) }, rows: written))
  }

  static func row(
    _ key: String?, _ value: ProfileSourceValue?, article: String? = "1", origin: String? = "text",
    unknown: [String] = [], line: Int
  ) -> ProfileSourceRow {
    ProfileSourceRow(
      key: key, value: value, article: article, origin: origin, note: nil, unknownFields: unknown,
      line: line)
  }

  static func plain(_ text: String) -> ProfileSourceValue { .scalar(text, isQuoted: false) }

  static func list(_ texts: [String]) -> ProfileSourceValue { .list(texts.map(plain)) }

  /// A working-day clock of so many days, citing nothing in particular.
  static func rule(_ days: Int) -> ClockRule {
    ClockRule(
      period: .workingDays(days), start: .receipt, citation: Citation(document: "d", article: "1"),
      origin: .text)
  }
}
