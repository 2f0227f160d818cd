// What a department asks for, and what the profile wants it to say (meizhou-specific-2021/20, 21; meizhou-public-2023/21,
// 22; hebi-2021/15; luyi-2019/11; guangdong-2018/16, 19).

import Regulation
package import Vocabulary

/// How granted data may be used.
package enum UseMode: String, ClosedList {
  case lookup
  case comparison

  package var term: BilingualText {
    switch self {
    case .lookup: BilingualText("单人查询", "one-person query")
    case .comparison: BilingualText("批量比对", "comparison")
    }
  }
}

/// One condition on a row; all of a grant's must hold.
package struct RowRule: Hashable, Sendable {
  package static let operators = ["=", "!=", "<", "<=", ">", ">=", "in"]

  package let item: String
  package let comparison: String
  package let values: [String]

  package init(item: String, comparison: String, values: [String]) {
    self.item = item
    self.comparison = comparison
    self.values = values
  }
}

/// How often a roll may be compared (meizhou-specific-2021/24: before each monthly or batch payout).
package enum RollFrequency: String, ClosedList {
  case monthly
  case perBatch = "per-batch"

  package var term: BilingualText {
    switch self {
    case .monthly: BilingualText("每月一次", "once a month")
    case .perBatch: BilingualText("每批次一次", "once a payout batch")
    }
  }
}

/// The department's own roll that may be compared, and its bounds: membership is a datum.
package struct RollLimits: Hashable, Sendable {
  package let roll: String
  package let maxRows: Int64
  /// Percent by which a run may exceed the last.
  package let maxGrowthPercent: Int
  package let frequency: String

  package init(roll: String, maxRows: Int64, maxGrowthPercent: Int, frequency: String) {
    self.roll = roll
    self.maxRows = maxRows
    self.maxGrowthPercent = maxGrowthPercent
    self.frequency = frequency
  }
}

/// What an application or a subscription states.
package struct UseRequest: Hashable, Sendable {
  package var items: [String] = []
  package var purpose = ""
  package var business = ""
  package var legalBasis: LegalBasis?
  package var scenario = ""
  package var scope = ""
  package var modes: Set<UseMode> = []
  package var until: CivilDate?
  package var rows: [RowRule] = []
  package var roll: RollLimits?
  /// Distinct subjects a civil day; 0 takes the profile's number.
  package var dailySubjects = 0
  package var reason = ""
  /// Systems of the using department that may use it; empty for all of them (AC-41).
  package var systems: Set<SystemName> = []
  /// Beyond the department's own use at home (AC-46, AC-48, AC-51).
  package var recipients: [Recipient] = []

  package init() {}

  package static let longestText = 2_000
  package static let mostItems = 200
  package static let mostRowRules = 16
  package static let mostSystems = 20
  package static let mostRecipients = 20
  package static let mostRollRows: Int64 = 100_000_000
}

/// Checks what an application says: what its profile asks of it, and what a grant made from it must name.
///
/// - Parameter today: The civil day; a last day of use before it asks for nothing (meizhou-public-2023/22).
func checkApplicationContent(
  _ use: UseRequest, of entry: SharedEntry, under profile: Profile, today: CivilDate
) throws(ShareRefusal) {
  try checkTexts(use, path: "application.")
  if let fields = profile.applicationFields {
    for field in fields.value where use.isMissing(field) {
      throw .fieldMissing(
        path: "application.\(field.path)", term: field.term, citation: fields.citation)
    }
  }
  if let rule = profile.concreteBusinessRequired, rule.value, use.business.isEmpty {
    throw .fieldMissing(
      path: "application.business", term: ApplicationField.concreteBusiness.term,
      citation: rule.citation)
  }
  try checkStatedBasis(
    use.legalBasis, path: "application.legal_basis",
    citation: profile.cite(.shareRefusalBasis, else: .accessRule(44)))
  try checkApplicationRemainder(
    use, of: entry, under: profile, today: today, path: "application.")
}

/// What applications and subscriptions have alike: the grant's elements, its last day, row rules, roll and quota.
///
/// - Parameter path: Where the request has them: "application." or "".
func checkApplicationRemainder(
  _ use: UseRequest, of entry: SharedEntry, under profile: Profile, today: CivilDate, path: String
) throws(ShareRefusal) {
  try checkGrantElements(use, under: profile, path: path)
  try checkUntil(use.until, today: today, under: profile)
  try checkRows(use, of: entry, path: path)
  try checkRoll(use, under: profile, path: path)
  try checkQuota(use, under: profile, path: path)
  try checkQuotaBound(use, under: profile, path: path)
}

/// Checks that nothing is missing of which the grant is made (meizhou-public-2023/22: scenario, using unit, data, mode, end).
/// The using unit is the applicant itself.
func checkGrantElements(
  _ use: UseRequest, under profile: Profile, path prefix: String = "application."
) throws(ShareRefusal) {
  guard let elements = profile.grantElements else { return }
  for element in elements.value {
    let path: String? =
      switch element {
      case .scenario: use.scenario.isEmpty ? "scenario" : nil
      case .usingUnit: nil
      case .data: use.items.isEmpty ? "items" : nil
      case .mode: use.modes.isEmpty ? "modes" : nil
      case .endDate: use.until == nil ? "until" : nil
      }
    if let path {
      throw .fieldMissing(
        path: prefix + path, term: element.term, citation: elements.citation)
    }
  }
}

