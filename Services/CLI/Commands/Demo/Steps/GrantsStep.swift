// Steps: the human-resources bureau takes unconditional entries into use and applies for the conditional one.

import Contracts
import Regulation
import Synth
import Vocabulary

extension DemoStep {
  static let subscriptions = DemoStep(
    name: "subscriptions",
    title: BilingualText(
      "无条件共享条目：说明用途即可使用", "Unconditional entries: in use once the purpose is stated")
  ) { stage in
    for (kind, date) in [
      (RegisterKind.cremation, "cremation-date"), (.cancellation, "cancel-date"),
      (.lowIncome, "start"),
    ] {
      stage.grants[kind] = try await obtain(
        DemoWish(
          kind: kind, items: ["name", date], purpose: DemoTerms.purpose,
          business: DemoTerms.business, scenario: DemoTerms.scenario,
          modes: [.lookup, .comparison], until: DemoTerms.until(stage.plan),
          roll: DemoTerms.roll(kind == .lowIncome ? .stopped : .pension, stage.plan)), &stage)
      stage.ledger.expect(
        BilingualText("“\(kind.title)”可用", "\(kind.rawValue) may be used"), "active",
        "\(try stage.grant(kind).state)")
    }
  }

  static let application = DemoStep(
    name: "application",
    title: BilingualText(
      "有条件共享：逐项审核，三项同意，一项依法不予", "Conditional: three items granted, a fourth refused with its basis")
  ) { stage in
    let bureau = DemoCast.humanResources
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    let submitted = try await submit(
      try DemoTerms.application(stage), &stage, officer)
    let isWider = stage.flaws.contains(.widerGrant)
    let answered = try await decide(submitted, .correction, &stage) { item in
      item == DemoTerms.refusedItem && !isWider
        ? ShareV1.ItemDecision(
          item: item, approved: false, reason: "核发养老金无需判决书文号", basis: DemoEntries.necessity)
        : ShareV1.ItemDecision(item: item, approved: true)
    }
    let grant = try await officer.getGrant(.init(name: answered.grant))
    stage.ledger.expect(
      BilingualText("授权何时生效", "the grant begins on"), stage.law.activation(.correction),
      try await begin(grant, &stage), by: .law(.shareActivation))
    stage.grants[.correction] = try await officer.getGrant(.init(name: answered.grant))
    try check(answered, submitted, &stage)
  }

  private static func check(
    _ answered: ShareV1.Application, _ submitted: ShareV1.Application, _ stage: inout DemoStage
  ) throws {
    let grant = try stage.grant(.correction)
    let sides: ProfileKey =
      stage.law.authorisation(.correction) == nil ? .shareReviewers : .shareSecondApprovalGrade
    stage.ledger.expect(
      BilingualText("申请结果", "the application"), "partlyApproved", "\(answered.state)")
    stage.ledger.expect(
      BilingualText("由谁提出意见", "whose opinions answered it"),
      stage.law.opinions(.correction).map(\.rawValue).joined(separator: " "),
      answered.opinions.map(\.side).joined(separator: " "), by: .law(sides))
    stage.ledger.expect(
      BilingualText("授权数据项", "items granted"), DemoTerms.items.joined(separator: " "),
      grant.items.sorted().joined(separator: " "))
    let refused = Set(
      answered.opinions.flatMap(\.decisions).filter { !$0.approved }.map {
        "\($0.item) \($0.basis?.title ?? "")\($0.basis?.article ?? "")"
      })
    stage.ledger.expect(
      BilingualText("不予共享的数据项及依据", "item refused, with its basis"),
      "\(DemoTerms.refusedItem) \(DemoEntries.necessity.title)\(DemoEntries.necessity.article)",
      refused.sorted().joined(separator: " "))
    stage.ledger.expect(
      BilingualText("答复期限", "answer due"), stage.law.due(.shareReply, .correction),
      submitted.replyDue.map { "\($0.date) \($0.article)" } ?? "none", by: .law(.shareReplyDays))
    stage.ledger.expect(
      BilingualText("使用情况报告期限", "report on its use due"), stage.law.usageReport(.correction),
      grant.usageReportDue.map { "\($0.date) \($0.article)" } ?? "none",
      by: .law(.feedbackUsageReportMonths))
    stage.ledger.expect(
      BilingualText("授权截止日不变", "granted until the day asked for"), true,
      grant.until == DemoTerms.until(stage.plan))
    stage.ledger.expect(BilingualText("授权状态", "the grant"), "active", "\(grant.state)")
  }

  // MARK: - Getting data, as the law has it

