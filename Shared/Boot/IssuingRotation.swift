// The gateway's issuing authority, and the one that takes its place (DESIGN.md section 6).

package import Crypto
package import Vocabulary

extension KeyFolder {
  /// The issuing authorities of now: the first issues, those after it only vouch for what they issued.
  package func issuingAuthorities() throws -> [Certificate] {
    guard Files.exists(issuingCertificate) else { return [] }
    return try Certificate.all(pem: try readText(issuingCertificate))
  }

  /// Makes the next issuing authority under the departments' root. The one before keeps its place behind it in the file: what it
  /// issued stays good until it is withdrawn.
  ///
  /// The key is written first: a gateway that looks between the two writes keeps what it has, and one that starts there does not start
  /// until this is done again.
  @discardableResult
  package func rotateIssuing(now: Instant, random: any RandomSource) throws -> Certificate {
    let former = try issuingAuthorities()
    let seconds = now.milliseconds / 1000
    let key = try P256PrivateKey(random: random)
    let number = (former.map { Self.number(ofIssuing: $0) }.max() ?? 0) + 1
    let certificate = try authority("department-root").issueAuthority(
      // Each has a name of its own, by which its certificates are told from its successor's.
      subject: SubjectName(
        commonName: Self.issuingName + (number == 1 ? "" : " \(number)"), organization: domain),
      publicKey: key.publicKey, notBefore: seconds - 300,
      notAfter: seconds + Self.issuingDays * Self.day, random: random)
    let kept = former.filter { $0.notAfter > seconds }
    try save(
      ([certificate] + kept).map(\.pem).joined(), key: key, in: path + "/issuing", as: "ca")
    return certificate
  }

  /// Takes every issuing authority but the present one back: off the file, and onto the root's list. What it issued is refused from
  /// then on; what persons signed under it before stands, unless its key may have been in other hands.
  ///
  /// - Returns: Those that were withdrawn.
  @discardableResult
  package func withdrawFormerIssuing(
    reason: RevokedCertificate.Reason, now: Instant
  ) throws -> [Certificate] {
    let all = try issuingAuthorities()
    guard let present = all.first, all.count > 1 else { return [] }
    for former in all.dropFirst()
    where try currentList(.department)?.revoked[former.serialHex] == nil {
      try signRevocationList(.department, revoking: former.serialHex, reason: reason, now: now)
    }
    try Files.write(present.pem, to: issuingCertificate, isPrivate: false)
    return Array(all.dropFirst())
  }

  private static let issuingName = "Weir department issuing"

  /// The first bears no number.
  private static func number(ofIssuing certificate: Certificate) -> Int {
    Int(certificate.commonName.split(separator: " ").last ?? "") ?? 1
  }
}
