// The issuing authority under the department root, which the gateway holds.

package import Crypto
package import GatewayRules
import Synchronization
import Vocabulary

/// The issuing authority as it is now; its successor takes its place while calls go on.
package final class IssuingDesk: Sendable {
  private let present: Mutex<CertificateIssuing>

  package init(_ issuing: CertificateIssuing) { present = Mutex(issuing) }

  /// To be asked once for each certificate: it goes out with the authority that signed it.
  var issuing: CertificateIssuing { present.withLock { $0 } }

  package func renew(_ authority: CertificateAuthority) {
    present.withLock { $0 = $0.under(authority) }
  }
}

/// Makes certificates for departments' systems and persons.
package struct CertificateIssuing: Sendable {
  private let authority: CertificateAuthority
  private let domain: String
  let term: CertificateTerm
  private let random: any RandomSource

  /// So much earlier than now a certificate begins, for clocks that are behind.
  private static let backdatedSeconds: Int64 = 300

  package init(
    authority: CertificateAuthority, domain: String, term: CertificateTerm,
    random: any RandomSource
  ) {
    self.authority = authority
    self.domain = domain
    self.term = term
    self.random = random
  }

  func under(_ next: CertificateAuthority) -> CertificateIssuing {
    CertificateIssuing(authority: next, domain: domain, term: term, random: random)
  }

  /// Whose certificates its own are, as they tell their issuer.
  var name: String { authority.certificate.subject }

  /// The certificate of a subject for the key of a verified request; everything else in the request is ignored.
  func issue(
    to subject: Principal, _ key: P256PublicKey, days: Int64, now: Instant
  ) throws(CryptoError) -> Certificate {
    let seconds = now.milliseconds / 1000
    let id =
      switch subject {
      case .person(_, let id): id.text
      case .system(_, let name): name.text
      }
    return try authority.issue(
      CertificateTemplate(
        subject: SubjectName(commonName: id, organization: subject.department.text),
        names: CertificateNames(uris: [subject.uri(domain: domain)]), usages: [.client],
        notBefore: seconds - Self.backdatedSeconds, notAfter: seconds + days * 86_400),
      publicKey: key, random: random)
  }

  /// The certificate and its issuer, as its holder presents them.
  func chain(_ certificate: Certificate) -> [UInt8] {
    Array((certificate.pem + authority.certificate.pem).utf8)
  }
}

/// The registry's row of a certificate.
package func registered(_ certificate: Certificate, for subject: Principal) -> RegisteredCertificate
{
  RegisteredCertificate(
    fingerprint: certificate.sha256, serial: certificate.serialHex, subject: subject,
    notBefore: Instant(milliseconds: certificate.notBefore * 1000),
    notAfter: Instant(milliseconds: certificate.notAfter * 1000))
}
