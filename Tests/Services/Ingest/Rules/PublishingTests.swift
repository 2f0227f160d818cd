// Whose people publish an entry, in each text (AC-40; policies e.1).

import IngestRules
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("AC-40 an entry is published by those whom its text names, and by nobody else")
struct PublishingTests {
  private func body(
    _ code: String, _ level: AdministrativeLevel = .city, region: String = "410600",
    authority: String? = "bureau", holders: [Role: [String]] = [:]
  ) throws -> SigningBody {
    SigningBody(
      code: try #require(DepartmentCode(code)), level: level, region: region,
      isAuthority: authority == nil,
      authorities: Set([authority].compactMap { $0.flatMap { DepartmentCode($0) } }),
      holders: holders.mapValues { Set($0.compactMap { DepartmentCode($0) }) })
  }

  private func profile(_ key: String) throws -> Profile {
    try #require(try ShippedLaw.profiles().profile(named: key))
  }

  @Test(
    "meizhou-public-2023/7.1b the authority, never the owner; where no text names one, the owner")
  func authority() throws {
    let owner = try body("police")
    let bureau = try body("bureau", authority: nil)
    let other = try body("justice")
    let meizhou = try profile("meizhou-public-2023")
    let guangdong = try profile("guangdong-2018")
    for isUpdate in [false, true] {
      #expect(meizhou.letsPublish(bureau, for: owner, isUpdate: isUpdate))
      #expect(!meizhou.letsPublish(owner, for: owner, isUpdate: isUpdate))
      #expect(!meizhou.letsPublish(other, for: owner, isUpdate: isUpdate))
      #expect(guangdong.letsPublish(owner, for: owner, isUpdate: isUpdate))
      #expect(!guangdong.letsPublish(bureau, for: owner, isUpdate: isUpdate))
    }
  }

  @Test("hebi-2021/8.2a, 10b the city's authority a new entry, the own authority an update")
  func city() throws {
    let hebi = try profile("hebi-2021")
    let owner = try body("county-police", .county, region: "410621", authority: "county-bureau")
    let county = try body("county-bureau", .county, region: "410621", authority: nil)
    let city = try body("city-bureau", authority: nil)
    let foreign = try body("other-bureau", region: "441400", authority: nil)
    let office = try body("city-office")
    #expect(hebi.letsPublish(city, for: owner, isUpdate: false))
    for signer in [county, foreign, office, owner] {
      #expect(!hebi.letsPublish(signer, for: owner, isUpdate: false), "\(signer.code.text)")
    }
    #expect(hebi.letsPublish(county, for: owner, isUpdate: true))
    #expect(!hebi.letsPublish(city, for: owner, isUpdate: true))
    // The city's own authority is published by the one above.
    let own = SigningBody(
      code: city.code, level: .city, region: city.region, isAuthority: true,
      authorities: [try #require(DepartmentCode("province"))])
    let second = try body("second-bureau", authority: nil)
    #expect(!hebi.letsPublish(second, for: own, isUpdate: false))
    #expect(
      hebi.letsPublish(
        try body("province", .province, region: "410000", authority: nil), for: own,
        isUpdate: false))
  }

  @Test(
    "luyi-2019/9, 4 the administrator or the bureau; of the only administrator's own entries the bureau"
  )
  func population() throws {
    let luyi = try profile("luyi-2019")
    let owner = try body("health", .county, holders: [.populationBaseAdministrator: ["police"]])
    let police = try body("police", .county)
    let bureau = try body("bureau", .county, authority: nil)
    let other = try body("justice", .county)
    #expect(luyi.letsPublish(police, for: owner, isUpdate: true))
    #expect(luyi.letsPublish(bureau, for: owner, isUpdate: true))
    #expect(!luyi.letsPublish(other, for: owner, isUpdate: true))
    let holder = try body("police", .county, holders: [.populationBaseAdministrator: ["police"]])
    #expect(luyi.letsPublish(bureau, for: holder, isUpdate: false))
    #expect(!luyi.letsPublish(other, for: holder, isUpdate: false))
    // The bureau's own, where no authority stands above it: the construction group.
    let alone = SigningBody(
      code: bureau.code, level: .county, region: "410600", isAuthority: true, authorities: [],
      holders: [.leadingGroup: [other.code]])
    #expect(luyi.letsPublish(other, for: alone, isUpdate: false))
    #expect(!luyi.letsPublish(police, for: alone, isUpdate: false))
  }
}
