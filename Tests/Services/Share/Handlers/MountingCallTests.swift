// What becomes of grants as the source unmounts its entry and mounts it again, through the calls.

import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("Grants rest with an unmounted entry (meizhou-specific-2021/7c; policies e.1, e.5)")
struct MountingCallTests {
  @Test(
    "meizhou-specific-2021/7c unmounting suspends grants, mounting resumes exactly those (e.1, AC-52)",
    .obligation("meizhou-specific-2021/7c"),
    arguments: Backend.allCases)
  func unmounted(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let used = try await share.grant()
    let stopped = try await share.subscribed("office")
    _ = try await share.client.suspendGrant(
      ShareV1.SuspendGrantRequest(name: stopped.name, reason: "违规", requestID: "stop"),
      try share.options(ShareCalls.source, path: "SuspendGrant"))
    try await share.mounting("catalog.entry_unmounted")
    let denied = await status { _ = try await share.lookup(used.name) }
    #expect(denied?.code == .permissionDenied)
    #expect(denied?.trailers["weir-reason"] == "share.entry_unmounted")
    #expect(denied?.trailers["weir-article"] == "weir-default/AC-52")
    let resting = try await share.client.getGrant(
      ShareV1.GetGrantRequest(name: used.name),
      try share.options(ShareCalls.user, path: "GetGrant"))
    #expect(resting.state == .suspended)
    #expect(
      resting.history.last?.reason
        == "entries/E-3: unmounted (departments/justice/persons/wu)")
    // A person cannot lift what the entry lacks, nor is anything granted on it meanwhile.
    #expect(
      await reason {
        _ = try await share.client.resumeGrant(
          ShareV1.ResumeGrantRequest(name: used.name, reason: "急用", requestID: "up"),
          try share.options(ShareCalls.source, path: "ResumeGrant"))
      } == "share.entry_unmounted")
    #expect(
      await reason { _ = try await share.subscribed("office", "again") } == "share.entry_unmounted")

    try await share.mounting("catalog.entry_mounted")
    _ = try await share.lookup(used.name)
    #expect(await reason { _ = try await share.lookup(stopped.name) } == "share.grant_suspended")
    let logged = try await share.topics().filter { $0.hasPrefix("share.grant_") }.suffix(3)
    #expect(
      logged == ["share.grant_suspended", "share.grant_suspended", "share.grant_activated"])
    await share.stop()
  }

  @Test(
    "meizhou-public-2023/12e nothing is granted on an entry that was never mounted",
    .obligation("meizhou-public-2023/12e"))
  func neverMounted() async throws {
    let share = try await ShareCalls()
    try await share.publish(
      version: 1, [("name", .conditional), ("office", .unconditional)], isMounted: false)
    #expect(await reason { _ = try await share.subscribed("office") } == "share.entry_unmounted")
    let application = try await share.apply()
    _ = try await share.submit(application.name)
    #expect(
      await reason { _ = try await share.review(application.name) } == "share.entry_unmounted")
    // Published anew before it is mounted, it is as bare as before.
    try await share.publish(
      version: 2, [("name", .conditional), ("office", .unconditional)], isMounted: false)
    #expect(
      await reason { _ = try await share.subscribed("office", "b") } == "share.entry_unmounted")
    try await share.mounting("catalog.entry_mounted")
    #expect(try await share.subscribed("office", "c").state == .active)
    await share.stop()
  }

  @Test("a grant that a person resumes, or accepts, on an unmounted entry rests with it at once")
  func resumedWhileUnmounted() async throws {
    let share = try await ShareCalls()
    let application = try await share.apply()
    _ = try await share.submit(application.name)
    let answered = try await share.review(application.name)
    try await share.mounting("catalog.entry_unmounted")
    // Published anew, it is as unmounted as before.
    try await share.publish(version: 2, [("name", .conditional), ("office", .unconditional)])
    let accepted = try await share.accept(answered.grant)
    #expect(accepted.state == .suspended)
    #expect(accepted.history.map(\.toState).suffix(2) == ["active", "suspended"])
    // Suspended by a person besides, it waits for that person too.
    _ = try await share.client.suspendGrant(
      ShareV1.SuspendGrantRequest(name: accepted.name, reason: "违规", requestID: "stop"),
      try share.options(ShareCalls.source, path: "SuspendGrant"))
    try await share.mounting("catalog.entry_mounted")
    #expect(await reason { _ = try await share.lookup(accepted.name) } == "share.grant_suspended")
    let resumed = try await share.client.resumeGrant(
      ShareV1.ResumeGrantRequest(name: accepted.name, reason: "已整改", requestID: "up"),
      try share.options(ShareCalls.source, path: "ResumeGrant"))
    #expect(resumed.state == .active)
    _ = try await share.lookup(accepted.name)
    await share.stop()
  }
}
