// What a log tells of connections that were turned away: enough to see it, too little to fill a disk.

package import RPC
import Synchronization
package import Vocabulary

/// Counts refused connections, who are anybody that can reach the port. The first of each reason and address block is told
/// in each minute, and then how many came: the rule that refused calls follow too.
package final class RefusedConnections: Sendable {
  /// One line of the log.
  package struct Line: Sendable, Equatable {
    /// The peer's address, a block of addresses, or empty for what was not told apart.
    package let peer: String
    package let reason: String
    /// How many it stands for, itself included.
    package let count: Int
  }

  private struct Kind: Hashable {
    let reason: String
    let block: String
  }

  private struct State {
    var minute: Int64 = 0
    var counts: [Kind: Int] = [:]
    var other = 0
  }

  /// How many kinds are told apart within a minute.
  static let kinds = 20
  private static let minuteMilliseconds: Int64 = 60_000

  private let now: @Sendable () -> Instant
  private let tell: @Sendable (Line) -> Void
  private let state = Mutex(State())

  /// - Parameter now: Real time.
  package init(
    now: @escaping @Sendable () -> Instant, tell: @escaping @Sendable (Line) -> Void
  ) {
    self.now = now
    self.tell = tell
  }

  package func note(_ refusal: ConnectionRefusal) {
    let kind = Kind(
      reason: refusal.reason.kind.rawValue, block: Self.block(of: refusal.peerAddress))
    let minute = now().milliseconds / Self.minuteMilliseconds
    let (ended, isFirst) = state.withLock { state in
      let ended = minute == state.minute ? [] : Self.end(&state)
      state.minute = minute
      if let count = state.counts[kind] {
        state.counts[kind] = count + 1
        return (ended, false)
      }
      guard state.counts.count < Self.kinds else {
        state.other += 1
        return (ended, false)
      }
      state.counts[kind] = 1
      return (ended, true)
    }
    for line in ended { tell(line) }
    if isFirst {
      tell(Line(peer: refusal.peerAddress, reason: "\(refusal.reason)", count: 1))
    }
  }

  /// Tells the counts of the minute so far. Called every minute, and when the process stops.
  package func flush() {
    for line in state.withLock({ Self.end(&$0) }) { tell(line) }
  }

  /// The counts of what was more than its first line; the next of each kind is a first one again.
  private static func end(_ state: inout State) -> [Line] {
    var lines = state.counts.filter { $0.value > 1 }
      .map { Line(peer: $0.key.block, reason: $0.key.reason, count: $0.value) }
      .sorted { ($0.reason, $0.peer) < ($1.reason, $1.peer) }
    if state.other > 0 { lines.append(Line(peer: "", reason: "other", count: state.other)) }
    state.counts = [:]
    state.other = 0
    return lines
  }

  /// `192.0.2.*` of `192.0.2.7:443`, `2001:db8:0:1:*` of `[2001:db8:0:1::9]:443`: what one holder has of addresses, roughly.
  private static func block(of address: String) -> String {
    if address.hasPrefix("[") {
      let groups = address.dropFirst().prefix { $0 != "]" }
        .split(separator: ":", omittingEmptySubsequences: false)
      // Up to `::`, where it stands among them.
      return groups.prefix(while: { !$0.isEmpty }).prefix(4).joined(separator: ":") + ":*"
    }
    let parts = address.prefix { $0 != ":" }.split(separator: ".")
    return parts.prefix(3).joined(separator: ".") + ".*"
  }
}
