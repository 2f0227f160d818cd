// The one way in which tests state who acts under a system's certificate: a token signed with its key (AC-03).

package import Access
import Crypto
package import RPC
package import Vocabulary

extension TestPKI.Identity {
  /// The person token of a system's identity.
  ///
  /// - Parameters:
  ///   - actor: `departments/d/persons/p` or `departments/d/runs/r`.
  ///   - seconds: From now to its end.
  ///   - system: The system that it names, `departments/d/systems/s`; the identity's own unless given.
  package func token(
    for actor: String, now: Instant, seconds: Int64 = 600, system: String? = nil
  ) throws -> [UInt8] {
    let parts = certificate.uris.first?.split(separator: "/").map(String.init) ?? []
    let own = system ?? "departments/\(parts.dropFirst(3).first ?? "")/systems/\(parts.last ?? "")"
    guard let name = ResourceName(own, in: .systems),
      let department = name.parentID.flatMap({ DepartmentCode($0) }),
      let system = SystemName(name.id), let actor = StatedActor(actor)
    else { throw PersonTokenError.malformed }
    return try PersonToken.make(
      system: system, of: department, for: actor, until: now.adding(milliseconds: seconds * 1000),
      key: key)
  }

  /// The options of a call for somebody.
  package func options(
    for actor: String, now: Instant, _ options: CallOptions = CallOptions()
  ) throws -> CallOptions {
    var options = options
    options.metadata.append(CallMetadata.personToken, bytes: try token(for: actor, now: now))
    return options
  }
}

extension StatedPerson {
  /// Whom a system states in tests of services, which see the gateway's ticket and no token.
  package static let officer = StatedPerson(roles: [.departmentOfficer])
}
