// Renewing one's own certificate: the holder shows the old one, and proves to hold a new key.

package import Access
package import Contracts
import Crypto
import Database
import GatewayRules
import GatewayStore
import RPC
import Vocabulary

extension RegistryService {
  package func renewCertificate(
    _ request: RegistryV1.RenewCertificateRequest, _ call: CallContext
  ) async throws -> RegistryV1.Certificate {
    try await answering(call) {
      let key: P256PublicKey
      do {
        key = try CertificateRequest(pem: String(decoding: request.csrPem, as: UTF8.self)).publicKey
      } catch {
        throw RegistryRefusal.malformed(field: "csr_pem", .certificateRequest)
      }
      guard let shown = call.rpc.peer.certificate else {
        throw RegistryRefusal.unknown("certificate")
      }
      let isSameKey = try Certificate(der: shown.der).publicKeyInfo == key.der
      let issuing = issuing
      let isOfFormerIssuer = shown.issuer != issuing.name
      let days = try certificateDays(asked: 0, term: issuing.term)
      let serial = shown.serialHex.lowercased()
      let now = real()
      return try await change(request, requestID: request.requestID, call, again: { _ in }) {
        transaction in
        guard let old = try transaction.certificate(serial: serial) else {
          throw RegistryRefusal.unknown(serial)
        }
        // The gate let it in a moment ago; here it is asked in the transaction that issues.
        if old.revocation != nil { throw RegistryRefusal.alreadyRevoked(serial) }
        let later = try transaction.laterCertificates(than: old, now: now)
        try requireRenewable(
          old, isSameKey: isSameKey, isOfFormerIssuer: isOfFormerIssuer, later: later, now: now)
        let certificate = try issuing.issue(to: old.subject, key, days: days, now: now)
        let row = registered(certificate, for: old.subject)
        let version = try transaction.nextRegistryVersion()
        let kept = try transaction.save(.certificate(row), version: version)
        var reply = row.message
        reply.chainPem = issuing.chain(certificate)
        return RegistryOutcome(
          reply: reply, rows: [kept],
          event: RegistryEvent(
            topic: "registry.certificate_renewed", subject: old.subject.name,
            fields: [
              ("serial", row.serial), ("former", serial), ("not_after", row.notAfter.rfc3339),
              ("certificate", Hex.encode(row.fingerprint)),
            ]))
      }
    }
  }
}
