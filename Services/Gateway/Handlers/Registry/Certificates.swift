// The methods about certificates: issued for a key that the caller keeps, refused from the next call once revoked.

package import Access
package import Contracts
import Crypto
import Database
import GatewayRules
import GatewayStore
import Vocabulary

extension RegistryService {
  package func issueCertificate(
    _ request: RegistryV1.IssueCertificateRequest, _ call: CallContext
  ) async throws -> RegistryV1.Certificate {
    try await answering(call) {
      guard let subject = Principal(request.subject) else {
        throw RegistryRefusal.malformed(field: "subject", .name)
      }
      let days = try certificateDays(asked: Int64(request.days), term: issuing.term)
      let key: P256PublicKey
      do {
        key = try CertificateRequest(pem: String(decoding: request.csrPem, as: UTF8.self)).publicKey
      } catch {
        throw RegistryRefusal.malformed(field: "csr_pem", .certificateRequest)
      }
      let issuing = issuing
      let now = real()
      return try await change(
        request, requestID: request.requestID, call, reach: managing(subject.department)
      ) { transaction, manager in
        let department = try transaction.known(subject.department)
        let state =
          switch subject {
          case .person(let code, let id): try transaction.known(code, id).state
          case .system(let code, let name): try transaction.known(code, name).state
          }
        try requireIssuable(to: subject, state: state, in: department, by: manager)
        let certificate = try issuing.issue(to: subject, key, days: days, now: now)
        let row = registered(certificate, for: subject)
        let version = try transaction.nextRegistryVersion()
        let kept = try transaction.save(.certificate(row), version: version)
        var reply = row.message
        reply.chainPem = issuing.chain(certificate)
        return RegistryOutcome(
          reply: reply, rows: [kept],
          event: RegistryEvent(
            topic: "registry.certificate_issued", subject: subject.name,
            fields: [
              ("serial", row.serial), ("certificate", Hex.encode(row.fingerprint)),
              ("not_after", row.notAfter.rfc3339),
            ]))
      }
    }
  }

  package func revokeCertificate(
    _ request: RegistryV1.RevokeCertificateRequest, _ call: CallContext
  ) async throws -> RegistryV1.Certificate {
    try await answering(call) {
      let serial = request.serial.lowercased()
      guard (1...64).contains(serial.utf8.count), Hex.decode(serial) != nil else {
        throw RegistryRefusal.malformed(field: "serial", .serial)
      }
      let now = real()
      return try await change(
        request, requestID: request.requestID, call,
        reach: { transaction, manager in
          guard let old = try transaction.certificate(serial: serial) else {
            throw RegistryRefusal.unknown(serial)
          }
          try requireRevocable(
            in: try transaction.known(old.subject.department), by: manager)
        }
      ) { transaction, manager in
        guard let old = try transaction.certificate(serial: serial) else {
          throw RegistryRefusal.unknown(serial)
        }
        let row = try revoked(
          old, reason: request.reason, in: try transaction.known(old.subject.department),
          by: manager, now: now)
        let version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message,
          rows: [try transaction.save(.certificate(row), version: version)],
          event: RegistryEvent(
            topic: "registry.certificate_revoked", subject: row.subject.name,
            fields: [("serial", serial), ("reason", request.reason)]))
      }
    }
  }

  package func listCertificates(
    _ request: RegistryV1.ListCertificatesRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListCertificatesResponse {
    try await answering(call) {
      let subject = Principal(request.parent)
      let code = try subject?.department ?? departmentCode(request.parent, field: "parent")
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      guard let after = page.after.isEmpty ? 0 : Int64(page.after) else {
        throw RegistryRefusal.malformed(field: "page_token", .pageToken)
      }
      let caller = call.caller
      let rows = try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        return try transaction.certificates(
          of: code, subject: subject, after: after, limit: page.limit + 1)
      }
      let (shown, next) = page.cut(rows) { String($0.issued) }
      return RegistryV1.ListCertificatesResponse(
        certificates: shown.map(\.certificate.message), nextPageToken: next)
    }
  }
}
