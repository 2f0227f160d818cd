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

  /// One word for the store.
  package var text: String {
    switch self {
    case .owner(let code): "owner:\(code.text)"
    case .authority(let code): "authority:\(code.text)"
    case .cityAuthority(let city): "city-authority:\(city)"
    case .populationBase(let region): "population-base:\(region)"
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
    case .authority, .sameLevelAuthority, .bigDataBureau: authority.map { .authority($0) }
    case .cityAuthority where isAuthority && level == .city: authority.map { .authority($0) }
    case .cityAuthority: .cityAuthority(city: city)
    case .populationBaseAdministrator: .populationBase(region: region)
    }
  }
}

/// Whether a person can give the opinion of a reviewer on an owner's entries.
package func isReviewer(_ actor: Actor, _ reviewer: Reviewer, of owner: DepartmentFacts) -> Bool {
  owner.seat(of: reviewer).map(actor.seats.contains) ?? false
}