func checkTexts(_ use: UseRequest, path prefix: String) throws(ShareRefusal) {
  try checkTexts([
    (prefix + "purpose", use.purpose), (prefix + "business", use.business),
    (prefix + "scenario", use.scenario), (prefix + "scope", use.scope),
    (prefix + "reason", use.reason),
  ])
  if use.items.count > UseRequest.mostItems {
    throw .fieldTooLong(path: prefix + "items", limit: UseRequest.mostItems)
  }
  if use.rows.count > UseRequest.mostRowRules {
    throw .fieldTooLong(path: prefix + "rows", limit: UseRequest.mostRowRules)
  }
  if use.systems.count > UseRequest.mostSystems {
    throw .fieldTooLong(path: prefix + "systems", limit: UseRequest.mostSystems)
  }
  if use.dailySubjects < 0 {
    throw .fieldMalformed(
      path: prefix + "daily_subjects", rule: BilingualText("不能为负数", "cannot be negative"))
  }
}

func checkItemNames(_ items: [String], of entry: SharedEntry) throws(ShareRefusal) {
  var seen: Set<String> = []
  for item in items {
    guard entry.item(item) != nil else { throw .itemUnknown(entry: entry.name, item: item) }
    guard seen.insert(item).inserted else { throw .itemRepeated(item) }
  }
}

func checkUntil(
  _ until: CivilDate?, today: CivilDate, under profile: Profile
) throws(ShareRefusal) {
  guard let until, until < today else { return }
  throw .untilPassed(
    until,
    citation: profile.cite(.shareGrantElements, else: .accessRule(41)))
}

/// A row rule narrows what is seen; it may not be a way to learn what is not shared or was not asked for (AC-42, AC-44):
/// whether a record answers tells the value on which the rule looks.
private func checkRows(
  _ use: UseRequest, of entry: SharedEntry, path prefix: String
) throws(ShareRefusal) {
  for (index, row) in use.rows.enumerated() {
    let path = "\(prefix)rows[\(index)]"
    guard let item = entry.item(row.item), item.shareType != .notShared else {
      throw .itemUnknown(entry: entry.name, item: row.item)
    }
    guard use.items.contains(row.item) else {
      throw .fieldMalformed(
        path: "\(path).item",
        rule: BilingualText("应为所申请的数据项之一", "must be one of the items asked for"))
    }
    guard RowRule.operators.contains(row.comparison) else {
      throw .fieldMalformed(
        path: "\(path).operator",
        rule: BilingualText(
          "应为 \(RowRule.operators.joined(separator: " ")) 之一",
          "must be one of \(RowRule.operators.joined(separator: " "))"))
    }
    guard row.comparison == "in" ? (1...100).contains(row.values.count) : row.values.count == 1
    else {
      throw .fieldMalformed(
        path: "\(path).values",
        rule: BilingualText("应有一个值（in 可有 1 至 100 个）", "takes one value, in up to 100"))
    }
    // A rule is read by the reviewers and stands in the grant: it chooses kinds of records, never a person.
    try checkTexts(row.values.enumerated().map { ("\(path).values[\($0)]", $1) })
  }
}

/// A comparison names the roll, its size, growth and frequency (DESIGN.md section 6, meizhou-specific-2021/24).
private func checkRoll(
  _ use: UseRequest, under profile: Profile, path prefix: String
) throws(ShareRefusal) {
  guard use.modes.contains(.comparison) else {
    if use.roll == nil { return }
    throw .fieldMalformed(
      path: prefix + "roll",
      rule: BilingualText("仅在申请批量比对时填写", "belongs to the comparison mode alone"))
  }
  let citation = profile.cite(.shareComparisonBeforePayout, else: .accessRule(53))
  guard let roll = use.roll, !roll.roll.isEmpty else {
    throw .fieldMissing(
      path: prefix + "roll", term: BilingualText("比对名单", "roll to compare"),
      citation: citation)
  }
  guard (1...UseRequest.mostRollRows).contains(roll.maxRows) else {
    throw .fieldMalformed(
      path: prefix + "roll.max_rows",
      rule: BilingualText(
        "应在 1 与 \(UseRequest.mostRollRows) 之间", "must be 1 to \(UseRequest.mostRollRows)"))
  }
  guard (0...1_000).contains(roll.maxGrowthPercent) else {
    throw .fieldMalformed(
      path: prefix + "roll.max_growth_percent",
      rule: BilingualText("应在 0 与 1000 之间", "must be 0 to 1000"))
  }
  guard RollFrequency(rawValue: roll.frequency) != nil else {
    throw .fieldMalformed(
      path: prefix + "roll.frequency",
      rule: BilingualText("应为 monthly 或 per-batch", "must be monthly or per-batch"))
  }
}

/// No grant is without a quota (AC-47): the profile says how many persons a day may be asked about where the request says
/// nothing. Another number is the reviewers' to approve.
private func checkQuota(
  _ use: UseRequest, under profile: Profile, path prefix: String
) throws(ShareRefusal) {
  guard use.dailySubjects == 0, profile.dailySubjects == nil else { return }
  throw .fieldMissing(
    path: prefix + "daily_subjects", term: BilingualText("每日查询人数上限", "persons a day"),
    citation: profile.cite(.shareFreeQuery, else: .accessRule(47)))
}

extension UseRequest {
  /// Distinct persons a civil day: what was asked for, else the profile's number.
  func quota(under profile: Profile) -> Int {
    dailySubjects > 0 ? dailySubjects : profile.dailySubjects?.value ?? 0
  }

  fileprivate func isMissing(_ field: ApplicationField) -> Bool {
    switch field {
    case .purpose: purpose.isEmpty
    case .items, .itemCount: items.isEmpty
    case .scope: scope.isEmpty
    case .reason: reason.isEmpty
    case .concreteBusiness: business.isEmpty
    }
  }
}

extension ApplicationField {
  fileprivate var path: String {
    switch self {
    case .purpose: "purpose"
    case .items, .itemCount: "items"
    case .scope: "scope"
    case .reason: "reason"
    case .concreteBusiness: "business"
    }
  }
}
