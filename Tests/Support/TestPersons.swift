// The people of a test, each with a certificate, who sign what they decide.

package import Access
package import Contracts
package import Crypto
import RPC
import Synchronization
package import Vocabulary

/// Persons by department and id, made when they are first needed.
package final class TestPersons: Sendable {
  private let pki: TestPKI
  private let made = Mutex<[String: TestPKI.Identity]>([:])

  package init(_ pki: TestPKI) { self.pki = pki }

  /// What services hold signatures to.
  package var root: Certificate { pki.departmentRoot.certificate }
  package var domain: String { pki.domain }
  /// Real time stands still.
  package var now: @Sendable () -> Instant {
    { [pki] in Instant(milliseconds: pki.now * 1_000) }
  }

  package func identity(_ person: PersonID, of department: DepartmentCode) throws
    -> TestPKI.Identity
  {
    try made.withLock { made in
      let name = ResourceName.person(department, person).text
      if let found = made[name] { return found }
      let identity = try pki.person(person.text, department: department.text)
      made[name] = identity
      return identity
    }
  }

  /// Whose certificate it is, by its SHA-256; `nil` for none of these.
  package func holder(of certificate: [UInt8]) -> String? {
    made.withLock { made in made.first { $0.value.certificate.sha256 == certificate }?.key }
  }

  /// The same caller with the certificate that the person has.
  package func certified(_ caller: Caller) throws -> Caller {
    guard caller.isPersonCertificate, let person = caller.person else { return caller }
    return Caller(
      department: caller.department, system: caller.system, person: person,
      isPersonCertificate: true, roles: caller.roles,
      certificateHash: try identity(person, of: caller.department).certificate.sha256,
      systemRegion: caller.systemRegion)
  }

  package func sign(
    _ statement: [UInt8], as person: PersonID, of department: DepartmentCode
  ) throws -> SignedStatement {
    let identity = try identity(person, of: department)
    return try SignedStatement(
      statement, key: identity.key, chain: try Certificate.all(pem: identity.chainPEM))
  }

  /// A transport on which the person of each call's ticket signs what it decides.
  package func transport(over inner: any MessageTransport) -> SigningTransport {
    SigningTransport(over: inner, mayBeDone: true) { [self] statement, options in
      let carrier = try TicketCarrier(
        bytes: options.metadata.bytes(CallMetadata.ticket) ?? [])
      let ticket = try Ticket(bytes: carrier.ticket)
      guard let person = ticket.person else { throw TicketError.malformed }
      return try sign(statement, as: person, of: ticket.department)
    }
  }
}

/// Other roles of one person are another state of the registry: tickets are kept by it.
package func registryVersion(of roles: some Sequence<Role>) -> Int64 {
  let roles = Set(roles)
  return Int64(
    Role.allCases.enumerated().reduce(1) {
      $0 + (roles.contains($1.element) ? 2 << $1.offset : 0)
    })
}
