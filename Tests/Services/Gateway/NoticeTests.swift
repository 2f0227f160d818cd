// Reminders and escalations reach the departments whom they concern: as a list, and as a stream that ends with the caller's access.

import Contracts
import Database
import GatewayHandlers
import GatewayStore
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("Notices of clocks at the gateway", .timeLimit(.minutes(5 * patience)))
struct NoticeTests {
  private func tell(
    _ node: GatewayNode, _ resource: String, _ notice: String, late: Bool = false
  ) async throws {
    var payload: JSONObject = [
      "resource": .string(resource), "notice": .string(notice), "clock": .string("share.reply"),
      "due": .string("2026-02-25"), "article": .string("meizhou-public-2023/21.3b"),
      "department": .string("departments/civil-affairs"), "overdue_days": .integer(late ? 2 : 0),
      "time": .integer(1),
    ]
    if late { payload["authority"] = .string("departments/data-bureau") }
    let told = payload
    try await node.store.database.write { try NoticeIntake.apply(told, to: $0) }
  }

  @Test(
    "AC-92 what a disabled department owes is its authority's to hear of in time, and no longer once it acts again"
  )
  func moved() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      func set(_ state: RegistryV1.State) async throws {
        _ = try await bureau.setDepartmentState(
          .init(
            name: "departments/civil-affairs", state: state, reason: "机构撤并", requestID: fresh()))
      }
      func names() async throws -> [String] {
        try await bureau.listNotices(.init()).notices.map { "\($0.resource) \($0.notice)" }
      }
      try await tell(node, "applications/A-1", "reminder-1")
      #expect(try await names().isEmpty)
      try await set(.disabled)
      let entries = try await #require(node.store.database.outbox).read(after: 0, limit: 100)
      let entry = try #require(entries.last { $0.topic == "registry.department_disabled" })
      let said = String(decoding: entry.leaf.payload, as: UTF8.self)
      #expect(said.contains(#""authority":"departments/data-bureau""#))
      try await tell(node, "applications/A-1", "reminder-2")
      #expect(try await names() == ["applications/A-1 reminder-2"])
      try await set(.active)
      try await tell(node, "applications/A-2", "reminder-2")
      #expect(try await names() == ["applications/A-1 reminder-2"])
    }
  }

  @Test(
    "a department is told of its own, the authority of what is late, each from where it left off")
  func list() async throws {
    try await withNode { node in
      try await tell(node, "applications/A-1", "reminder-2")
      try await tell(node, "applications/A-1", "escalation", late: true)
      func names(_ who: String, after: Int64 = 0) async throws -> [String] {
        try await node.registry(who).listNotices(.init(after: after)).notices.map {
          "\($0.number) \($0.notice) \($0.due?.overdueDays ?? 0)"
        }
      }
      #expect(try await names("civil-affairs/zhang") == ["1 reminder-2 0", "2 escalation 2"])
      #expect(try await names("civil-affairs/zhang", after: 1) == ["2 escalation 2"])
      #expect(try await names("data-bureau/wu") == ["3 escalation 2"])
      #expect(try await names("justice/sun").isEmpty)
      let page = try await node.registry("civil-affairs/li").listNotices(.init(pageSize: 1))
      #expect(page.notices.count == 1 && page.last == 1)
    }
  }

  @Test(
    "a stream brings what there is, then what comes, and ends when the person is disabled (AC-92)")
  func watch() async throws {
    try await withNode { node in
      try await tell(node, "applications/A-1", "reminder-2")
      let client = try node.registry("civil-affairs/zhang")
      let ended = await refusal {
        try await client.watchNotices(
          .init(), CallOptions(timeout: .seconds(120) * patience)
        ) { notices in
          #expect(try await notices.next()?.notice == "reminder-2")
          try await tell(node, "applications/A-2", "reminder-0")
          let next = try await notices.next()
          #expect(next?.resource == "applications/A-2" && next?.number == 2)
          _ = try await node.registry("civil-affairs/li").disablePerson(
            .init(
              name: "departments/civil-affairs/persons/zhang", reason: "调离",
              successor: "departments/civil-affairs/persons/li", requestID: fresh()))
          while try await notices.next() != nil {}
        }
      }
      #expect(ended?.code == .unauthenticated)
    }
  }
}
