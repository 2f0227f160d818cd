// The authorizer: whether a caller may call a method. The reference, and a compiled form of it for every call.

package import Vocabulary

/// What the authorizer says.
package enum AccessDecision: Sendable, Hashable {
  case admitted
  case refused(AccessRefusal)
}

/// The reference authorizer. Obviously correct first; every faster one is tested against it.
///
/// It decides what the .proto option says of a method: whether departments reach it at all (AC-05), which person it needs
/// (AC-03), which role. Scope, grant and quota are decided by the service, which has the data.
package enum AccessPolicy {
  package static func decide(_ caller: Caller, _ method: MethodAccess) -> AccessDecision {
    if method.isInternal { return .refused(.internalMethod(method.path)) }
    if !method.via.isEmpty { return .refused(.internalMethod(method.path)) }
    return decideRights(caller, method)
  }

  /// The rights alone, for a service that has settled by which way the call came.
  package static func decideRights(_ caller: Caller, _ method: MethodAccess) -> AccessDecision {
    switch method.person {
    case .none: break
    case .stated: if !caller.hasShownPerson { return .refused(.personRequired) }
    case .certificate:
      if !caller.hasShownPerson { return .refused(.personRequired) }
      if !caller.isPersonCertificate { return .refused(.personCertificateRequired) }
    }
    if method.roles.isEmpty { return .admitted }
    if caller.roles.isDisjoint(with: method.roles) {
      return .refused(.roleMissing(needed: method.roles))
    }
    // A system opens nothing to a person who could not do it in person.
    if let stated = caller.stated {
      let needed = method.roles.subtracting([.departmentSystem])
      if !needed.isEmpty, stated.roles.isDisjoint(with: needed) {
        return .refused(.stated(.roleMissing(needed: needed)))
      }
    }
    return .admitted
  }
}

/// The same decisions from bit sets, prepared once for each method.
package struct CompiledAccess: Sendable {
  private struct Rule: Sendable {
    let method: MethodAccess
    let roles: UInt64
  }

  private let rules: [String: Rule]

  package init(_ table: some Sequence<MethodAccess>) {
    rules = Dictionary(
      table.map { ($0.path, Rule(method: $0, roles: Self.bits($0.roles))) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The rule of a path; `nil` where no service of Weir has such a method.
  package func method(_ path: String) -> MethodAccess? { rules[path]?.method }

  /// The decision on a call, `nil` for an unknown path.
  package func decide(_ caller: Caller, _ roles: UInt64, _ path: String) -> AccessDecision? {
    guard let rule = rules[path] else { return nil }
    guard rule.method.isPublic else { return .refused(.internalMethod(path)) }
    if rule.method.person != .none {
      if !caller.hasShownPerson { return .refused(.personRequired) }
      if rule.method.person == .certificate, !caller.isPersonCertificate {
        return .refused(.personCertificateRequired)
      }
    }
    if rule.roles == 0 { return .admitted }
    if rule.roles & roles == 0 { return .refused(.roleMissing(needed: rule.method.roles)) }
    let needed = rule.roles & ~Self.systemBit
    guard let stated = caller.stated, needed != 0, needed & Self.bits(stated.roles) == 0 else {
      return .admitted
    }
    return .refused(
      .stated(.roleMissing(needed: rule.method.roles.subtracting([.departmentSystem]))))
  }

  private static let systemBit = bits([.departmentSystem])

  /// A set of roles as bits, one for each case of ``Role`` in its order.
  package static func bits(_ roles: Set<Role>) -> UInt64 {
    var bits: UInt64 = 0
    for (index, role) in Role.allCases.enumerated() where roles.contains(role) {
      bits |= 1 << UInt64(index)
    }
    return bits
  }
}
