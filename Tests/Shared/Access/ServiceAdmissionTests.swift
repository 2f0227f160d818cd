// The internal listener's admission: by which ways a call may come.

import Access
import Contracts
import Crypto
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("AC-05 a service accepts the gateway and its peers, each for what it may")
struct ServiceAdmissionTests {
  let pki: TestPKI
  let admission: ServiceAdmission
  let now: Instant
  let issuer: TicketIssuer
  let callID = "00112233445566778899aabbccddeeff"
  let lookup = "/weir.share.v1.Share/Lookup"
  let open = "/weir.ingest.v1.Ingest/Open"

  init() throws {
    let pki = try TestPKI()
    self.pki = pki
    let gateway = try pki.service("gateway")
    now = Instant(milliseconds: pki.now * 1000)
    issuer = TicketIssuer(
      key: gateway.key, certificate: gateway.certificate, audience: pki.domain)
    admission = ServiceAdmission(
      trust: ServiceTrust(roots: CertificateTrust(roots: [pki.serviceRoot.certificate])),
      domain: pki.domain,
      now: { Instant(milliseconds: pki.now * 1000) })
  }

  private func admit(
    _ identity: TestPKI.Identity?, _ access: MethodAccess, entry: String? = nil,
    ticket: [UInt8]? = nil, callID: String? = "00112233445566778899aabbccddeeff"
  ) throws(Status) -> CallContext {
    var metadata = Metadata()
    if let entry { metadata.append(CallMetadata.entryMethod, entry) }
    if let ticket { metadata.append(CallMetadata.ticket, bytes: ticket) }
    if let callID { metadata.append(CallMetadata.callID, callID) }
    metadata.append(CallMetadata.language, "en")
    let peer = Peer(
      address: "127.0.0.1:1", certificate: identity.map { PeerCertificate($0.certificate) })
    return try admission.admit(
      ServerContext(path: access.path, metadata: metadata, peer: peer, deadline: nil), access)
  }

  private func reason(_ body: () throws(Status) -> CallContext) -> String? {
    do throws(Status) {
      _ = try body()
      return nil
    } catch { return error.trailers["weir-reason"] ?? "none" }
  }

  private func ticket(_ caller: Caller) throws -> [UInt8] {
    try issuer.ticket(for: caller, registryVersion: 1, now: now)
  }

  @Test("from the gateway a public method comes with the caller of its ticket")
  func publicMethod() throws {
    let caller = try caller([.departmentOfficer])
    let call = try admit(
      try pki.service("gateway"), rule(lookup, roles: [.departmentOfficer]), entry: lookup,
      ticket: try ticket(caller))
    #expect(call.caller.department == caller.department)
    #expect(call.caller.personName == "departments/civil-affairs/persons/li")
    #expect(call.callID == callID && call.entryMethod == lookup && call.language == .english)
    #expect(call.service == nil)
  }

