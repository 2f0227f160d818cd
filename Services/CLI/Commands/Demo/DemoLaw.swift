// The law under which the story is told: a regulation, a day and a place. What the story is to meet is looked up in it.

import Boot
import Regulation
import Synth
import Vocabulary

/// Where and when a regulation is demonstrated.
package struct DemoScene: Sendable, Equatable {
  /// The key of the profile: `hebi-2021`.
  package let profile: String
  /// ISO 8601.
  package let day: String
  /// Of the bodies that take part: `city` or `county`.
  let level: AdministrativeLevel
  /// GB/T 2260.
  let region: String
  let domain: String

  /// Specific-population data fall under it since the trial of 2021 ended.
  package static let standard = DemoScene(
    profile: "meizhou-public-2023", day: "2024-03-04", level: .city, region: "441400",
    domain: "meizhou.weir.example")

  /// One day for each regulation held, all of them Mondays.
  private static let known = [
    standard,
    DemoScene(
      profile: "meizhou-specific-2021", day: "2022-03-07", level: .city, region: "441400",
      domain: "meizhou.weir.example"),
    DemoScene(
      profile: "hebi-2021", day: "2022-03-07", level: .city, region: "410600",
      domain: "hebi.weir.example"),
    DemoScene(
      profile: "luyi-2019", day: "2020-03-02", level: .county, region: "411628",
      domain: "luyi.weir.example"),
    DemoScene(
      profile: "guangdong-2018", day: "2019-03-04", level: .city, region: "441400",
      domain: "guangdong.weir.example"),
  ]

  /// The scene of a profile; one that is not known here needs a day, and is played where the standard one is.
  package static func of(_ profile: String, day: String? = nil) -> DemoScene? {
    let scene = known.first { $0.profile == profile }
    guard let day = day ?? scene?.day else { return nil }
    let place = scene ?? standard
    return DemoScene(
      profile: profile, day: day, level: place.level, region: place.region, domain: place.domain)
  }
}

/// The regulation of a scene as the files have it, with all that it rests on.
struct DemoLaw: Sendable {
  let scene: DemoScene
  let today: CivilDate
  let calendar: WorkingCalendar
  /// What the differences are told against: the regulation of the standard scene.
  let standard: Profile
  /// What the node's governance file says; `nil` for the one that came with the law.
  let governance: String?
  private let profile: Profile
  private let profiles: ProfileSet

  /// - Parameter folder: With `policies`, `calendars` and `governance.yaml`.
  /// - Throws: `CommandFailure` where the regulation is not held, or does not govern on that day.
  init(_ scene: DemoScene, folder: String) throws {
    let held = try LawFolder(path: folder).profiles()
    guard let day = CivilDate(iso: scene.day) else {
      throw CommandFailure(.usage, spoken("日期应写作 2022-03-07。", "A date is written 2022-03-07."))
    }
    let profile = try held.named(scene.profile, on: day)
    try Self.requireInForce(profile, on: day)
    self.scene = scene
    today = day
    calendar = try LawFolder(path: folder).calendar()
    standard = try held.named(DemoScene.standard.profile)
    governance =
      scene.profile == DemoScene.standard.profile
      ? nil : Self.governance(of: profile, in: scene, among: held)
    profiles =
      try governance.map { text in
        try ProfileSet(
          documents: held.all,
          governance: try PolicyFiles.governance(file: "governance.yaml", text: text))
      } ?? held
    self.profile = profile
    guard governing(.cremation).key == profile.key else {
      let other = governing(.cremation).key
      throw CommandFailure(
        .usage,
        spoken("该日由 \(other) 调整，请另选日期。", "On that day \(other) governs; choose another."))
    }
  }

  private static func requireInForce(_ profile: Profile, on day: CivilDate) throws(CommandFailure) {
    guard !profile.document.isInForce(on: day) else { return }
    let window = [ProfileKey.inForceFrom, .inForceTo].compactMap { key in
      profile.provision(key).map { "\(key.rawValue) \($0.value.text) (\($0.citation.text))" }
    }.joined(separator: ", ")
    throw CommandFailure(
      .usage,
      spoken(
        "\(profile.key) 在 \(day.iso) 未施行：\(window)。",
        "\(profile.key) is not in force on \(day.iso): \(window)."))
  }

  /// The regulation governs its class of data, and where it is about one class alone its parent the rest
  /// (meizhou-specific-2021/2).
  private static func governance(
    of profile: Profile, in scene: DemoScene, among held: ProfileSet
  ) -> String {
    func row(_ tag: String, _ key: String, _ more: String = "") -> String {
      let from = held.profile(named: key)?.document.inForceFrom?.iso ?? scene.day
      return "  - {tag: \(tag), profile: \(key), from: \(from)\(more)}\n"
    }
    let head = "governance:\n"
    let isOfOneClass = profile.words(.scopeDataKinds)?.value == [Self.specificClass]
    guard isOfOneClass, let parent = profile.document.parent else {
      return head + row("any", profile.key)
    }
    return head
      + row(Self.specificClass, profile.key, ", region: \"\(scene.region.prefix(4))\"")
      + row("any", parent)
  }

  private static let specificClass = "specific_population"

  /// What governs a register of the story.
  func governing(_ kind: RegisterKind) -> Profile {
    profiles.governing([kind == .health ? "public" : Self.specificClass], on: today) ?? profile
  }
}

