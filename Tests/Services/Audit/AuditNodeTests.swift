// Audit as services and people meet it: followed outboxes, coverage, proofs, readings; over TLS, with real stores.

import Access
import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Contracts
import Crypto
import Database
import Foundation
import Integrity
import Logging
import RPC
import TestSupport
import Testing
import Vocabulary

private func refusal<Value>(_ call: () async throws -> Value) async -> Status? {
  do {
    _ = try await call()
    return nil
  } catch {
    if error as? Status == nil { Issue.record("not a status: \(error)") }
    return error as? Status
  }
}

@Suite("Audit follows services and tells them how far it is")
struct AuditFollowingTests {
  @Test(
    "an empty outbox gets its first answer at once; entries are covered, provable, and their receipts upgrade"
  )
  func coverage() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    try await withNode(try LogHome(), pki: pki) { node, services in
      let share = services[0]
      let outbox = try #require(share.database.outbox)
      let audit = try node.client("share")
      try await audit.watchOrigins(AuditV1.WatchOriginsRequest(service: "share")) { states in
        let first = try #require(try await states.next())
        #expect(first.origin == outbox.origin.text)
        #expect(first.durableSequence == 0 && first.coveredSequence == 0)
        #expect(first.durableChain == OutboxChain.start)

        var receipts: [Receipt] = []
        for number in 0..<40 {
          receipts.append(
            try await share.write("share.decision", ["number": .integer(Int64(number))]))
        }
        var state = first
        while state.coveredSequence < 40 { state = try #require(try await states.next()) }
        #expect(state.durableSequence == 40)

        let reader = try node.client()
        let options = try node.asPerson(
          "wu", of: "justice", [.departmentOfficer], "GetInclusionProof")
        for receipt in receipts {
          let proof = try await reader.getInclusionProof(
            AuditV1.GetInclusionProofRequest(leaf: receipt.leaf.commitment), options)
          var upgraded = receipt
          upgraded.log = Receipt.LogProof(
            checkpoint: try SignedNote(proof.checkpoint), index: UInt64(proof.index),
            path: proof.path)
          let verified = try upgraded.verify(root: node.keys.root.verifier)
          #expect(verified.payload["topic"]?.string == "share.decision")
          #expect(verified.checkpoint?.size == UInt64(proof.treeSize))
        }
      }
      #expect(try await node.log.alarms() == [])
    }
  }

  @Test(
    "thousands of entries of two services come in whole, and the published copy verifies offline")
  func bulk() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    try await withNode(home, pki: pki, services: ["share", "ingest"]) { node, services in
      for service in services {
        for part in 0..<6 {
          try await service.database.write { transaction in
            for number in 0..<500 {
              try transaction.append(
                topic: "test.bulk", payload: ["n": .integer(Int64(part * 500 + number))])
            }
          }
        }
      }
      try await eventually("everything to be covered") {
        ["share", "ingest"].allSatisfy {
          node.log.board.progress(of: $0).first?.covered == 3_000
        }
      }
      #expect(try await node.log.inspection.run() == 6_000)
      home.published.set(LogFile.keys, Array(try node.keys.note().encoded.utf8))
      let verified = try LogVerifier(root: node.keys.root.verifier)
        .verify(LogCopy(files: home.published.files))
      #expect(verified.checkpoint.size == 6_000)
    }
  }

  @Test("a restart of Audit goes on where the log ends")
  func restart() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    for round in 1...3 {
      try await withNode(home, pki: pki) { node, services in
        #expect(try await node.log.inspection.run() == UInt64((round - 1) * 10))
        for number in 0..<10 {
          _ = try await services[0].write("share.decision", ["n": .integer(Int64(number))])
        }
        try await eventually("coverage") {
          node.log.board.progress(of: "share").first?.covered == UInt64(round * 10)
        }
        #expect(try await node.log.alarms() == [])
      }
    }
  }

  @Test(
    "a service restored from an old backup is found at once, and nothing of its new history is taken"
  )
  func rolledBack() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    let folder = home.folder.path
    try await withNode(home, pki: pki) { node, services in
      _ = try await services[0].write("share.decision", [:])
      try await eventually("coverage") { node.log.board.progress(of: "share").first?.covered == 1 }
    }
    try FileManager.default.copyItem(atPath: folder + "/share", toPath: folder + "/backup")
    try await withNode(home, pki: pki) { node, services in
      for _ in 0..<3 { _ = try await services[0].write("share.decision", [:]) }
      try await eventually("coverage") { node.log.board.progress(of: "share").first?.covered == 4 }
    }
    try FileManager.default.removeItem(atPath: folder + "/share")
    try FileManager.default.copyItem(atPath: folder + "/backup", toPath: folder + "/share")
    try await withNode(home, pki: pki) { node, services in
      try await eventually("the alarm") { try await !node.log.alarms().isEmpty }
      let alarms = try await node.log.alarms()
      #expect(alarms.map(\.kind) == [.rolledBack])
      #expect(alarms.map(\.sequence) == [4])
      for _ in 0..<5 { _ = try await services[0].write("share.grant_revoked", [:]) }
      #expect(node.log.board.progress(of: "share").map(\.held.sequence) == [4])
    }
    try await withNode(home, pki: pki) { node, services in
      // Its sequence has passed the log's: now the chain tells.
      try await eventually("the fork") { try await node.log.alarms().count == 2 }
      #expect(try await node.log.alarms().last?.kind == .fork)
      #expect(try await node.log.size() == 4)
      // So its longer outbox opens nothing, as long as the log holds what it has lost.
      let outbox = try #require(services[0].database.outbox)
      let link = EvidenceLink(
        outbox: outbox, audit: try node.channel("share"), service: "share", log: Logger(label: "t"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await link.run() }
        try await eventually("the link to find the fork") {
          do {
            try outbox.admitData(now: TestDatabase.noon)
            return false
          } catch { return error as? OutboxError == .forked(at: 4) }
        }
        group.cancelAll()
        while case .failure(let error)? = await group.nextResult() {
          #expect(error is CancellationError)
        }
      }
    }
  }

  @Test("a service hears of its own origins only")
  func scopes() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    try await withNode(try LogHome(), pki: pki) { node, _ in
      let audit = try node.client("share")
      let status = await refusal {
        try await audit.watchOrigins(AuditV1.WatchOriginsRequest(service: "ingest")) { states in
          _ = try await states.next()
        }
      }
      #expect(status?.code == .permissionDenied)
    }
  }
}
