// Certificates renewed by their holders, and the warning before they end.

import Access
import Contracts
import Crypto
import GatewayHandlers
import GatewayRules
import RPC
import TestSupport
import Testing
import Vocabulary

private let getEntry = "/weir.catalog.v1.Catalog/GetEntry"

@Suite("Certificates are renewed by their holders", .timeLimit(.minutes(10 * patience)))
struct RenewalTests {
  private func renewal(_ key: P256PrivateKey, _ id: String = fresh()) throws
    -> RegistryV1.RenewCertificateRequest
  {
    let request = try CertificateRequest(
      subject: SubjectName(commonName: "anything"), names: CertificateNames(), key: key)
    return .init(csrPem: Array(request.pem.utf8), requestID: id)
  }

  private func identity(
    _ issued: RegistryV1.Certificate, _ key: P256PrivateKey
  ) throws -> TestPKI.Identity {
    let chain = String(decoding: issued.chainPem, as: UTF8.self)
    return TestPKI.Identity(
      certificate: try #require(try Certificate.all(pem: chain).first), key: key, chainPEM: chain,
      privateKeyPEM: try key.pem())
  }

  @Test(
    "from two thirds of its life every answer says when it ends, refusals too; before, none does")
  func warning() async throws {
    try await withNode(age: 60) { node in
      let zhang = try node.channel("civil-affairs/zhang")
      #expect(try await zhang.unary(getEntry, []).trailers["weir-certificate-expires"] == nil)
    }
    try await withNode(age: 61) { node in
      let zhang = try node.channel("civil-affairs/zhang")
      let end = try #require(node.identities["civil-affairs/zhang"]).certificate.notAfter
      let told = Instant(milliseconds: end * 1000).rfc3339
      let reply = try await zhang.unary(getEntry, [])
      #expect(reply.trailers["weir-certificate-expires"] == told)
      let refused = await refusal {
        try await zhang.unary("/weir.catalog.v1.Catalog/ReviewEntry", [])
      }
      #expect(refused?.reason == "access.role_missing")
      #expect(refused?.trailers["weir-certificate-expires"] == told)
      let trailers = try await zhang.stream(EchoService.stream.path, CallOptions()) { stream in
        try await stream.finishSending()
        while try await stream.next() != nil {}
        return try await stream.trailers()
      }
      #expect(trailers["weir-certificate-expires"] == told)
      let who = try await zhang.unary("/weir.registry.v1.Registry/WhoAmI", [])
      #expect(who.trailers["weir-certificate-expires"] == told)
    }
  }

  @Test(
    "a system renews by itself; old and new are good together, and the new one's tokens are its own key's"
  )
  func renewed() async throws {
    try await withNode { node in
      let registers = try node.registry("civil-affairs/registers")
      let key = try P256PrivateKey(random: node.pki.random)
      let early = await refusal { try await registers.renewCertificate(try renewal(key)) }
      #expect(early?.reason == "registry.renewal_too_early")
      #expect(early?.trailers["weir-article"] != nil)
    }
    try await withNode(age: 61) { node in
      let registers = try node.registry("civil-affairs/registers")
      let key = try P256PrivateKey(random: node.pki.random)
      let request = try renewal(key)
      let issued = try await registers.renewCertificate(request)
      #expect(issued.subject == "departments/civil-affairs/systems/registers")
      // The same request is the same certificate.
      #expect(try await registers.renewCertificate(request) == issued)
      let new = try identity(issued, key)
      let now = node.clock.now()
      let actor = "departments/civil-affairs/persons/zhang"
      let channel = try node.channel(identity: new)
      let reply = try await channel.unary(getEntry, [], try new.options(for: actor, now: now))
      #expect(reply.trailers["x-system"] == "registers")
      let old = try node.channel("civil-affairs/registers")
      _ = try await old.unary(getEntry, [], try node.stating(actor))
      // A token of the old key says nothing on the new certificate's connection.
      let stale = await refusal {
        try await channel.unary(getEntry, [], try node.stating(actor))
      }
      #expect(stale?.reason == "access.person_token_signature")
    }
  }

