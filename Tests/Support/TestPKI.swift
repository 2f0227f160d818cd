// Certificates for tests, made in memory: both roots of Weir, and identities of every kind under them.

package import Crypto
import Glibc

/// A whole public key infrastructure for one test: a service root, and a department root with an issuing authority.
///
/// ```swift
/// let pki = try TestPKI()
/// let server = try pki.service("catalog")                       // localhost, 127.0.0.1, ::1
/// let client = try pki.system("hr-core", department: "human-resources")
/// // server.chainPEM, server.privateKeyPEM, pki.serviceRootPEM, pki.departmentRootPEM
/// ```
package struct TestPKI: Sendable {
  /// A certificate with its key, and the chain to present.
  package struct Identity: Sendable {
    package let certificate: Certificate
    package let key: P256PrivateKey
    /// The certificate and its intermediates, leaf first.
    package let chainPEM: String
    /// PKCS#8.
    package let privateKeyPEM: String

    package init(
      certificate: Certificate, key: P256PrivateKey, chainPEM: String, privateKeyPEM: String
    ) {
      self.certificate = certificate
      self.key = key
      self.chainPEM = chainPEM
      self.privateKeyPEM = privateKeyPEM
    }
  }

  package let domain: String
  /// Seconds since 1970 UTC at which the infrastructure was made.
  package let now: Int64
  package let random: any RandomSource
  package let serviceRoot: CertificateAuthority
  package let serviceRootKey: P256PrivateKey
  package let departmentRoot: CertificateAuthority
  /// The authority under the department root that the gateway's registry would hold.
  package let departmentIssuer: CertificateAuthority

  private static let day: Int64 = 86_400

  /// - Parameter now: The middle of every term; the real time unless given, because TLS looks at the real clock.
  package init(
    domain: String = "weir.test", now: Int64 = Int64(time(nil)),
    random: any RandomSource = SystemRandom()
  ) throws {
    func root(_ name: String, _ key: P256PrivateKey) throws -> CertificateAuthority {
      try .root(
        subject: SubjectName(commonName: name, organization: "Weir tests"), key: key,
        notBefore: now - Self.day,
        notAfter: now + 3_650 * Self.day, random: random)
    }
    self.domain = domain
    self.now = now
    self.random = random
    serviceRootKey = try P256PrivateKey(random: random)
    serviceRoot = try root("Service root", serviceRootKey)
    departmentRoot = try root("Department root", try P256PrivateKey(random: random))
    let key = try P256PrivateKey(random: random)
    departmentIssuer = try CertificateAuthority(
      certificate: try departmentRoot.issueAuthority(
        subject: SubjectName(commonName: "Department issuer", organization: "Weir tests"),
        publicKey: key.publicKey, notBefore: now - Self.day, notAfter: now + 1_825 * Self.day,
        random: random),
      key: key)
  }

  package var serviceRootPEM: String { serviceRoot.certificate.pem }
  package var departmentRootPEM: String { departmentRoot.certificate.pem }

  /// A service's identity, client and server, for loopback; `gateway` is also what departments see.
  package func service(_ name: String, term: ClosedRange<Int64>? = nil) throws -> Identity {
    try issue(
      by: serviceRoot, commonName: name,
      names: CertificateNames(
        uris: ["spiffe://\(domain)/service/\(name)"], dnsNames: ["localhost"],
        ipAddresses: ["127.0.0.1", "::1"]),
      usages: [.client, .server], term: term)
  }

  /// A department's system.
  package func system(
    _ name: String, department: String, term: ClosedRange<Int64>? = nil
  ) throws -> Identity {
    try client("spiffe://\(domain)/department/\(department)/system/\(name)", name, term)
  }

  /// A person of a department.
  package func person(
    _ id: String, department: String, term: ClosedRange<Int64>? = nil
  ) throws -> Identity {
    try client("spiffe://\(domain)/department/\(department)/person/\(id)", id, term)
  }

  private func client(
    _ uri: String, _ name: String, _ term: ClosedRange<Int64>?
  ) throws -> Identity {
    try issue(
      by: departmentIssuer, commonName: name, names: CertificateNames(uris: [uri]),
      usages: [.client], term: term)
  }

  /// Any certificate at all, under any authority.
  package func issue(
    by authority: CertificateAuthority, commonName: String, names: CertificateNames,
    usages: Set<CertificateTemplate.Usage>, term: ClosedRange<Int64>? = nil
  ) throws -> Identity {
    let key = try P256PrivateKey(random: random)
    let term = term ?? now - Self.day...now + 90 * Self.day
    let certificate = try authority.issue(
      CertificateTemplate(
        subject: SubjectName(commonName: commonName), names: names, usages: usages,
        notBefore: term.lowerBound, notAfter: term.upperBound),
      publicKey: key.publicKey, random: random)
    let isIntermediate = authority.certificate.subject != authority.certificate.issuer
    return Identity(
      certificate: certificate, key: key,
      chainPEM: certificate.pem + (isIntermediate ? authority.certificate.pem : ""),
      privateKeyPEM: try key.pem())
  }
}
