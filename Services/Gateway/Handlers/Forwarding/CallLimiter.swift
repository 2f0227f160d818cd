// The rate of each department, and of each certificate behind which the registry finds none.

package import GatewayRules
import Synchronization
package import Vocabulary

/// Whose calls are counted together.
package enum RateHolder: Hashable, Sendable {
  case department(DepartmentCode)
  /// By its serial: revoked, expired or unknown here, and still let through the handshake for a readable answer.
  case certificate(String)
  /// At the open listener, where nobody is known.
  case address(String)
  /// All who come there together.
  case anybody
}

/// Grants each holder so many calls. Every call takes one, also one that is refused.
package final class CallLimiter: Sendable {
  /// The most buckets that are kept; beyond, those that are full again go, which are as good as new.
  static let mostKept = 10_000

  private let rate: CallRate?
  private let uptime: @Sendable () -> Int64
  private let buckets = Mutex<[RateHolder: TokenBucket]>([:])

  /// - Parameters:
  ///   - rate: `nil` for no limit.
  ///   - uptime: Milliseconds of a clock that never goes back.
  package init(rate: CallRate?, uptime: @escaping @Sendable () -> Int64) {
    self.rate = rate
    self.uptime = uptime
  }

  /// Takes one call; `nil` when it passes, else the milliseconds until one will.
  package func take(_ holder: RateHolder) -> Int64? {
    guard let rate else { return nil }
    let now = uptime()
    return buckets.withLock { buckets in
      if buckets.count >= Self.mostKept, buckets[holder] == nil {
        buckets = buckets.filter { !$0.value.isFull(now: now) }
      }
      return buckets[holder, default: TokenBucket(rate: rate, now: now)].take(now: now)
    }
  }
}
