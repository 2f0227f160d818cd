// AC-92: leavers and successors; systems and who answers for them; certificates.

import GatewayRules
import Testing
import Vocabulary

@Suite("AC-92 a disabled person's access ends and the duties move")
struct PersonRuleTests {
  private let affairs: RegisteredDepartment
  private let head: RegistryManager

  init() throws {
    affairs = try department("civil-affairs")
    head = try manager(affairs)
  }

  private func check(
    _ row: RegisteredPerson, successor: String?, _ colleagues: [RegisteredPerson],
    reason why: String = "retired"
  ) -> String? {
    reason { () throws(RegistryRefusal) in
      try disabled(
        row, successor: successor.flatMap { PersonID($0) }, colleagues: colleagues, reason: why,
        in: affairs, by: head)
    }
  }

  @Test("the successor is an active other person of the same department")
  func successors() throws {
    let li = try member("li", of: "civil-affairs")
    let wang = try member("wang", of: "civil-affairs")
    let gone = try member("gone", of: "civil-affairs", state: .disabled)
    let stranger = try member("zhou", of: "justice")
    let all = [li, wang, gone, stranger]
    #expect(check(li, successor: "wang", all) == nil)
    #expect(check(li, successor: nil, all) == "registry.successor_missing")
    #expect(check(li, successor: "li", all) == "registry.successor_unfit")
    #expect(check(li, successor: "gone", all) == "registry.successor_unfit")
    #expect(check(li, successor: "zhou", all) == "registry.successor_unfit")
    #expect(check(li, successor: "nobody", all) == "registry.successor_unfit")
    #expect(check(li, successor: nil, [li, gone, stranger]) == nil)
    #expect(check(li, successor: "wang", all, reason: " \n") == "registry.malformed")
    #expect(check(gone, successor: "wang", all) == "registry.disabled")
    let row = try disabled(
      li, successor: wang.id, colleagues: all, reason: "retired", in: affairs, by: head)
    #expect(row.state == .disabled && row.successor == wang.id && row.roles == li.roles)
  }

  @Test("duties follow the chain of successors to one who is active")
  func dutyHolders() throws {
    let rows = [
      try member("aa", of: "civil-affairs", state: .disabled, successor: "bb"),
      try member("bb", of: "civil-affairs", state: .disabled, successor: "cc"),
      try member("cc", of: "civil-affairs"),
      try member("dd", of: "civil-affairs", state: .disabled),
      // A ring made by hand.
      try member("ee", of: "civil-affairs", state: .disabled, successor: "ff"),
      try member("ff", of: "civil-affairs", state: .disabled, successor: "ee"),
    ]
    let snapshot = RegistrySnapshot(rows.map { .person($0) })
    let affairs = try code("civil-affairs")
    for (from, to) in [
      ("aa", String?("cc")), ("bb", "cc"), ("cc", "cc"), ("dd", nil), ("ee", nil), ("zz", nil),
    ] {
      #expect(snapshot.dutyHolder(of: try person(from), in: affairs)?.id.text == to, "\(from)")
    }
  }

  @Test("registering a person: reach, id, title, roles, in this order")
  func registration() throws {
    let li = try member("li", of: "civil-affairs")
    func check(
      _ row: RegisteredPerson, existing: RegisteredPerson? = nil, by: RegistryManager
    ) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireRegistrable(row, in: affairs, existing: existing, by: by)
      }
    }
    #expect(check(li, by: head) == nil)
    let stranger = try manager(try department("justice"))
    #expect(check(li, existing: li, by: stranger) == "registry.not_your_department")
    #expect(check(li, existing: li, by: head) == "registry.already_exists")
    var bad = li
    bad.title = ""
    bad.roles = [.operator, .auditor]
    #expect(check(bad, by: head) == "registry.malformed")
    bad.title = "李"
    #expect(check(bad, by: head) == "registry.roles_exclude")
    bad.roles = [.operator]
    #expect(check(bad, by: head) == "registry.role_not_yours")
    #expect(check(bad, by: try manager(try authority(), [.authority])) == nil)
  }

  @Test("a disabled person's roles do not change")
  func reassignment() throws {
    let gone = try member("gone", of: "civil-affairs", state: .disabled)
    #expect(
      reason { () throws(RegistryRefusal) in
        try reassigned(gone, roles: [], isCertified: false, in: affairs, by: head)
      } == "registry.disabled")
  }

  @Test("an active person of the department answers for each system but the workstation")
  func systems() throws {
    let li = try member("li", of: "civil-affairs")
    let register = RegisteredSystem(
      department: affairs.code, name: try #require(SystemName("registers")), title: "登记",
      responsible: li.id, state: .active, created: Instant(milliseconds: 0))
    func check(_ responsible: RegisteredPerson?, existing: RegisteredSystem? = nil) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireRegistrable(
          register, in: affairs, existing: existing, responsible: responsible, by: head)
      }
    }
    #expect(check(li) == nil)
    #expect(check(nil) == "registry.responsible_unfit")
    #expect(check(try member("li", of: "justice")) == "registry.responsible_unfit")
    #expect(
      check(try member("li", of: "civil-affairs", state: .disabled))
        == "registry.responsible_unfit")
    #expect(check(try member("wu", of: "civil-affairs")) == "registry.responsible_unfit")
    #expect(check(li, existing: register) == "registry.already_exists")

    func turn(_ row: RegisteredSystem, _ to: RegistryState, _ by: RegisteredPerson?) -> String? {
      reason { () throws(RegistryRefusal) in
        try changed(row, to: to, reason: "moved", responsible: by, in: affairs, by: head)
      }
    }
    #expect(turn(register, .disabled, nil) == nil)
    #expect(turn(register, .active, nil) == "registry.responsible_unfit")
    #expect(turn(register, .active, li) == nil)
    let station = try #require(workstation(of: affairs))
    #expect(station.isWorkstation && station.responsible == nil && station.state == .active)
    #expect(turn(station, .disabled, nil) == nil)
    #expect(turn(station, .active, nil) == nil)
  }
}

