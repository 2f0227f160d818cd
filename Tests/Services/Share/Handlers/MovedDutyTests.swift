// What a disabled department owed is its authority's meanwhile, and comes back with it (AC-92).

import Contracts
import Database
import Integrity
import TestSupport
import Testing

@Suite("AC-92 the open duties of a disabled source move to its authority, and back")
struct MovedDutyTests {
  private static let bureau = "data-bureau/chen authority"
  /// Claims are decided by officers and heads alone.
  private static let office = "data-bureau/chen authority dept-officer"

  private func tell(
    _ share: ShareCalls, _ topic: String, _ department: String = "justice",
    authority: String = "departments/data-bureau"
  ) async throws {
    try await share.event(
      topic,
      JSONObject([
        ("subject", .string("departments/" + department)), ("authority", .string(authority)),
        ("actor", .string(authority + "/persons/chen")),
      ]))
  }

  private func moves(_ share: ShareCalls) async throws -> [String] {
    try await share.entries().filter { $0.topic == "share.duty_moved" }.map { entry in
      guard case .object(let said) = try CanonicalJSON.decode(entry.leaf.payload) else { return "" }
      let what = said["application"]?.string ?? said["verification"]?.string ?? ""
      return "\(what) \(said["from"]?.string ?? "") \(said["to"]?.string ?? "")"
    }
  }

  @Test(
    "it refuses with grounds and grants nothing in the source's name; the clock runs on; only it, only meanwhile, and each move is told",
    arguments: Backend.allCases)
  func application(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let (bureau, source) = (Self.bureau, "departments/justice")
    let due = try await share.submit(try await share.apply().name).replyDue
    let name = "applications/A-1"
    let refusing = ShareCalls.decisions(refusing: ["name", "date", "court", "judgment"])
    #expect(
      await reason { _ = try await share.review(name, refusing, as: bureau) }
        == "share.not_reviewer")
    try await tell(share, "registry.department_disabled", "health")
    #expect(
      await reason { _ = try await share.review(name, refusing, as: bureau) }
        == "share.not_reviewer")
    try await tell(share, "registry.department_disabled")
    #expect(try await moves(share) == ["\(name) \(source) departments/data-bureau"])
    // Back, and away again: who has it is told each time.
    try await tell(share, "registry.department_activated")
    #expect(
      await reason { _ = try await share.review(name, refusing, as: bureau) }
        == "share.not_reviewer")
    try await tell(share, "registry.department_disabled")
    #expect(
      try await moves(share) == [
        "\(name) \(source) departments/data-bureau", "\(name) departments/data-bureau \(source)",
        "\(name) \(source) departments/data-bureau",
      ])
    for stranger in ["data-bureau/chen dept-officer", "county-bureau/zhu authority"] {
      let refused = await reason { _ = try await share.review(name, refusing, as: stranger) }
      #expect(["share.not_reviewer", "request.not_found"].contains(refused), "\(stranger)")
    }
    #expect(
      await reason { _ = try await share.review(name, ShareCalls.decisions(), as: bureau) }
        == "share.source_disabled")
    let answered = try await share.review(name, refusing, as: bureau)
    #expect(answered.state == .rejected && answered.replyDue == due && answered.grant.isEmpty)
    #expect(answered.opinions.map(\.person) == ["departments/data-bureau/persons/chen"])
    let entry = try #require(
      try await share.entries().last { $0.topic == "share.application_answered" })
    #expect(
      String(decoding: entry.leaf.payload, as: UTF8.self).contains(
        #""stands_for":"departments/justice""#))
    await share.stop()
  }

  @Test("nobody decides on an application of its own in another's place, nor answers his own claim")
  func ownApplication() async throws {
    let share = try await ShareCalls()
    _ = try await share.submit(try await share.apply().name)
    // Were the applicant the authority of the source.
    try await tell(
      share, "registry.department_disabled", authority: "departments/human-resources")
    let refusing = ShareCalls.decisions(refusing: ["name", "date", "court", "judgment"])
    #expect(
      await reason {
        _ = try await share.review(
          "applications/A-1", refusing, as: "human-resources/li authority")
      } == "share.own_application")
    await share.stop()
  }

  @Test(
    "a claim on its register is declined citing law by its authority, and answered by nobody else than itself"
  )
  func verification() async throws {
    let share = try await ShareCalls()
    let asked = try await share.claim("illness", "v-1")
    try await tell(share, "registry.department_disabled")
    #expect(try await moves(share) == ["\(asked.name) departments/justice departments/data-bureau"])
    #expect(
      await reason { _ = try await share.decide(asked.name, .accept, "d-1", as: Self.office) }
        == "share.source_disabled")
    let declined = try await share.decide(asked.name, .decline, "d-2", as: Self.office) {
      $0.reason = "数源部门已停用"
      $0.basis = CommonV1.Basis(kind: .law, title: "个人信息保护法", article: "第六条")
    }
    #expect(declined.state == .declined)
    await share.stop()
  }
}
