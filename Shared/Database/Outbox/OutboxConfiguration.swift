// What an outbox needs from outside, and its limits.

package import Crypto
package import Integrity

/// How a service writes evidence.
package struct OutboxConfiguration: Sendable {
  /// The name of the service and of this replica, as in its origin.
  package var service: String
  package var replica: String
  /// Signs each group of entries: the service's evidence key, named `<domain>/<service>/evidence`.
  package var signer: NoteSigner
  /// Holds the key under which salt and payload wait; made when there is none.
  package var keyring: Keyring
  package var random: any RandomSource
  /// Who must have confirmed an entry, besides Audit's checkpoint, before it is deleted.
  package var consumers: [String] = []
  /// Whether data calls wait for Audit's first answer after a start. False in Audit's own database.
  package var requiresAudit = true
  package var limits = Limits()

  /// Past a limit, data calls are refused; decisions and upkeep go on. Only what no checkpoint of Audit covers yet counts:
  /// a consumer that lags behind stops nobody.
  package struct Limits: Sendable {
    package var uncoveredEntries = 200_000
    package var uncoveredAgeSeconds = 3_600
    /// Refusals have this share for themselves; beyond it they are counted, not written.
    package var uncoveredRefusals = 20_000

    package init() {}
  }

  package init(
    service: String, replica: String, signer: NoteSigner, keyring: Keyring,
    random: any RandomSource
  ) {
    self.service = service
    self.replica = replica
    self.signer = signer
    self.keyring = keyring
    self.random = random
  }
}

/// Why the outbox refuses.
package enum OutboxError: Error, Sendable, Equatable {
  /// The names do not make an origin: 1 to 40 of a–z, 0–9 and hyphen.
  case badOrigin
  /// Audit has not yet said, since the start, how far it has this outbox.
  case awaitingAudit
  /// Audit holds entries which this database does not have: the database was set back. No data leaves it.
  case rolledBack(own: UInt64, audit: UInt64)
  /// Audit holds another entry than this database has there: the database was set back and went on. No data leaves it.
  case forked(at: UInt64)
  /// This database was begun anew beside an older one, and two persons have not admitted it. No data leaves it.
  case notAdmitted
  /// Too many entries wait for Audit.
  case tooMany(limit: Int)
  /// The oldest entry has waited for Audit too long.
  case tooOld(limitSeconds: Int)
  /// What was asked for is deleted, since everyone had it. A new consumer starts from the owner's snapshot.
  case purged(through: UInt64)
  case unknownConsumer(String)
  /// An entry does not open: its key is gone, or the row was changed.
  case notAuthentic(sequence: UInt64)
}
