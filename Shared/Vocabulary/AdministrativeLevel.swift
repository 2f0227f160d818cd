// The levels of administration, as the registry tells them of each body (policies a.4 `levels`).

/// The administrative level of a body, the highest first. The numbers are those of the registry's rows and of weir.registry.v1.
package enum AdministrativeLevel: Int64, CaseIterable, Sendable, Comparable {
  case province = 1
  case city = 2
  case county = 3
  /// A zone with functions of its own (功能区), beside the counties of its city.
  case functionalZone = 4

  package static func < (left: AdministrativeLevel, right: AdministrativeLevel) -> Bool {
    left.rawValue < right.rawValue
  }

  /// Below a city: where the texts speak of counties, zones with functions of their own are meant too.
  package var isCounty: Bool { self >= .county }

  /// As the log tells it.
  package var slug: String {
    switch self {
    case .province: "province"
    case .city: "city"
    case .county: "county"
    case .functionalZone: "functional_zone"
    }
  }

  /// How many digits of a region code (GB/T 2260) name the area that a body of this level acts in.
  package var regionDigits: Int {
    switch self {
    case .province: 2
    case .city: 4
    case .county, .functionalZone: 6
    }
  }
}
