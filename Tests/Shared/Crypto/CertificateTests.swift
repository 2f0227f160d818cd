// Certificates: issued, read, verified, revoked; and every way in which they are refused.

import Crypto
import TestSupport
import Testing

@Suite("Certificates are issued, read and verified as RFC 5280 says")
struct CertificateTests {
  static let now: Int64 = 1_709_510_400  // 2024-03-04T00:00:00Z

  private func pki() throws -> TestPKI { try TestPKI(now: Self.now) }

  @Test("a service certificate says who, where, what for and until when")
  func serviceCertificate() throws {
    let pki = try pki()
    let issued = try pki.service("catalog").certificate
    let read = try Certificate(pem: issued.pem)
    #expect(read == issued)
    #expect(read.subject == "CN=catalog")
    #expect(read.commonName == "catalog")
    #expect(read.issuer == "CN=Service root,O=Weir tests")
    #expect(read.uris == ["spiffe://weir.test/service/catalog"])
    #expect(read.dnsNames == ["localhost"])
    #expect(read.ipAddresses == ["127.0.0.1", "::1"])
    #expect(read.notBefore == Self.now - 86_400)
    #expect(read.notAfter == Self.now + 90 * 86_400)
    #expect(read.serialHex.count == 32)
    #expect(!read.isAuthority)
    #expect(read.sha256 == SHA256.hash(read.der))
    #expect(read.isInTerm(at: read.notBefore) && read.isInTerm(at: read.notAfter - 1))
    #expect(!read.isInTerm(at: read.notBefore - 1) && !read.isInTerm(at: read.notAfter))
  }

  @Test("the key of a certificate is the holder's")
  func publicKey() throws {
    let identity = try pki().system("hr-core", department: "human-resources")
    let signature = try identity.key.sign([1])
    #expect(try identity.certificate.p256PublicKey().isValid(signature, of: [1]))
    #expect(identity.certificate.publicKeySHA256 == identity.key.publicKey.sha256)
    #expect(try P256PrivateKey(pem: identity.privateKeyPEM).publicKey == identity.key.publicKey)
  }

  @Test(
    "a chain through the issuing authority verifies; without it, or at another root, it does not")
  func chain() throws {
    let pki = try pki()
    let leaf = try pki.person("wang", department: "human-resources").certificate
    let issuer = pki.departmentIssuer.certificate
    let trust = CertificateTrust(roots: [pki.departmentRoot.certificate])
    try trust.verify(leaf, intermediates: [issuer], at: Self.now, usage: .client)
    expectUntrusted(20) { try trust.verify(leaf, at: Self.now) }
    let foreign = CertificateTrust(roots: [pki.serviceRoot.certificate])
    expectUntrusted(20) { try foreign.verify(leaf, intermediates: [issuer], at: Self.now) }
  }

  @Test("a chain holds from the first second of its term until the last, and not beside")
  func term() throws {
    let pki = try pki()
    let leaf = try pki.service("audit", term: Self.now...Self.now + 100).certificate
    let trust = CertificateTrust(roots: [pki.serviceRoot.certificate])
    try trust.verify(leaf, at: Self.now)
    try trust.verify(leaf, at: Self.now + 99)
    expectUntrusted(9) { try trust.verify(leaf, at: Self.now - 1) }
    expectUntrusted(10) { try trust.verify(leaf, at: Self.now + 100) }
  }

  @Test("a client certificate is refused as a server's")
  func usage() throws {
    let pki = try pki()
    let leaf = try pki.system("hr-core", department: "human-resources").certificate
    let trust = CertificateTrust(roots: [pki.departmentRoot.certificate])
    let issuer = [pki.departmentIssuer.certificate]
    try trust.verify(leaf, intermediates: issuer, at: Self.now, usage: .client)
    expectUntrusted(26) {
      try trust.verify(leaf, intermediates: issuer, at: Self.now, usage: .server)
    }
  }

