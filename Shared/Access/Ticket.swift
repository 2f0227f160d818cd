// The caller ticket: what the gateway states, signed, about who stands behind a connection.

import Crypto
package import Vocabulary

/// What the gateway found out about a caller, for the services of one node, until an end (FORMATS "A call").
package struct Ticket: Sendable, Hashable {
  package let certificateHash: [UInt8]
  package let department: DepartmentCode
  package let system: SystemName
  package let person: PersonID?
  package let isPersonCertificate: Bool
  package let roles: Set<Role>
  package let registryVersion: Int64
  /// The trust domain whose services may take it.
  package let audience: String
  /// Real time; the first moment at which it is no longer good.
  package let end: Instant
  /// Where the system stands, by ISO 3166-1; empty for the mainland.
  package let systemRegion: String
  package let stated: StatedPerson?

  package init(caller: Caller, registryVersion: Int64, audience: String, end: Instant) {
    certificateHash = caller.certificateHash
    department = caller.department
    system = caller.system
    person = caller.person
    isPersonCertificate = caller.isPersonCertificate
    roles = caller.roles
    self.registryVersion = registryVersion
    self.audience = audience
    self.end = end
    systemRegion = caller.systemRegion
    stated = caller.stated
  }

  /// The caller that the ticket tells of.
  ///
  /// - Parameter carrier: The ticket as it came, to be passed on.
  package func caller(carrier: [UInt8]) -> Caller {
    Caller(
      department: department, system: system, person: person,
      isPersonCertificate: isPersonCertificate, roles: roles, certificateHash: certificateHash,
      ticket: carrier, systemRegion: systemRegion, stated: stated)
  }

  private static let mark = Array("weir-ticket-v1\n".utf8)

  /// The bytes that are signed: one spelling for each ticket. Texts are preceded by their length in two bytes.
  package var bytes: [UInt8] {
    var bytes = Self.mark
    append(certificateHash, to: &bytes)
    append(Array(department.text.utf8), to: &bytes)
    append(Array(system.text.utf8), to: &bytes)
    append(Array((person?.text ?? "").utf8), to: &bytes)
    bytes.append(isPersonCertificate ? 1 : 0)
    append(Array(roleText(roles).utf8), to: &bytes)
    bytes += registryVersion.bigEndianBytes
    append(Array(audience.utf8), to: &bytes)
    bytes += end.milliseconds.bigEndianBytes
    // At home nothing is said, as before: a service that does not know the field takes no ticket from abroad.
    if !systemRegion.isEmpty || stated != nil { append(Array(systemRegion.utf8), to: &bytes) }
    if let stated {
      append(Array(roleText(stated.roles).utf8), to: &bytes)
      append(Array((stated.run?.text ?? "").utf8), to: &bytes)
    }
    return bytes
  }

  /// Reads what ``bytes`` writes, and nothing else.
  package init(bytes: [UInt8]) throws(TicketError) {
    var reader = FieldReader(bytes)
    guard reader.take(Self.mark.count) == Self.mark[...],
      let hash = reader.field(), hash.count == 32,
      let department = reader.text().flatMap({ DepartmentCode($0) }),
      let system = reader.text().flatMap({ SystemName($0) }),
      let personText = reader.text(),
      let isPersonCertificate = reader.take(1)?.first, isPersonCertificate <= 1,
      let rolesText = reader.text(),
      let version = reader.take(8).flatMap({ Int64(bigEndianBytes: $0) }),
      let audience = reader.text(),
      let end = reader.take(8).flatMap({ Int64(bigEndianBytes: $0) }),
      let region = reader.isAtEnd ? "" : reader.text(), let roles = roleSet(in: rolesText)
    else { throw .malformed }
    var stated: StatedPerson?
    if !reader.isAtEnd {
      guard let statedRoles = reader.text().flatMap(roleSet(in:)), let run = reader.text(),
        reader.isAtEnd
      else { throw .malformed }
      stated = StatedPerson(roles: statedRoles, run: RunName(run))
    }
    person = PersonID(personText)
    self.stated = stated
    certificateHash = hash
    self.department = department
    self.system = system
    self.isPersonCertificate = isPersonCertificate == 1
    self.roles = roles
    registryVersion = version
    self.audience = audience
    self.end = Instant(milliseconds: end)
    systemRegion = region
    // Roles out of order, one twice, a person that is no slug: anything spelled otherwise is not a ticket of ours.
    guard self.bytes == bytes else { throw .malformed }
  }
}

/// A ticket on its way: its bytes, the gateway's certificate (DER) and the signature, each after its length.
package struct TicketCarrier: Sendable, Hashable {
  package let ticket: [UInt8]
  package let certificate: [UInt8]
  package let signature: [UInt8]

  package init(ticket: [UInt8], certificate: [UInt8], signature: [UInt8]) {
    self.ticket = ticket
    self.certificate = certificate
    self.signature = signature
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ticket.count + certificate.count + signature.count + 6)
    append(ticket, to: &bytes)
    append(certificate, to: &bytes)
    append(signature, to: &bytes)
    return bytes
  }

  package init(bytes: [UInt8]) throws(TicketError) {
    var reader = FieldReader(bytes)
    guard let ticket = reader.field(), let certificate = reader.field(),
      let signature = reader.field(), reader.isAtEnd
    else { throw .malformed }
    self.init(ticket: ticket, certificate: certificate, signature: signature)
  }
}

/// Why a ticket is not taken.
package enum TicketError: String, Error, Sendable, Hashable, CaseIterable {
  case malformed
  /// Its end has passed.
  case expired
  /// Its end is further off than the gateway makes any.
  case tooLong = "too_long"
  /// Made for another node.
  case audience
  /// The signer's certificate does not lead to the service root, or is out of its term.
  case signerUntrusted = "signer_untrusted"
  /// A service, but not the gateway.
  case signerNotGateway = "signer_not_gateway"
  case signature

  package var text: BilingualText {
    switch self {
    case .malformed: BilingualText("格式不对", "it cannot be read")
    case .expired: BilingualText("已过期", "it has expired")
    case .tooLong: BilingualText("有效期过长", "its end is too far off")
    case .audience: BilingualText("为另一节点签发", "it was made for another node")
    case .signerUntrusted:
      BilingualText("签发者证书不可信", "its signer's certificate is not trusted")
    case .signerNotGateway: BilingualText("签发者不是网关", "its signer is not the gateway")
    case .signature: BilingualText("签名不符", "its signature does not fit")
    }
  }
}

/// Role slugs in their order, parted by commas.
private func roleText(_ roles: Set<Role>) -> String {
  Role.allCases.filter(roles.contains).map(\.slug).joined(separator: ",")
}

/// `nil` where a slug is none of ours.
private func roleSet(in text: String) -> Set<Role>? {
  let roles = text.split(separator: ",").map { Role(rawValue: String($0)) }
  return roles.contains(nil) ? nil : Set(roles.compactMap(\.self))
}

private func append(_ field: [UInt8], to bytes: inout [UInt8]) {
  precondition(field.count <= Int(UInt16.max), "a field of a ticket is short")
  bytes += UInt16(field.count).bigEndianBytes
  bytes += field
}

/// Reads fields one after the other; `nil` where the bytes end too soon.
private struct FieldReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func field() -> [UInt8]? {
    guard let count = take(2).flatMap({ UInt16(bigEndianBytes: $0) }) else { return nil }
    return take(Int(count)).map(Array.init)
  }

  /// Text in UTF-8; anything else is no text.
  mutating func text() -> String? {
    field().flatMap { String(validating: $0, as: UTF8.self) }
  }
}
