// Where a system stands: registered with it, and told with each of its calls.

import Contracts
import GatewayRules
import RPC
import Testing
import Vocabulary

@Suite("AC-51 a system abroad is known as such", .timeLimit(.minutes(10)))
struct SystemRegionTests {
  @Test("AC-51 it is registered with its country or region, by two letters and no others")
  func registered() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      func register(_ name: String, _ region: String) async throws -> RegistryV1.System {
        try await bureau.registerSystem(
          .with {
            $0.requestID = fresh()
            $0.system = .with {
              $0.name = "departments/civil-affairs/systems/\(name)"
              $0.title = "联络系统"
              $0.responsiblePerson = "departments/civil-affairs/persons/zhang"
              $0.region = region
            }
          })
      }
      #expect(try await register("liaison", "HK").region == "HK")
      #expect(try await register("local", "").region.isEmpty)
      let listed = try await bureau.listSystems(
        .with { $0.parent = "departments/civil-affairs" })
      #expect(
        listed.systems.first { $0.name.hasSuffix("/liaison") }?.region == "HK")
      for wrong in ["Hong Kong", "hk", "810000"] {
        let refused = await refusal { try await register("other", wrong) }
        #expect(refused?.trailers["weir-field"] == "system.region", "\(wrong)")
      }
    }
  }

  @Test("AC-51 its calls say where it stands; a person's say it of the workstation")
  func told() throws {
    let affairs = try department("civil-affairs")
    let li = try member("li", of: "civil-affairs")
    let liaison = RegisteredSystem(
      department: affairs.code, name: try #require(SystemName("liaison")), title: "联络",
      responsible: li.id, state: .active, created: Instant(milliseconds: 0), region: "HK")
    func certificate(_ mark: UInt8, _ subject: Principal) -> RegistryChange {
      .certificate(
        RegisteredCertificate(
          fingerprint: [mark], serial: "0\(mark)", subject: subject,
          notBefore: Instant(milliseconds: 0), notAfter: Instant(milliseconds: 1000)))
    }
    let snapshot = RegistrySnapshot([
      .department(affairs), .system(try #require(workstation(of: affairs))), .system(liaison),
      .person(li), certificate(1, li.principal), certificate(2, liaison.principal),
    ])
    let now = Instant(milliseconds: 500)
    #expect(try snapshot.identify(fingerprint: [1], now: now).get().systemRegion.isEmpty)
    #expect(try snapshot.identify(fingerprint: [2], now: now).get().systemRegion == "HK")
  }
}
