// Whom an owner must have named before it hands in an entry.

import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("An owner has somebody for what an entry asks (meizhou-public-2023/6.i1, hebi-2021/26.1d)")
struct OwnerDutyTests {
  private func submit(
    _ catalog: CatalogCalls, _ name: String, _ change: (inout CatalogV1.Entry) -> Void
  ) async throws -> CatalogV1.Entry {
    let draft = try await catalog.draft(name, change)
    return try await catalog.client.submitEntry(
      .init(name: draft.name, requestID: name + "s"), catalog.options(CatalogCalls.officer))
  }

  @Test(
    "sensitive and important data of a body without a security unit and managers cannot be submitted",
    .obligation("hebi-2021/26.1d"),
    arguments: [(0, true), (2, true), (3, false), (4, false)])
  func sensitive(_ grade: Int32, _ isTaken: Bool) async throws {
    for (duties, isTaken) in [([], isTaken), (["dedicated"], isTaken), (["security"], true)] {
      let catalog = try await CatalogCalls(under: "hebi-2021") { $0.duties = duties }
      let refused = await status { _ = try await submit(catalog, "d") { $0.grade = grade } }
      #expect(refused?.trailers["weir-reason"] == (isTaken ? nil : "catalog.duty_not_named"))
      if isTaken { continue }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.trailers["weir-field"] == "entry.owner")
      #expect(refused?.trailers["weir-article"] == "hebi-2021/26.1d")
    }
    // One item is enough.
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let item = await status { _ = try await submit(catalog, "i") { $0.items[1].grade = grade } }
    #expect(item?.trailers["weir-reason"] == (isTaken ? nil : "catalog.duty_not_named"))
  }

  @Test("who has no implementing unit submits nothing where the profile requires one (6.i1)")
  func implementing() async throws {
    let flagged = try await CatalogCalls(under: "meizhou-public-2023")
    #expect(try await submit(flagged, "d") { _ in }.state == .submitted)
    let law = try CatalogWorld.profiles(
      under: "meizhou-public-2023", replacing: "governance.implementing_unit, value: flagged",
      by: "governance.implementing_unit, value: required")
    for duties in [["security"], ["implementing"]] {
      let calls = try await CatalogCalls(under: "meizhou-public-2023") { $0.duties = duties }
      let draft = try await calls.draft("r")
      let strict = CatalogCalls.client(of: try calls.restarted(under: law))
      let refused = await status {
        _ = try await strict.submitEntry(
          .init(name: draft.name, requestID: "rs"), calls.options(CatalogCalls.officer))
      }
      if duties == ["implementing"] {
        #expect(refused == nil)
      } else {
        #expect(refused?.trailers["weir-reason"] == "catalog.duty_not_named")
        #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/6.i1")
      }
    }
  }
}
