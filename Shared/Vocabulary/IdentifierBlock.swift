// The 16 bytes in which identifiers travel in rolls and become tokens (FORMATS "Identifiers on the wire and rolls").

/// An identifier packed into 16 bytes, equal exactly when the identifiers are.
///
/// Byte 0 is the type. 1: GB 11643, the first 17 digits as a big-endian integer in bytes 1 to 15. 2: GB 32100, the
/// first 17 symbols in base 31 likewise. 255: type and document number of other documents as a keyed digest of 15
/// bytes, made inside Ingest only. The format is public because any client packs rolls.
package struct IdentifierBlock: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    case person = 1
    case organisation = 2
    case other = 255
  }

  /// The 16 bytes as one big-endian number.
  package let value: UInt128

  package static let byteCount = 16
  private static let payloadMask: UInt128 = (1 << 120) - 1

  package init(_ person: PersonIdentifier) {
    value = UInt128(Kind.person.rawValue) << 120 | UInt128(person.number)
  }

  package init(_ organisation: OrganisationIdentifier) {
    value = UInt128(Kind.organisation.rawValue) << 120 | organisation.number
  }

  /// - Parameter digest: The keyed digest of an other document, cut to its first 15 bytes; `nil` if it is shorter.
  package init?(otherDocument digest: [UInt8]) {
    guard digest.count >= 15 else { return nil }
    var payload: UInt128 = 0
    for byte in digest.prefix(15) { payload = payload << 8 | UInt128(byte) }
    value = UInt128(Kind.other.rawValue) << 120 | payload
  }

  /// A block from the wire: only types 1 and 2, and only blocks that some valid identifier packs to.
  package init?(wire bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.count - IdentifierBlock.byteCount else { return nil }
    var value: UInt128 = 0
    for index in offset..<offset + IdentifierBlock.byteCount {
      value = value << 8 | UInt128(bytes[index])
    }
    self.init(value: value)
    switch kind {
    case .person: guard person != nil else { return nil }
    case .organisation: guard organisation != nil else { return nil }
    case .other, nil: return nil
    }
  }

  package init?(wire bytes: [UInt8]) {
    guard bytes.count == IdentifierBlock.byteCount else { return nil }
    self.init(wire: bytes.span)
  }

  /// A block that Weir itself stored; nothing is checked.
  package init(value: UInt128) {
    self.value = value
  }

  package var kind: Kind? { Kind(rawValue: UInt8(value >> 120)) }

  package var bytes: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: value >> (120 - 8 * $0)) }
  }

  /// Appends the 16 bytes.
  package func append(to bytes: inout [UInt8]) {
    for shift in stride(from: 120, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// The identity number of a block of type 1.
  package var person: PersonIdentifier? {
    let payload = value & IdentifierBlock.payloadMask
    guard kind == .person, payload < UInt128(PersonIdentifier.numberLimit) else { return nil }
    return PersonIdentifier(number: UInt64(payload))
  }

  /// The credit code of a block of type 2.
  package var organisation: OrganisationIdentifier? {
    guard kind == .organisation else { return nil }
    return OrganisationIdentifier(number: value & IdentifierBlock.payloadMask)
  }
}
