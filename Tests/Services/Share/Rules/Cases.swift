// The law and a small world for the suites of Share's rules: departments, an entry, people.

import Boot
import Regulation
import ShareRules
import Testing
import Vocabulary

enum World {
  /// The root of the package.
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(5)
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
  /// The shipped profiles, one of which governs everything.
  static func governed(by key: String) throws -> ProfileSet {
    let shipped = try profiles()
    return try ProfileSet(
      documents: try shipped.keys.flatMap { try profile($0).chain }.reduce(into: []) {
        (list: inout [ProfileDocument], next) in
        if !list.contains(next) { list.append(next) }
      },
      governance: [
        GovernanceRow(tag: nil, profile: key, from: try day("2018-01-01"), to: nil, line: 1)
      ])
  }
  static func calendar() throws -> WorkingCalendar { try shippedCalendar.get() }
  static func profile(_ key: String) throws -> Profile {
    try #require(try profiles().profile(named: key))
  }

  static func day(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }
  static func code(_ text: String) throws -> DepartmentCode { try #require(DepartmentCode(text)) }

  /// 2024-03-04, a Monday, 12:00 in Asia/Shanghai.
  static let noon = Instant(milliseconds: 1_709_524_800_000)

  static func standing(
    _ code: String, level: AdministrativeLevel = .city, region: String = "441400",
    authority: String? = "data-bureau"
  ) throws -> DepartmentStanding {
    DepartmentStanding(
      code: try World.code(code), level: level, region: region,
      authority: try authority.map { try World.code($0) })
  }

  static func actor(
    _ department: String, _ person: String = "li", _ roles: Set<Role> = [.departmentOfficer]
  ) throws -> Actor {
    Actor(
      department: try code(department), name: "departments/\(department)/persons/\(person)",
      roles: roles)
  }

  /// The community corrections of the justice bureau: four conditional items, one open, one not shared.
  static func entry(
    isPublished: Bool = true, isMembershipHarmless: Bool = false,
    source: DepartmentStanding? = nil, grade: Int = 0, openTo: Set<DepartmentCode> = []
  ) throws -> SharedEntry {
    SharedEntry(
      number: 3, version: 1, title: "社区矫正", resourceClass: "public",
      items: [
        SharedItem(name: "name", title: "姓名", shareType: .conditional),
        SharedItem(name: "date", title: "日期", shareType: .conditional),
        SharedItem(name: "court", title: "法院", shareType: .conditional),
        SharedItem(name: "judgment", title: "文书号", shareType: .conditional),
        SharedItem(name: "office", title: "司法所", shareType: .unconditional, grade: grade),
        SharedItem(name: "illness", title: "病史", shareType: .notShared),
      ], isMembershipHarmless: isMembershipHarmless, isPublished: isPublished,
      source: try source ?? standing("justice"), openTo: openTo, conditions: "仅限待遇核对")
  }

  static func use(_ change: (inout UseRequest) throws -> Void = { _ in }) throws -> UseRequest {
    var use = UseRequest()
    use.items = ["name", "date", "court", "judgment"]
    use.purpose = "核对养老金领取资格"
    use.business = "养老金发放"
    use.scenario = "发放前比对"
    use.scope = "全市"
    use.reason = "防止冒领"
    use.modes = [.lookup, .comparison]
    use.until = try day("2024-12-31")
    use.roll = RollLimits(
      roll: "own-pension-roll", maxRows: 1_000, maxGrowthPercent: 10, frequency: "monthly")
    try change(&use)
    return use
  }

  static func application(
    _ key: String = "meizhou-public-2023", _ change: (inout UseRequest) throws -> Void = { _ in }
  ) throws -> Application {
    try draftApplication(
      number: 1, use: try use(change), for: try entry(), by: try actor("human-resources"),
      applicant: try standing("human-resources"), under: try profile(key), at: noon)
  }

  static func submitted(
    _ key: String = "meizhou-public-2023", _ change: (inout UseRequest) throws -> Void = { _ in }
  ) throws -> Application {
    try application(key, change).submitted(
      by: try actor("human-resources"), entry: try entry(), under: try profile(key), at: noon)
  }

  static let law = LegalBasis(kind: .law, title: "中华人民共和国社区矫正法", article: "第四条")

  static func decisions(refusing refused: Set<String> = [], basis: LegalBasis? = law)
    -> [ItemDecision]
  {
    ["name", "date", "court", "judgment"].map {
      ItemDecision(
        item: $0, isApproved: !refused.contains($0),
        reason: refused.contains($0) ? "与用途无关" : "同意", basis: refused.contains($0) ? basis : nil)
    }
  }

  static func approved(_ key: String = "meizhou-public-2023", refusing: Set<String> = []) throws
    -> Application
  {
    var application = try submitted(key)
    let profile = try profile(key)
    for side in application.reviewers(under: profile) {
      let actor =
        side == .sourceDepartment
        ? try actor("justice") : try actor("data-bureau", "zhao", [.authority])
      application = try application.reviewed(
        decisions(refusing: refusing), reason: "", by: actor, under: profile, at: noon)
    }
    return application
  }

  /// An active grant of name, date and court, for lookup and comparison.
  static func grant(_ key: String = "meizhou-public-2023") throws -> Grant {
    let made = try #require(
      ShareRules.grant(
        1, from: try approved(key, refusing: ["judgment"]), under: try profile(key),
        by: try actor("justice"), at: noon))
    if made.state == .active { return made }
    if key == "luyi-2019" {
      return try made.filed(
        Set(AccessMode.allCases), reason: "", by: try actor("human-resources"),
        under: try profile(key), at: noon)
    }
    return try made.accepted(
      by: try actor("human-resources", "sun", [.departmentSecurity]), officer: "",
      under: try profile(key), at: noon)
  }
}

extension Grant {
  /// Under the profile with which it began.
  func check(_ call: GrantCall) throws -> [String] {
    try check(call, under: try World.profiles().profile(profile))
  }
}

extension ComparisonCase {
  /// Under the one regulation that has leads checked (meizhou-specific-2021/24).
  func concluded(
    _ conclusion: Conclusion, by actor: Actor, at time: Instant
  ) throws -> ComparisonCase {
    try concluded(
      conclusion, by: actor, under: try World.profile("meizhou-specific-2021"), at: time)
  }

  func confirmed(
    _ isConfirmed: Bool, reason: String, by actor: Actor, at time: Instant
  ) throws -> ComparisonCase {
    try confirmed(
      isConfirmed, reason: reason, by: actor, under: try World.profile("meizhou-specific-2021"),
      at: time)
  }
}

extension Verification {
  /// Under the profile with which it began.
  func answered(
    _ answer: VerificationAnswer, membershipHarmless: Bool, by actor: Actor, at time: Instant
  ) throws -> Verification {
    try answered(
      answer, membershipHarmless: membershipHarmless, by: actor,
      under: try World.profiles().profile(profile), at: time)
  }
}

/// The refusal that a body throws.
func refusal(_ body: () throws -> Void, _ location: SourceLocation = #_sourceLocation)
  -> ShareRefusal?
{
  do {
    try body()
    Issue.record("nothing was refused", sourceLocation: location)
  } catch let refusal as ShareRefusal {
    return refusal
  } catch {
    Issue.record("another error: \(error)", sourceLocation: location)
  }
  return nil
}
