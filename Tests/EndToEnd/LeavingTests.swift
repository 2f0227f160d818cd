// Callers that leave in the middle and calls that come too late: nothing of them stays, and what was begun can be gone on with.

import Boot
import Contracts
import Foundation
import Glibc
import IngestFormats
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("callers that leave in the middle")
struct LeavingTests {
  @Test(
    "streams and uploads end where they were at work, a batch goes on, a stopped service is not waited for",
    .enabled(if: Checkout.hasPythonClients, "there is no Python environment: run deploy/setup test")
  )
  func leaving() async throws {
    let demo = try SmallDemo(seed: 12)
    let folder = demo.folder
    try await demo.play(through: "subscriptions") { stage in
      let delivery = try await Delivery(stage, requestID: "left-midway")
      try await leaveMidway(stage, delivery, folder)
      let commit = delivery.commit(chunks: 14)
      let committed = try await delivery.client.ingest.commitBatch(commit)
      #expect(committed.acceptedRows + committed.rejectedRows == commit.rows)
      // The receipt of the first answer, to the letter, also now that the entry may be gone from the outbox.
      let again = try await delivery.client.ingest.commitBatch(commit)
      #expect(committed.receipt != nil && again.receipt == committed.receipt)
      try await tooLate(stage)
      try await checkLog(stage, delivery.batch)
    }
    // The processes have ended: what each still had open when it was told to.
    #expect(try open("public_calls", in: "gateway", folder) == 0)
    // Audit and two services follow each of these; nobody else has a call open.
    for service in ["ingest", "share"] { #expect(try open("calls", in: service, folder) <= 3) }
  }

  private func leaveMidway(
    _ stage: DemoStage, _ delivery: Delivery, _ folder: TemporaryFolder
  ) async throws {
    let out = folder.path("python")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    try Files.write(delivery.chunk.bytes, to: folder.path("chunk"), isPrivate: true)
    let owner = DemoCast.civilAffairs
    let ended = try await runToEnd(
      Checkout.python,
      [
        Checkout.root.appending(path: "Tests/EndToEnd/python/leave_midway.py").path,
        stage.running.ready.gateway, stage.keys.serviceRoot,
        stage.keys.principalFolder(owner.systemName),
        Checkout.root.appending(path: "proto").path, out, delivery.batch,
        folder.path("chunk"),
        "\(delivery.chunk.rowCount)", owner.systemName, owner.principal(owner.officer),
      ])
    #expect(ended.status == 0 && ended.output.hasSuffix("next 15\n"), "\(ended.output)")
  }

  /// The service behind the gateway does nothing more: the caller is told in time, and it goes on as if nothing had been.
  private func tooLate(_ stage: DemoStage) async throws {
    let caller = try stage.impatient(DemoCast.humanResources.systemName).share
    let request = try stage.lookup(of: stage.plan.wronglyDead)
    let ingest = try #require(await stage.running.processIDs()["ingest"])
    kill(ingest, SIGSTOP)
    defer { kill(ingest, SIGCONT) }
    let started = ContinuousClock.now
    let late = try await refusal {
      _ = try await caller.lookup(request, CallOptions(timeout: .milliseconds(400)))
    }
    #expect(late?.code == .deadlineExceeded)
    #expect(ContinuousClock.now - started < .seconds(5) * patience)
    kill(ingest, SIGCONT)
    #expect(try await caller.lookup(request).records.count > 0)
  }

  private func checkLog(_ stage: DemoStage, _ batch: String) async throws {
    func numbers() async throws -> [Int64] {
      try await stage.logged("ingest.batch_chunk").compactMap {
        let payload = try JSONSerialization.jsonObject(with: Data($0.payload)) as? [String: Any]
        guard payload?["batch"] as? String == batch else { return nil }
        return (payload?["number"] as? NSNumber)?.int64Value
      }
    }
    try await eventually("every chunk to be in the log") { try await numbers().count >= 14 }
    #expect(try await numbers().sorted() == Array(1...14))
    let auditor = try stage.wire.client(DemoCast.auditor).audit
    #expect(try await auditor.listAlarms(.init()).alarms == [])
  }

  /// How many calls a process had open when it was told to end.
  private func open(_ what: String, in service: String, _ folder: TemporaryFolder) throws -> Int {
    let text = String(
      decoding: try readBytes(folder.path("node/log/\(service).log")), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").last { $0.contains("\"draining\"") })
    let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    let fields = try #require(event?["fields"] as? [String: Any])
    let count = try #require(fields[what] as? String)
    return try #require(Int(count))
  }
}
