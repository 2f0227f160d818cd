// What somebody can call and see, and why: from the rules that every method carries, the catalogue's entries and the grants.

import Access
import Contracts
import Vocabulary

/// Whose access is explained, as the registry has it.
struct ExplainedParty: Sendable {
  let department: DepartmentCode
  /// "departments/d/persons/p" or "departments/d/systems/s".
  let name: String
  let person: PersonID?
  let system: SystemName
  let roles: Set<Role>
  let isActive: Bool

  /// - Parameter name: As above.
  init?(_ name: String, roles: [String], isActive: Bool) {
    guard let resource = ResourceName(name),
      let department = resource.parentID.flatMap({ DepartmentCode($0) })
    else { return nil }
    switch resource.collection {
    case .persons:
      guard let person = PersonID(resource.id), let station = SystemName("workstation") else {
        return nil
      }
      (self.person, system) = (person, station)
      self.roles = Set(roles.compactMap(Role.init(rawValue:)))
    case .systems:
      guard let system = SystemName(resource.id) else { return nil }
      (person, self.system) = (nil, system)
      self.roles = [.departmentSystem]
    default: return nil
    }
    self.department = department
    self.name = name
    self.isActive = isActive
  }

  fileprivate func caller(stating roles: Set<Role>? = nil) -> Caller {
    Caller(
      department: department, system: system,
      person: person ?? roles.flatMap { _ in PersonID("any") },
      isPersonCertificate: person != nil, roles: self.roles, certificateHash: [],
      stated: roles.map { StatedPerson(roles: $0) })
  }
}

/// Whether somebody may call a method, by what, or why not.
struct ExplainedMethod: Sendable {
  /// `weir.share.v1.Share/Lookup`
  let method: String
  let refusal: AccessRefusal?
  /// The roles that permit it; empty where every registered caller may.
  let by: [Role]
  /// Whether a system has to state somebody beside itself, and who that may be; empty for anybody of its department.
  let statesSomeone: Bool
  let stating: [Role]

  /// Decided by the authorizer that every service asks.
  init(_ method: MethodAccess, for party: ExplainedParty) {
    self.method = String(method.path.dropFirst())
    by = Role.allCases.filter { party.roles.contains($0) && method.roles.contains($0) }
    let persons = method.roles.subtracting([.departmentSystem])
    var decision = AccessPolicy.decide(party.caller(), method)
    var states = false
    if case .refused(.personRequired) = decision {
      // A system acts for somebody: whoever could do it in person.
      decision = AccessPolicy.decide(party.caller(stating: persons), method)
      states = decision == .admitted
    }
    statesSomeone = states
    stating = states ? Role.allCases.filter(persons.contains) : []
    if !party.isActive {
      refusal =
        party.person == nil
        ? .systemDisabled(serial: "", system: party.name)
        : .personDisabled(serial: "", person: party.name, successor: nil)
    } else if case .refused(let refused) = decision {
      refusal = refused
    } else {
      refusal = nil
    }
  }

  /// All methods that departments may call at all, in the order of their names.
  static func all(for party: ExplainedParty) -> [ExplainedMethod] {
    AccessTable.all.values.filter(\.isPublic).sorted { $0.path < $1.path }
      .map { ExplainedMethod($0, for: party) }
  }
}

/// By what somebody has data of an entry, or what stands in the way.
struct ExplainedItems: Sendable {
  enum Ground: Sendable, Equatable {
    case own
    /// Opens data now.
    case grant(String, until: String)
    /// Opens nothing, though it stands there.
    case idleGrant(String, ShareV1.GrantState)
    case otherSystems(String)
    /// Each is had at once, by a subscription.
    case unconditional
    case application
    /// No data; one claim may be verified where the regulation has it.
    case verification
  }

  let entry: CatalogV1.Entry
  let ground: Ground
  let items: [String]

  /// Whether data are opened now.
  var opens: Bool {
    switch ground {
    case .own, .grant: true
    default: false
    }
  }

  /// Of one entry: its owner's, each grant, then whatever no living grant holds, by its share type.
  static func of(
    _ entry: CatalogV1.Entry, grants: [ShareV1.Grant], for party: ExplainedParty, today: CivilDate
  ) -> [ExplainedItems] {
    let all = entry.items.map(\.name)
    if entry.owner == ResourceName.department(party.department).text {
      return [ExplainedItems(entry: entry, ground: .own, items: all)]
    }
    var rows: [ExplainedItems] = []
    var granted: Set<String> = []
    for grant in grants where grant.entry == entry.name {
      let ground = ground(of: grant, for: party, today: today)
      rows.append(ExplainedItems(entry: entry, ground: ground, items: grant.items))
      if case .grant = ground { granted.formUnion(grant.items) }
    }
    for (type, ground) in [
      (CatalogV1.ShareType.unconditional, Ground.unconditional), (.conditional, .application),
      (.notShared, .verification),
    ] {
      let items = entry.items.filter { item in
        let own = item.shareType == .unspecified ? entry.shareType : item.shareType
        // What has no type is not shared, as Share reads it.
        return (own == .unspecified ? .notShared : own) == type && !granted.contains(item.name)
      }
      if !items.isEmpty {
        rows.append(ExplainedItems(entry: entry, ground: ground, items: items.map(\.name)))
      }
    }
    return rows
  }

  private static func ground(
    of grant: ShareV1.Grant, for party: ExplainedParty, today: CivilDate
  ) -> Ground {
    let system = ResourceName.system(party.department, party.system).text
    guard grant.state == .active else { return .idleGrant(grant.name, grant.state) }
    guard let until = CivilDate(iso: grant.until), until >= today else {
      return .idleGrant(grant.name, .expired)
    }
    guard grant.systems.isEmpty || grant.systems.contains(system) else {
      return .otherSystems(grant.name)
    }
    return .grant(grant.name, until: grant.until)
  }
}
