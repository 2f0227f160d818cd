// One appender: of two Audit processes on one log, one appends; the other ends, or has been fenced off while it was stopped.

import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Crypto
import Database
import Foundation
import Glibc
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("One appender at a time, by lease and fencing number (DESIGN 9)")
struct AppenderTests {
  @Test(
    "a lease keeps others out until it ends; its own holder comes back at once",
    arguments: Backend.allCases)
  func lease(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    let database = try await SQLDatabase.open(
      home.location, schema: auditSchema, now: home.clock.now)
    let start = Instant(milliseconds: 1_000_000)
    @Sendable func after(_ seconds: Int64) -> Instant {
      start.adding(milliseconds: seconds * 1_000)
    }
    func become(_ holder: String, at seconds: Int64) async throws -> Int64 {
      try await database.write { try $0.becomeAppender(holder: holder, at: after(seconds)) }
    }
    let first = try await become("a", at: 0)
    await #expect(throws: LogFault.held(by: "a")) { try await become("b", at: 9) }
    try await database.write { try $0.renewLease(first, at: after(8)) }
    await #expect(throws: LogFault.held(by: "a")) { try await become("b", at: 17) }
    let again = try await become("a", at: 17)
    #expect(again > first)
    let second = try await become("b", at: 27)
    #expect(second > again)
    await #expect(throws: LogFault.fencedOff) {
      try await database.write { try $0.renewLease(again, at: after(28)) }
    }
    // One that was replaced ends nobody's lease.
    try await database.write { try $0.endLease(again) }
    await #expect(throws: LogFault.held(by: "b")) { try await become("a", at: 28) }
    try await database.write { try $0.endLease(second) }
    #expect(try await become("a", at: 28) > second)
    await database.close()
  }

  @Test(
    "an appender that was replaced appends nothing, publishes nothing and raises no alarm",
    arguments: Backend.allCases)
  func fenced(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let old = try await home.open()
    try await old.intake.take(share.write(3), of: share.origin)
    let new = try await home.open()
    let more = share.write(2)
    await #expect(throws: LogFault.fencedOff) {
      try await old.intake.take(more, of: share.origin)
    }
    await #expect(throws: LogFault.fencedOff) { try await old.publisher.publish() }
    #expect(home.published.files[LogFile.checkpoint] == nil)
    try await new.intake.take(more, of: share.origin)
    try await new.publisher.publish()
    let published = home.published.files[LogFile.checkpoint]
    await #expect(throws: LogFault.fencedOff) {
      try await old.intake.take(share.write(1), of: share.origin)
    }
    #expect(home.published.files[LogFile.checkpoint] == published)
    #expect(try await new.size() == 5)
    #expect(try await new.inspection.run() == 5)
    await old.database.close()
    await new.database.close()
  }
}

/// Real `weir-audit` processes, and a service that they follow.
private final class AuditProcesses: Sendable {
  let folder: TemporaryFolder
  let share: FollowedService
  private let reactors: ReactorGroup
  private let pki: TestPKI
  private let postgres: String?

  init(_ backend: Backend) async throws {
    folder = try TemporaryFolder()
    pki = try TestPKI(domain: LogHome.domain)
    reactors = ReactorGroup(threadCount: 1, seed: 1)
    let keys = try TestEvidenceKeys()
    try Files.makeFolder(folder.path("followed"))
    share = try await FollowedService(
      "share", path: folder.path("followed"), pki: pki, reactors: reactors, keys: keys)
    let location = try LogHome(backend).location
    postgres = if case .postgres(let text) = location { text } else { nil }
    let key = try Ed25519PrivateKey(random: pki.random)
    let entries = [
      try keys.signer("share").verifier,
      try NoteSigner(name: KeyList.auditName(pki.domain), key: key).verifier,
      try NoteSigner(name: KeyList.evidenceName(pki.domain, service: "audit"), key: key).verifier,
    ].map { KeyList.Entry(verifier: $0, notBefore: 0) }
    let list = try KeyList(domain: pki.domain, number: 1, issuedAt: 0, entries: entries)
      .signed(by: keys.root)
    let identity = try pki.service("audit")
    for (name, text) in [
      ("root.key", keys.root.verifier.text), ("keylist.note", list.encoded),
      ("evidence.key", try key.pem()), ("cert.pem", identity.chainPEM),
      ("key.pem", identity.privateKeyPEM), ("ca.pem", pki.serviceRootPEM),
      ("departments.pem", pki.departmentRootPEM),
    ] {
      try Files.write(text, to: folder.path(name), isPrivate: true)
    }
  }

