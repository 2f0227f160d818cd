// A backup taken at work, altered, restored, and put back beside a log that knows better.

import Boot
import Contracts
import Crypto
import Foundation
import Integrity
import RPC
import Synchronization
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("a backup of a node (meizhou-public-2023/38b, hebi-2021/23b)")
struct BackupTests {
  @Test(
    "taken while records arrive, it holds all that was acknowledged before; altered, it is refused",
    .obligation("luyi-2019/6.i7b"))
  func backup() async throws {
    let demo = try SmallDemo(seed: 13)
    let folder = demo.folder
    let seen = Mutex<Seen?>(nil)
    try await demo.play(through: "subscriptions") { stage in
      let auditor = try stage.wire.client(DemoCast.auditor).audit
      var delivery = try await Delivery(stage, requestID: "at-work")
      let request = try stage.lookup(of: stage.plan.wronglyDead)
      let caller = try stage.impatient(DemoCast.humanResources.systemName)
      try await delivery.send(chunks: 2)
      async let made = weir(
        "backup", "--data", folder.path("node"), "--to", folder.path("backup"), "--keys-to",
        folder.path("keys"))
      // Records and look-ups go on until the backup is there; what was acknowledged before is in it, the rest may be.
      while !Files.exists(folder.path("backup")) {
        try await delivery.sendNext()
        _ = try await caller.share.lookup(request)
      }
      let (sent, ended) = (delivery, try await made)
      seen.withLock { $0 = Seen(delivery: sent, lookup: request) }
      #expect(ended.status == 0, "\(ended.output)")
      _ = try await caller.share.lookup(request)
      // What an auditor keeps now is newer than the backup.
      let size = try await stage.logged().count
      try await eventually("a checkpoint after the backup") {
        let note = try await auditor.getCheckpoint(.init()).note
        try Files.write(note, to: folder.path("kept"), isPrivate: false)
        return try Checkpoint(text: SignedNote(note).text).map { $0.size > UInt64(size) } == true
      }
    }
    let found = try #require(seen.withLock { $0 })
    #expect(found.delivery.acknowledged > 2)
    // What is restored comes up on the ports of the node that was saved: nobody else's node takes them meanwhile.
    let description = try NodeFolder(path: folder.path("node")).description()
    var claims = PortClaims()
    try claims.hold(description.ports.values + [description.gatewayPort])
    defer { claims.release() }
    try await altered(folder)
    try await restored(folder, found)
    try await behind(folder, found)
  }

  /// What the test did before and during the backup.
  private struct Seen {
    let delivery: Delivery
    let lookup: ShareV1.LookupRequest
  }

  private func weir(_ arguments: String...) async throws -> (status: Int32, output: String) {
    try await runToEnd(builtProgram("weir"), arguments + ["--lang", "en"])
  }

