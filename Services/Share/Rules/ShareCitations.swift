// The article each refusal of Share rests on, and what may be done instead (policies f: AC-40 to AC-55).

package import Regulation
package import Vocabulary

extension ShareRefusal {
  /// What it rests on whatever profile governs: the article that its rule gave it, or our own access rule.
  package var citation: Citation? { given ?? basis?.ours }

  /// What it rests on where this profile governs: its own article, or one behind it, and where it has none our own rule; never
  /// the text of another place.
  package func citation(under profile: Profile) -> Citation? {
    if let given { return given }
    guard let basis else { return nil }
    return basis.key.map { profile.cite($0, else: basis.ours) } ?? basis.ours
  }

  /// The article that the rule had at hand.
  private var given: Citation? {
    switch self {
    case .notReviewer(_, _, let citation), .noAuthorityAbove(_, _, let citation),
      .verificationNotProvided(_, let citation):
      citation
    case .safeguard(let refusal): refusal.citation
    case .notShared(_, _, let citation), .verificationNotNeeded(_, let citation),
      .attemptsExhausted(_, let citation), .fieldMissing(_, _, let citation),
      .untilPassed(_, let citation), .reasonMissing(_, let citation),
      .basisMissing(_, _, let citation), .basisInvalid(_, _, _, let citation),
      .basisIncomplete(_, let citation), .samePerson(_, let citation),
      .comparisonTooOld(_, _, let citation), .authorityNeeded(_, let citation),
      .accessModeNotFiled(_, _, let citation):
      citation
    case .clock(let refusal): refusal.citation
    default: nil
    }
  }

