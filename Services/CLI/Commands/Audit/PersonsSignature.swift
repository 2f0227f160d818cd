// Whose decision a receipt tells of: the person's own statement and signature, checked offline.

import Access
import Crypto
import Integrity
import Vocabulary

/// A decision that a log's entry holds, as its person signed it.
struct PersonsSignature {
  let stated: StatedDecision
  /// Whether the certificate was held to a root of the verifier's own.
  let isRooted: Bool

  /// - Parameters:
  ///   - payload: Of the log's entry.
  ///   - root: The departments' root, from a file of the verifier's own; without one the certificate is believed.
  /// - Returns: `nil` where the entry tells of no person's decision.
  init?(in payload: JSONValue, root: [Certificate]?) throws(DecisionRefusal) {
    guard payload["signed"] != nil else { return nil }
    guard let signed = SignedStatement(payload["signed"]) else {
      throw .malformed(member: "signed")
    }
    let own: Certificate
    let issuers: [Certificate]
    do throws(CryptoError) {
      own = try Certificate(der: signed.certificate)
      issuers = try signed.issuers.map { (der) throws(CryptoError) in try Certificate(der: der) }
    } catch {
      throw .untrusted
    }
    // The name in the certificate says in which domain the person has his.
    let domain = own.uris.first?.dropFirst("spiffe://".count).prefix { $0 != "/" } ?? ""
    let check = DecisionCheck(
      trust: ServiceTrust(roots: CertificateTrust(roots: root ?? issuers)), domain: String(domain),
      now: { Instant(milliseconds: 0) })
    stated = try check.read(signed)
    isRooted = root != nil
  }

  var fields: [Console.Field] {
    [
      (
        "decided_by", BilingualText("签署人", "decided and signed by"), .text(stated.personName)
      ),
      ("decision", BilingualText("决定", "decision"), .bilingual(stated.action.term)),
      ("decided_on", BilingualText("对象", "on"), .text(stated.resource)),
      ("signed_at", BilingualText("签名时间", "signed at"), .text(stated.time.rfc3339)),
      (
        "certificate_rooted",
        BilingualText("证书可追溯到部门根证书", "certificate leads to the departments' root"),
        .flag(isRooted)
      ),
    ]
  }
}
