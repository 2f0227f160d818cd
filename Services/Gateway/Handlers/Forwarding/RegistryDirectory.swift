// The registry in memory, from which every call is judged; changed in the same step as the store.

package import GatewayRules
package import GatewayStore
import Synchronization
package import Vocabulary

/// What the gateway knows of the registry at this moment.
///
/// A handler that changes the registry applies its rows here after the commit and before it answers, so that the next
/// call already meets them. Changes of other replicas come by ``refresh(from:)``.
package final class RegistryDirectory: Sendable {
  private let snapshot: Mutex<RegistrySnapshot>

  package init(_ snapshot: RegistrySnapshot) {
    self.snapshot = Mutex(snapshot)
  }

  package var version: Int64 { snapshot.withLock { $0.version } }

  /// The caller behind a certificate, with the registry version that says so.
  package func identify(
    fingerprint: [UInt8], now: Instant
  ) -> (Result<Identity, IdentityError>, version: Int64) {
    snapshot.withLock { ($0.identify(fingerprint: fingerprint, now: now), $0.version) }
  }

  /// The person whom a system states.
  package func stated(
    _ actor: StatedActor, by identity: Identity
  ) -> Result<Stated, StatementRefusal> {
    snapshot.withLock { $0.stated(actor, by: identity.system, of: identity.department.code) }
  }

  package func department(_ code: DepartmentCode) -> RegisteredDepartment? {
    snapshot.withLock { $0.departments[code] }
  }

  /// The authority above one; `nil` where there is none.
  package func superior(of authority: RegisteredDepartment) -> RegisteredDepartment? {
    snapshot.withLock { GatewayRules.superior(of: authority, among: $0.departments.values) }
  }

  /// Whether another authority of the node has none above it either.
  package func hasPeer(of authority: RegisteredDepartment) -> Bool {
    snapshot.withLock { snapshot in
      snapshot.departments.values.contains { other in
        other.code != authority.code && other.isAuthority && other.state == .active
          && !GatewayRules.governs(authority, other)
          && GatewayRules.superior(of: other, among: snapshot.departments.values) == nil
      }
    }
  }

  /// Where the roles that count for a department's region are held.
  package func regionalHolders(
    for department: RegisteredDepartment
  ) -> [(role: Role, departments: [DepartmentCode])] {
    snapshot.withLock { snapshot in
      regionalRoles.compactMap { role in
        let holders = snapshot.holders(of: role, in: department.region)
        return holders.isEmpty ? nil : (role, holders)
      }
    }
  }

  package func system(_ name: Principal) -> RegisteredSystem? {
    snapshot.withLock { $0.systems[name] }
  }

  /// A certificate, whether it is good or not, with the roles that its holder has now; none once the person is disabled.
  package func certificate(
    _ fingerprint: [UInt8]
  ) -> (certificate: RegisteredCertificate, roles: Set<Role>)? {
    snapshot.withLock { snapshot in
      snapshot.certificates[fingerprint].map { row in
        let person = snapshot.persons[row.subject]
        return (row, person.flatMap { $0.state == .active ? $0.roles : nil } ?? [])
      }
    }
  }

  package func apply(_ changes: [RegistryChange]) {
    snapshot.withLock { snapshot in
      for change in changes { snapshot.apply(change) }
    }
  }

  /// Takes in what the store has and this directory has not.
  package func refresh(from store: RegistryStore) async throws {
    guard let (rows, version) = try await store.changes(after: version) else { return }
    snapshot.withLock { snapshot in
      for row in rows { snapshot.apply(row) }
      snapshot.advance(to: version)
    }
  }
}
