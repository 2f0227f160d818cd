// Issuing and revoking the certificates of systems and persons.

package import Vocabulary

/// How long certificates live; from the node's configuration.
package struct CertificateTerm: Hashable, Sendable {
  package let defaultDays: Int64
  package let longestDays: Int64

  /// `nil` unless 1 <= default <= longest.
  package init?(defaultDays: Int64, longestDays: Int64) {
    guard defaultDays >= 1, defaultDays <= longestDays else { return nil }
    self.defaultDays = defaultDays
    self.longestDays = longestDays
  }
}

/// The days for which a certificate will be issued: those asked for, or the node's default for 0.
package func certificateDays(
  asked: Int64, term: CertificateTerm
) throws(RegistryRefusal) -> Int64 {
  if asked == 0 { return term.defaultDays }
  guard asked >= 1, asked <= term.longestDays else {
    throw .termTooLong(asked: asked, longest: term.longestDays)
  }
  return asked
}

/// Checks that a subject may be given a certificate (`luyi-2019/18.2b`). Order of precedence: the manager's reach, the
/// workstation (persons work there under their own certificates, FORMATS "A call"), the subject's state.
///
/// The department itself may still wait for its activation: its persons then hold certificates that are refused until it
/// is active (AC-91).
package func requireIssuable(
  to subject: Principal, state: RegistryState, in department: RegisteredDepartment,
  by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(of: department, by: manager)
  if case .system(_, let name) = subject, name.text == workstationName {
    throw .workstationHasNone(subject.name)
  }
  guard state == .active else { throw .disabled(subject.name) }
}

/// Whether a manager may revoke a department's certificates: its security officer may too (`meizhou-public-2023/39.2c`).
package func requireRevocable(
  in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(
    of: department, by: manager, ownRoles: [.departmentHead, .departmentSecurity])
}

/// A certificate that is refused from the next call on (`meizhou-public-2023/39.2c`).
package func revoked(
  _ certificate: RegisteredCertificate, reason: String, in department: RegisteredDepartment,
  by manager: RegistryManager, now: Instant
) throws(RegistryRefusal) -> RegisteredCertificate {
  try requireRevocable(in: department, by: manager)
  try requireReason(reason)
  guard certificate.revocation == nil else { throw .alreadyRevoked(certificate.serial) }
  var changed = certificate
  changed.revocation = RegisteredCertificate.Revocation(reason: reason, time: now)
  return changed
}

extension RegisteredCertificate {
  /// Two thirds of its life: from here on its holder is told of its end, and may renew it.
  package var renewable: Instant {
    notBefore.adding(milliseconds: (notAfter.milliseconds - notBefore.milliseconds) / 3 * 2)
  }
}

/// So many certificates beside the one shown, made by renewals whose answer was lost, say; the head issues any other.
package let mostRenewals = 3

/// Checks that a holder may renew the certificate that it shows (`luyi-2019/18.2b`: systems and users stay identified).
///
/// Order of precedence: too early (a stolen key must not renew itself long before anybody looks), the same key again, too many
/// renewals that were never used.
///
/// - Parameters:
///   - isOfFormerIssuer: Whether the issuing authority of before issued it, which will be withdrawn: then it is never too early.
///   - later: The subject's good certificates that began after the one shown.
package func requireRenewable(
  _ certificate: RegisteredCertificate, isSameKey: Bool, isOfFormerIssuer: Bool = false,
  later: Int, now: Instant
) throws(RegistryRefusal) {
  guard isOfFormerIssuer || now >= certificate.renewable else {
    throw .renewalTooEarly(certificate.serial, from: certificate.renewable)
  }
  if isSameKey { throw .renewalSameKey }
  if later >= mostRenewals { throw .renewalsTooMany(certificate.subject.name) }
}