  /// Takes unconditional data into use; where the law wants the source's express word for them, applies for them.
  static func obtain(
    _ wish: DemoWish, _ stage: inout DemoStage, by bureau: DemoDepartment = DemoCast.humanResources
  ) async throws -> ShareV1.Grant {
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    let request = wish.subscription(
      of: try stage.entry(wish.kind).name, requestID: stage.request())
    var granted: ShareV1.Grant?
    let refused = try await refusal { granted = try await officer.subscribe(request) }
    let rule = stage.law.authorisation(wish.kind)
    stage.ledger.expect(
      BilingualText("“\(wish.kind.title)”取用", "\(wish.kind.rawValue) taken into use"),
      rule.map { "permissionDenied share.authorisation_needed \($0.citation.text)" } ?? "at once",
      refused?.description ?? "at once", by: .law(.shareSecondApprovalGrade, wish.kind))
    if granted == nil {
      let submitted = try await submit(
        wish.application(of: try stage.entry(wish.kind).name), &stage, officer)
      let answered = try await decide(submitted, wish.kind, &stage) {
        ShareV1.ItemDecision(item: $0, approved: true)
      }
      granted = try await officer.getGrant(.init(name: answered.grant))
    }
    guard let granted else { throw DemoGap(what: "grant on \(wish.kind.rawValue)") }
    _ = try await begin(granted, &stage, by: bureau)
    return try await officer.getGrant(.init(name: granted.name))
  }

  static func submit(
    _ application: ShareV1.Application, _ stage: inout DemoStage, _ officer: ShareV1.ShareClient
  ) async throws -> ShareV1.Application {
    let drafted = try await officer.createApplication(
      .init(application: application, requestID: stage.request()))
    return try await officer.submitApplication(
      .init(name: drafted.name, etag: drafted.etag, requestID: stage.request()))
  }

  /// Each side that the law asks gives its opinion; where it asks two people of the source, the second is its head.
  static func decide(
    _ submitted: ShareV1.Application, _ kind: RegisterKind, _ stage: inout DemoStage,
    _ decision: (String) -> ShareV1.ItemDecision
  ) async throws -> ShareV1.Application {
    let source = DemoCast.department(kind.department)
    var people = [source.officer, source.head].map(source.principal)
    var application = submitted
    for side in stage.law.opinions(kind) {
      let person =
        side == .sourceDepartment ? people.removeFirst() : DemoCast.person(speakingFor: side)
      application = try await stage.wire.client(person).share.reviewApplication(
        .init(
          name: submitted.name, decisions: submitted.items.map(decision), reason: "为核发待遇所必需",
          etag: application.etag, requestID: stage.request()))
    }
    return application
  }

  /// Does what a new grant waits for: its security officer takes the duty on, or its ways of access are filed.
  ///
  /// - Returns: What it began on, in the word of the profile.
  static func begin(
    _ grant: ShareV1.Grant, _ stage: inout DemoStage,
    by bureau: DemoDepartment = DemoCast.humanResources
  ) async throws -> String {
    guard grant.state == .pendingAcceptance else { return GrantActivation.approval.rawValue }
    if stage.law.activation(.correction) == GrantActivation.filing.rawValue {
      let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
      _ = try await officer.fileAccessModes(
        .init(
          name: grant.name, accessModes: ["web", "file_download", "front_end_interface"],
          requestID: stage.request()))
      return GrantActivation.filing.rawValue
    }
    let security = bureau.principal(bureau.security)
    _ = try await stage.wire.client(security).share.acceptGrant(
      .init(name: grant.name, securityOfficer: security, requestID: stage.request()))
    return GrantActivation.acceptance.rawValue
  }
}

/// Data that a department wants for a use of its own.
struct DemoWish {
  let kind: RegisterKind
  let items: [String]
  let purpose: String
  let business: String
  let scenario: String
  let modes: [ShareV1.Mode]
  let until: String
  var roll: ShareV1.RollTerms?

  func subscription(of entry: String, requestID: String) -> ShareV1.SubscribeRequest {
    ShareV1.SubscribeRequest(
      entry: entry, items: items, purpose: purpose, business: business, modes: modes, until: until,
      roll: roll, requestID: requestID, scenario: scenario)
  }

  func application(of entry: String) -> ShareV1.Application {
    var application = ShareV1.Application()
    application.entry = entry
    application.items = items
    application.purpose = purpose
    application.business = business
    application.legalBasis = .init(kind: .law, title: "中华人民共和国社会保险法", article: "第三十一条")
    application.scenario = scenario
    application.scope = "本局待遇核发岗位"
    application.modes = modes
    application.until = until
    application.roll = roll
    application.reason = "发放前核对待遇领取资格"
    return application
  }
}

/// What the human-resources bureau asks for.
enum DemoTerms {
  static let purpose = "核对养老金领取资格"
  static let business = "城乡居民基本养老保险待遇核发"
  static let scenario = "每月发放前比对领取人员名册"
  static let items = ["end", "name", "start"]
  static let refusedItem = "judgment-number"

  static func until(_ plan: Plan) -> String { "\(plan.today.year)-12-31" }

  static func rollName(_ kind: RollKind) -> String { "own-\(kind.rawValue)-roll" }

  static func roll(_ kind: RollKind, _ plan: Plan) -> ShareV1.RollTerms {
    .init(
      roll: rollName(kind), maxRows: Int64(plan.sizes.rows(of: kind)) * 11 / 10,
      maxGrowthPercent: 10, frequency: "monthly")
  }

  static func application(_ stage: DemoStage) throws -> ShareV1.Application {
    DemoWish(
      kind: .correction, items: items + [refusedItem], purpose: purpose, business: business,
      scenario: scenario, modes: [.lookup, .comparison], until: until(stage.plan),
      roll: roll(.pension, stage.plan)
    ).application(of: try stage.entry(.correction).name)
  }
}
