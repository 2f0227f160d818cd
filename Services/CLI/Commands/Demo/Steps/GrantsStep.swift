// Steps: the human-resources bureau takes unconditional entries into use and applies for the conditional one.

import Contracts
import Synth
import Vocabulary

extension DemoStep {
  static let subscriptions = DemoStep(
    name: "subscriptions",
    title: BilingualText(
      "无条件共享条目：说明用途即可使用", "Unconditional entries: in use once the purpose is stated")
  ) { stage in
    let bureau = DemoCast.humanResources
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    for (kind, date) in [
      (RegisterKind.cremation, "cremation-date"), (.cancellation, "cancel-date"),
      (.lowIncome, "start"),
    ] {
      let roll: RollKind = kind == .lowIncome ? .stopped : .pension
      let granted = try await officer.subscribe(
        .init(
          entry: try stage.entry(kind).name, items: ["name", date], purpose: DemoTerms.purpose,
          business: DemoTerms.business, modes: [.lookup, .comparison], until: DemoTerms.until,
          roll: DemoTerms.roll(roll, stage.plan), requestID: stage.request(),
          scenario: DemoTerms.scenario))
      stage.grants[kind] = try await accept(granted, &stage)
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
    let drafted = try await officer.createApplication(
      .init(application: try DemoTerms.application(stage), requestID: stage.request()))
    let submitted = try await officer.submitApplication(
      .init(name: drafted.name, etag: drafted.etag, requestID: stage.request()))
    let source = DemoCast.justice
    let reviewer = try stage.wire.client(source.principal(source.officer)).share
    let isWider = stage.flaws.contains(.widerGrant)
    let decisions = submitted.items.map { item in
      item == DemoTerms.refusedItem && !isWider
        ? ShareV1.ItemDecision(
          item: item, approved: false, reason: "核发养老金无需判决书文号", basis: DemoEntries.necessity)
        : ShareV1.ItemDecision(item: item, approved: true)
    }
    let answered = try await reviewer.reviewApplication(
      .init(
        name: submitted.name, decisions: decisions, reason: "为核发待遇所必需",
        etag: submitted.etag, requestID: stage.request()))
    let grant = try await officer.getGrant(.init(name: answered.grant))
    stage.grants[.correction] = try await accept(grant, &stage)
    try check(answered, submitted, &stage)
  }

  private static func check(
    _ answered: ShareV1.Application, _ submitted: ShareV1.Application, _ stage: inout DemoStage
  ) throws {
    let grant = try stage.grant(.correction)
    stage.ledger.expect(
      BilingualText("申请结果", "the application"), "partlyApproved", "\(answered.state)")
    stage.ledger.expect(
      BilingualText("授权数据项", "items granted"), DemoTerms.items.joined(separator: " "),
      grant.items.sorted().joined(separator: " "))
    let refused = answered.opinions.flatMap(\.decisions).filter { !$0.approved }
    stage.ledger.expect(
      BilingualText("不予共享的数据项及依据", "item refused, with its basis"),
      "\(DemoTerms.refusedItem) \(DemoEntries.necessity.title)\(DemoEntries.necessity.article)",
      refused.map { "\($0.item) \($0.basis?.title ?? "")\($0.basis?.article ?? "")" }
        .joined(separator: " "))
    stage.ledger.expect(
      BilingualText("答复期限（5个工作日）", "answer due (5 working days)"),
      "2024-03-11 meizhou-public-2023/21.3b",
      "\(submitted.replyDue?.date ?? "") \(submitted.replyDue?.article ?? "")")
    stage.ledger.expect(
      BilingualText("授权有效至", "granted until"), DemoTerms.until, grant.until)
    stage.ledger.expect(BilingualText("授权状态", "the grant"), "active", "\(grant.state)")
  }

  /// Where the profile waits for acceptance, the security officer takes the duty on.
  static func accept(
    _ grant: ShareV1.Grant, _ stage: inout DemoStage,
    by bureau: DemoDepartment = DemoCast.humanResources
  ) async throws -> ShareV1.Grant {
    guard grant.state == .pendingAcceptance else { return grant }
    let security = bureau.principal(bureau.security)
    return try await stage.wire.client(security).share.acceptGrant(
      .init(name: grant.name, securityOfficer: security, requestID: stage.request()))
  }
}

/// What the human-resources bureau asks for.
enum DemoTerms {
  static let purpose = "核对养老金领取资格"
  static let business = "城乡居民基本养老保险待遇核发"
  static let scenario = "每月发放前比对领取人员名册"
  static let until = "2024-12-31"
  static let items = ["end", "name", "start"]
  static let refusedItem = "judgment-number"

  static func rollName(_ kind: RollKind) -> String { "own-\(kind.rawValue)-roll" }

  static func roll(_ kind: RollKind, _ plan: Plan) -> ShareV1.RollTerms {
    .init(
      roll: rollName(kind), maxRows: Int64(plan.sizes.rows(of: kind)) * 11 / 10,
      maxGrowthPercent: 10, frequency: "monthly")
  }

  static func application(_ stage: DemoStage) throws -> ShareV1.Application {
    var application = ShareV1.Application()
    application.entry = try stage.entry(.correction).name
    application.items = items + [refusedItem]
    application.purpose = purpose
    application.business = business
    application.legalBasis = .init(kind: .law, title: "中华人民共和国社会保险法", article: "第三十一条")
    application.scenario = scenario
    application.scope = "本局待遇核发岗位"
    application.modes = [.lookup, .comparison]
    application.until = until
    application.roll = roll(.pension, stage.plan)
    application.reason = "发放前核对在矫人员待遇"
    return application
  }
}
