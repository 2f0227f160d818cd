// The certificates of those who exist before anybody can be registered over the wire.

import Boot
import Crypto
import Vocabulary

extension Founding {
  /// The same departments, each person and system with a certificate from the folder's issuing authority.
  ///
  /// - Parameters:
  ///   - file: Where the founding file lies, for what is wrong with it.
  ///   - keys: Takes the files of the certificates and their keys.
  func issued(
    by keys: KeyFolder, file: String, days: Int, now: Instant, random: any RandomSource
  ) throws -> Founding {
    var founding = self
    for index in departments.indices {
      guard let code = DepartmentCode(departments[index].code) else {
        throw malformed(file, departments[index].code)
      }
      func issue(_ principal: ResourceName) throws -> Certificate {
        Certificate(
          try keys.issuePrincipal(principal, days: days, now: now, random: random))
      }
      for (person, entry) in departments[index].persons.enumerated() {
        guard let id = PersonID(entry.id) else { throw malformed(file, entry.id) }
        founding.departments[index].persons[person].certificate = try issue(.person(code, id))
      }
      for (system, entry) in departments[index].systems.enumerated() {
        guard let name = SystemName(entry.name) else { throw malformed(file, entry.name) }
        founding.departments[index].systems[system].certificate = try issue(.system(code, name))
      }
    }
    return founding
  }

  private func malformed(_ file: String, _ slug: String) -> ConfigurationError {
    .malformed(path: file, detail: "'\(slug)' is no slug")
  }
}

extension Founding.Certificate {
  fileprivate init(_ certificate: Crypto.Certificate) {
    self.init(
      serial: certificate.serialHex, sha256: Hex.encode(certificate.sha256),
      notBefore: certificate.notBefore, notAfter: certificate.notAfter)
  }
}
