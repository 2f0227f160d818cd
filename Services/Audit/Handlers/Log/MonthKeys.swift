// The month keys: what entries lie sealed under, and how they are found again.

import AuditRules
package import AuditStore
package import Crypto
package import Integrity
import Synchronization
package import Vocabulary

/// An entry with its topic, salt and payload, opened.
package struct OpenedEntry: Sendable {
  package let stored: StoredEntry
  package let topic: String
  package let leaf: Leaf

  /// The payload, as it was written.
  package var payload: JSONObject {
    guard case .object(let object)? = try? CanonicalJSON.decode(leaf.payload) else { return [:] }
    return object
  }
}

/// Two keys for each civil month, in Audit's keyring: one seals, one makes search terms. When they are destroyed, leaf and
/// place stay, so that every proof stays valid.
package final class MonthKeys: TermBlinding {
  private let keyring: Keyring
  private let random: any RandomSource
  private let blinding = Mutex<[String: HMACSHA256]>([:])

  package init(keyring: Keyring, random: any RandomSource) {
    self.keyring = keyring
    self.random = random
  }

  /// `2024-03`, in Asia/Shanghai.
  package static func month(of moment: Instant) -> String { String(moment.civilDate.iso.prefix(7)) }

  /// Makes the keys of a month where there are none. Writes a file: not on a thread that must not wait.
  package func prepare(_ month: String, at moment: Instant) throws {
    if keyring.currentKey(.month, resource: month) != nil,
      keyring.currentKey(.month, resource: Self.terms(month)) != nil
    {
      return
    }
    _ = try keyring.currentOrNewKey(
      .month, resource: month, suite: .aes256GCM, createdAt: moment.milliseconds)
    _ = try keyring.currentOrNewKey(
      .month, resource: Self.terms(month), suite: .hmacSHA256, createdAt: moment.milliseconds)
  }

  package func term(_ text: String, month: String) throws -> Int64 {
    let key = try blinding.withLock { known in
      if let key = known[month] { return key }
      guard let record = keyring.currentKey(.month, resource: Self.terms(month)) else {
        throw LogFault.broken("the key of a month's terms is gone")
      }
      let key = try record.hmacKey()
      known[month] = key
      return key
    }
    // 63 bits: two texts that meet are told apart when the entries are opened.
    let code = key.code(of: Array(text.utf8)).prefix(8)
    return Int64(truncatingIfNeeded: code.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1)
  }

  private static func terms(_ month: String) -> String { month + "/terms" }

  /// Destroys the keys of a month: what lies sealed under them opens for nobody any more, and no term of it can be made again. Once or
  /// more; writes a file.
  package func destroy(_ month: String) throws {
    for resource in [month, Self.terms(month)] {
      for key in keyring.keys(.month, resource: resource) { try keyring.destroy(key.id) }
    }
    blinding.withLock { $0[month] = nil }
  }

  /// Whether any key of a month is there.
  package func isKept(_ month: String) -> Bool {
    [month, Self.terms(month)].contains { !keyring.keys(.month, resource: $0).isEmpty }
  }

  // MARK: Acts

  /// Makes the key under which acts name a person. Writes a file.
  package func prepareActs(at moment: Instant) throws {
    _ = try keyring.currentOrNewKey(
      .month, resource: Self.acts, suite: .hmacSHA256, createdAt: moment.milliseconds)
  }

  /// 16 bytes that tie an act to a person, and say who it is to nobody without this key and the number.
  package func actCode(of subject: [UInt8]) throws -> [UInt8] {
    guard let record = keyring.currentKey(.month, resource: Self.acts) else {
      throw LogFault.broken("the key of acts is gone")
    }
    return Array(try record.hmacKey().code(of: subject).prefix(16))
  }

  private static let acts = "acts"

  // MARK: Sealing

  /// Seals for one month; for one batch on one thread.
  package func sealer(_ month: String) throws -> Sealer {
    guard let record = keyring.currentKey(.month, resource: month) else {
      throw LogFault.broken("the key of a month is gone")
    }
    return try Sealer(key: try record.sealKey(), random: random)
  }

  /// Salt (32), length of the topic (2), topic, payload; bound to origin and sequence.
  package static func seal(
    _ leaf: Leaf, topic: String, origin: Origin, sequence: UInt64, with sealer: Sealer
  ) throws -> [UInt8] {
    let name = Array(topic.utf8)
    guard let length = UInt16(exactly: name.count) else {
      throw LogFault.broken("a topic is longer than 65,535 bytes")
    }
    var content = leaf.salt
    content.reserveCapacity(content.count + 2 + name.count + leaf.payload.count)
    content += length.bigEndianBytes
    content += name
    content += leaf.payload
    return try sealer.seal(content, context: context(origin.text, sequence))
  }

  /// Opens entries. An entry that was moved or changed does not open, and one that opens is what its leaf says.
  ///
  /// - Throws: ``LogFault/notAuthentic(position:)``.
  package func open(_ entries: [StoredEntry]) throws -> [OpenedEntry] {
    var sealers: [KeyID: Sealer] = [:]
    return try entries.map { entry in
      let fault = LogFault.notAuthentic(position: entry.position)
      guard let header = SealEnvelope.header(of: entry.sealed),
        let record = keyring.key(header.keyID), record.purpose == .month
      else { throw fault }
      let sealer =
        try sealers[record.id] ?? Sealer(key: try record.sealKey(), random: random)
      sealers[record.id] = sealer
      guard
        let content = try? sealer.open(
          entry.sealed, context: Self.context(entry.origin, entry.sequence)),
        let opened = OpenedEntry(entry, content), opened.leaf.commitment == entry.leaf
      else { throw fault }
      return opened
    }
  }

  private static func context(_ origin: String, _ sequence: UInt64) -> SealContext {
    SealContext(
      kind: .evidence, resource: origin, batch: "audit", recordID: Int64(clamping: sequence))
  }
}

extension OpenedEntry {
  fileprivate init?(_ stored: StoredEntry, _ content: [UInt8]) {
    let start = Leaf.saltByteCount + 2
    guard content.count >= start else { return nil }
    let end = start + Int(content[start - 2]) << 8 + Int(content[start - 1])
    guard content.count >= end,
      let topic = String(validating: content[start..<end], as: UTF8.self),
      let leaf = Leaf(
        salt: Array(content.prefix(Leaf.saltByteCount)), payload: Array(content[end...]))
    else { return nil }
    self.stored = stored
    self.topic = topic
    self.leaf = leaf
  }
}
