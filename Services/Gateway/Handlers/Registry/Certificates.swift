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
      if request.validateOnly {
        let caller = call.caller
        let asked = try await store.database.read { transaction in
          try transaction.requireIssuable(to: subject, by: try transaction.manager(caller))
          return try decision(toIssue: request, to: subject, days: days, transaction)
        }
        return RegistryV1.Certificate(
          subject: subject.name, statement: statement(of: asked, call))
      }
      return try await change(
        request.unconfirmed, requestID: request.requestID, call, reach: vouching(for: subject)
      ) { transaction, manager in
        try transaction.requireIssuable(to: subject, by: manager)
        let asked = try decision(toIssue: request, to: subject, days: days, transaction)
        let (other, confirmed) = try takeConfirmation(
          request.confirmation, for: asked, in: transaction)
        try requireConfirmed(
          subject, in: try transaction.known(subject.department), by: manager, and: other)
        let signed = try take(request.signed, for: asked, call, in: transaction)
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
            ], signed: signed + confirmed))
      }
    }
  }

  package func resolveCertificate(
    _ request: RegistryV1.ResolveCertificateRequest, _ call: CallContext
  ) async throws -> RegistryV1.CertificateStanding {
    try await answering(call) {
      guard let (row, roles) = directory.certificate(request.fingerprint) else {
        throw RegistryRefusal.unknown(Hex.encode(request.fingerprint.prefix(32)))
      }
      return RegistryV1.CertificateStanding(
        subject: row.subject.name, revokeTime: row.revocation?.time.timestamp,
        revokeReason: row.revocation?.reason ?? "", roles: roles.map(\.slug).sorted())
    }
  }

  /// Who may stand behind a subject's certificate.
  private func vouching(for subject: Principal) -> Reach {
    { transaction, manager in
      try requireVouching(
        for: subject, in: try transaction.known(subject.department), by: manager)
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
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let (old, next) = try transaction.revoked(
            serial, reason: request.reason, by: try transaction.manager(caller), now: now)
          var reply = next.message
          reply.statement = statement(of: decision(toRevoke: old, reason: request.reason), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call,
        reach: { transaction, manager in
          guard let old = try transaction.certificate(serial: serial) else {
            throw RegistryRefusal.unknown(serial)
          }
          try requireRevocable(
            in: try transaction.known(old.subject.department), by: manager)
        }
      ) { transaction, manager in
        let (old, row) = try transaction.revoked(
          serial, reason: request.reason, by: manager, now: now)
        let signed = try take(
          request.signed, for: decision(toRevoke: old, reason: request.reason), call,
          in: transaction)
        let version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message,
          rows: [try transaction.save(.certificate(row), version: version)],
          event: RegistryEvent(
            topic: "registry.certificate_revoked", subject: row.subject.name,
            fields: [("serial", serial), ("reason", request.reason)], signed: signed))
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

extension RegistryV1.IssueCertificateRequest {
  /// By its content alone, whoever signed it.
  fileprivate var unconfirmed: Self {
    var request = unsigned
    request.confirmation = nil
    return request
  }
}

extension SQLReading where Self: ~Copyable {
  /// Checks that a subject may be given a certificate with this caller behind it.
  fileprivate func requireIssuable(to subject: Principal, by caller: RegistryManager) throws {
    let department = try known(subject.department)
    let state =
      switch subject {
      case .person(let code, let id): try known(code, id).state
      case .system(let code, let name): try known(code, name).state
      }
    try GatewayRules.requireIssuable(to: subject, state: state, in: department, by: caller)
  }

  /// A certificate as it is and as it would be revoked; refused where it may not be.
  fileprivate func revoked(
    _ serial: String, reason: String, by manager: RegistryManager, now: Instant
  ) throws -> (old: RegisteredCertificate, next: RegisteredCertificate) {
    guard let old = try certificate(serial: serial) else { throw RegistryRefusal.unknown(serial) }
    let next = try GatewayRules.revoked(
      old, reason: reason, in: try known(old.subject.department), by: manager, now: now)
    return (old, next)
  }
}
