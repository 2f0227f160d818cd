// Tickets: one spelling, one signer, one audience, one end.

import Access
import Crypto
import TestSupport
import Testing
import Vocabulary

@Suite("The caller ticket")
struct TicketTests {
  let pki: TestPKI
  let gateway: TestPKI.Identity
  let now: Instant

  init() throws {
    pki = try TestPKI()
    gateway = try pki.service("gateway")
    now = Instant(milliseconds: pki.now * 1000)
  }

  private func issuer(_ identity: TestPKI.Identity, audience: String? = nil) -> TicketIssuer {
    TicketIssuer(
      key: identity.key, certificate: identity.certificate, audience: audience ?? pki.domain)
  }

  private func verifier(mostKnown: Int = 100) -> TicketVerifier {
    TicketVerifier(
      trust: ServiceTrust(roots: CertificateTrust(roots: [pki.serviceRoot.certificate])),
      domain: pki.domain,
      mostKnown: mostKnown)
  }

  private func refusal(_ carrier: [UInt8], at instant: Instant? = nil) -> TicketError? {
    do throws(TicketError) {
      _ = try verifier().verify(carrier, now: instant ?? now)
      return nil
    } catch { return error }
  }

  @Test("a ticket arrives as it was issued")
  func roundTrip() throws {
    for caller in [
      try caller(), try caller([], person: nil, byPerson: false),
      try caller(Set(Role.allCases), byPerson: false), try caller(region: "HK"),
      try caller([.departmentSystem], byPerson: false, stated: .officer),
      try caller(
        [.departmentSystem], byPerson: false, region: "HK",
        stated: StatedPerson(roles: [], run: RunName("nightly"))),
    ] {
      let carrier = try issuer(gateway).ticket(for: caller, registryVersion: 42, now: now)
      let ticket = try verifier().verify(carrier, now: now)
      #expect(ticket.registryVersion == 42)
      #expect(ticket.end == now.adding(milliseconds: TicketIssuer.lifetimeMilliseconds))
      let arrived = ticket.caller(carrier: carrier)
      #expect(arrived.ticket == carrier)
      #expect(arrived.department == caller.department && arrived.system == caller.system)
      #expect(arrived.person == caller.person && arrived.roles == caller.roles)
      #expect(arrived.isPersonCertificate == caller.isPersonCertificate)
      #expect(arrived.certificateHash == caller.certificateHash)
      #expect(arrived.systemRegion == caller.systemRegion)
      #expect(arrived.stated == caller.stated)
    }
  }

  @Test("no bit of a carrier can be changed, and none cut off or added")
  func tampering() throws {
    let carrier = try issuer(gateway).ticket(for: try caller(), registryVersion: 1, now: now)
    for index in carrier.indices {
      var changed = carrier
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(refusal(changed) != nil, "byte \(index)")
    }
    for count in stride(from: 0, to: carrier.count, by: 7) {
      #expect(refusal(Array(carrier.prefix(count))) != nil)
    }
    #expect(refusal(carrier + [0]) == .malformed)
  }

  @Test("it ends: the last millisecond is good, the next is not, known or not")
  func end() throws {
    let carrier = try issuer(gateway).ticket(for: try caller(), registryVersion: 1, now: now)
    let end = now.adding(milliseconds: TicketIssuer.lifetimeMilliseconds)
    let verifier = verifier()
    _ = try verifier.verify(carrier, now: end.adding(milliseconds: -1))
    #expect(throws: TicketError.expired) { try verifier.verify(carrier, now: end) }
    #expect(refusal(carrier, at: end) == .expired)
  }

  @Test("one whose end is further off than the gateway makes any is refused, whoever signed it")
  func farEnd() throws {
    func carrier(after milliseconds: Int64) throws -> [UInt8] {
      try issuer(gateway).ticket(
        for: try caller(), registryVersion: 1, now: now.adding(milliseconds: milliseconds))
    }
    #expect(refusal(try carrier(after: 60_000)) == nil)
    #expect(refusal(try carrier(after: 60_001)) == .tooLong)
    #expect(refusal(try carrier(after: 30 * 86_400_000)) == .tooLong)
  }

  @Test("a ticket of another node is refused")
  func audience() throws {
    let carrier = try issuer(gateway, audience: "other.test")
      .ticket(for: try caller(), registryVersion: 1, now: now)
    #expect(refusal(carrier) == .audience)
  }

