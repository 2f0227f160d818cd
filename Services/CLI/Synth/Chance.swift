// Repeatable chance: everything that Synth makes follows from a seed, on every machine alike.

/// A small generator (SplitMix64, Steele, Lea and Flood 2014), made anew for each row from the seed and the row's key, so
/// that any row can be made without those before it.
package struct Chance: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameter keys: What the numbers are for; other keys, other numbers.
  package init(seed: UInt64, _ keys: UInt64...) {
    state = seed
    for key in keys {
      state = Self.mixed(state ^ (key &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03))
    }
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// Below `bound`, which is at least 1. The unevenness of the remainder does not matter for test data.
  package mutating func number(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  package mutating func one<Element>(of list: [Element]) -> Element {
    list[number(below: list.count)]
  }

  /// True in so many of a thousand cases.
  package mutating func happens(inThousand count: Int) -> Bool { number(below: 1000) < count }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// An order of 0..<count that needs no memory: n -> (n * factor + shift) mod count.
package struct Shuffle: Sendable {
  package let count: Int
  private let factor: Int
  private let inverse: Int
  private let shift: Int

  /// Primes near a thousand million, so that the products of all sizes in use fit 64 bits.
  private static let primes = [
    1_000_000_007, 1_000_000_009, 1_000_000_021, 1_000_000_033, 1_000_000_087, 1_000_000_093,
  ]

  package init(count: Int, seed: UInt64, _ key: UInt64) {
    precondition(count >= 1 && count < 1 << 31, "a shuffle has from 1 to 2^31 places")
    var chance = Chance(seed: seed, 0x5AFF, key)
    let first = chance.number(below: Self.primes.count)
    // No count below 2^31 is a multiple of more than two of them.
    let prime =
      (0..<Self.primes.count).map { Self.primes[(first + $0) % Self.primes.count] }
      .first { !count.isMultiple(of: $0) } ?? 1
    self.count = count
    factor = prime % count
    shift = chance.number(below: count)
    inverse = Self.inverse(of: factor, modulo: count)
  }

  /// What stands at a place.
  package func value(at place: Int) -> Int { (place * factor + shift) % count }

  /// Where a value stands.
  package func place(of value: Int) -> Int {
    (value - shift + count) % count * inverse % count
  }

  /// Euclid's algorithm, extended.
  private static func inverse(of factor: Int, modulo count: Int) -> Int {
    var (old, new) = (factor, count)
    var (oldFactor, newFactor) = (1, 0)
    while new != 0 {
      let quotient = old / new
      (old, new) = (new, old - quotient * new)
      (oldFactor, newFactor) = (newFactor, oldFactor - quotient * newFactor)
    }
    return (oldFactor % count + count) % count
  }
}
