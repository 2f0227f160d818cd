// Synthetic persons: each has one identity number that nobody else has, and one name.

import Vocabulary

/// Whole years of birth that share a range of identity numbers; ranges do not overlap.
package enum Cohort: UInt64, CaseIterable, Sendable {
  /// Born 1925 to 1959: pensioners.
  case elder
  /// Born 1960 to 2003.
  case adult
  /// Born 2008 to 2012: minors on every day of the demo.
  case child

  /// The day number of the first birth.
  ///
  /// - Parameter years: By how many years everybody is older: a story that is told earlier has people of the same ages.
  func firstBirth(earlierBy years: Int) -> Int {
    let day = CivilDate(dayNumber: Self.days[Int(rawValue)].0)
    return day.adding(months: -12 * years).dayNumber
  }
  var birthCount: Int { Self.days[Int(rawValue)].1 }

  /// Day numbers of 1925-01-01, 1960-01-01, 2008-01-01 and how many days follow.
  private static let days = [(-16_436, 12_783), (-3_653, 16_071), (13_879, 1_827)]
}

/// One synthetic person.
package struct Person: Hashable, Sendable {
  package let cohort: Cohort
  package let index: Int
}

/// Everybody that one seed knows.
package struct People: Sendable {
  package let seed: UInt64
  private let firstBirths: [Int]
  private let spaces: [Shuffle]

  /// The districts and counties of Meizhou (GB/T 2260); 441421 is on old numbers only.
  static let areas = [
    441_402, 441_403, 441_421, 441_422, 441_423, 441_424, 441_426, 441_427, 441_481,
  ]
  /// 996 to 999 were kept for people over a hundred and would be read so in numbers of 15 digits.
  static let orders = 995

  /// - Parameter years: By how many years everybody is older than in 2024.
  package init(seed: UInt64, olderBy years: Int = 0) {
    self.seed = seed
    firstBirths = Cohort.allCases.map { $0.firstBirth(earlierBy: years) }
    spaces = Cohort.allCases.map { cohort in
      Shuffle(
        count: Self.areas.count * cohort.birthCount * Self.orders, seed: seed, cohort.rawValue)
    }
  }

  /// The first 17 digits of a person's number.
  package func number(of person: Person) -> UInt64 {
    let place = spaces[Int(person.cohort.rawValue)].value(at: person.index)
    let order = place % Self.orders + 1
    let day = place / Self.orders % person.cohort.birthCount
    let area = Self.areas[place / Self.orders / person.cohort.birthCount]
    let birth = CivilDate(dayNumber: firstBirths[Int(person.cohort.rawValue)] + day)
    let date = birth.year * 10_000 + birth.month * 100 + birth.day
    return UInt64(area) * 100_000_000_000 + UInt64(date) * 1000 + UInt64(order)
  }

  package func identifier(of person: Person) -> String { Self.text(of: number(of: person)) }

  /// - Parameter variant: 0 for the person's own name, others for another's.
  package func name(of person: Person, variant: UInt64 = 0) -> String {
    Names.name(
      seed: seed, person: person.cohort.rawValue << 40 | UInt64(person.index), variant: variant)
  }

  /// Any 17 digits with their check symbol (GB 11643), those of no real person too: errors are made of them.
  static func text(of number: UInt64) -> String {
    let digits = String(number)
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(digits.utf8, weights).reduce(0) { $0 + Int($1.0 - UInt8(ascii: "0")) * $1.1 }
    return digits + String(Array("10X98765432")[sum % 11])
  }
}

/// Credit codes of hospitals (GB 32100, the code of GB 11714 inside).
enum Organisations {
  private static let symbols = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")

  static func hospital(_ number: Int) -> String {
    let code = String(String(100_000_000 + number * 7919 % 100_000_000).dropFirst())
    let weights = [3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(code.utf8, weights).reduce(0) { $0 + Int($1.0 - UInt8(ascii: "0")) * $1.1 }
    let inner = Array("0X987654321")[sum % 11]
    let seventeen = "12441400" + code + String(inner)
    var total = 0
    var weight = 1
    for symbol in seventeen {
      total += (symbols.firstIndex(of: symbol) ?? 0) * weight
      weight = weight * 3 % 31
    }
    return seventeen + String(symbols[(31 - total % 31) % 31])
  }
}