@Suite("Certificates: whom, for how long, until when")
struct CertificateRuleTests {
  @Test("the term: default for 0, the limit is the last good value")
  func terms() throws {
    let term = try #require(CertificateTerm(defaultDays: 90, longestDays: 365))
    for (asked, days) in [(Int64(0), Int64(90)), (1, 1), (365, 365)] {
      #expect(try certificateDays(asked: asked, term: term) == days)
    }
    for asked in [Int64(-1), 366, .max] {
      #expect(throws: RegistryRefusal.termTooLong(asked: asked, longest: 365)) {
        try certificateDays(asked: asked, term: term)
      }
    }
    #expect(CertificateTerm(defaultDays: 0, longestDays: 9) == nil)
    #expect(CertificateTerm(defaultDays: 10, longestDays: 9) == nil)
  }

  @Test("issued to active subjects, never to a workstation, by those who manage them")
  func issuing() throws {
    let affairs = try department("civil-affairs", state: .disabled)
    let li = Principal.person(affairs.code, try person("li"))
    let station = Principal.system(affairs.code, try #require(SystemName("workstation")))
    let head = try manager(affairs)
    func check(_ subject: Principal, _ state: RegistryState, _ by: RegistryManager) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireIssuable(to: subject, state: state, in: affairs, by: by)
      }
    }
    #expect(check(li, .active, head) == nil)
    #expect(check(li, .disabled, head) == "registry.disabled")
    #expect(check(station, .active, head) == "registry.workstation_has_no_certificate")
    let security = try manager(affairs, [.departmentSecurity], "he")
    let system = Principal.system(affairs.code, try #require(SystemName("registers")))
    #expect(check(li, .active, security) == nil)
    #expect(check(system, .active, security) == "registry.not_your_department")
    #expect(check(system, .active, head) == nil)
    #expect(li.name == "departments/civil-affairs/persons/li")
    #expect(li.uri(domain: "city.test") == "spiffe://city.test/department/civil-affairs/person/li")
    #expect(Principal(station.name) == station && Principal(li.name) == li)
    for text in ["departments/x", "entries/E-1", "departments/civil-affairs/persons/L", ""] {
      #expect(Principal(text) == nil)
    }
  }

  @Test(
    "AC-72 behind a person's certificate stand two, near him, one of whom manages his department")
  func twoPersons() throws {
    let affairs = try department("civil-affairs")
    let bureau = try authority()
    let li = Principal.person(affairs.code, try person("li"))
    func check(_ first: RegistryManager, _ second: RegistryManager?) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireConfirmed(li, in: affairs, by: first, and: second)
      }
    }
    let head = try manager(affairs)
    let security = try manager(affairs, [.departmentSecurity], "he")
    let officer = try manager(affairs, [.departmentOfficer], "gao")
    #expect(check(head, nil) == "registry.confirmation_missing")
    #expect(check(head, head) == "registry.confirmation_unfit")
    #expect(check(head, security) == nil && check(security, head) == nil)
    #expect(check(security, officer) == "registry.not_your_department")
    #expect(check(head, try manager(bureau, [.departmentOfficer], "ma")) == nil)
    #expect(check(head, try manager(affairs, [], "li")) == nil)
    #expect(check(head, try manager(affairs, [], "gao")) == "registry.not_your_department")
    for other in [try department("justice"), try authority("else", .city, region: "441500")] {
      let stranger = try manager(other, [.departmentHead, .authority], "sun")
      #expect(check(head, stranger) == "registry.not_your_department")
    }
    let system = Principal.system(affairs.code, try #require(SystemName("registers")))
    try requireConfirmed(system, in: affairs, by: head, and: nil)
  }

  @Test("revoked once, by head, security officer or authority, with a reason")
  func revoking() throws {
    let affairs = try department("civil-affairs")
    let certificate = RegisteredCertificate(
      fingerprint: [1], serial: "a1", subject: .person(affairs.code, try person("li")),
      notBefore: Instant(milliseconds: 0), notAfter: Instant(milliseconds: 9))
    let now = Instant(milliseconds: 5)
    for roles in [Set<Role>([.departmentHead]), [.departmentSecurity]] {
      let row = try revoked(
        certificate, reason: "lost", in: affairs, by: try manager(affairs, roles), now: now)
      #expect(row.revocation == .init(reason: "lost", time: now))
      #expect(throws: RegistryRefusal.alreadyRevoked("a1")) {
        try revoked(row, reason: "lost", in: affairs, by: try manager(affairs, roles), now: now)
      }
    }
    let officer = try manager(affairs, [.departmentOfficer])
    #expect(throws: RegistryRefusal.self) {
      try revoked(certificate, reason: "lost", in: affairs, by: officer, now: now)
    }
    #expect(throws: RegistryRefusal.malformed(field: "reason", .title)) {
      try revoked(certificate, reason: "", in: affairs, by: try manager(affairs), now: now)
    }
  }
}
