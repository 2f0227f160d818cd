// Which refusals are written down: the first of its kind each minute, then a count, so that nobody can stop the city by
// being refused.

/// What makes two refusals the same for the log.
package struct RefusalKey: Hashable, Sendable {
  /// The certificate's serial, or the caller's resource name; never an address alone.
  package let principal: String
  package let method: String
  package let reason: String

  package init(principal: String, method: String, reason: String) {
    self.principal = principal
    self.method = method
    self.reason = reason
  }
}

/// What goes into the log.
package enum RefusalRecord: Hashable, Sendable {
  /// The first refusal of its kind in this minute.
  case first(RefusalKey)
  /// How many more of that kind came within the minute that began then.
  case count(RefusalKey, further: Int64, minute: Int64)
}

/// Thins the refusals of a process (AC-71 wants all security events readable, so none goes uncounted: first per principal, method and reason each minute, then a count).
///
/// Bounded: when a minute brings more kinds than it holds, the further ones are counted under one common key.
package struct RefusalLedger: Sendable {
  package static let overflow = RefusalKey(principal: "*", method: "*", reason: "*")

  private let mostKinds: Int
  private var minute: Int64 = .min
  private var further: [RefusalKey: Int64] = [:]

  package init(mostKinds: Int) {
    precondition(mostKinds > 0, "a ledger holds at least one kind")
    self.mostKinds = mostKinds
  }

  /// Notes one refusal; what it returns is to be written, in its order.
  ///
  /// - Parameter now: Milliseconds since 1970.
  package mutating func note(_ key: RefusalKey, now: Int64) -> [RefusalRecord] {
    var records = turn(now: now)
    if let count = further[key] {
      further[key] = count + 1
    } else if further.count < mostKinds {
      further[key] = 0
      records.append(.first(key))
    } else if let count = further[Self.overflow] {
      further[Self.overflow] = count + 1
    } else {
      // The one key beyond the bound.
      further[Self.overflow] = 0
      records.append(.first(Self.overflow))
    }
    return records
  }

  /// The counts of a minute that has ended; empty while it runs. To be asked now and then, so that the last minute of a
  /// quiet night is told too.
  package mutating func turn(now: Int64) -> [RefusalRecord] {
    let current = now / 60_000
    guard current != minute else { return [] }
    let ended = further.filter { $0.value > 0 }
      .sorted {
        ($0.key.principal, $0.key.method, $0.key.reason)
          < ($1.key.principal, $1.key.method, $1.key.reason)
      }
      .map { RefusalRecord.count($0.key, further: $0.value, minute: minute) }
    further.removeAll(keepingCapacity: true)
    minute = current
    return ended
  }
}
