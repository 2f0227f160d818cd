// How many calls a department may make: a token bucket, by numbers from the configuration.

/// A rate: `perSecond` on average, `burst` at once.
package struct CallRate: Hashable, Sendable {
  package let perSecond: Int64
  package let burst: Int64

  /// `nil` unless both are 1 … 1,000,000.
  package init?(perSecond: Int64, burst: Int64) {
    guard (1...1_000_000).contains(perSecond), (1...1_000_000).contains(burst) else { return nil }
    self.perSecond = perSecond
    self.burst = burst
  }
}

/// The calls that a department has left, in thousandths, so that whole milliseconds add whole numbers.
///
/// Overload sheds with a delay after which a call will pass. `meizhou-public-2023/39.2c` asks that systems are protected;
/// the numbers are the node's own, no article sets one.
package struct TokenBucket: Hashable, Sendable {
  package let rate: CallRate
  private var thousandths: Int64
  private var filledAt: Int64

  /// A full bucket.
  ///
  /// - Parameter now: Milliseconds of a clock that never goes back.
  package init(rate: CallRate, now: Int64) {
    self.rate = rate
    thousandths = rate.burst * 1000
    filledAt = now
  }

  /// Takes one call out; `nil` when there was one, else the milliseconds until there is one.
  package mutating func take(now: Int64) -> Int64? {
    thousandths = content(now: now)
    filledAt = max(filledAt, now)
    if thousandths >= 1000 {
      thousandths -= 1000
      return nil
    }
    return (1000 - thousandths + rate.perSecond - 1) / rate.perSecond
  }

  /// Whether a new bucket would be no better.
  package func isFull(now: Int64) -> Bool { content(now: now) == rate.burst * 1000 }

  private func content(now: Int64) -> Int64 {
    guard now > filledAt else { return thousandths }
    // Past this many milliseconds the bucket is full whatever its content; the bound keeps the product small.
    let elapsed = min(now - filledAt, rate.burst * 1000 / rate.perSecond + 1)
    return min(rate.burst * 1000, thousandths + elapsed * rate.perSecond)
  }
}
