// What a profile says of projects: their checkpoints, whose each is, what a project must show there, what a failing one is barred from
// (policies.md e.23, D38; meizhou-specific-2021/15, meizhou-public-2023/41, hebi-2021/30, guangdong-2018/11).

package import Vocabulary

/// A decision on a project of information technology.
package enum GateCheckpoint: String, ClosedList {
  case planning
  case schemeReview = "scheme_review"
  case initiation
  case projectApproval = "project_approval"
  case investmentPlan = "investment_plan"
  case budget, acceptance
  case operationFunds = "operation_funds"

  package var term: BilingualText {
    switch self {
    case .planning: BilingualText("项目建设规划", "planning")
    case .schemeReview: BilingualText("方案审核", "review of the scheme")
    case .initiation: BilingualText("立项", "initiation")
    case .projectApproval: BilingualText("项目审批", "approval of the project")
    case .investmentPlan: BilingualText("投资计划安排", "investment plan")
    case .budget: BilingualText("项目预算安排", "budget")
    case .acceptance: BilingualText("竣工验收", "acceptance")
    case .operationFunds: BilingualText("运维经费安排", "operation funds")
    }
  }

  /// Which conditions hold here. Before it is approved a project has nothing to show but its plan.
  package var stage: GateStage? {
    switch self {
    case .planning, .schemeReview: nil
    case .initiation, .projectApproval, .investmentPlan, .budget: .initiation
    case .acceptance, .operationFunds: .acceptance
    }
  }
}

/// The two looks at a project: before it is built, and when it was.
package enum GateStage: Hashable, Sendable, CaseIterable {
  case initiation, acceptance
}

/// What a project must show.
package enum GateCondition: String, ClosedList {
  /// hebi-2021/30.1a, guangdong-2018/11a: a new system plans its catalogue at the same time.
  case draftEntries = "draft_entries"
  /// meizhou-public-2023/41.1a.
  case dataList = "data_list"
  /// meizhou-public-2023/41.1b, hebi-2021/30.2.
  case catalogued, aggregated, shareable
  /// guangdong-2018/11b.
  case inParentCatalogue = "in_parent_catalogue"
  /// meizhou-specific-2021/15: "on time" and "of good quality".
  case deliveredInTime = "delivered_in_time"
  case issuesInTime = "issues_in_time"

  package var term: BilingualText {
    switch self {
    case .draftEntries: BilingualText("同步编制目录", "entries drafted")
    case .dataList: BilingualText("数据清单", "data list")
    case .catalogued: BilingualText("清单数据已编目发布", "listed data catalogued")
    case .aggregated: BilingualText("清单数据已汇聚", "listed data gathered")
    case .shareable: BilingualText("清单数据可共享", "listed data shareable")
    case .inParentCatalogue:
      BilingualText("数据已纳入上级目录", "data in the catalogue of the level above")
    case .deliveredInTime: BilingualText("本单位数据按时汇聚", "the department's data delivered in time")
    case .issuesInTime:
      BilingualText("本单位质量问题按时整改", "the department's quality issues settled in time")
    }
  }
}

/// How far the data of a project have come (hebi-2021/30.1b).
package enum GateStatus: String, ClosedList {
  case collection, registration, aggregation, sharing, service

  package var term: BilingualText {
    switch self {
    case .collection: BilingualText("采集", "collection")
    case .registration: BilingualText("登记", "registration")
    case .aggregation: BilingualText("汇聚", "aggregation")
    case .sharing: BilingualText("共享", "sharing")
    case .service: BilingualText("服务", "service")
    }
  }
}

/// What a failing project is barred from.
package enum GateConsequence: String, ClosedList {
  case initiation, approval, acceptance, cloud, funds
  case maintenanceFunds = "maintenance_funds"

  package var term: BilingualText {
    switch self {
    case .initiation: BilingualText("立项", "initiation")
    case .approval: BilingualText("批准立项", "approval")
    case .acceptance: BilingualText("开展验收", "acceptance")
    case .cloud: BilingualText("使用政务云资源", "government cloud")
    case .funds: BilingualText("使用财政性资金", "fiscal funds")
    case .maintenanceFunds: BilingualText("运维经费", "running costs")
    }
  }
}

/// Which projects the gate lets pass whatever they lack.
package enum GateExemption: String, ClosedList {
  /// meizhou-public-2023/41.2b: built by the state or the province, and not deployed here.
  case upperLevelNotDeployedHere = "upper_level_not_deployed_here"

  package var term: BilingualText {
    BilingualText(
      "由国家、省建设但非本地部署的系统", "built by the state or the province and not deployed here")
  }
}

extension Profile {
  /// The checkpoints in their order; `nil` where the text knows no gate.
  package var gateCheckpoints: Provision<[GateCheckpoint]>? {
    list(.projectGateCheckpoints, of: GateCheckpoint.self)
  }

  /// Whose role decides at a checkpoint; `nil` where no row names one.
  package func gateBody(at checkpoint: GateCheckpoint) -> Provision<Role>? {
    let keys: [(ProfileKey, Role)] = [
      (.projectGateAuthority, .authority), (.projectGateDevelopmentReform, .developmentReform),
      (.projectGateFinance, .finance),
    ]
    for (key, role) in keys {
      guard let found = list(key, of: GateCheckpoint.self), found.value.contains(checkpoint) else {
        continue
      }
      return found.map { _ in role }
    }
    return nil
  }

  package func gateConditions(at stage: GateStage) -> Provision<[GateCondition]>? {
    list(
      stage == .initiation ? .projectGateInitiationNeeds : .projectGateAcceptanceNeeds,
      of: GateCondition.self)
  }

  /// What a report at acceptance tells besides.
  package var gateStatuses: Provision<[GateStatus]>? {
    list(.projectGateStatuses, of: GateStatus.self)
  }

  package var gateBlocks: Provision<[GateConsequence]>? {
    list(.projectGateBlocks, of: GateConsequence.self)
  }

  package var gateExemptions: Provision<[GateExemption]>? {
    list(.projectGateExempts, of: GateExemption.self)
  }

  /// Whether the body of a checkpoint may let a failing project pass, for the rule holds "in principle" (meizhou-public-2023/41.2a).
  package var gateMayBeOverridden: Provision<Bool>? { flag(.projectGateOverride) }
}
