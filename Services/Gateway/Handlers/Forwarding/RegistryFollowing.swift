// Replicas of the gateway over one database: each says how far it is, none judges by what it cannot confirm (AC-52, AC-92).

import Access
package import GatewayStore
import Synchronization
package import Vocabulary

/// How this replica follows what the others write.
///
/// A change is answered when every living replica has confirmed it, or after a second: one that cannot confirm for so long refuses
/// every call by itself, so nobody is let in by what was revoked more than a second ago.
package final class RegistryFollowing: Sendable {
  /// FORMATS "Certificates and keys": a follower unconfirmed for so long refuses.
  package static let limitMilliseconds: Int64 = 1_000
  /// A replica that was not seen for so long is not waited for; clocks of replicas may differ by as much.
  static let goneMilliseconds: Int64 = 10_000
  private static let interval = Duration.milliseconds(200)

  private let directory: RegistryDirectory
  private let store: RegistryStore
  private let replica: String
  private let real: @Sendable () -> Instant
  private let uptime: @Sendable () -> Int64
  /// The uptime at which the newest confirmed state was asked for.
  private let confirmed: Mutex<Int64>

  /// - Parameters:
  ///   - replica: Tells this replica from the others.
  ///   - uptime: Milliseconds of a clock that never goes back.
  package init(
    _ directory: RegistryDirectory, _ store: RegistryStore, replica: String,
    real: @escaping @Sendable () -> Instant, uptime: @escaping @Sendable () -> Int64
  ) {
    self.directory = directory
    self.store = store
    self.replica = replica
    self.real = real
    self.uptime = uptime
    confirmed = Mutex(uptime())
  }

  /// Whether what is known here was confirmed within the last second.
  package var isConfirmed: Bool {
    uptime() - confirmed.withLock(\.self) < Self.limitMilliseconds
  }

  /// Takes in what the others wrote, and says so.
  package func look() async throws {
    let start = uptime()
    try await directory.refresh(from: store)
    try await store.confirm(directory.version, by: replica, now: real())
    confirmed.withLock { $0 = max($0, start) }
  }

  /// Looks again and again, until cancelled.
  ///
  /// - Parameter onFault: Told of each failed look.
  package func run(onFault: @Sendable (any Error) -> Void) async {
    while !Task.isCancelled {
      do {
        try await look()
        try await Task.sleep(for: Self.interval)
      } catch is CancellationError {
        return
      } catch {
        onFault(error)
        try? await Task.sleep(for: Self.interval)
      }
    }
  }

  /// Waits until the other replicas have confirmed a version, at most the second after which they refuse.
  func waitForOthers(_ version: Int64) async throws {
    let start = uptime()
    while uptime() - start < Self.limitMilliseconds {
      let since = real().adding(milliseconds: -Self.goneMilliseconds)
      let behind = try await store.followers(behind: version, except: replica, since: since)
      if behind == 0 { return }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
