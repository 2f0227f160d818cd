// Where a system stands: registered with it, and told with each of its calls.

import Contracts
import RPC
import TestSupport
import Testing

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

  @Test(
    "AC-51 its calls say where it stands, from certificate to service; a system at home says nothing"
  )
  func told() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let name = "departments/civil-affairs/systems/liaison"
      _ = try await bureau.registerSystem(
        .with {
          $0.requestID = fresh()
          $0.system = .with {
            $0.name = name
            $0.title = "联络系统"
            $0.responsiblePerson = "departments/civil-affairs/persons/li"
            $0.region = "HK"
          }
        })
      let request = try Requested()
      let issued = try await bureau.issueCertificate(
        .with {
          $0.requestID = fresh()
          $0.subject = name
          $0.csrPem = request.pem
        })
      let path = "/weir.catalog.v1.Catalog/GetEntry"
      let identity = try request.identity(issued)
      let abroad = try node.channel(identity: identity)
      let li = "departments/civil-affairs/persons/li"
      let options = try identity.options(for: li, now: node.clock.now())
      #expect(try await abroad.unary(path, [], options).trailers["x-region"] == "HK")
      let home = try node.channel("civil-affairs/registers")
      #expect(try await home.unary(path, [], try node.stating(li)).trailers["x-region"] == "")
    }
  }
}
