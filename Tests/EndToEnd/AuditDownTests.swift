// Audit is down past the outbox's bound: no evidence, no data; and nothing is lost or doubled when it comes back.

import Boot
import Contracts
import Foundation
import Glibc
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("Audit down past the bound (DESIGN 9: no evidence, no data)")
struct AuditDownTests {
  @Test("data calls are refused with reason and delay, the rest goes on, and nothing is lost")
  func down() async throws {
    var demo = try SmallDemo(seed: 8)
    let programs = try ProgramsOfNode(holding: "weir-audit")
    demo.options.programs = programs.folder.path("")
    demo.options.limits = .init(outboxEntries: 24)
    try await demo.play(through: "subscriptions") { stage in
      let caller = try stage.impatient(DemoCast.humanResources.systemName)
      let request = try stage.lookup(of: stage.plan.wronglyDead)
      _ = try await caller.share.lookup(request)
      try programs.hold()
      let audit = try #require(await stage.running.processIDs()["audit"])
      kill(audit, SIGKILL)
      let answered = try await answersUntilRefused(caller, request)
      #expect((1...24).contains(answered))
      try await othersGoOn(stage, caller)
      try programs.release()
      try await eventually("look-ups to be answered again") {
        try await refusal { _ = try await caller.share.lookup(request) } == nil
      }
      // Two before and after, each with one disclosure; those between were refused before anything was opened.
      try await checkLog(stage, disclosures: answered + 2)
    }
  }

  /// - Returns: How many look-ups were answered before the bound was met.
  private func answersUntilRefused(
    _ caller: DemoClient, _ request: ShareV1.LookupRequest
  ) async throws -> Int {
    for answered in 0..<100 {
      do {
        _ = try await caller.share.lookup(request, CallOptions(timeout: .seconds(10)))
      } catch let status as Status {
        #expect(status.code == .resourceExhausted)
        #expect(status.trailers["weir-reason"] == "evidence.outbox_full")
        #expect(status.trailers["weir-article"] == "hebi-2021/13.3")
        #expect(Int(status.trailers["weir-retry-after-ms"] ?? "").map { $0 > 0 } == true)
        let details = try GoogleRPC.Status(serialized: status.details).details.map(\.typeURL)
        #expect(details.contains { $0.hasSuffix("google.rpc.RetryInfo") })
        return answered
      }
    }
    Issue.record("a hundred look-ups were answered without Audit")
    return 0
  }

  /// What gives no data asks for no room in the outbox.
  private func othersGoOn(_ stage: DemoStage, _ caller: DemoClient) async throws {
    let health = GRPCHealthV1.HealthClient(caller.channel)
    #expect(try await health.check(.init()).status == .serving)
    let who = try await caller.registry.whoAmI(.init())
    #expect(who.department == "departments/human-resources")
    #expect(try await caller.share.getGrant(.init(name: stage.grant(.cremation).name)).until != "")
    // Delivery is no disclosure.
    let owner = DemoCast.civilAffairs
    let opened = try await stage.wire.client(owner.systemName).ingest.createBatch(
      .init(
        batch: DemoDelivery.batch(
          .cremation, stage.entry(.cremation).name, stage.plan, mode: .table),
        requestID: "while-audit-is-down"))
    #expect(opened.state == .loading)
    let log = try await refusal { _ = try await caller.audit.getCheckpoint(.init()) }
    #expect(log?.code == .unavailable && log?.reason == "access.service_unavailable")
  }

  private func checkLog(_ stage: DemoStage, disclosures: Int) async throws {
    try await eventually("every disclosure to be in the log") {
      try await stage.logged("ingest.disclosure").count >= disclosures
    }
    #expect(try await stage.logged("ingest.disclosure").count == disclosures)
    var sequences: [String: [Int64]] = [:]
    for entry in try await stage.logged() {
      sequences[entry.origin, default: []].append(entry.sequence)
    }
    #expect(sequences.count >= 5)
    for (origin, found) in sequences {
      #expect(found.sorted() == (1...Int64(found.count)).map { $0 }, "\(origin)")
    }
    let auditor = try stage.wire.client(DemoCast.auditor).audit
    #expect(try await auditor.listAlarms(.init()).alarms == [])
  }
}

/// The programs of a node, one of which can be kept from starting while its supervisor tries.
struct ProgramsOfNode {
  let folder: TemporaryFolder
  private var held: String { folder.path("held") }

  init(holding name: String) throws {
    folder = try TemporaryFolder()
    let built = URL(filePath: builtProgram("weir")).deletingLastPathComponent().path
    for service in ["audit", "catalog", "ingest", "share", "feedback", "gateway"]
    where "weir-\(service)" != name {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("weir-\(service)"),
        withDestinationPath: "\(built)/weir-\(service)")
    }
    // It waits only as long as whoever started it is there.
    let script = """
      #!/bin/sh
      while [ -e '\(held)' ] && kill -0 $PPID; do sleep 0.05; done
      exec '\(built)/\(name)' "$@"
      """
    try Data(script.utf8).write(to: URL(filePath: folder.path(name)))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o700], ofItemAtPath: folder.path(name))
  }

  func hold() throws { try Data().write(to: URL(filePath: held)) }
  func release() throws { try FileManager.default.removeItem(atPath: held) }
}
