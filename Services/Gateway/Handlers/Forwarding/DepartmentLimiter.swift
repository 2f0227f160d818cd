// The rate of each department.

package import GatewayRules
import Synchronization
package import Vocabulary

/// Grants each department so many calls. Holds one bucket for each registered department that has called.
package final class DepartmentLimiter: Sendable {
  private let rate: CallRate?
  private let uptime: @Sendable () -> Int64
  private let buckets = Mutex<[DepartmentCode: TokenBucket]>([:])

  /// - Parameters:
  ///   - rate: `nil` for no limit.
  ///   - uptime: Milliseconds of a clock that never goes back.
  package init(rate: CallRate?, uptime: @escaping @Sendable () -> Int64) {
    self.rate = rate
    self.uptime = uptime
  }

  /// Takes one call; `nil` when it passes, else the milliseconds until one will.
  package func take(_ department: DepartmentCode) -> Int64? {
    guard let rate else { return nil }
    let now = uptime()
    return buckets.withLock { buckets in
      buckets[department, default: TokenBucket(rate: rate, now: now)].take(now: now)
    }
  }
}
