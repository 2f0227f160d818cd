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

/// How long the first of two persons' statements on a certificate waits for the second; ours, as long as an act waits for its approval.
package let confirmationMilliseconds: Int64 = 7 * 86_400_000

/// Checks that a subject may be given a certificate, and that the caller may have to do with it (`luyi-2019/18.2b`). Order of precedence:
/// the caller's reach, the workstation (persons work there under their own certificates, FORMATS "A call"), the subject's state.
///
/// The department itself may still wait for its activation: its persons then hold certificates that are refused until it
/// is active (AC-91).
package func requireIssuable(
  to subject: Principal, state: RegistryState, in department: RegisteredDepartment,
  by caller: RegistryManager
) throws(RegistryRefusal) {
  try requireVouching(for: subject, in: department, by: caller)
  if case .system(_, let name) = subject, name.text == workstationName {
    throw .workstationHasNone(subject.name)
  }
  guard state == .active else { throw .disabled(subject.name) }
}

/// Whether somebody may stand behind a certificate: for a system's whoever manages its department; for a person's, too, everybody of the
/// department or of its authority who holds an office there, and the holder of before, whose old key answers for the new.
package func requireVouching(
  for subject: Principal, in department: RegisteredDepartment, by person: RegistryManager
) throws(RegistryRefusal) {
  guard case .person = subject else { return try requireManagement(of: department, by: person) }
  if person.principal == subject { return }
  let isNear =
    person.department.code == department.code || governs(person.department, department)
  if isNear, !person.roles.isDisjoint(with: departmentRoles.union([.authority])) { return }
  throw .notYourDepartment(department.code, caller: person.department.code)
}

/// Checks that two stand behind a person's certificate, one of whom manages the department (`meizhou-public-2023/39.2b`: each person has
/// an account of his own, so that nobody may become a second person by himself, nor any of his clerks; `hebi-2021/27`).
///
/// The first persons of a department have nobody there beside them: for them two of its authority do.
///
/// - Parameter other: Who signed beside the caller; `nil` for nobody.
package func requireConfirmed(
  _ subject: Principal, in department: RegisteredDepartment, by caller: RegistryManager,
  and other: RegistryManager?
) throws(RegistryRefusal) {
  guard case .person = subject else { return }
  guard let other else { throw .confirmationMissing(subject.name) }
  guard other.principal != caller.principal else {
    throw .confirmationUnfit(other.principal.name)
  }
  try requireVouching(for: subject, in: department, by: other)
  do {
    try requireManagement(of: department, by: other)
  } catch {
    try requireManagement(of: department, by: caller)
  }
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
