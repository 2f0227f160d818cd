// What waits in a department that was disabled, for the authority that sees to it (AC-92; hebi-2021/26).

package import Access
import RPC
package import Vocabulary

extension CallContext {
  /// The call as the people of a disabled department would make it, to list what waits for them; the call itself where none is named.
  /// Nothing is decided so: what the list names is moved by those whom the texts name.
  ///
  /// - Parameter directory: What the registry knows of a department.
  /// - Throws: That there is none, unless it is disabled and its authority asks.
  package func standing(
    inFor name: String,
    _ directory: (DepartmentCode) async throws -> RegistryV1.Department
  ) async throws -> CallContext {
    if name.isEmpty { return self }
    let unknown = RequestRefusal.unknownResource(field: "department", name: name)
    guard let code = ResourceName(name, in: .departments).flatMap({ DepartmentCode($0.id) }) else {
      throw RequestRefusal.malformed(
        field: "department", expected: BilingualText("departments/…", "departments/…"))
    }
    let department: RegistryV1.Department
    do { department = try await directory(code) } catch let status as Status
      where status.code == .notFound
    { throw unknown }
    guard department.state == .disabled, department.decidingAuthority == caller.department,
      caller.roles.contains(.authority)
    else { throw unknown }
    let stand = Caller(
      department: code, system: caller.system, person: caller.person,
      isPersonCertificate: caller.isPersonCertificate,
      roles: [.departmentOfficer, .departmentHead, .departmentSecurity],
      certificateHash: caller.certificateHash)
    return CallContext(
      origin: .caller(stand), callID: callID, entryMethod: entryMethod, deadline: deadline,
      language: language, rpc: rpc)
  }
}