  @Test("an issuing authority cannot make further authorities, and an end entity none at all")
  func pathLength() throws {
    let pki = try pki()
    let key = try P256PrivateKey(random: pki.random)
    let rogue = try pki.departmentIssuer.issueAuthority(
      subject: SubjectName(commonName: "Rogue"), publicKey: key.publicKey, notBefore: Self.now,
      notAfter: Self.now + 1_000, random: pki.random)
    let authority = try CertificateAuthority(certificate: rogue, key: key)
    let leaf = try pki.issue(
      by: authority, commonName: "x", names: CertificateNames(uris: ["spiffe://weir.test/x"]),
      usages: [.client])
    let trust = CertificateTrust(roots: [pki.departmentRoot.certificate])
    expectUntrusted(25) {
      try trust.verify(
        leaf.certificate, intermediates: [rogue, pki.departmentIssuer.certificate], at: Self.now)
    }
    let person = try pki.person("li", department: "justice")
    let pretender = try CertificateAuthority(certificate: person.certificate, key: person.key)
    let forged = try pki.issue(
      by: pretender, commonName: "y", names: CertificateNames(uris: ["spiffe://weir.test/y"]),
      usages: [.client])
    #expect(throws: CryptoError.self) {
      try trust.verify(
        forged.certificate,
        intermediates: [person.certificate, pki.departmentIssuer.certificate], at: Self.now)
    }
  }

  @Test("no certificate outlives its issuer")
  func lifetime() throws {
    let pki = try pki()
    let far = Self.now + 20_000 * 86_400
    let leaf = try pki.service("share", term: Self.now...far).certificate
    #expect(leaf.notAfter == pki.serviceRoot.certificate.notAfter)
  }

  @Test("a revoked certificate is refused, its neighbour is not, and the list is its issuer's")
  func revocation() throws {
    let pki = try pki()
    let first = try pki.service("share").certificate
    let second = try pki.service("ingest").certificate
    let list = try pki.serviceRoot.revocationList(
      [RevokedCertificate(serialHex: first.serialHex, revokedAt: Self.now, reason: .keyCompromise)],
      number: 1, thisUpdate: Self.now, nextUpdate: Self.now + 86_400)
    let read = try RevocationList(pem: list.pem)
    #expect(read.revoked == [first.serialHex: Self.now])
    #expect(read.nextUpdate == Self.now + 86_400)
    #expect(read.isSigned(by: pki.serviceRoot.certificate))
    #expect(!read.isSigned(by: pki.departmentRoot.certificate))
    let trust = CertificateTrust(roots: [pki.serviceRoot.certificate], revocationLists: [read])
    expectUntrusted(23) { try trust.verify(first, at: Self.now) }
    try trust.verify(second, at: Self.now)
    expectUntrusted(12) { try trust.verify(second, at: Self.now + 86_401) }
  }

  @Test("a request carries its names and proves its key; a changed one is refused")
  func request() throws {
    let key = try P256PrivateKey(random: SystemRandom())
    let names = CertificateNames(
      uris: ["spiffe://weir.test/department/justice/system/core"], dnsNames: ["core.local"])
    let request = try CertificateRequest(
      subject: SubjectName(commonName: "司法局", organization: "市"), names: names, key: key)
    let read = try CertificateRequest(pem: request.pem)
    #expect(read.names == names)
    #expect(read.commonName == "司法局")
    #expect(read.publicKey == key.publicKey)
    var refused = 0
    for index in request.der.indices {
      var changed = request.der
      changed[index] ^= 0x10
      if (try? CertificateRequest(der: changed)) == nil { refused += 1 }
    }
    #expect(refused == request.der.count)
    let bare = try CertificateRequest(
      subject: SubjectName(commonName: "x"), names: CertificateNames(), key: key)
    #expect(bare.names.isEmpty)
  }

  @Test("an authority refuses a key that is not its own")
  func wrongKey() throws {
    let pki = try pki()
    #expect(throws: CryptoError.keyMismatch) {
      try CertificateAuthority(
        certificate: pki.serviceRoot.certificate, key: try P256PrivateKey(random: SystemRandom()))
    }
  }

  @Test(
    "names that are empty, blank or carry a NUL are refused",
    arguments: ["", "a b", "a\0b", "spiffe://weir.test/服务", "a\n"])
  func badNames(_ name: String) throws {
    let pki = try pki()
    #expect(throws: CryptoError.malformed("subject alternative name")) {
      try pki.issue(
        by: pki.serviceRoot, commonName: "x", names: CertificateNames(uris: [name]),
        usages: [.client])
    }
  }

  @Test("text that is not a certificate is refused")
  func malformed() throws {
    let good = try pki().serviceRoot.certificate
    #expect(good.isAuthority)
    for text in [
      "", "nonsense", PEM.encode([1, 2, 3], label: "CERTIFICATE"), String(good.pem.dropLast(20)),
    ] {
      #expect(throws: CryptoError.self) { try Certificate(pem: text) }
    }
    #expect(throws: CryptoError.malformed("certificate")) { try Certificate(der: good.der + [0]) }
    #expect(throws: CryptoError.malformed("certificate")) {
      try Certificate(der: Array(good.der.dropLast()))
    }
    let both = try Certificate.all(pem: "# two\n" + good.pem + "\n" + good.pem)
    #expect(both == [good, good])
  }

  private func expectUntrusted(_ code: Int, _ body: () throws -> Void) {
    do {
      try body()
      Issue.record("the chain was trusted")
    } catch CryptoError.untrustedChain(let actual, _, _) {
      #expect(actual == code)
    } catch {
      Issue.record(error)
    }
  }
}
