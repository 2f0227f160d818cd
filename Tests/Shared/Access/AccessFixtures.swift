// Callers and rules for the suites of Access.

import Access
import Crypto
import RPC
import TestSupport
import Testing
import Vocabulary

func caller(
  _ roles: Set<Role> = [.departmentOfficer], person: String? = "li", byPerson: Bool = true,
  hash: UInt8 = 7, region: String = "", stated: StatedPerson? = nil
) throws -> Caller {
  Caller(
    department: try #require(DepartmentCode("civil-affairs")),
    system: try #require(SystemName("workstation")), person: person.flatMap { PersonID($0) },
    isPersonCertificate: byPerson, roles: roles,
    certificateHash: [UInt8](repeating: hash, count: 32), systemRegion: region, stated: stated)
}

func rule(
  _ path: String = "/weir.share.v1.Share/Lookup", roles: Set<Role> = [],
  person: MethodAccess.Person = .stated, via: [String] = [], isInternal: Bool = false,
  callers: [String] = []
) -> MethodAccess {
  MethodAccess(
    path: path, service: "weir.share.v1.Share", roles: roles, scope: .any, person: person,
    audited: [], via: via, isInternal: isInternal, callers: callers)
}

extension PeerCertificate {
  /// The certificate as a listener would have read it.
  convenience init(_ certificate: Certificate) {
    self.init(
      der: certificate.der, sha256: certificate.sha256, serialHex: certificate.serialHex,
      uris: certificate.uris, issuer: certificate.issuer, notBefore: certificate.notBefore,
      notAfter: certificate.notAfter, verifyError: 0)
  }
}
