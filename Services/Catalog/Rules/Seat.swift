// Where decisions on entries are made, and who sits there (AC-11, AC-14, AC-19; meizhou-public-2023/7; hebi-2021/8, 10; luyi-2019/9).

package import Vocabulary

/// A place at which something is decided on entries. A person sits at some by department and role; an entry's profile and owner say at
/// which of them it is decided.
package enum Seat: Hashable, Sendable {
  /// The department that owns the entry.
  case owner(DepartmentCode)
  case authority(DepartmentCode)
  /// Of all entries of a city and its counties: the first four digits of GB/T 2260 (hebi-2021/8).
  case cityAuthority(city: String)
  /// luyi-2019/9.
  case populationBase(region: String)
  /// luyi-2019/4: the construction group, which the bureau convenes.
  case leadingGroup(region: String)
  /// meizhou-public-2023/5.i4: fixes with the authority who answers for a datum.
  case staffingOffice(region: String)

  /// Reads ``text``.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    switch (parts[0], DepartmentCode(parts[1])) {
    case ("owner", let code?): self = .owner(code)
    case ("authority", let code?): self = .authority(code)
    case ("city-authority", _): self = .cityAuthority(city: parts[1])
    case ("population-base", _): self = .populationBase(region: parts[1])
    case ("leading-group", _): self = .leadingGroup(region: parts[1])
    case ("staffing-office", _): self = .staffingOffice(region: parts[1])
    default: return nil
    }
  }

  /// One word for the store.
  package var text: String {
    switch self {
    case .owner(let code): "owner:\(code.text)"
    case .authority(let code): "authority:\(code.text)"
    case .cityAuthority(let city): "city-authority:\(city)"
    case .populationBase(let region): "population-base:\(region)"
    case .leadingGroup(let region): "leading-group:\(region)"
    case .staffingOffice(let region): "staffing-office:\(region)"
    }
  }
}

extension Actor {
  /// The seats that a person takes.
  package var seats: Set<Seat> {
    var seats: Set<Seat> = [.owner(department.code)]
    if roles.contains(.authority) {
      seats.insert(.authority(department.code))
      if department.level == .city { seats.insert(.cityAuthority(city: department.city)) }
    }
    if roles.contains(.populationBaseAdministrator) {
      seats.insert(.populationBase(region: department.region))
    }
    if roles.contains(.leadingGroup) { seats.insert(.leadingGroup(region: department.region)) }
    if roles.contains(.staffingOffice) {
      seats.insert(.staffingOffice(region: department.region))
    }
    return seats
  }
}

extension DepartmentFacts {
  fileprivate var city: String { String(region.prefix(4)) }

  /// The seat at which a reviewer decides on this department's entries; `nil` where there is nobody.
  ///
  /// Nobody reviews his own (AC-11): the entries of an authority go to the one above.
  package func seat(of reviewer: Reviewer) -> Seat? {
    switch reviewer {
    case .sourceDepartment: .owner(code)
    case .authority, .sameLevelAuthority: authority.map { .authority($0) }
    case .bigDataBureau: bureau
    case .cityAuthority where isAuthority && level == .city: authority.map { .authority($0) }
    case .cityAuthority: .cityAuthority(city: city)
    case .populationBaseAdministrator: administrator
    }
  }

  /// Who confirms (luyi-2019/9.2). The bureau's own entries go to the authority above, and where the county stands alone, as in
  /// luyi-2019, to the construction group (luyi-2019/4).
  private var bureau: Seat? {
    if let authority { return .authority(authority) }
    return isHeldElsewhere(.leadingGroup) ? .leadingGroup(region: region) : nil
  }

  /// Who reviews a change of items (luyi-2019/9.1, AC-19): an administrator of another department. Where the owner's own
  /// department has the only one, the bureau looks at it in his place and a second person of it confirms.
  private var administrator: Seat? {
    if isHeldElsewhere(.populationBaseAdministrator) { return .populationBase(region: region) }
    return holders[.populationBaseAdministrator]?.isEmpty == false ? bureau : nil
  }

  /// Whether a reviewer is missing because nobody of the region was given the administrator's role.
  func lacksAdministrator(for reviewer: Reviewer) -> Bool {
    reviewer == .populationBaseAdministrator
      && holders[.populationBaseAdministrator]?.isEmpty ?? true
  }

  private func isHeldElsewhere(_ role: Role) -> Bool {
    holders[role]?.contains { $0 != code } ?? false
  }
}

/// Whether a person can give the opinion of a reviewer on an owner's entries.
package func isReviewer(_ actor: Actor, _ reviewer: Reviewer, of owner: DepartmentFacts) -> Bool {
  owner.seat(of: reviewer).map(actor.seats.contains) ?? false
}