  @Test("the role check of the gateway is repeated")
  func roles() throws {
    let gateway = try pki.service("gateway")
    let ticket = try ticket(try caller([.departmentOfficer]))
    let method = rule(lookup, roles: [.authority])
    #expect(
      reason { () throws(Status) in
        try admit(gateway, method, entry: lookup, ticket: ticket)
      } == "access.role_missing")
  }

  @Test("ticket, call id and entry method must all be there and fit")
  func carried() throws {
    let gateway = try pki.service("gateway")
    let good = try ticket(try caller())
    let method = rule(lookup)
    #expect(
      reason { () throws(Status) in try admit(gateway, method, entry: lookup) }
        == "access.ticket_missing")
    #expect(
      reason { () throws(Status) in
        try admit(gateway, method, entry: lookup, ticket: good + [0])
      } == "access.ticket_malformed")
    #expect(
      reason { () throws(Status) in
        try admit(gateway, method, entry: lookup, ticket: good, callID: nil)
      } == "access.call_id_missing")
    #expect(
      reason { () throws(Status) in
        try admit(gateway, method, entry: lookup, ticket: good, callID: "xyz")
      } == "access.call_id_missing")
    #expect(
      reason { () throws(Status) in try admit(gateway, method, ticket: good) }
        == "access.entry_mismatch")
    #expect(
      reason { () throws(Status) in
        try admit(gateway, method, entry: "/weir.share.v1.Share/Other", ticket: good)
      } == "access.entry_mismatch")
  }

  @Test("the gateway enters no internal method, with a ticket or without")
  func gatewayAtInternal() throws {
    let gateway = try pki.service("gateway")
    let good = try ticket(try caller(Set(Role.allCases)))
    for method in [
      rule(open, via: [lookup]), rule(open, isInternal: true),
      rule(open, via: [lookup], isInternal: true),
    ] {
      for entry in [open, lookup] {
        #expect(
          reason { () throws(Status) in
            try admit(gateway, method, entry: entry, ticket: good)
          } == "access.internal_method")
      }
      #expect(
        reason { () throws(Status) in try admit(gateway, method) } == "access.internal_method")
    }
  }

  @Test("the gateway follows the positions of its own outbox")
  func gatewayFollows() throws {
    let watch = rule(
      "/weir.audit.v1.Audit/WatchOrigins", person: .none, isInternal: true,
      callers: ["gateway"])
    let call = try admit(try pki.service("gateway"), watch, callID: nil)
    #expect(call.service == "gateway")
  }

  @Test("a peer reaches a method through one of its entries, with the caller's ticket")
  func via() throws {
    let share = try pki.service("share")
    let good = try ticket(
      try caller([.departmentSystem], byPerson: false, stated: .officer))
    let method = rule(open, roles: [.departmentSystem], via: [lookup], isInternal: true)
    #expect(
      try admit(share, method, entry: lookup, ticket: good).caller.roles == [.departmentSystem])
    #expect(
      reason { () throws(Status) in
        try admit(share, method, entry: "/weir.share.v1.Share/Other", ticket: good)
      } == "access.not_via")
    #expect(
      reason { () throws(Status) in try admit(share, method, entry: lookup) }
        == "access.ticket_missing")
    #expect(
      reason { () throws(Status) in
        try admit(
          share, rule(open, roles: [.authority], via: [lookup]), entry: lookup, ticket: good)
      } == "access.role_missing")
  }

  @Test("a peer calls internal methods on its own account, and no public one")
  func peers() throws {
    let share = try pki.service("share")
    let call = try admit(
      share, rule(open, person: .none, isInternal: true, callers: ["share"]), callID: nil)
    #expect(call.service == "share" && call.callID.isEmpty)
    let good = try ticket(try caller())
    #expect(
      reason { () throws(Status) in
        try admit(share, rule(lookup), entry: lookup, ticket: good)
      } == "access.not_through_gateway")
  }

  @Test("each method with entries takes them from their own service alone, whatever a peer says")
  func wrongPeers() throws {
    let good = try ticket(try caller(Set(Role.allCases)))
    for method in AccessTable.all.values where !method.via.isEmpty {
      for entry in method.via {
        for name in ["catalog", "ingest", "share", "feedback", "audit", "node"] {
          let peer = try pki.service(name)
          let refused = reason { () throws(Status) in
            try admit(peer, method, entry: entry, ticket: good)
          }
          let isOwn = entry.hasPrefix("/weir.\(name).")
          #expect(refused == (isOwn ? nil : "access.peer_not_named"), "\(name): \(method.path)")
        }
      }
    }
    // A peer that is named for one entry does not come by another's.
    let both = rule(open, via: [lookup, "/weir.feedback.v1.Feedback/FileIssue"])
    let feedback = try pki.service("feedback")
    #expect(
      reason { () throws(Status) in try admit(feedback, both, entry: lookup, ticket: good) }
        == "access.not_via")
  }

  @Test("a service reaches on its own account the methods that name it; an operator's checks, none")
  func callers() throws {
    let internals = AccessTable.all.values.filter(\.isOnOwnAccount)
    #expect(internals.count > 5)
    for method in internals {
      for name in ["catalog", "ingest", "share", "feedback", "audit", "node"] {
        let peer = try pki.service(name)
        let refused = reason { () throws(Status) in try admit(peer, method, callID: nil) }
        let isNamed = method.peers.contains(name)
        #expect(refused == (isNamed ? nil : "access.peer_not_named"), "\(name): \(method.path)")
      }
      #expect(!method.peers.isEmpty && !method.peers.contains("node"), "\(method.path)")
    }
  }

  @Test("who is no service, or whose certificate is out of its term, is refused")
  func strangers() throws {
    let good = try ticket(try caller())
    let method = rule(lookup)
    #expect(
      reason { () throws(Status) in try admit(nil, method, entry: lookup, ticket: good) }
        == "access.certificate_missing")
    let person = try pki.person("li", department: "civil-affairs")
    #expect(
      reason { () throws(Status) in try admit(person, method, entry: lookup, ticket: good) }
        == "access.direct_service_call")
    let elsewhere = try TestPKI(domain: "other.test").service("gateway")
    #expect(
      reason { () throws(Status) in try admit(elsewhere, method, entry: lookup, ticket: good) }
        == "access.direct_service_call")
    let old = try pki.service("gateway", term: pki.now - 20...pki.now)
    #expect(
      reason { () throws(Status) in try admit(old, method, entry: lookup, ticket: good) }
        == "access.certificate_expired")
    let young = try pki.service("gateway", term: pki.now + 1...pki.now + 20)
    #expect(
      reason { () throws(Status) in try admit(young, method, entry: lookup, ticket: good) }
        == "access.certificate_not_yet_valid")
  }

  @Test("a call onward bears the same ticket, id and entry, and less time")
  func onward() throws {
    let good = try ticket(try caller())
    let call = try admit(try pki.service("gateway"), rule(lookup), entry: lookup, ticket: good)
    let options = try call.onward(atMost: .seconds(3))
    #expect(options.metadata.bytes(CallMetadata.ticket) == good)
    #expect(options.metadata[CallMetadata.callID] == callID)
    #expect(options.metadata[CallMetadata.entryMethod] == lookup)
    #expect(options.metadata[CallMetadata.person] == "departments/civil-affairs/persons/li")
    #expect(options.timeout == .seconds(3))
    let start = ContinuousClock.now
    let timed = CallContext(
      origin: call.origin, callID: callID, entryMethod: lookup, deadline: start + .seconds(2),
      language: .chinese, rpc: call.rpc)
    let left = try #require(try timed.onward(now: start).timeout)
    #expect(left < .seconds(2) && left > .seconds(1))
    #expect(throws: Status(.deadlineExceeded)) { try timed.onward(now: start + .seconds(2)) }
  }
}
