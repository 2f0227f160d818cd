// Salt and payload of an entry lie sealed in the outbox, under a key of the service's keyring.

import Crypto
import Integrity
import Vocabulary

/// Seals the entries of one group, under the key that is in use as they are stored. Not Sendable, as its context is not.
final class OutboxSeal {
  private let sealer: Sealer

  init(_ core: OutboxCore, on connection: any Connection) throws(DatabaseError) {
    do {
      let session = ReadTransaction(session: Session(connection, now: Instant(milliseconds: 0)))
      let key = try session.sealingKey(of: core.seal)
      sealer = try Sealer(key: try key.sealKey(), random: core.configuration.random)
    } catch let error as DatabaseError {
      throw error
    } catch {
      throw .evidence("the keyring has no outbox key that seals")
    }
  }

  func seal(_ draft: OutboxGroup.Draft, of origin: Origin) throws(DatabaseError) -> [UInt8] {
    do {
      return try sealer.seal(
        draft.leaf.salt + draft.leaf.payload,
        context: .outboxEntry(of: origin, draft.topic, draft.sequence))
    } catch {
      throw .evidence("an entry could not be sealed")
    }
  }
}

extension TableSeal {
  /// The entries of all replicas of one database.
  static func outbox(
    _ configuration: OutboxConfiguration, _ origin: Origin, now: Instant
  ) throws(KeyFileError) -> TableSeal {
    let column = SealedColumn(
      table: "outbox", keys: ["replica", "sequence"], column: "sealed", others: ["topic"]
    ) { row in
      let sequence: Int64 = try row["sequence"]
      guard
        let origin = Origin(
          service: origin.service, replica: try row["replica"], incarnation: origin.incarnation)
      else { throw OutboxError.badOrigin }
      return .outboxEntry(of: origin, try row["topic"], UInt64(clamping: sequence))
    }
    return try TableSeal(
      keyring: configuration.keyring, resource: configuration.service, purpose: .outbox,
      columns: [column], random: configuration.random, now: now.milliseconds)
  }

  /// Opens an entry of this or of another replica with the same keyring.
  func entry(_ envelope: [UInt8], of origin: Origin, _ topic: String, _ sequence: UInt64)
    throws(OutboxError) -> Leaf
  {
    guard let content = try? open(envelope, at: .outboxEntry(of: origin, topic, sequence)),
      let leaf = Leaf(
        salt: Array(content.prefix(Leaf.saltByteCount)),
        payload: Array(content.dropFirst(Leaf.saltByteCount)))
    else { throw .notAuthentic(sequence: sequence) }
    return leaf
  }
}

extension SealContext {
  /// An entry that is moved to another place does not open.
  fileprivate static func outboxEntry(
    of origin: Origin, _ topic: String, _ sequence: UInt64
  ) -> SealContext {
    SealContext(
      kind: .evidence, resource: origin.text, schemaVersion: 1, batch: topic, token: nil,
      recordID: Int64(clamping: sequence))
  }
}