  /// Starts a process with a data folder.
  ///
  /// - Parameter data: Where a log on SQLite lies, and where files are published.
  func start(_ data: String, log: String? = nil) throws -> ChildProcess {
    let deploy = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy").path
    var peers = ["share": ["\(share.address)"]]
    for name in ["gateway", "catalog", "ingest", "feedback"] { peers[name] = ["127.0.0.1:1"] }
    let configuration = ServiceConfiguration(
      service: "audit", domain: pki.domain, dataFolder: folder.path(data),
      keysFolder: folder.path("keys"), listen: "127.0.0.1:0", peers: peers,
      tls: .init(
        certificate: folder.path("cert.pem"), key: folder.path("key.pem"),
        serviceRoot: folder.path("ca.pem"), departmentRoot: folder.path("departments.pem")),
      evidence: .init(
        rootPublicKey: folder.path("root.key"), keyList: folder.path("keylist.note"),
        signingKey: folder.path("evidence.key")),
      policiesFolder: deploy + "/policies", calendarsFolder: deploy + "/calendars",
      taxonomiesFolder: deploy + "/taxonomies", governanceFile: deploy + "/governance.yaml",
      postgres: postgres)
    try Files.makeFolder(folder.path("keys"))
    let file = folder.path("\(log ?? data).yaml")
    try Files.write(try configuration.yaml(), to: file, isPrivate: true)
    return try ChildProcess(
      executable: builtProgram("weir-audit"), arguments: ["--configuration", file],
      log: folder.path("\(log ?? data).log"))
  }

  func log(_ name: String) -> String {
    (try? String(contentsOfFile: folder.path("\(name).log"), encoding: .utf8)) ?? ""
  }

  /// The size of the checkpoint that lies in a folder.
  func published(_ data: String) -> UInt64 {
    guard let bytes = try? readBytes(folder.path(data + "/log/checkpoint")),
      let note = try? SignedNote(String(decoding: bytes, as: UTF8.self))
    else { return 0 }
    return Checkpoint(text: note.text)?.size ?? 0
  }

  func write(_ count: Int) async throws {
    for _ in 0..<count { _ = try await share.write("share.decision", [:]) }
  }

  func close() async {
    await share.server.stop()
    await share.database.close()
    await reactors.shutdown()
  }
}

@Suite("Two weir-audit processes on one log", .serialized)
struct AuditProcessTests {
  @Test(
    "on one folder the second ends, naming it, also while the first is stopped; after a kill it begins at once"
  )
  func folder() async throws {
    let processes = try await AuditProcesses(.sqlite)
    let first = try processes.start("data")
    try await processes.write(3)
    try await eventually("the first to publish") { processes.published("data") >= 3 }
    #expect(try await processes.start("data", log: "second").exitStatus() == 1)
    #expect(processes.log("second").contains("held(by:"))
    kill(first.pid, SIGSTOP)
    #expect(try await processes.start("data", log: "third").exitStatus() == 1)
    kill(first.pid, SIGCONT)
    try await processes.write(2)
    try await eventually("the first to go on") { processes.published("data") >= 5 }
    kill(first.pid, SIGKILL)
    _ = await first.exitStatus()
    let fourth = try processes.start("data", log: "fourth")
    try await processes.write(1)
    try await eventually("the next to publish") { processes.published("data") >= 6 }
    kill(fourth.pid, SIGTERM)
    #expect(await fourth.exitStatus() == 0)
    await processes.close()
  }

  @Test(
    "on one PostgreSQL database one that was stopped past its lease is fenced off: it neither appends nor publishes"
  )
  func database() async throws {
    let processes = try await AuditProcesses(.postgres)
    let first = try processes.start("a")
    try await processes.write(3)
    try await eventually("the first to publish") { processes.published("a") >= 3 }
    #expect(try await processes.start("b").exitStatus() == 1)
    #expect(processes.log("b").contains("held(by:"))
    kill(first.pid, SIGSTOP)
    let stopped = processes.published("a")
    try await processes.write(2)
    var second = try processes.start("b")
    try await eventually("the second to take over when the lease has ended") {
      if processes.published("b") >= 5 { return true }
      if kill(second.pid, 0) != 0 { second = try processes.start("b") }
      return false
    }
    kill(first.pid, SIGCONT)
    #expect(await first.exitStatus() == 1)
    #expect(processes.log("a").contains("fencedOff"))
    #expect(processes.published("a") == stopped)
    try await processes.write(2)
    try await eventually("the second to go on") { processes.published("b") >= 7 }
    kill(second.pid, SIGTERM)
    #expect(await second.exitStatus() == 0)
    // Nobody's lease: the next begins at once, and finds the log whole.
    let third = try processes.start("c")
    try await processes.write(1)
    try await eventually("the third to publish") { processes.published("c") >= 8 }
    kill(third.pid, SIGTERM)
    #expect(await third.exitStatus() == 0)
    await processes.close()
  }
}