  private func altered(_ folder: TemporaryFolder) async throws {
    let manager = FileManager.default
    let copy = folder.path("altered")
    func refused(_ what: String, _ change: () throws -> Void) async throws {
      try? manager.removeItem(atPath: copy)
      try manager.copyItem(atPath: folder.path("backup"), toPath: copy)
      try change()
      let ended = try await weir(
        "restore", "--from", copy, "--keys", folder.path("keys"), "--data", folder.path("no"))
      #expect(ended.status == 7, "\(what): \(ended.output)")
      #expect(!Files.exists(folder.path("no")), "\(what)")
    }
    func flip(_ name: String, at place: Int) throws {
      var bytes = try readBytes("\(copy)/\(name)")
      bytes[place < 0 ? bytes.count + place : place] ^= 1
      try Files.write(bytes, to: "\(copy)/\(name)", isPrivate: true)
    }
    try await refused("a record") { try flip("ingest/ingest.sqlite", at: -100) }
    try await refused("the list") { try flip("manifest.note", at: 60) }
    try await refused("a file less") { try manager.removeItem(atPath: copy + "/founding.yaml") }
    try await refused("a file more") {
      try Files.write("", to: copy + "/ingest/ingest.sqlite-wal", isPrivate: true)
    }
    let old = try await weir(
      "restore", "--from", folder.path("backup"), "--keys", folder.path("keys"), "--data",
      folder.path("no"), "--last-checkpoint", folder.path("kept"))
    #expect(
      old.status == 7 && old.output.contains("older than the kept checkpoint"), "\(old.output)")
    let taken = try await weir(
      "restore", "--from", folder.path("backup"), "--keys", folder.path("keys"), "--data",
      folder.path("node"))
    #expect(taken.status == 2, "\(taken.output)")
  }

  /// The restored node comes up, its log is whole, everything acknowledged before is there, and work goes on.
  private func restored(_ folder: TemporaryFolder, _ seen: Seen) async throws {
    let ended = try await weir(
      "restore", "--from", folder.path("backup"), "--keys", folder.path("keys"), "--data",
      folder.path("restored"))
    try #require(ended.status == 0, "\(ended.output)")
    try plan(folder)
    try await withNode(options(folder.path("restored")), tell: { _ in }) { node in
      let wire = DemoWire(
        keys: node.keys, gateway: try #require(Address(node.ready.gateway)), seed: 13)
      let owner = try wire.client(DemoCast.civilAffairs.systemName).ingest
      let delivery = seen.delivery
      let next = Int(try await owner.getBatch(.init(name: delivery.batch)).nextChunk)
      // Two were acknowledged before it began.
      #expect((3...delivery.acknowledged + 1).contains(next))
      _ = try await owner.uploadChunk(delivery.upload(next))
      let committed = try await owner.commitBatch(delivery.commit(chunks: next))
      #expect(committed.state == .committed)
      let caller = try wire.client(DemoCast.humanResources.systemName).share
      #expect(try await caller.lookup(seen.lookup).records.count > 0)
      let auditor = try wire.client(DemoCast.auditor).audit
      #expect(try await auditor.listAlarms(.init()).alarms == [])
      try await planned(folder)
      await wire.shutdown()
    }
  }

  /// Gives the restored folder a plan: one backup at each of two places, keys apart.
  private func plan(_ folder: TemporaryFolder) throws {
    let file = folder.path("restored/weir.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let plan = """
      backup:
        everyHours: 24
        keep: 1
        to: [\(folder.path("first")), \(folder.path("second"))]
        keysTo: \(folder.path("safe"))

      """
    try Files.write(Array((text + plan).utf8), to: file, isPrivate: false)
  }

  /// A running node backs itself up, doctor tells, and each can be restored.
  private func planned(_ folder: TemporaryFolder) async throws {
    func backups(_ place: String) -> [String] {
      let found = try? FileManager.default.contentsOfDirectory(atPath: folder.path(place))
      return (found ?? []).filter { !$0.hasSuffix(".partial") }
    }
    let places = ["first", "second", "safe"]
    try await eventually("the backups of the plan") {
      places.allSatisfy { backups($0).count == 1 }
    }
    let made = backups("second")
    let doctor = try await weir("doctor", "--data", folder.path("restored"))
    #expect(doctor.output.contains("the last good one is 0 hours old"), "\(doctor.output)")
    let again = try await weir("backup", "--data", folder.path("restored"), "--planned")
    #expect(again.status == 0, "\(again.output)")
    #expect(backups("second").count == 1 && backups("second") != made)
    let name = try #require(backups("second").first)
    let keys = try #require(backups("safe").first)
    let ended = try await weir(
      "restore", "--from", folder.path("second/\(name)"), "--keys", folder.path("safe/\(keys)"),
      "--data", folder.path("once-more"))
    #expect(ended.status == 0, "\(ended.output)")
  }

  /// One service alone set back: the log knows better, and no data leaves it.
  private func behind(_ folder: TemporaryFolder, _ seen: Seen) async throws {
    let manager = FileManager.default
    for file in ["ingest.sqlite", "identity.sqlite"] {
      for suffix in ["", "-wal", "-shm"] {
        try? manager.removeItem(atPath: folder.path("node/ingest/\(file)\(suffix)"))
      }
      try manager.copyItem(
        atPath: folder.path("backup/ingest/\(file)"), toPath: folder.path("node/ingest/\(file)"))
    }
    try await withNode(options(folder.path("node")), tell: { _ in }) { node in
      let wire = DemoWire(
        keys: node.keys, gateway: try #require(Address(node.ready.gateway)), seed: 13)
      let caller = try wire.client(DemoCast.humanResources.systemName).share
      try await eventually("the set-back service to be refused") {
        try await refusal { _ = try await caller.lookup(seen.lookup) }?.reason
          == "evidence.rolled_back"
      }
      await wire.shutdown()
    }
  }

  private func options(_ folder: String) -> NodeOptions {
    NodeOptions(
      dataFolder: folder, law: Checkout.root.appending(path: "deploy").path,
      programs: URL(filePath: builtProgram("weir")).deletingLastPathComponent().path,
      random: SystemRandom())
  }
}