/// What the story is to meet under its law: read from the profile's rows, as a clerk would from the text.
extension DemoLaw {
  // MARK: The catalogue

  /// Who gives an opinion on a new entry, in order; nobody where publishing is a technical check.
  func entryReviewers(_ kind: RegisterKind) -> [Reviewer] {
    governing(kind).entryReviewers(isUpdate: false)?.value ?? []
  }

  /// Whether what is not shared is filed first.
  func isFiled(_ kind: RegisterKind) -> Bool {
    kind == .health && shareType(of: kind) == .notShared
      && governing(kind).notSharedFiling != nil
  }

  /// How the source drafts the entry, before the law has been looked at.
  func draftedType(of kind: RegisterKind) -> ShareType {
    switch kind {
    case .correction: .conditional
    case .health: .notShared
    default: .unconditional
    }
  }

  /// What becomes of it: a type that the text does not know gives way to the next stricter one, and base data are locked.
  func shareType(of kind: RegisterKind) -> ShareType {
    let drafted = draftedType(of: kind)
    guard let key = lock(of: kind) else { return drafted }
    if key == .catalogShareTypes { return .conditional }
    return governing(kind).baseDataUnconditional?.value == .wholeBaseDatabases
      ? .unconditional : drafted
  }

  /// Whether the persons' own items are unconditional, whatever the rest is (guangdong-2018/17.2).
  func hasOpenSubjects(_ kind: RegisterKind) -> Bool {
    lock(of: kind) == .catalogBaseDataUnconditional && shareType(of: kind) != .unconditional
  }

  /// The row that does not let the drafted type stand; `nil` where it stands. The health register alone is base data.
  func lock(of kind: RegisterKind) -> ProfileKey? {
    let profile = governing(kind)
    if profile.shareTypes?.value.contains(draftedType(of: kind)) == false {
      return .catalogShareTypes
    }
    guard kind == .health, let rule = profile.baseDataUnconditional?.value else { return nil }
    return [.wholeBaseDatabases, .basicItems].contains(rule)
      ? .catalogBaseDataUnconditional : nil
  }

  // MARK: Delivery

  /// Whether registers come as tables; else through an interface.
  var deliversTables: Bool { governing(.cremation).deliveryModes?.value.contains(.table) ?? true }

  /// How a file by hand into a self-built system's entry ends: refused, or it opens a batch.
  func manualUpload(_ kind: RegisterKind) -> String {
    let profile = governing(kind)
    if let rule = profile.selfBuiltDelivery {
      return "permissionDenied ingest.manual_upload_refused \(rule.citation.text)"
    }
    return "loading"
  }

  // MARK: Sharing

  /// The article by which items of this grade want the source's express word, of two of its people; `nil` where they do not.
  func authorisation(_ kind: RegisterKind) -> Provision<Int>? {
    governing(kind).secondApprovalGrade.flatMap { $0.value <= DemoEntries.grade ? $0 : nil }
  }

  /// The sides whose opinions answer an application, one for each person who speaks.
  func opinions(_ kind: RegisterKind) -> [Reviewer] {
    let sides = governing(kind).reviewers?.value ?? [.sourceDepartment]
    return sides.flatMap { side in
      side == .sourceDepartment && authorisation(kind) != nil ? [side, side] : [side]
    }
  }

  /// By which the answer is due, for what is handed in today.
  func due(_ clock: RegulatedClock, _ kind: RegisterKind) -> String {
    legalClock(clock, kind).map { $0.due(on: calendar, today: today).text } ?? "none"
  }

  func legalClock(_ clock: RegulatedClock, _ kind: RegisterKind) -> LegalClock? {
    governing(kind).clock(clock).map { LegalClock(rule: $0, started: today) }
  }

  /// When the first report on a grant's use is due.
  func usageReport(_ kind: RegisterKind) -> String {
    UsageReportSchedule(activated: today, under: governing(kind))?.due(1, on: calendar).text
      ?? "none"
  }

  /// How an approved grant begins.
  func activation(_ kind: RegisterKind) -> String {
    governing(kind).grantActivation?.value.rawValue ?? "none"
  }

  /// What a claim about data that cannot be had is answered with: the answer, or that the text has no such way.
  func verification(_ claim: Claim) -> String {
    let profile = governing(.health)
    if profile.verificationScopes?.value.contains(.notShared) == true {
      return claim.answer == .match ? "match" : "noMatch"
    }
    let citation = profile.notSharedPath?.citation ?? .accessRule(42)
    return "permissionDenied share.verification_not_provided \(citation.text)"
  }

  /// Why the health register's items are not simply taken into use.
  var withheld: String {
    switch shareType(of: .health) {
    case .notShared: "share.not_shared"
    case .conditional: "share.application_needed"
    case .unconditional: "share.authorisation_needed"
    }
  }

  /// Why an item beyond the grant is refused.
  func beyondGrant(_ kind: RegisterKind) -> String {
    let citation = governing(kind).cite(.shareGrantElements, else: .accessRule(41))
    return "permissionDenied share.item_not_granted \(citation.text)"
  }
}

extension DueDate {
  /// `2022-03-10 meizhou-specific-2021/21d`.
  fileprivate var text: String { "\(date.iso) \(citation.text)" }
}