  @Test(
    "no request without proof of its key, none for the old key, and no row of renewals without end")
  func refusals() async throws {
    try await withNode(age: 61) { node in
      let zhang = try node.registry("civil-affairs/zhang")
      let own = try #require(node.identities["civil-affairs/zhang"]).key
      let same = await refusal { try await zhang.renewCertificate(try renewal(own)) }
      #expect(same?.reason == "registry.renewal_same_key")
      var forged = try renewal(try P256PrivateKey(random: node.pki.random))
      forged.csrPem[forged.csrPem.count / 2] ^= 1
      let broken = forged
      let unproven = await refusal { try await zhang.renewCertificate(broken) }
      #expect(unproven?.trailers["weir-field"] == "csr_pem")
      for _ in 0..<mostRenewals {
        _ = try await zhang.renewCertificate(
          try renewal(try P256PrivateKey(random: node.pki.random)))
      }
      let many = await refusal {
        try await zhang.renewCertificate(try renewal(try P256PrivateKey(random: node.pki.random)))
      }
      #expect(many?.reason == "registry.renewals_too_many")
    }
  }
}

@Suite(
  "The issuing authority is replaced while calls go on", .timeLimit(.minutes(10 * patience)))
struct IssuingRotationTests {
  private func next(_ node: GatewayNode) throws -> CertificateAuthority {
    let key = try P256PrivateKey(random: node.pki.random)
    return try CertificateAuthority(
      certificate: try node.pki.departmentRoot.issueAuthority(
        subject: SubjectName(commonName: "issuing 2"), publicKey: key.publicKey,
        notBefore: node.pki.now - 60, notAfter: node.pki.now + 86_400 * 365,
        random: node.pki.random), key: key)
  }

  @Test(
    "holders of the former's are told on the same connection, renew at once, and stay good; others' are the new one's"
  )
  func rotated() async throws {
    try await withNode { node in
      let zhang = try node.channel("civil-affairs/zhang")
      #expect(try await zhang.unary(getEntry, []).trailers["weir-certificate-expires"] == nil)
      let authority = try next(node)
      node.gateway.issue(under: authority)
      let end = try #require(node.identities["civil-affairs/zhang"]).certificate.notAfter
      #expect(
        try await zhang.unary(getEntry, []).trailers["weir-certificate-expires"]
          == Instant(milliseconds: end * 1000).rfc3339)
      let key = try P256PrivateKey(random: node.pki.random)
      let request = try CertificateRequest(
        subject: SubjectName(commonName: "anything"), names: CertificateNames(), key: key)
      let issued = try await node.registry("civil-affairs/zhang").renewCertificate(
        .init(csrPem: Array(request.pem.utf8), requestID: fresh()))
      let pem = String(decoding: issued.chainPem, as: UTF8.self)
      let chain = try Certificate.all(pem: pem)
      #expect(chain.map(\.issuer).first == authority.certificate.subject)
      #expect(chain.last == authority.certificate)
      // The listener trusts the root: both are good, and the new one brings its issuer along.
      let renewed = try node.channel(
        identity: TestPKI.Identity(
          certificate: chain[0], key: key, chainPEM: pem, privateKeyPEM: try key.pem()))
      #expect(try await renewed.unary(getEntry, []).trailers["weir-certificate-expires"] == nil)
      _ = try await zhang.unary(getEntry, [])
      // Not for ever: a renewed one waits for two thirds of its life again.
      let again = try CertificateRequest(
        subject: SubjectName(commonName: "anything"), names: CertificateNames(),
        key: try P256PrivateKey(random: node.pki.random))
      let early = await refusal {
        try await RegistryV1.RegistryClient(renewed).renewCertificate(
          .init(csrPem: Array(again.pem.utf8), requestID: fresh()))
      }
      #expect(early?.reason == "registry.renewal_too_early")
    }
  }
}

@Suite("luyi-2019/18.2b when a certificate may be renewed")
struct RenewalRuleTests {
  @Test("two thirds of its life, to the millisecond; early before the same key before too many")
  func bounds() throws {
    let certificate = RegisteredCertificate(
      fingerprint: [1], serial: "0a", subject: .person(try code("civil-affairs"), try person("li")),
      notBefore: Instant(milliseconds: 1000), notAfter: Instant(milliseconds: 4000))
    func check(_ time: Int64, same: Bool = false, later: Int = 0) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireRenewable(
          certificate, isSameKey: same, later: later, now: Instant(milliseconds: time))
      }
    }
    #expect(check(2999) == "registry.renewal_too_early")
    #expect(check(3000) == nil)
    #expect(check(2999, same: true, later: 9) == "registry.renewal_too_early")
    #expect(check(3000, same: true, later: 9) == "registry.renewal_same_key")
    #expect(check(3000, later: mostRenewals - 1) == nil)
    #expect(check(3000, later: mostRenewals) == "registry.renewals_too_many")
  }
}
