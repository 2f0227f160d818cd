// From a certificate to a caller: what the registry says of who holds it, and whether they may act at all.

package import Vocabulary

/// Who stands behind a connection, as far as the registry knows.
package struct Identity: Hashable, Sendable {
  package let department: RegisteredDepartment
  package let system: SystemName
  /// Who holds the certificate; `nil` for a system's, under which each call states who acts.
  package let person: PersonID?
  package let roles: Set<Role>
  package let certificate: RegisteredCertificate
  /// Where the system stands, by ISO 3166-1; empty for the mainland (AC-51).
  package let systemRegion: String

  package var isPersonCertificate: Bool { person != nil }
}

/// Why a certificate of our own authority is not accepted. Each is told with the serial, the reason and whom to ask.
package enum IdentityRefusal: Hashable, Sendable {
  case unregistered
  case notYetValid(from: Instant)
  case expired(at: Instant)
  case revoked(reason: String, at: Instant)
  case departmentDisabled(DepartmentCode)
  case systemDisabled(DepartmentCode, SystemName)
  case personDisabled(DepartmentCode, PersonID, successor: PersonID?)
  /// The system's responsible person is disabled or gone without a successor: nobody answers for it (AC-03).
  case responsibleMissing(DepartmentCode, SystemName)
}

extension RegistrySnapshot {
  /// The caller behind a certificate (AC-03 `luyi-2019/18.2b`: a system and a person stand behind every call; AC-92:
  /// disabled persons and departments end at once).
  ///
  /// Order of precedence: unregistered, revoked, dates, department, system, person. Revoked stands before expired: who
  /// revoked it matters more.
  ///
  /// - Parameters:
  ///   - fingerprint: SHA-256 of the certificate that the peer proved to hold.
  ///   - now: Real time; certificates do not follow a demo clock.
  package func identify(fingerprint: [UInt8], now: Instant) -> Result<Identity, IdentityError> {
    guard let certificate = certificates[fingerprint] else { return .failure(.init(.unregistered)) }
    if let revocation = certificate.revocation {
      return .failure(.init(.revoked(reason: revocation.reason, at: revocation.time), certificate))
    }
    if now < certificate.notBefore {
      return .failure(.init(.notYetValid(from: certificate.notBefore), certificate))
    }
    if now >= certificate.notAfter {
      return .failure(.init(.expired(at: certificate.notAfter), certificate))
    }
    switch holder(of: certificate) {
    case .success(let identity): return .success(identity)
    case .failure(let refusal): return .failure(.init(refusal.refusal, certificate))
    }
  }

  private func holder(
    of certificate: RegisteredCertificate
  ) -> Result<Identity, IdentityError> {
    let code = certificate.subject.department
    guard let department = departments[code] else { return .failure(.init(.unregistered)) }
    guard department.state == .active else { return .failure(.init(.departmentDisabled(code))) }
    switch certificate.subject {
    case .person(_, let id):
      guard let person = persons[certificate.subject] else {
        return .failure(.init(.unregistered))
      }
      guard let name = SystemName(workstationName),
        let station = systems[.system(code, name)]
      else { return .failure(.init(.unregistered)) }
      guard station.state == .active else { return .failure(.init(.systemDisabled(code, name))) }
      guard person.state == .active else {
        return .failure(.init(.personDisabled(code, id, successor: person.successor)))
      }
      return .success(
        Identity(
          department: department, system: name, person: id, roles: person.roles,
          certificate: certificate, systemRegion: station.region))
    case .system(_, let name):
      guard let system = systems[certificate.subject] else {
        return .failure(.init(.unregistered))
      }
      guard system.state == .active else { return .failure(.init(.systemDisabled(code, name))) }
      guard let responsible = system.responsible, dutyHolder(of: responsible, in: code) != nil
      else { return .failure(.init(.responsibleMissing(code, name))) }
      return .success(
        Identity(
          department: department, system: name, person: nil, roles: [.departmentSystem],
          certificate: certificate, systemRegion: system.region))
    }
  }
}

/// A refusal with the certificate that it is about, where the registry knows it.
package struct IdentityError: Error, Hashable, Sendable {
  package let refusal: IdentityRefusal
  package let certificate: RegisteredCertificate?

  package init(_ refusal: IdentityRefusal, _ certificate: RegisteredCertificate? = nil) {
    self.refusal = refusal
    self.certificate = certificate
  }
}
