// Who has a service forget what it gave, and calls it by another number: an older database, or a new one.

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

@Suite(
  "A service's database is the one that the log knows, by whatever number (AC-70, hebi-2021/13.3)")
struct AdmissionTests {
  /// Runs the link beside a body, and says how data calls are refused at last.
  private func withLink(
    _ node: AuditNode, _ service: FollowedService, _ body: (Outbox) async throws -> Void
  ) async throws {
    let outbox = try #require(service.database.outbox)
    let link = EvidenceLink(
      outbox: outbox, audit: try node.channel("share"), service: "share", log: Logger(label: "t"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await link.run() }
      try await body(outbox)
      group.cancelAll()
      while case .failure(let error)? = await group.nextResult() {
        #expect(error is CancellationError)
      }
    }
  }

  /// Why data calls are refused; `nil` where they are not.
  private func refused(_ outbox: Outbox) -> OutboxError? {
    do throws(OutboxError) {
      try outbox.admitData(now: TestDatabase.noon)
      return nil
    } catch { return error }
  }

  private func isServed(_ outbox: Outbox) async throws {
    let refusal = try await settled(outbox)
    #expect(refusal == nil)
  }

  private func settled(_ outbox: Outbox) async throws -> OutboxError? {
    try await eventually("Audit's answer") { refused(outbox) != .awaitingAudit }
    return refused(outbox)
  }

  @Test("an older database under another number of a replica gives no data")
  func rolledBack() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    let folder = home.folder.path + "/share"
    let old = home.folder.path + "/old"
    try await withNode(home, pki: pki) { node, services in
      _ = try await services[0].write("share.noted", [:])
      try await eventually("the first") { try await node.log.size() >= 1 }
    }
    try FileManager.default.copyItem(atPath: folder, toPath: old)
    try await withNode(home, pki: pki) { node, services in
      for _ in 0..<3 { _ = try await services[0].write("share.noted", [:]) }
      try await eventually("all four") {
        node.log.board.progress(of: "share").map(\.held.sequence) == [4]
      }
      try await withLink(node, services[0], isServed)
    }
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: old, toPath: folder)
    // A lower number sorts before the former, a higher behind it.
    for replica in ["r0", "r2"] {
      try await withNode(home, pki: pki, replica: replica) { node, services in
        try await withLink(node, services[0]) { outbox in
          #expect(try await settled(outbox) == .rolledBack(own: 1, audit: 4))
          _ = try await services[0].write("share.noted", [:])
          try await eventually("it to be covered") {
            node.log.board.progress(of: "share").contains {
              $0.held.name == outbox.origin.text && $0.covered >= 1
            }
          }
          #expect(refused(outbox) == .rolledBack(own: 1, audit: 4))
        }
      }
    }
  }

  @Test("a database begun anew, by whatever number, gives data when two persons have admitted it")
  func begunAnew() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    try await withNode(home, pki: pki) { node, services in
      // The first of a service is the installation's.
      try await withLink(node, services[0], isServed)
      #expect(try await node.log.alarms().isEmpty)
    }
    try FileManager.default.removeItem(atPath: home.folder.path + "/share")
    try await withNode(home, pki: pki, replica: "r2") { node, services in
      try await withLink(node, services[0]) { outbox in
        #expect(try await settled(outbox) == .notAdmitted)
        let alarms = try await node.log.alarms()
        #expect(alarms.map(\.kind) == [.newIncarnation])
        #expect(EvidenceRefusal(.notAdmitted).reason == "evidence.not_admitted")

        let client = try node.signingClient()
        func options(_ person: String, _ method: String) throws -> CallOptions {
          try node.asPerson(person, of: "audit-bureau", [.auditor], method)
        }
        func request(_ origin: String) async throws -> AuditV1.Act {
          try await client.requestAct(
            .init(
              kind: "admit_origin", reason: "disk lost", requestID: Hex.encode(pki.random.bytes(8)),
              origin: origin), options("shen", "RequestAct"))
        }
        let known = try #require(
          node.log.board.progress(of: "share").map(\.held.name).first { $0.hasPrefix("share/r1/") })
        for other in [known, "share/r1/xx", ""] {
          await #expect(throws: Status.self, "\(other)") { try await request(other) }
        }
        let act = try await request(outbox.origin.text)
        #expect(act.origin == outbox.origin.text)
        func approve(_ person: String) async throws -> AuditV1.Act {
          try await client.approveAct(
            .init(name: act.name, requestID: Hex.encode(pki.random.bytes(8))),
            options(person, "ApproveAct"))
        }
        await #expect(throws: Status.self) { try await approve("shen") }
        #expect(refused(outbox) == .notAdmitted)
        #expect(try await approve("lu").state == "done")
        try await eventually("its service to hear of it") { refused(outbox) == nil }
      }
    }
    // It stays admitted, under every number.
    try await withNode(home, pki: pki, replica: "r3") { node, services in
      try await withLink(node, services[0], isServed)
      #expect(try await node.log.alarms().count == 1)
    }
  }

  @Test("the first of a service is admitted, its replicas are what it is, any other waits")
  func rule() {
    let (old, new): ([UInt8], [UInt8]) = ([1], [2])
    let first = FormerOrigin(incarnation: old, isAdmitted: true)
    #expect(isAdmitted(incarnation: new, beside: []))
    #expect(isAdmitted(incarnation: old, beside: [first]))
    #expect(!isAdmitted(incarnation: new, beside: [first]))
    let waiting = FormerOrigin(incarnation: new, isAdmitted: false)
    #expect(!isAdmitted(incarnation: new, beside: [first, waiting]))
  }
}
