// The access rule of one method, as the generated table brings it from the .proto option.

package import Vocabulary

/// Who may call a method (weir.access.v1.Access).
package struct MethodAccess: Sendable, Hashable {
  /// Whose resources the caller may reach; decided by the service with its own data.
  package enum Scope: Sendable, Hashable, CaseIterable {
    case any, owner, grantee, reviewer, sameLevelAuthority, reporter
    /// SELF of the .proto, a word that Swift keeps.
    case caller
  }

  /// Which identity of a person the call must bring.
  package enum Person: Sendable, Hashable, CaseIterable {
    /// A system may act alone.
    case none
    /// Stated by the registered system; a person's certificate is also enough.
    case stated
    /// The person's own certificate: a decision is made here.
    case certificate
  }

  /// `/weir.catalog.v1.Catalog/GetEntry`.
  package let path: String
  /// `weir.catalog.v1.Catalog`.
  package let service: String
  /// The caller must hold one of these; empty for any registered caller.
  package let roles: Set<Role>
  package let scope: Scope
  package let person: Person
  /// The request fields that stand in the audit entry.
  package let audited: [String]
  /// The entry methods through which an internal method may be reached.
  package let via: [String]
  /// Reached by services only: with `via` on a caller's behalf, without it on their own account.
  package let isInternal: Bool

  /// - Parameter callers: The services that may call it on their own account.
  package init(
    path: String, service: String, roles: Set<Role> = [], scope: Scope = .any,
    person: Person = .none, audited: [String] = [], via: [String] = [], isInternal: Bool = false,
    callers: [String] = []
  ) {
    self.path = path
    self.service = service
    self.roles = roles
    self.scope = scope
    self.person = person
    self.audited = audited
    self.via = via
    self.isInternal = isInternal
    if via.isEmpty {
      peers = isInternal ? Set(callers) : ["gateway"]
    } else {
      peers = Set(via.map(serviceName))
    }
  }

  /// The services, by the name in their certificates, from which an internal listener takes the method: the gateway for a
  /// public one, the services of the entry methods where it has some, else those that its rule names.
  package let peers: Set<String>

  /// Whether a department may call it at all.
  package var isPublic: Bool { !isInternal && via.isEmpty }

  /// Whether a service calls it on its own account.
  package var isOnOwnAccount: Bool { isInternal && via.isEmpty }
}

extension MethodAccess {
  /// The metrics of the gateway: who runs the node may see how it runs, and no content (AC-35, `guangdong-2018/28`).
  package static let metrics = MethodAccess(
    path: metricsPath, service: "weir.metrics", roles: [.operator])

  /// The metrics of a service, at its internal listener: for the certificate of the node's operator alone.
  package static let innerMetrics = MethodAccess(
    path: metricsPath, service: "weir.metrics", isInternal: true, callers: ["node"])

  package static let metricsPath = "/metrics"
}

/// `/weir.catalog.v1.Catalog/GetEntry` is served by `catalog`; empty for a path of another form.
package func serviceName(of path: String) -> String {
  let parts = path.split(separator: ".", maxSplits: 2)
  guard parts.count == 3, parts[0] == "/weir" else { return "" }
  return String(parts[1])
}