  @Test("another service cannot make one, nor a department, nor another authority's gateway")
  func signers() throws {
    let caller = try caller()
    let share = try issuer(try pki.service("share"))
      .ticket(for: caller, registryVersion: 1, now: now)
    #expect(refusal(share) == .signerNotGateway)
    let person = try issuer(try pki.person("li", department: "civil-affairs"))
      .ticket(for: caller, registryVersion: 1, now: now)
    #expect(refusal(person) == .signerUntrusted)
    let foreign = try issuer(try TestPKI().service("gateway"))
      .ticket(for: caller, registryVersion: 1, now: now)
    #expect(refusal(foreign) == .signerUntrusted)
    let expired = try pki.service("gateway", term: pki.now - 9_000...pki.now - 10)
    let late = try issuer(expired).ticket(for: caller, registryVersion: 1, now: now)
    #expect(refusal(late) == .signerUntrusted)
  }

  @Test(
    "a gateway whose certificate is on the list makes none, those known before are forgotten; a renewed one does"
  )
  func revokedSigner() throws {
    let roots = CertificateTrust(roots: [pki.serviceRoot.certificate])
    let trust = ServiceTrust(roots: roots)
    let verifier = TicketVerifier(trust: trust, domain: pki.domain)
    let issuer = issuer(gateway)
    let caller = try caller()
    let old = try issuer.ticket(for: caller, registryVersion: 1, now: now)
    _ = try verifier.verify(old, now: now)
    // One that has ended revokes what it names all the same, and nothing else.
    let list = try pki.serviceRoot.revocationList(
      [
        RevokedCertificate(
          serialHex: gateway.certificate.serialHex, revokedAt: pki.now, reason: .keyCompromise)
      ], number: 2, thisUpdate: pki.now - 60, nextUpdate: pki.now - 30)
    trust.renew(roots: roots, lists: [list])
    #expect(throws: TicketError.signerUntrusted) { try verifier.verify(old, now: now) }
    let renewed = try pki.service("gateway")
    issuer.renew(key: renewed.key, certificate: renewed.certificate)
    let new = try issuer.ticket(for: caller, registryVersion: 1, now: now)
    #expect(try verifier.verify(new, now: now).registryVersion == 1)
  }

  @Test("the signature of one ticket does not carry another")
  func swapped() throws {
    let issuer = issuer(gateway)
    let one = try TicketCarrier(
      bytes: issuer.ticket(for: try caller(hash: 1), registryVersion: 1, now: now))
    let other = try TicketCarrier(
      bytes: issuer.ticket(for: try caller(hash: 2), registryVersion: 1, now: now))
    let mixed = TicketCarrier(
      ticket: one.ticket, certificate: one.certificate, signature: other.signature)
    #expect(refusal(mixed.bytes) == .signature)
  }

  @Test("one signature a minute; a newer registry or a clock set back makes another")
  func reuse() throws {
    let issuer = issuer(gateway)
    let caller = try caller()
    let first = try issuer.ticket(for: caller, registryVersion: 1, now: now)
    let later = now.adding(milliseconds: TicketIssuer.renewalMilliseconds - 1)
    #expect(try issuer.ticket(for: caller, registryVersion: 1, now: later) == first)
    #expect(try issuer.ticket(for: caller, registryVersion: 2, now: later) != first)
    #expect(
      try issuer.ticket(
        for: caller, registryVersion: 2,
        now: now.adding(milliseconds: 2 * TicketIssuer.renewalMilliseconds)) != first)
    let back = try issuer.ticket(
      for: caller, registryVersion: 2, now: now.adding(milliseconds: -1))
    #expect(
      try verifier().verify(back, now: now).end
        == now.adding(milliseconds: TicketIssuer.lifetimeMilliseconds - 1))
  }

  @Test("issuer and verifier hold no more than they may")
  func bounds() throws {
    let small = TicketIssuer(
      key: gateway.key, certificate: gateway.certificate, audience: pki.domain, mostKept: 2)
    let verifier = verifier(mostKnown: 2)
    for hash in 0..<9 {
      let carrier = try small.ticket(
        for: try caller(hash: UInt8(hash)), registryVersion: 1, now: now)
      #expect(try verifier.verify(carrier, now: now).certificateHash.first == UInt8(hash))
    }
  }

  @Test("a ticket with roles out of order or twice is none of ours")
  func oneSpelling() throws {
    let ticket = Ticket(
      caller: try caller([.departmentOfficer, .departmentHead]), registryVersion: 1,
      audience: pki.domain, end: now)
    let text = Array("dept-officer,dept-head".utf8)
    let swapped = Array("dept-head,dept-officer".utf8)
    var bytes = ticket.bytes
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: text) })
    bytes.replaceSubrange(place..<place + text.count, with: swapped)
    #expect(throws: TicketError.malformed) { try Ticket(bytes: bytes) }
    #expect(try Ticket(bytes: ticket.bytes) == ticket)
  }
}
