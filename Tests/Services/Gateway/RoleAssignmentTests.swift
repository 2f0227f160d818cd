// AC-72: which roles go together, and who may give which.

import GatewayRules
import TestSupport
import Testing
import Vocabulary

@Suite("AC-72 operation, management and supervision are kept apart (guangdong-2018/28.1)")
struct RoleAssignmentTests {
  /// The table of AC-72, written out: the groups, and the pair that excludes itself within one.
  private static let management: Set<Role> = [
    .departmentOfficer, .departmentHead, .departmentSecurity, .departmentSystem, .authority,
  ]
  private static let audit: Set<Role> = [.auditor, .thirdPartyAuditor, .regulator]
  private static let operation: Set<Role> = [.operator]

  private static func excludes(_ first: Role, _ second: Role) -> Bool {
    func group(_ role: Role) -> Int? {
      [management, audit, operation].firstIndex { $0.contains(role) }
    }
    if let one = group(first), let other = group(second), one != other { return true }
    return Set([first, second]) == [.thirdPartyAuditor, .regulator]
  }

  @Test("every pair of roles is decided as the table says", .obligation("guangdong-2018/28.1"))
  func pairs() throws {
    let bureau = try authority()
    for first in Role.allCases {
      for second in Role.allCases where first != second {
        let roles: Set<Role> = [first, second]
        guard roles.isDisjoint(with: [.departmentSystem, .anonymous]) else { continue }
        let expected =
          Self.excludes(first, second) ? "registry.roles_exclude" : nil
        #expect(
          reason { () throws(RegistryRefusal) in try requireConsistent(roles, in: bureau) }
            == expected, "\(first) and \(second)")
      }
    }
  }

  @Test("the refusal names the two roles and the article")
  func sentence() {
    let refusal = RegistryRefusal.rolesExclude(.authority, .operator)
    #expect(refusal.citation?.text == "guangdong-2018/28.1")
    #expect(refusal.sentence.english.contains("authority and operator"))
    #expect(refusal.kind == .notAllowed)
  }

  @Test("no person holds a system's role or the public's")
  func impossible() throws {
    let bureau = try authority()
    for role in [Role.departmentSystem, .anonymous] {
      #expect(
        reason { () throws(RegistryRefusal) in try requireConsistent([role], in: bureau) }
          == "registry.role_not_for_persons")
    }
  }

  @Test("the authority's role exists in authorities only")
  func authorityRole() throws {
    let affairs = try department("civil-affairs")
    let bureau = try authority()
    #expect(
      reason { () throws(RegistryRefusal) in try requireConsistent([.authority], in: affairs) }
        == "registry.authority_role_elsewhere")
    #expect(
      reason { () throws(RegistryRefusal) in try requireConsistent([.authority], in: bureau) }
        == nil)
  }

  @Test("a head gives department roles alone; the authority gives every role")
  func reach() throws {
    let affairs = try department("civil-affairs")
    let head = try manager(affairs)
    let bureau = try manager(try authority(), [.authority])
    for role in Role.allCases where role != .departmentSystem && role != .anonymous {
      guard role != .authority else { continue }
      let isOwn = departmentRoles.contains(role)
      #expect(
        reason { () throws(RegistryRefusal) in
          try requireAssignable([role], in: affairs, by: head)
        } == (isOwn ? nil : "registry.role_not_yours"), "\(role)")
      #expect(
        reason { () throws(RegistryRefusal) in
          try requireAssignable([role], in: affairs, by: bureau)
        } == nil, "\(role)")
    }
  }

  @Test("a head neither gives nor takes a role beyond reach")
  func takingAway() throws {
    let affairs = try department("civil-affairs")
    let head = try manager(affairs)
    let operated = try member("zhao", of: "civil-affairs", [.operator])
    #expect(
      reason { () throws(RegistryRefusal) in
        try reassigned(operated, roles: [], isCertified: false, in: affairs, by: head)
      } == "registry.role_not_yours")
    let bureau = try manager(try authority(), [.authority])
    let freed = try reassigned(
      operated, roles: [.departmentOfficer], isCertified: true, in: affairs, by: bureau)
    #expect(freed.roles == [.departmentOfficer])
  }

  @Test(
    "AC-72 nobody who holds a certificate becomes operator or auditor: its two signers saw the roles"
  )
  func watchers() throws {
    let affairs = try department("civil-affairs")
    let bureau = try manager(try authority(), [.authority])
    let gao = try member("gao", of: "civil-affairs", [])
    func give(_ role: Role, isCertified: Bool) -> String? {
      reason { () throws(RegistryRefusal) in
        try reassigned(gao, roles: [role], isCertified: isCertified, in: affairs, by: bureau)
      }
    }
    for role in [Role.operator, .auditor, .thirdPartyAuditor, .regulator] {
      #expect(give(role, isCertified: true) == "registry.roles_certified", "\(role)")
      #expect(give(role, isCertified: false) == nil, "\(role)")
    }
    #expect(give(.departmentOfficer, isCertified: true) == nil)
  }

  @Test("an unknown role is named with its field")
  func unknown() throws {
    #expect(
      throws: RegistryRefusal.roleUnknown("emperor", field: "roles")
    ) { try readRoles(["dept-head", "emperor"], field: "roles") }
    #expect(try readRoles(["dept-head", "dept-head"], field: "roles") == [.departmentHead])
  }
}
