// What listeners count becomes metrics: one way, each count once, whoever asks and however often.

import Crypto
import Database
import Glibc
import Integrity
import RPC
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Boot

@Suite("a process's metrics")
struct ProcessMetricsTests {
  private let metrics = ProcessMetrics()

  private func sample(_ name: String) async -> String? {
    await metrics.text().split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .map { String($0.dropFirst(name.count + 1)) }
  }

  @Test("a counter is given what has come since; a count that is older in part takes nothing back")
  func increments() async {
    var counted = ServerStatistics()
    for (accepted, expected) in [(3, "3"), (3, "3"), (7, "7"), (5, "7"), (9, "9")] {
      counted.connectionsAccepted = accepted
      metrics.publish(counted, listener: "public")
      #expect(
        await sample(#"weir_rpc_connections_accepted_total{listener="public"}"#) == expected)
    }
  }

  @Test("a database tells how many wait for it, and how far evidence is behind")
  func database() async throws {
    let folder = try TemporaryFolder()
    let random = SeededRandom(seed: 1)
    let keyring = try Keyring(folder: folder.path("keys"), creates: true, random: random)
    let signer = try NoteSigner(
      name: KeyList.evidenceName("weir.test", service: "share"),
      key: Ed25519PrivateKey(random: random))
    let database = try await SQLDatabase.open(
      .sqlite(path: folder.path("counts.sqlite")), schema: [],
      outbox: OutboxConfiguration(
        service: "share", replica: "a", signer: signer, keyring: keyring, random: random),
      now: { Instant(milliseconds: 9_000) })
    metrics.add(database: "counts", database, now: { Instant(milliseconds: 71_000) })
    let before = await sample(#"weir_database_commits_total{database="counts"}"#).flatMap {
      Int($0)
    }
    try await database.write {
      try $0.append(topic: "counted", payload: ["amount": 1])
      try $0.append(topic: "counted", payload: ["amount": 2])
    }
    #expect(await sample(#"weir_evidence_uncovered_entries{database="counts"}"#) == "2")
    #expect(await sample(#"weir_evidence_uncovered_seconds{database="counts"}"#) == "62")
    let after = await sample(#"weir_database_commits_total{database="counts"}"#).flatMap { Int($0) }
    #expect(after == before.map { $0 + 1 })
    #expect(await sample(#"weir_database_writes_waiting{database="counts"}"#) == "0")
    let gate = Mutex(false)
    async let first: Void = database.write { _ in while !gate.withLock(\.self) { sched_yield() } }
    async let second: Void = database.write { _ in }
    try await eventually("one writes, and one waits behind it") {
      await sample(#"weir_database_writes_waiting{database="counts"}"#) == "2"
    }
    gate.withLock { $0 = true }
    _ = try await (first, second)
    await database.close()
  }

  @Test("every number that a server counts is told, under its own name")
  func everyNumber() async throws {
    var counted = ServerStatistics()
    // Each gets a value of its own.
    let fields: [(String, WritableKeyPath<ServerStatistics, Int>)] = [
      ("accepts_failed_total", \.acceptsFailed), ("bytes_received_total", \.bytesReceived),
      ("bytes_sent_total", \.bytesSent), ("calls_failed_total", \.callsFailed),
      ("calls_open", \.callsOpen), ("calls_over_inflated_total", \.callsOverInflated),
      ("calls_refused_early_total", \.callsRefusedEarly), ("calls_shed_total", \.callsShed),
      ("calls_stalled_total", \.callsStalled), ("calls_started_total", \.callsStarted),
      ("connections_accepted_total", \.connectionsAccepted),
      ("connections_open", \.connectionsOpen),
      ("connections_setting_up", \.connectionsSettingUp),
      ("control_frames_received_total", \.controlFramesReceived),
      ("handshakes_failed_total", \.handshakesFailed),
      ("handshakes_resumed_total", \.handshakesResumed), ("held_bytes", \.heldBytes),
      ("resets_received_total", \.resetsReceived), ("resets_sent_total", \.resetsSent),
    ]
    for (index, field) in fields.enumerated() { counted[keyPath: field.1] = 100 + index }
    metrics.publish(counted, listener: "public")
    for (index, field) in fields.enumerated() {
      let told = await sample(#"weir_rpc_\#(field.0){listener="public"}"#)
      #expect(told == "\(100 + index)", "\(field.0)")
    }
    // All there are, but for those refused at once, which are told by their reasons.
    let numbers = Mirror(reflecting: counted).children.count { $0.value is Int }
    #expect(numbers == fields.count + 1)
  }

  @Test("levels go down again; listeners are told apart; every reason of a refusal is there")
  func levels() async {
    var counted = ServerStatistics()
    counted.callsOpen = 4
    counted.refusals[.flood] = 2
    metrics.publish(counted, listener: "public")
    counted.callsOpen = 1
    metrics.publish(counted, listener: "public")
    metrics.publish(ServerStatistics(), listener: "internal")
    #expect(await sample(#"weir_rpc_calls_open{listener="public"}"#) == "1")
    #expect(await sample(#"weir_rpc_calls_open{listener="internal"}"#) == "0")
    #expect(
      await sample(#"weir_rpc_connections_refused_total{listener="public",reason="flood"}"#)
        == "2")
    for kind in ConnectionRefusal.Kind.allCases {
      let name =
        #"weir_rpc_connections_refused_total{listener="internal",reason="\#(kind.rawValue)"}"#
      #expect(await sample(name) == "0")
    }
  }
}
