// How many of something each peer has, whichever reactor it is on.

import Synchronization

/// Counts by peer (a certificate's hash or a network address) up to a limit. Touched when connections come and go, never for a call.
final class PeerCounts: Sendable {
  private let limit: Int
  private let counts = Mutex<[[UInt8]: Int]>([:])

  init(limit: Int) { self.limit = limit }

  /// Adds one of this peer's; false, and nothing is added, where it has as many as it may.
  func enter(_ peer: [UInt8]) -> Bool {
    counts.withLock { counts in
      let count = counts[peer, default: 0]
      if count >= limit { return false }
      counts[peer] = count + 1
      return true
    }
  }

  func leave(_ peer: [UInt8]) {
    counts.withLock { counts in
      let count = counts[peer, default: 0]
      counts[peer] = count > 1 ? count - 1 : nil
    }
  }
}