  /// Which row of a profile says it, and which of our own rules where none does.
  private var basis: (key: ProfileKey?, ours: Citation)? {
    switch self {
    case .notGovernmentBody: (.shareEnterprises, .accessRule(40))
    case .ownApplication, .notReviewer, .noAuthorityAbove, .opinionGiven:
      (.shareReviewers, .accessRule(43))
    case .applicationNeeded: (.shareApplicationFields, .accessRule(41))
    case .outsideConditions: (.catalogConditionalScope, .accessRule(41))
    case .applicationNotNeeded: (.shareUnconditionalNeedsPurpose, .accessRule(40))
    case .verificationNotProvided: (nil, .accessRule(42))
    case .decisionBeyondRequest, .decisionMissing, .rowRuleNeedsItem: (nil, .accessRule(44))
    case .securityOfficerNeeded, .officerMustAccept, .grantPending:
      (.shareActivation, .accessRule(41))
    // Unit, system, mode and items are the grant's.
    case .notGrantee, .systemNotGranted, .modeNotGranted, .itemNotGranted:
      (.shareGrantElements, .accessRule(41))
    case .grantExpired: (.shareGrantElements, .accessRule(52))
    case .granteeDisabled, .sourceDisabled: (nil, .accessRule(92))
    case .entryUnmounted, .grantSuspended, .grantRevoked, .grantEnded, .authorityMustResume:
      (nil, .accessRule(52))
    case .purposeMissing, .purposeDiffers: (.shareApplicationFields, .accessRule(45))
    case .rollDiffers, .rollTooLarge, .rollGrew, .runRepeated, .rollExceeded, .rowsDiffer,
      .chunksMissing:
      (.shareComparisonBeforePayout, .accessRule(53))
    case .evidenceMissing, .headNeeded: (.shareComparisonBeforePayout, .accessRule(54))
    // e.8: while a question is open the record bears no verdict.
    case .recordUnderCheck: (nil, Citation(document: Citation.productDocument, article: "e.8"))
    case .clock: (.shareReviewTimeNegotiable, .accessRule(63))
    case .identityNumberInText: (nil, IdentityNumbers.citation)
    default: nil
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .noAuthorityAbove:
      BilingualText(
        "请先登记上一级数据主管部门：weir department register … --level …，再申请。",
        "Have the authority above registered first: weir department register … --level …; then apply."
      )
    case .granteeDisabled: activateGrantee
    case .sourceDisabled: activateSource
    case .entryUnmounted:
      BilingualText(
        "请来源部门重新挂接：weir catalog mount；挂接后授权即恢复。",
        "Let the source mount it again: weir catalog mount; the grants go on with it.")
    case .notShared(_, let steps, _), .verificationNotProvided(let steps, _): nextStepText(steps)
    case .wrongState(let resource, _, _): BilingualText.seeHistory(of: resource)
    case .applicationNeeded:
      BilingualText("请先申请：weir share apply。", "Apply for it first: weir share apply.")
    case .applicationNotNeeded:
      BilingualText("可直接取用：weir share subscribe。", "Take it at once: weir share subscribe.")
    case .itemNotGranted:
      BilingualText("如需该项，请另行申请：weir share apply。", "To ask for it: weir share apply.")
    case .systemNotGranted:
      BilingualText(
        "weir share grant 可查看可用的系统。", "weir share grant shows which systems may use it.")
    case .accessModeNotFiled:
      BilingualText(
        "请先备案：weir share file-modes。", "File the access mode first: weir share file-modes.")
    case .authorityNeeded:
      BilingualText("请主管部门办理。", "A person of the authority must do it.")
    case .grantPending:
      BilingualText(
        "请安全责任人接受：weir share accept。", "Let the security officer accept it: weir share accept.")
    case .grantSuspended:
      BilingualText(
        "weir share grant 可查看暂停理由；消除后请来源部门或主管部门恢复。",
        "weir share grant shows why; once mended, ask the source or the authority to resume it.")
    case .authorityMustResume:
      BilingualText("请主管部门恢复。", "Ask the authority to resume it.")
    case .grantExpired, .grantRevoked, .grantEnded:
      BilingualText("如仍需使用，请重新申请。", "Where the data are still needed, apply anew.")
    case .rowRuleNeedsItem:
      BilingualText(
        "可全部不同意，请申请人去掉该行规则后再申请。",
        "Refuse all, so that the applicant asks again without the row rule.")
    case .purposeDiffers:
      BilingualText("用途变更须重新申请。", "Another purpose needs an application of its own.")
    case .runRepeated(_, _, let run): BilingualText("请继续 \(run)。", "Go on with \(run).")
    case .chunkDiffers:
      BilingualText("请新建一次比对。", "Begin a run of its own for other content.")
    case .comparisonTooOld: BilingualText("请重新比对。", "Compare anew before paying.")
    case .recordUnderCheck:
      BilingualText("请凭合法证明办理，待核实完毕再定。", "Go by lawful proof, and conclude when it is verified.")
    case .basisInvalid, .basisMissing, .basisIncomplete:
      BilingualText("请写明法律、法规或规章的名称和条款。", "Name the law, regulation or rule and its article.")
    case .samePerson: BilingualText("请另一人办理。", "Another person must do it.")
    case .safeguard(let refusal): refusal.nextStep
    default: nil
    }
  }
}

extension BilingualText {
  /// Who wonders at a state looks at what led to it.
  fileprivate static func seeHistory(of resource: String) -> BilingualText? {
    let commands = [
      "applications": "weir share show", "grants": "weir share grant",
      "comparisons": "weir compare show",
      "verification-requests": "weir share verify-request show",
    ]
    let parts = resource.split(separator: "/")
    guard parts.count >= 2, let command = commands[String(parts[0])] else { return nil }
    return BilingualText(
      "\(command) \(parts[1]) 可查看其经过。", "See what led to it: \(command) \(parts[1]).")
  }
}

private let activateGrantee = BilingualText(
  "使用部门经主管部门恢复后（weir department state），授权即恢复。",
  "It goes on once the authority has activated the department again: weir department state.")

private let activateSource = BilingualText(
  "可不予同意并说明依据；要同意，先恢复数源部门：weir department state。",
  "Refuse it with its grounds; to approve it, have the source activated first: weir department state."
)
