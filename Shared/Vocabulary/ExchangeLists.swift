// The closed lists of sharing, comparing, quality and use (policies.md c.5).

/// What a grant names (meizhou-public-2023/22).
package enum GrantElement: String, ClosedList {
  case scenario
  case usingUnit = "using_unit"
  case data
  case mode
  case endDate = "end_date"

  package var term: BilingualText {
    switch self {
    case .scenario: BilingualText("应用业务场景", "scenario")
    case .usingUnit: BilingualText("用数单位", "using unit")
    case .data: BilingualText("所需数据", "data")
    case .mode: BilingualText("共享模式", "share mode")
    case .endDate: BilingualText("截止时间", "end date")
    }
  }
}

/// What an application states; profiles choose among them (`share.application_fields`).
package enum ApplicationField: String, ClosedList {
  case purpose, items, scope, reason
  case itemCount = "item_count"
  case concreteBusiness = "concrete_business"

  package var term: BilingualText {
    switch self {
    case .purpose: BilingualText("用途", "purpose")
    case .items: BilingualText("数据项", "data items")
    case .scope: BilingualText("范围", "scope")
    case .reason: BilingualText("理由", "reason")
    case .itemCount: BilingualText("数据项数量", "number of items")
    case .concreteBusiness: BilingualText("具体业务", "concrete business")
    }
  }
}

/// Who gives an opinion on an application or decides on an entry.
package enum Reviewer: String, ClosedList {
  case authority
  case sourceDepartment = "source_department"
  case sameLevelAuthority = "same_level_authority"
  case cityAuthority = "city_authority"
  case populationBaseAdministrator = "population_base_administrator"
  case bigDataBureau = "big_data_bureau"

  package var term: BilingualText {
    switch self {
    case .authority: BilingualText("数据主管部门", "authority")
    case .sourceDepartment: BilingualText("数源部门", "source department")
    case .sameLevelAuthority: BilingualText("同级数据主管部门", "authority of the same level")
    case .cityAuthority: BilingualText("市级数据主管部门", "city authority")
    case .populationBaseAdministrator: BilingualText("人口库管理员", "population-base administrator")
    case .bigDataBureau: BilingualText("大数据局", "big-data bureau")
    }
  }
}

/// A decision on an application.
package enum ReviewDecision: String, ClosedList {
  case approve, reject

  package var term: BilingualText {
    switch self {
    case .approve: BilingualText("同意", "approve")
    case .reject: BilingualText("不同意", "reject")
    }
  }
}

/// Which way round a comparison reads a hit (policies.md e.7).
package enum ComparisonDirection: String, ClosedList {
  case present, absent

  package var term: BilingualText {
    switch self {
    case .present: BilingualText("命中为线索", "a hit is a lead")
    case .absent: BilingualText("未命中为线索", "no hit is a lead")
    }
  }
}

/// How a lead of a comparison ends (meizhou-specific-2021/24; `noProblem` is ours).
package enum ComparisonOutcome: String, ClosedList {
  case irregularReceipt = "irregular_receipt"
  case missedPayment = "missed_payment"
  case noProblem = "no_problem"

  package var term: BilingualText {
    switch self {
    case .irregularReceipt: BilingualText("违规领取", "irregular receipt")
    case .missedPayment: BilingualText("漏发", "missed payment")
    case .noProblem: BilingualText("无问题", "no problem")
    }
  }
}

/// What an answer to a verification request says (meizhou-public-2023/21.4; policies.md e.6).
package enum VerificationAnswer: String, ClosedList {
  case match
  case noMatch = "no_match"
  /// Only where the entry marks membership as harmless.
  case notFound = "not_found"

  package var term: BilingualText {
    switch self {
    case .match: BilingualText("一致", "match")
    case .noMatch: BilingualText("不一致", "no match")
    case .notFound: BilingualText("未查到", "not found")
    }
  }
}

/// The four kinds of quality problem (meizhou-specific-2021/28).
package enum QualityProblemKind: String, ClosedList {
  case incomplete
  case nonStandard = "non_standard"
  case inaccurate
  case notTimely = "not_timely"

  package var term: BilingualText {
    switch self {
    case .incomplete: BilingualText("不完整", "incomplete")
    case .nonStandard: BilingualText("不规范", "non-standard")
    case .inaccurate: BilingualText("不准确", "inaccurate")
    case .notTimely: BilingualText("不及时", "not timely")
    }
  }
}

/// What a quality rule measures (meizhou-public-2023/13, meizhou-specific-2021/13, 23, guangdong-2018/21).
package enum QualityDimension: String, ClosedList {
  case completeness, accuracy, consistency, timeliness, availability, standardness

  package var term: BilingualText {
    switch self {
    case .completeness: BilingualText("完整性", "completeness")
    case .accuracy: BilingualText("准确性", "accuracy")
    case .consistency: BilingualText("一致性", "consistency")
    case .timeliness: BilingualText("时效性", "timeliness")
    case .availability: BilingualText("可用性", "availability")
    case .standardness: BilingualText("规范性", "standardness")
    }
  }
}

