// The registry as one value in memory, from which every call is judged.

package import Vocabulary

/// One changed row of the registry.
package enum RegistryChange: Hashable, Sendable {
  case department(RegisteredDepartment)
  case system(RegisteredSystem)
  case person(RegisteredPerson)
  case certificate(RegisteredCertificate)
  case run(ScheduledRun)

  package var version: Int64 {
    switch self {
    case .department(let row): row.version
    case .system(let row): row.version
    case .person(let row): row.version
    case .certificate(let row): row.version
    case .run(let row): row.version
    }
  }
}

/// All rows, by what names them: each call is judged by the newest state of each (AC-92: access ends at once).
package struct RegistrySnapshot: Sendable, Equatable {
  /// All changes up to this one are here; later ones may be.
  package private(set) var version: Int64 = 0
  package private(set) var departments: [DepartmentCode: RegisteredDepartment] = [:]
  package private(set) var systems: [Principal: RegisteredSystem] = [:]
  package private(set) var persons: [Principal: RegisteredPerson] = [:]
  /// The active persons with a role that counts for a region, kept beside the rows since services ask often.
  private(set) var regionalHolders: [Role: Set<Principal>] = [:]
  package private(set) var runs: [StatedActor: ScheduledRun] = [:]
  /// By fingerprint.
  package private(set) var certificates: [[UInt8]: RegisteredCertificate] = [:]

  package init() {}

  package init(_ rows: [RegistryChange]) {
    for row in rows { apply(row) }
  }

  /// Takes a row in; an older state of a row never replaces a newer one, so changes may come in any order.
  ///
  /// The version moves only where nothing lies between: a row that this replica wrote itself says nothing of what another
  /// wrote before, which must still be asked for.
  package mutating func apply(_ change: RegistryChange) {
    if change.version == version + 1 { version = change.version }
    switch change {
    case .department(let row):
      if departments[row.code].map({ $0.version <= row.version }) ?? true {
        departments[row.code] = row
      }
    case .system(let row):
      if systems[row.principal].map({ $0.version <= row.version }) ?? true {
        systems[row.principal] = row
      }
    case .person(let row):
      if persons[row.principal].map({ $0.version <= row.version }) ?? true {
        persons[row.principal] = row
        for role in regionalRoles {
          if row.state == .active, row.roles.contains(role) {
            regionalHolders[role, default: []].insert(row.principal)
          } else {
            regionalHolders[role]?.remove(row.principal)
          }
        }
      }
    case .certificate(let row):
      if certificates[row.fingerprint].map({ $0.version <= row.version }) ?? true {
        certificates[row.fingerprint] = row
      }
    case .run(let row):
      if runs[row.actor].map({ $0.version <= row.version }) ?? true { runs[row.actor] = row }
    }
  }

  /// Notes that the store has reached a version whose rows are all here.
  package mutating func advance(to version: Int64) {
    self.version = max(self.version, version)
  }
}
