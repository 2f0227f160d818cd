// Who manages whom, and what a new department must be.

import GatewayRules
import TestSupport
import Testing
import Vocabulary

@Suite("meizhou-public-2023/5.i1 an authority acts within its region")
struct RegistryScopeTests {
  @Test(
    "levels and regions",
    arguments: [
      // authority's level and region, department's level, region, is it governed
      (AdministrativeLevel.city, "441400", AdministrativeLevel.city, "441400", true),
      (.city, "441400", .county, "441402", true),
      (.city, "441400", .functionalZone, "441471", true),
      (.city, "441400", .county, "441502", false),
      (.city, "441400", .province, "440000", false),
      (.province, "440000", .county, "441402", true),
      (.province, "440000", .city, "450100", false),
      (.county, "441402", .county, "441402", true),
      (.county, "441402", .county, "441403", false),
      (.county, "441402", .city, "441400", false),
      (.county, "441402", .functionalZone, "441402", true),
      (.functionalZone, "441471", .county, "441471", false),
    ])
  func levels(
    level: AdministrativeLevel, region: String, other: AdministrativeLevel, otherRegion: String,
    expected: Bool
  ) throws {
    let bureau = try authority("data-bureau", level, region: region)
    let body = try department("civil-affairs", other, region: otherRegion)
    #expect(governs(bureau, body) == expected)
  }

  @Test("an authority governs itself and lower ones, not another of its level")
  func authorities() throws {
    let city = try authority()
    #expect(governs(city, city))
    #expect(governs(city, try authority("county-bureau", .county, region: "441402")))
    #expect(!governs(city, try authority("rival", .city)))
    #expect(!governs(try authority("county-bureau", .county, region: "441402"), city))
    #expect(!governs(try department("civil-affairs"), try department("justice")))
  }

  @Test("the authority above is the nearest active one that governs; a department has none (AC-11)")
  func superiors() throws {
    let county = try authority("county-bureau", .county, region: "441402")
    let city = try authority()
    let province = try authority("province-bureau", .province, region: "440000")
    let elsewhere = try authority("other-city", .city, region: "441500")
    let body = try department("civil-affairs")
    let all = [body, elsewhere, province, county, city]
    #expect(superior(of: county, among: all)?.code == city.code)
    #expect(superior(of: city, among: all)?.code == province.code)
    #expect(superior(of: province, among: all) == nil)
    #expect(superior(of: body, among: all) == nil)
    var disabled = city
    disabled.state = .disabled
    #expect(superior(of: county, among: [county, disabled, province])?.code == province.code)
    #expect(superior(of: city, among: [body, elsewhere, county, city]) == nil)
  }

  @Test("a head manages the own department only, and only with that role")
  func heads() throws {
    let affairs = try department("civil-affairs")
    let justice = try department("justice")
    for (roles, body, expected) in [
      (Set<Role>([.departmentHead]), affairs, String?.none),
      ([.departmentHead], justice, "registry.not_your_department"),
      ([.departmentOfficer], affairs, "registry.not_your_department"),
      ([.departmentSecurity], affairs, "registry.not_your_department"),
      ([.authority], affairs, "registry.not_your_department"),
    ] {
      let caller = try manager(affairs, roles)
      #expect(
        reason { () throws(RegistryRefusal) in try requireManagement(of: body, by: caller) }
          == expected, "\(roles) \(body.code)")
    }
    let security = try manager(affairs, [.departmentSecurity])
    #expect(
      reason { () throws(RegistryRefusal) in
        try requireManagement(of: affairs, by: security, ownRoles: [.departmentSecurity])
      } == nil)
  }

  @Test("an authority's officer without its role manages nobody else")
  func authorityWithoutRole() throws {
    let caller = try manager(try authority(), [.departmentHead])
    let affairs = try department("civil-affairs")
    #expect(
      reason { () throws(RegistryRefusal) in try requireManagement(of: affairs, by: caller) }
        == "registry.not_your_department")
  }

  @Test("lists: the own ones, the authority's, and everything for operator and auditor")
  func listing() throws {
    let affairs = try department("civil-affairs")
    let justice = try department("justice")
    for (roles, reader, expected) in [
      (Set<Role>([.departmentOfficer]), affairs, String?.none),
      ([.departmentOfficer, .departmentHead], justice, "registry.not_your_department"),
      ([.operator], justice, nil), ([.auditor], justice, nil),
      ([.authority], try authority(), nil),
      (
        [.authority], try authority("else", .city, region: "441500"), "registry.not_your_department"
      ),
      ([.departmentHead], try authority(), "registry.not_your_department"),
    ] {
      #expect(
        reason { () throws(RegistryRefusal) in
          try requireListing(of: affairs, by: reader, roles: roles)
        } == expected)
    }
  }
}

@Suite("AC-91 registering and activating a department")
struct DepartmentRegistrationTests {
  private let now = Instant(milliseconds: 1_000)

  private func draft(_ change: (inout DepartmentDraft) -> Void = { _ in }) -> DepartmentDraft {
    var draft = DepartmentDraft(
      code: "civil-affairs", title: "民政局", level: 2, region: "441400",
      kinds: ["民政", "民政", "adoption"], authority: "data-bureau")
    change(&draft)
    return draft
  }

  @Test("a draft becomes a row; kinds are sorted and each once")
  func drafted() throws {
    let row = try draftedDepartment(draft(), demand: nil, now: now)
    #expect(row.kinds == ["adoption", "民政"])
    #expect(row.authority?.text == "data-bureau" && row.state == .active && row.level == .city)
    #expect(row.created == now && row.name == "departments/civil-affairs")
    let demanded = try draftedDepartment(
      draft(), demand: .of(document: "hebi-2021"), now: now)
    #expect(demanded.state == .disabled)
  }