/// Why a department asks for checking (hebi-2021/13, guangdong-2018/21).
package enum CheckingRequestKind: String, ClosedList {
  case doubt, error

  package var term: BilingualText {
    switch self {
    case .doubt: BilingualText("有疑义", "doubt")
    case .error: BilingualText("有错误", "error")
    }
  }
}

/// By which way an issue comes in (meizhou-specific-2021/30).
package enum IssueChannel: String, ClosedList {
  case platform, letter

  package var term: BilingualText {
    switch self {
    case .platform: BilingualText("平台", "platform")
    case .letter: BilingualText("书面函件", "letter")
    }
  }
}

/// The parts of a usage report (meizhou-specific-2021/27, meizhou-public-2023/39, luyi-2019/19).
package enum UsageReportSection: String, ClosedList {
  case use, results, scenario, security
  case secureUse = "secure_use"

  package var term: BilingualText {
    switch self {
    case .use: BilingualText("使用情况", "use")
    case .results: BilingualText("应用成效", "results")
    case .scenario: BilingualText("应用场景", "scenario")
    case .security: BilingualText("数据安全", "security")
    case .secureUse: BilingualText("安全使用情况", "secure use")
    }
  }
}

/// What a user of data can do wrong (meizhou-specific-2021/23, meizhou-public-2023/25, 39, luyi-2019/16, 21,
/// guangdong-2018/21).
package enum UserViolationKind: String, ClosedList {
  case abuse
  case unauthorisedSpread = "unauthorised_spread"
  case unauthorisedUse = "unauthorised_use"
  case leak, sale
  case unlawfulProvision = "unlawful_provision"
  case commercialGain = "commercial_gain"
  case publicSecurityHarm = "public_security_harm"

  package var term: BilingualText {
    switch self {
    case .abuse: BilingualText("滥用", "abuse")
    case .unauthorisedSpread: BilingualText("未经许可扩散", "unauthorised spread")
    case .unauthorisedUse: BilingualText("非授权使用", "unauthorised use")
    case .leak: BilingualText("泄露", "leak")
    case .sale: BilingualText("出售", "sale")
    case .unlawfulProvision: BilingualText("非法提供", "unlawful provision")
    case .commercialGain: BilingualText("牟取商业利益", "commercial gain")
    case .publicSecurityHarm: BilingualText("危害公共安全", "harm to public security")
    }
  }
}

/// What a provider of data can do wrong (hebi-2021/31.1, luyi-2019/21).
package enum ProviderViolationKind: String, ClosedList {
  case notCompiledOrUpdated = "not_compiled_or_updated"
  case duplicateCollection = "duplicate_collection"
  case refusalToCorrect = "refusal_to_correct"
  case nonStandard = "non_standard"
  case securityDutyNeglected = "security_duty_neglected"
  case other, inaccurate
  case notTimely = "not_timely"
  case refusalWithoutReason = "refusal_without_reason"

  package var term: BilingualText {
    switch self {
    case .notCompiledOrUpdated:
      BilingualText("目录或数据未按要求编制、发布、更新", "catalogue or data not compiled, published or updated")
    case .duplicateCollection: BilingualText("重复采集", "duplicate collection")
    case .refusalToCorrect: BilingualText("拒不补充、校核、更正", "refusal to complete, check or correct")
    case .nonStandard: BilingualText("不符合统一标准", "not to the standard")
    case .securityDutyNeglected: BilingualText("未落实安全职责", "security duty neglected")
    case .other: BilingualText("其他", "other")
    case .inaccurate: BilingualText("信息不准确", "inaccurate")
    case .notTimely: BilingualText("共享不及时", "not timely")
    case .refusalWithoutReason: BilingualText("无正当理由不共享", "refusal without due reason")
    }
  }
}

/// What an issue must bring with it (meizhou-specific-2021/30).
package enum IssueElement: String, ClosedList {
  case cause
  case detailedList = "detailed_list"

  package var term: BilingualText {
    switch self {
    case .cause: BilingualText("原因", "cause")
    case .detailedList: BilingualText("明细清单", "detailed list")
    }
  }
}

/// What an extension of the checking needs (hebi-2021/13.1c).
package enum ExtensionNeed: String, ClosedList {
  case principalHeadConsent = "principal_head_consent"
  case filingWithLevelAuthority = "filing_with_level_authority"

  package var term: BilingualText {
    switch self {
    case .principalHeadConsent: BilingualText("主要负责人同意", "consent of the principal head")
    case .filingWithLevelAuthority: BilingualText("报同级主管部门备案", "filing with the level authority")
    }
  }
}
