// The disk of one service is full: a clear error, nothing that was acknowledged is lost, and room is all it needs to go on.

import Boot
import Contracts
import Foundation
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("the disk of one service is full", .serialized)
struct DiskFullTests {
  @Test(
    "a delivery is refused with reason and delay, and goes on in the same process once there is room",
    arguments: [Shortage.filledDisk, .fileSizeLimit])
  func full(_ shortage: Shortage) async throws {
    let demo = try SmallDemo(seed: 9)
    let disk = try SmallDisk(at: demo.folder.path("node/ingest"), shortage)
    defer { disk.remove() }
    try await demo.play(through: "subscriptions") { stage in
      let before = await stage.running.processIDs()["ingest"]
      let process = try #require(before)
      var delivery = try await Delivery(stage, requestID: "full-disk")
      try await delivery.send(chunks: 2)
      try await disk.fill(process: process)
      try await delivery.sendUntilRefused(atMost: 400, as: disk.refusal)
      try await othersGoOn(stage, delivery, disk.refusal)
      try await disk.free(process: process)
      // The very chunk that was refused is taken now; nobody was started anew.
      try await delivery.send(chunks: 2)
      let batch = try await delivery.client.ingest.commitBatch(
        delivery.commit(chunks: delivery.acknowledged),
        CallOptions(timeout: .seconds(60) * patience))
      #expect(batch.acceptedRows + batch.rejectedRows == delivery.acknowledgedRows)
      let found = try await stage.impatient(DemoCast.humanResources.systemName).share.lookup(
        try stage.lookup(of: stage.plan.wronglyDead))
      #expect(!found.records.isEmpty)
      #expect(await stage.running.processIDs()["ingest"] == process)
    }
  }

  /// What is stored can be read, other services serve, and a data call, which needs evidence, is refused as clearly.
  private func othersGoOn(
    _ stage: DemoStage, _ delivery: Delivery, _ expected: String
  ) async throws {
    let batch = try await delivery.client.ingest.getBatch(.init(name: delivery.batch))
    #expect(Int(batch.nextChunk) == delivery.acknowledged + 1)
    #expect(batch.acceptedRows + batch.rejectedRows == delivery.acknowledgedRows)
    let bureau = try stage.impatient(DemoCast.humanResources.systemName)
    #expect(try await bureau.catalog.listEntries(.init()).entries.count >= 4)
    #expect(try await bureau.share.listGrants(.init()).grants.count >= 3)
    #expect(try await bureau.audit.getCheckpoint(.init()).note != "")
    var refused: DemoRefusal?
    // A look-up is small; what is left of the log's old room, and what was freed in the file, may take many.
    for _ in 0..<3_000 where refused == nil {
      refused = try await refusal {
        _ = try await bureau.share.lookup(try stage.lookup(of: stage.plan.wronglyDead))
      }
    }
    #expect(refused?.description == expected)
    // What Share tells this service of each decision finds no room either in the end; that must not end the process.
    try await eventually("an event to have found no room") {
      _ = try await refusal {
        _ = try await bureau.share.lookup(try stage.lookup(of: stage.plan.wronglyDead))
      }
      let log = try readBytes(stage.running.dataFolder + "/log/ingest.log")
      return String(decoding: log, as: UTF8.self).contains("events not applied")
    }
  }
}

extension Delivery {
  fileprivate mutating func sendUntilRefused(atMost limit: Int, as expected: String) async throws {
    for _ in 0..<limit {
      do {
        try await sendNext()
      } catch let status as Status {
        #expect(DemoRefusal(status).description == expected)
        #expect(Int(status.trailers["weir-retry-after-ms"] ?? "").map { $0 > 0 } == true)
        return
      }
    }
    Issue.record("\(limit) chunks were taken by a full disk")
  }
}

/// How room runs out. Mounting a disk takes privileges that not every machine grants; a limit on the size of files takes none.
enum Shortage: Sendable {
  case filledDisk, fileSizeLimit
}

/// A folder whose room can be taken away and given back.
private struct SmallDisk: Sendable {
  private let path: String
  private let isMounted: Bool
  /// SQLite tells a full disk from every other reason why a file cannot grow.
  var refusal: String { isMounted ? "resourceExhausted store.full" : "unavailable store.failing" }
  private var ballast: String { path + "/ballast" }

  init(at path: String, _ shortage: Shortage) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard shortage == .filledDisk else {
      isMounted = false
      return
    }
    let mount = try runBlocking(
      "/bin/mount", ["-t", "tmpfs", "-o", "size=48m,mode=0700", "tmpfs", path])
    isMounted = mount.status == 0
    if !isMounted { print("no disk may be mounted here: the limit on file sizes stands in") }
  }

  func fill(process: Int32) async throws {
    guard isMounted else {
      // No file of the service is written beyond this place: the log of its database soon comes to it.
      try await limit(process, to: "65536")
      return
    }
    try Data().write(to: URL(filePath: ballast))
    let file = try FileHandle(forWritingTo: URL(filePath: ballast))
    defer { try? file.close() }
    // Blocks that get smaller, so that not a page is left.
    for size in [1 << 20, 4096] {
      let block = Data(repeating: 0x57, count: size)
      while (try? file.write(contentsOf: block)) != nil {}
    }
  }

  func free(process: Int32) async throws {
    guard isMounted else { return try await limit(process, to: "unlimited") }
    try FileManager.default.removeItem(atPath: ballast)
  }

  private func limit(_ process: Int32, to size: String) async throws {
    let ended = try await runToEnd(
      "/usr/bin/prlimit", ["--pid", "\(process)", "--fsize=\(size):unlimited"])
    try #require(ended.status == 0, "\(ended.output)")
  }

  func remove() {
    guard isMounted else { return }
    _ = try? runBlocking("/bin/umount", ["--lazy", path])
  }
}
