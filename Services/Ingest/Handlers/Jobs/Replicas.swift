// Several processes of Ingest over one database: each takes in what the others did to keys before it uses any, and says so.

import Crypto
import Database
import IngestStore
import Integrity
import Synchronization
import Vocabulary

/// One of the processes over a database.
package struct Replica: Sendable {
  /// As in the origin of its outbox.
  package let name: String
  /// What leases call it; the same after a restart.
  package let holder: String

  package init(name: String, holder: String) {
    self.name = name
    self.holder = holder
  }
}

/// Up to which change of keys this process has let go of what is no more.
final class FollowedKeys: Sendable {
  private let number = Mutex<Int64>(0)
  let turns = Turns()

  var change: Int64 { number.withLock(\.self) }
  func took(_ change: Int64) { number.withLock { $0 = max($0, change) } }
}

extension IngestService {
  private static let look = Duration.milliseconds(200)
  /// A replica says so often that it lives.
  private static let word = Duration.seconds(1)

  /// Takes a place among the replicas, before anything else.
  ///
  /// - Throws: ``StartRefusal`` where the place is taken, or where other keys lie here than with the others.
  func join() async throws {
    guard let replica = outside.replica else { return }
    let (check, now) = (try keys.folderCheck(), outside.real())
    let joined = try await database.write {
      try $0.join(replica.name, holder: replica.holder, check: check, at: now)
    }
    switch joined {
    case .joined(let change): followedKeys.took(change)
    case .nameTaken: throw StartRefusal.replicaRuns(name: replica.name)
    case .otherKeys: throw StartRefusal.otherKeys
    }
  }

  /// Asked before any key is used: where another replica rotated or destroyed some, what is known of them here goes first, and is
  /// read anew from the files that all share.
  func followKeys() async throws {
    guard outside.replica != nil else { return }
    let newest = try await database.read { try $0.keyChange() }
    if newest <= followedKeys.change { return }
    try await followedKeys.turns.run {
      if newest <= followedKeys.change { return }
      let keys = keys
      try await pool.run { try keys.forgetAll() }
      // What was made from keys that are gone tells as much as they did.
      try await shelf.forgetStale()
      followedKeys.took(newest)
    }
  }

  /// Follows the other replicas and tells them so, until the task is cancelled.
  ///
  /// - Parameter onFault: Told where it could not; it tries again. A replica that cannot reach the database answers no data call.
  /// - Throws: ``StartRefusal/replicaRuns(name:)`` once another process has this one's place.
  package func keepPlace(onFault: (any Error) -> Void) async throws {
    guard let replica = outside.replica else { return }
    var told: (change: Int64, at: ContinuousClock.Instant)?
    while true {
      do {
        try await followKeys()
        let change = followedKeys.change
        if told.map({ $0.change != change || $0.at.duration(to: .now) >= Self.word }) ?? true {
          let now = outside.real()
          guard
            try await database.write({
              try $0.confirm(change, by: replica.name, holder: replica.holder, at: now)
            })
          else { throw StartRefusal.replicaRuns(name: replica.name) }
          told = (change, .now)
        }
      } catch let refusal as StartRefusal {
        throw refusal
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        onFault(error)
      }
      try await Task.sleep(for: Self.look)
    }
  }

  /// Says to the other replicas that keys, or what was made from them, are no more, and waits until each that lives has let go of them.
  func tellKeysGone() async throws {
    guard let replica = outside.replica else { return }
    let change = try await database.write { try $0.changeKeys() }
    try await followKeys()
    while try await database.read({ [real = outside.real] in
      try $0.replicas(behind: change, except: replica.name, at: real())
    }) > 0 {
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}

extension WriteTransaction {
  /// The same in the transaction from which on nobody may use them, without waiting.
  func tellKeysGone(as replica: Replica?) throws {
    if replica != nil { _ = try changeKeys() }
  }
}
