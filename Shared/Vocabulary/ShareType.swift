// The three share types and the bases on which data may be withheld.

/// A closed list of policies.md c.5: stable words for the wire and the store, terms for people.
package protocol ClosedList: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {
  var term: BilingualText { get }
}

/// How an item may be shared (meizhou-specific-2021/19, meizhou-public-2023/9, hebi-2021/14, guangdong-2018/18).
package enum ShareType: String, ClosedList {
  case unconditional
  case conditional
  case notShared = "not_shared"

  package var term: BilingualText {
    switch self {
    case .unconditional: BilingualText("无条件共享", "unconditional")
    case .conditional: BilingualText("有条件共享", "conditional")
    case .notShared: BilingualText("不予共享", "not shared")
    }
  }
}

/// What may stand behind a share type or a refusal (policies.md c.5 "basis kind").
///
/// `internalRule` is listed so that it can be named and refused: no text lets it count
/// (meizhou-specific-2021/20, guangdong-2018/16).
package enum BasisKind: String, ClosedList {
  case law
  case regulation
  case rule
  case nationalProvision = "national_provision"
  /// meizhou-public-2023/10: "relevant basis", of whatever kind, for a conditional item.
  case relevantBasis = "relevant_basis"
  /// luyi-2019/21: a refusal needs a due reason, and the text names no kind.
  case dueReason = "due_reason"
  case internalRule = "internal_rule"

  package var term: BilingualText {
    switch self {
    case .law: BilingualText("法律", "law")
    case .regulation: BilingualText("法规", "regulation")
    case .rule: BilingualText("规章", "rule")
    case .nationalProvision: BilingualText("国家规定", "national provision")
    case .relevantBasis: BilingualText("相关依据", "relevant basis")
    case .dueReason: BilingualText("正当理由", "due reason")
    case .internalRule: BilingualText("内部规定", "internal rule")
    }
  }
}

/// The classes that luyi-2019/10 shares without application.
package enum ActiveSharingClass: String, ClosedList {
  case basicBenchmarkIdentifying = "basic_benchmark_identifying"
  case providerDeclared = "provider_declared"
  case groupDetermined = "group_determined"

  package var term: BilingualText {
    switch self {
    case .basicBenchmarkIdentifying:
      BilingualText("基础性、基准性、标识性信息", "basic, benchmark or identifying")
    case .providerDeclared: BilingualText("提供方声明可共享的信息", "declared by the provider")
    case .groupDetermined: BilingualText("建设小组确定共享的信息", "determined by the group")
    }
  }
}

/// How an item may be opened to the public (hebi-2021/18).
package enum OpeningType: String, ClosedList {
  case unconditional
  case conditional
  case notOpen = "not_open"

  package var term: BilingualText {
    switch self {
    case .unconditional: BilingualText("无条件开放", "open unconditionally")
    case .conditional: BilingualText("有条件开放", "open on conditions")
    case .notOpen: BilingualText("不予开放", "not open")
    }
  }
}
