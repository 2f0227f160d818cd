// Salt and payload of an entry lie sealed in the outbox, under a key of the service's keyring.

import Crypto
import Integrity

/// Seals and opens entries on one thread; made for one group or one page. Not Sendable, as its contexts are not.
final class OutboxSeal {
  private let configuration: OutboxConfiguration
  private var sealers: [KeyID: Sealer] = [:]
  /// Under the current key, which is looked up once.
  private var current: Sealer?

  init(_ configuration: OutboxConfiguration) { self.configuration = configuration }

  func seal(_ draft: OutboxGroup.Draft, of origin: Origin) throws(DatabaseError) -> [UInt8] {
    let sealer = try currentSealer()
    do {
      return try sealer.seal(
        draft.leaf.salt + draft.leaf.payload,
        context: OutboxSeal.context(origin, draft.topic, draft.sequence))
    } catch {
      throw .evidence("an entry could not be sealed")
    }
  }

  /// Opens an entry of this or of another replica with the same keyring.
  func open(_ envelope: [UInt8], of origin: Origin, _ topic: String, _ sequence: UInt64)
    throws(OutboxError) -> Leaf
  {
    guard let header = SealEnvelope.header(of: envelope),
      let key = configuration.keyring.key(header.keyID), key.purpose == .outbox,
      let sealer = sealer(key),
      let content = try? sealer.open(
        envelope, context: OutboxSeal.context(origin, topic, sequence)),
      let leaf = Leaf(
        salt: Array(content.prefix(Leaf.saltByteCount)),
        payload: Array(content.dropFirst(Leaf.saltByteCount)))
    else { throw .notAuthentic(sequence: sequence) }
    return leaf
  }

  private func currentSealer() throws(DatabaseError) -> Sealer {
    if let current { return current }
    guard let key = configuration.keyring.currentKey(.outbox, resource: configuration.service),
      let sealer = sealer(key)
    else { throw .evidence("the keyring has no outbox key that seals") }
    current = sealer
    return sealer
  }

  private func sealer(_ key: KeyRecord) -> Sealer? {
    if let known = sealers[key.id] { return known }
    guard let sealKey = try? key.sealKey() else { return nil }
    let sealer = try? Sealer(key: sealKey, random: configuration.random)
    sealers[key.id] = sealer
    return sealer
  }

  /// An entry that is moved to another place does not open.
  private static func context(_ origin: Origin, _ topic: String, _ sequence: UInt64) -> SealContext
  {
    SealContext(
      kind: .evidence, resource: origin.text, schemaVersion: 1, batch: topic, token: nil,
      recordID: Int64(clamping: sequence))
  }
}
