// Who may apply at all, and across which levels and regions.

import Regulation
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite("Departments of every level apply, across levels and regions")
struct ReachTests {
  private let key = "meizhou-specific-2021"

  private func granted(
    to applicant: DepartmentStanding, from source: DepartmentStanding, under key: String
  ) throws -> Grant? {
    let profile = try World.profile(key)
    let officer = try World.actor(applicant.code.text)
    let entry = try World.entry(source: source)
    let submitted = try draftApplication(
      number: 1, use: try World.use(), for: entry, by: officer, applicant: applicant,
      under: profile, at: World.noon
    ).submitted(by: officer, entry: entry, under: profile, at: World.noon)
    let authority = try #require(submitted.authority).text
    let answered = try submitted.reviewed(
      World.decisions(), reason: "", by: try World.actor(source.code.text), under: profile,
      at: World.noon
    ).reviewed(
      World.decisions(), reason: "", by: try World.actor(authority, "zhao", [.authority]),
      under: profile, at: World.noon)
    return ShareRules.grant(
      1, from: answered, under: profile, by: try World.actor(source.code.text), at: World.noon)
  }

  @Test(
    "a department of any level gets a grant on a city's, another county's and a province's entry",
    .obligation("meizhou-specific-2021/19b", "guangdong-2018/18.2a"),
    arguments: AdministrativeLevel.allCases, ["meizhou-specific-2021", "guangdong-2018"])
  func levels(_ level: AdministrativeLevel, _ key: String) throws {
    let applicant = try World.standing("welfare", level: level, region: "441402")
    for source in [
      try World.standing("justice"),
      try World.standing(
        "county-justice", level: .county, region: "441424", authority: "county-bureau"),
      try World.standing(
        "province-justice", level: .province, region: "440000", authority: "province-bureau"),
    ] {
      let grant = try #require(try granted(to: applicant, from: source, under: key))
      #expect(grant.state == .active && grant.grantee.text == "welfare")
    }
  }

  @Test(
    "three types, three ways: taken at once by any, applied for, not to be had; an entry may be part of each",
    .obligation("guangdong-2018/18.1"))
  func types() throws {
    let profile = try World.profile("guangdong-2018")
    func take(_ item: String, by department: String) throws -> Grant {
      try subscribe(
        1,
        use: try World.use {
          $0.items = [item]
          $0.modes = [.lookup]
          $0.roll = nil
        }, to: try World.entry(), by: try World.actor(department), under: profile, at: World.noon)
    }
    for department in ["human-resources", "health", "police"] {
      #expect(try take("office", by: department).state == .active)
      #expect(
        refusal { _ = try take("name", by: department) } == .applicationNeeded(item: "name"))
      #expect(refusal { _ = try take("illness", by: department) }?.reason == "share.not_shared")
    }
    #expect(try World.submitted("guangdong-2018").state == .submitted)
    #expect(
      refusal { _ = try World.application("guangdong-2018") { $0.items = ["illness"] } }?.reason
        == "share.not_shared")
  }

  @Test(
    "a government department of each level applies, an enterprise does not",
    .obligation("meizhou-specific-2021/5.5"), arguments: AdministrativeLevel.allCases)
  func applicants(_ level: AdministrativeLevel) throws {
    let standing = try World.standing("welfare", level: level, region: "441402")
    func draft(_ role: Role) throws -> Application {
      try draftApplication(
        number: 1, use: try World.use(), for: try World.entry(),
        by: try World.actor("welfare", "li", [role]), applicant: standing,
        under: try World.profile(key), at: World.noon)
    }
    #expect(try draft(.departmentOfficer).state == .draft)
    #expect(refusal { _ = try draft(.enterprise) } == .notGovernmentBody)
  }

  @Test(
    "each text's kinds of ground carry a refusal, and an internal rule none",
    .obligation("meizhou-specific-2021/20b", "guangdong-2018/16.1b"),
    arguments: ["meizhou-specific-2021", "guangdong-2018"])
  func refusals(_ key: String) throws {
    let source = try World.actor("justice")
    func refuse(_ kind: BasisKind?) throws {
      let basis = kind.map { LegalBasis(kind: $0, title: "某法", article: "第一条") }
      _ = try World.submitted(key).reviewed(
        World.decisions(refusing: ["judgment"], basis: basis), reason: "", by: source,
        under: try World.profile(key), at: World.noon)
    }
    for kind in [BasisKind.law, .regulation, .rule] { try refuse(kind) }
    #expect(refusal { try refuse(nil) }?.reason == "share.basis_missing")
    #expect(refusal { try refuse(.internalRule) }?.reason == "share.basis_invalid")
    #expect(refusal { try refuse(.nationalProvision) }?.reason == "share.basis_invalid")
  }
}
