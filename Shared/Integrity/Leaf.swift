// One entry of evidence, where it comes from, and the chain of an outbox. These bytes are final.

package import Crypto

/// An entry: its payload, and the salt that hides it.
///
/// The commitment is what the log publishes. Without salt and payload it says nothing, and it keeps its place in every
/// proof when both have been destroyed.
package struct Leaf: Sendable, Equatable {
  package static let saltByteCount = 32

  /// 32 random bytes.
  package let salt: [UInt8]
  /// RFC 8785 JSON, made once where it was written and never encoded again.
  package let payload: [UInt8]

  /// Encodes the payload and draws a salt.
  package init(_ payload: JSONValue, random: any RandomSource) {
    salt = random.bytes(Self.saltByteCount)
    self.payload = CanonicalJSON.encode(payload)
  }

  /// A leaf that was written earlier; nil when the salt has not 32 bytes.
  package init?(salt: [UInt8], payload: [UInt8]) {
    guard salt.count == Self.saltByteCount else { return nil }
    self.salt = salt
    self.payload = payload
  }

  /// SHA-256(salt ‖ payload).
  package var commitment: [UInt8] {
    var hash = SHA256()
    hash.update(salt)
    hash.update(payload)
    return hash.digest()
  }
}

/// Where entries come from: one database of one replica of one service.
///
/// Its text is `service/replica/incarnation`, the incarnation in 32 hexadecimal digits.
package struct Origin: Sendable, Hashable {
  /// The name of the service, as in its certificate.
  package let service: String
  /// The name of the replica.
  package let replica: String
  /// 16 random bytes made with the database. A restore keeps them.
  package let incarnation: [UInt8]
  /// `service/replica/incarnation`, made once: every entry is bound to it.
  package let text: String
  /// How the chain's hash has it.
  fileprivate let chained: [UInt8]

  /// nil unless both names have 1 to 40 of a–z, 0–9 and hyphen, and the incarnation 16 bytes.
  package init?(service: String, replica: String, incarnation: [UInt8]) {
    guard Self.isName(service), Self.isName(replica), incarnation.count == 16 else { return nil }
    self.service = service
    self.replica = replica
    self.incarnation = incarnation
    text = "\(service)/\(replica)/\(Hex.encode(incarnation))"
    let names = [service, replica].flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    chained = names + incarnation
  }

  package init?(text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let incarnation = Hex.decode(parts[2]) else { return nil }
    self.init(service: String(parts[0]), replica: String(parts[1]), incarnation: incarnation)
    guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
  }

  private static func isName(_ text: String) -> Bool {
    (1...40).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
      }
  }
}

/// The hash chain of an outbox: each entry binds all before it.
///
/// `SHA-256(previous (32) ‖ origin ‖ sequence (8, big-endian) ‖ commitment (32))`, where origin is `length of service (1) ‖
/// service ‖ length of replica (1) ‖ replica ‖ incarnation (16)`. Sequences begin with 1; before it the hash is 32 zeros.
package struct OutboxChain: Sendable, Equatable {
  package static let start = [UInt8](repeating: 0, count: SHA256.byteCount)

  package let origin: Origin
  /// The sequence of the last entry; 0 before the first.
  package private(set) var sequence: UInt64
  /// The hash of the last entry.
  package private(set) var head: [UInt8]

  /// The chain of an empty outbox, or one that goes on from storage.
  package init(origin: Origin, sequence: UInt64 = 0, head: [UInt8] = OutboxChain.start) {
    precondition(head.count == SHA256.byteCount, "a chain's head is a SHA-256")
    self.origin = origin
    self.sequence = sequence
    self.head = head
  }

  /// Adds the next entry; afterwards `sequence` and `head` are its own.
  package mutating func append(commitment: [UInt8]) {
    sequence += 1
    head = Self.hash(
      previous: head, origin: origin, sequence: sequence, commitment: commitment)
  }

  package static func hash(
    previous: [UInt8], origin: Origin, sequence: UInt64, commitment: [UInt8]
  ) -> [UInt8] {
    var hash = SHA256()
    hash.update(previous)
    hash.update(origin.chained)
    hash.update(sequence.bigEndianBytes)
    hash.update(commitment)
    return hash.digest()
  }
}