  @Test("each malformed part is named by its field")
  func malformed() {
    let cases: [(String, (inout DepartmentDraft) -> Void)] = [
      ("department.name", { $0.code = "A" }), ("department.name", { $0.code = "" }),
      ("department.name", { $0.code = "91350100M000100Y43" }),
      ("department.name", { $0.code = String(repeating: "a", count: 41) }),
      ("department.title", { $0.title = "" }), ("department.title", { $0.title = "a\u{0}b" }),
      ("department.title", { $0.title = String(repeating: "a", count: 301) }),
      ("department.level", { $0.level = 0 }), ("department.level", { $0.level = 5 }),
      ("department.region", { $0.region = "44140" }),
      ("department.region", { $0.region = "04140x" }),
      ("department.region", { $0.region = "041400" }),
      ("department.kinds", { $0.kinds = ["民政,公安"] }),
      ("department.kinds", { $0.kinds = ["a b"] }), ("department.kinds", { $0.kinds = [""] }),
      ("department.kinds", { $0.kinds = (0..<33).map { "kind\($0)" } }),
      ("department.authority", { $0.authority = "?" }),
    ]
    for (field, change) in cases {
      do throws(RegistryRefusal) {
        _ = try draftedDepartment(draft(change), demand: nil, now: now)
        Issue.record("\(field) passed")
      } catch {
        #expect(error.field == field && error.kind == .malformed)
      }
    }
  }

  @Test(
    "precedence: taken code, unfit authority, second authority, not the caller's region",
    .obligation("meizhou-public-2023/5.0"))
  func precedence() throws {
    let bureau = try authority()
    let caller = try manager(bureau, [.authority])
    let stranger = try manager(try authority("else", .city, region: "441500"), [.authority])
    let affairs = try department("civil-affairs")
    func check(
      _ row: RegisteredDepartment, existing: RegisteredDepartment? = nil,
      authority: RegisteredDepartment?, rival: RegisteredDepartment? = nil, by: RegistryManager
    ) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireRegistrable(
          row, existing: existing, authority: authority, rival: rival, by: by)
      }
    }
    #expect(check(affairs, authority: bureau, by: caller) == nil)
    #expect(
      check(affairs, existing: affairs, authority: nil, by: stranger)
        == "registry.already_exists")
    #expect(check(affairs, authority: nil, by: stranger) == "registry.authority_unfit")
    #expect(
      check(affairs, authority: try department("data-bureau"), by: caller)
        == "registry.authority_unfit")
    var sleeping = bureau
    sleeping.state = .disabled
    #expect(check(affairs, authority: sleeping, by: caller) == "registry.authority_unfit")
    #expect(check(affairs, authority: bureau, by: stranger) == "registry.not_your_department")
    let second = try authority("second")
    #expect(
      check(second, authority: nil, rival: bureau, by: stranger) == "registry.authority_exists")
    #expect(check(second, authority: nil, by: caller) == "registry.not_your_department")
    let county = try authority("county-bureau", .county, region: "441402")
    #expect(check(county, authority: nil, by: caller) == nil)
    #expect(
      check(affairs, authority: bureau, by: try manager(bureau, [.departmentHead]))
        == "registry.not_your_department")
  }

  @Test(
    "each document asks for its own persons; one without a demand asks for none",
    .obligation("hebi-2021/6.3b"))
  func activation() throws {
    let affairs = try department("civil-affairs", state: .disabled)
    let hebi = ActivationDemand.of(document: "hebi-2021")
    let meizhou = ActivationDemand.of(document: "meizhou-public-2023")
    #expect(ActivationDemand.of(document: "luyi-2019") == nil)
    func check(_ demand: ActivationDemand?, _ persons: [RegisteredPerson]) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireActivation(affairs, persons: persons, demand: demand)
      }
    }
    let head = try member("head", of: "civil-affairs", [.departmentHead])
    let officer = try member("officer", of: "civil-affairs", [.departmentOfficer])
    let guardian = try member("guardian", of: "civil-affairs", [.departmentSecurity])
    #expect(check(nil, []) == nil)
    #expect(check(hebi, []) == "registry.activation_incomplete")
    #expect(check(hebi, [head]) == "registry.activation_incomplete")
    #expect(check(hebi, [head, officer]) == nil)
    #expect(check(meizhou, [head, officer]) == "registry.activation_incomplete")
    #expect(check(meizhou, [guardian]) == nil)
    var gone = guardian
    gone.state = .disabled
    let stranger = try member("guardian", of: "justice", [.departmentSecurity])
    #expect(check(meizhou, [gone, stranger]) == "registry.activation_incomplete")
    let refusal = RegistryRefusal.activationIncomplete(
      affairs.code, missing: [.departmentSecurity], try #require(meizhou?.citation))
    #expect(refusal.citation?.text == "meizhou-public-2023/39.2a")
  }

  @Test("an authority changes states in its region, not its own, and says why")
  func states() throws {
    let bureau = try authority()
    let affairs = try department("civil-affairs")
    func check(_ row: RegisteredDepartment, _ why: String, _ by: RegistryManager) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireStateChange(of: row, reason: why, by: by)
      }
    }
    let caller = try manager(bureau, [.authority])
    #expect(check(affairs, "merged", caller) == nil)
    #expect(check(affairs, "", caller) == "registry.malformed")
    #expect(check(bureau, "merged", caller) == "registry.own_state")
    #expect(check(affairs, "merged", try manager(affairs)) == "registry.not_your_department")
  }
}
