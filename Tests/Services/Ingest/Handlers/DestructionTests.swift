// Data are destroyed by two persons: nothing of them opens again, here or from a copy, and a certificate says so (policies e.20, AC-93).

import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestRules
import IngestStore
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("AC-93 what two persons have destroyed is gone, and certified (hebi-2021/27)", .serialized)
struct DestructionTests {
  private let columns = ["id", "name", "cremation-date", "certificate"]

  /// Two registers of one source with forty people, one of them twice; and a rejected row about person 1.
  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    for entry in [Int64(1), 2] {
      node.catalog.put(catalogEntry(.cremation, number: entry))
      var rows = (1...40).map { [identityNumber($0), "张三", "2024-01-05", "C\($0)"] }
      rows.append([identityNumber(1), "张三", "2024-01-06", "C41"])
      rows.append([identityNumber(1), "张三", "tomorrow", "C42"])
      rows.append([identityNumber(2), "张三", "tomorrow", "C43"])
      try await node.deliver(try RegisterFile(columns, rows: rows), entry: entry)
    }
    return node
  }

  private func tokens(_ node: IngestNode, _ person: Int) throws -> [[UInt8]] {
    try TokenKeyFolder(folder: node.folder.path("keys")).keys().map { key in
      try key.tokenKey().token(of: try block(identityNumber(person))).bytes
    }
  }

  /// Whether any of these bytes stand in a file of the node's data.
  private func lies(_ needles: [[UInt8]], in node: IngestNode) throws -> Bool {
    let walk = FileManager.default.enumerator(atPath: node.dataFolder)
    while let name = walk?.nextObject() as? String {
      let data = FileManager.default.contents(atPath: node.dataFolder + "/" + name) ?? Data()
      if needles.contains(where: { data.range(of: Data($0)) != nil }) { return true }
    }
    return false
  }

  /// How many salts were written over.
  private func saltsGone(_ node: IngestNode) async throws -> Int {
    try await node.identity.read { transaction in
      try transaction.query("SELECT salts FROM salt_blocks").reduce(0) { count, row in
        let salts: [UInt8] = try row[0]
        return try count
          + stride(from: 0, to: salts.count, by: SaltedRows.saltByteCount).filter {
            try #require(salts.count >= $0 + SaltedRows.saltByteCount)
            return salts[$0..<$0 + SaltedRows.saltByteCount].allSatisfy { $0 == 0 }
          }.count
      }
    }
  }

  private func found(_ node: IngestNode, _ person: Int, entry: Int64 = 1) async throws -> Int {
    try await node.lookUp(
      identityNumber(person), try node.grant(entry: entry, number: entry), entry: entry
    ).records.count
  }

  @Test(
    "a person's records in all registers: nothing answers, nothing lies on the disk, others stay, and the certificate holds offline"
  )
  func subject() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    _ = try await node.correct(
      record,
      ["id": identityNumber(1), "name": "张三", "cremation-date": "2024-01-07", "certificate": "C1"])
    try await node.follow("feedback.issue_ended", [("issue", "issues/Q-1")])
    let tokens = try tokens(node, 1)
    #expect(try await found(node, 1) == 2)
    try await node.database.checkpoint()
    #expect(try lies(tokens, in: node))
    let asked = try await node.askDestruction(person: 1)
    #expect(asked.name == "destructions/D-1" && asked.state == "requested")
    let done = try await node.approve(asked.name, person: 1)
    #expect(done.state == "certified" && done.rows == 4 && done.rejects == 2)
    for entry in [Int64(1), 2] {
      #expect(try await found(node, 1, entry: entry) == 0)
      #expect(try await found(node, 2, entry: entry) == 1)
      #expect(try await node.locate(identityNumber(1), entry: entry).isEmpty)
    }
    #expect(try await node.rejects("batches/B-1").count == 1)
    #expect(try !lies(tokens, in: node))
    // Two that stood in each register, and the one that a correction took out.
    #expect(try await saltsGone(node) == 5)
    try await node.restart()
    #expect(node.report.damaged.isEmpty)
    #expect(try await found(node, 1) == 0)
    let shown = try await node.fromGateway.getDestruction(
      IngestV1.GetDestructionRequest(name: asked.name), node.call("GetDestruction", .head))
    let receipt = try Receipt(try #require(shown.receipt).json)
    // As anybody verifies it who has the root's public key alone.
    let said = try receipt.verify(root: node.evidenceRoot.verifier).payload
    #expect(said["kind"]?.string == "subject" && said["rows"]?.integer == 4)
    #expect(said["requested_by"]?.string == "departments/civil-affairs/persons/li")
    #expect(said["approved_by"]?.string == "departments/civil-affairs/persons/sun")
    // Thirteen daily backups stay: the last of today's goes when the fourteenth is there.
    #expect(
      said["backups_until"]?.string == node.real.now().civilDate.adding(days: 14).iso)
    #expect(said["subject"]?.string?.isEmpty == false)
    for entry in try await node.entries() {
      let text = String(decoding: CanonicalJSON.encode(entry.payload), as: UTF8.self)
      #expect(!text.contains(identityNumber(1)))
    }
    let kept = try await node.database.read { try $0.query("SELECT sealed FROM destructions") }
    #expect(try kept.allSatisfy { try ($0[0] as [UInt8]?) == nil })
    await node.stop()
  }

  @Test("what a stop cut short after the approval is finished, and certified, by itself")
  func resumed() async throws {
    let node = try await node()
    let asked = try await node.askDestruction(person: 1)
    let tokens = try tokens(node, 1)
    // As a stop leaves it: approved and half of the salts gone.
    let number = try #require(ResourceName(asked.name)?.number)
    let ring = try Keyring(
      folder: node.folder.path("keys"), creates: false, random: SystemRandom())
    let key = try #require(ring.currentKey(.identity, resource: "disclosures"))
    let sealed = try Sealer(key: try key.sealKey(), random: SystemRandom()).seal(
      try node.subject(identityNumber(1)).serialized(),
      context: SealContext(kind: .identity, resource: asked.name))
    let now = node.real.now()
    let place = try await node.database.write { transaction -> ErasedSlots in
      let standing = try #require(try transaction.destruction(number)?.destruction)
      let approved = try standing.approved(
        by: "departments/civil-affairs/persons/sun", about: standing.subject,
        at: now)
      try transaction.approve(approved, sealedSubject: sealed)
      for row in try transaction.query("SELECT id FROM blocks ORDER BY id") {
        for block in try transaction.blocks([try row[0]]) {
          let slots = (0..<block.rows.count).filter { tokens.contains(Array(block.rows.token($0))) }
          if !slots.isEmpty { return ErasedSlots(block: block.id, slots: slots) }
        }
      }
      return ErasedSlots(block: 0, slots: [])
    }
    try await node.identity.write { try $0.eraseSalts([place]) }
    try await node.restart()
    #expect(try await found(node, 2) == 1)
    try await node.service.finishDestructions()
    let shown = try await node.fromGateway.getDestruction(
      IngestV1.GetDestructionRequest(name: asked.name), node.call("GetDestruction", .head))
    #expect(shown.state == "certified" && shown.rows == 4 && shown.receipt != nil)
    // For weir doctor: 14 intervals of a day from then, as the certificate says.
    let told = try Data(contentsOf: URL(filePath: node.dataFolder + "/destroyed.json"))
    #expect(
      String(decoding: told, as: UTF8.self)
        == "[{\"certified\":\(now.milliseconds),\"destruction\":\"destructions/D-1\",\"lapse\":\"\(now.civilDate.adding(days: 14).iso)\"}]"
    )
    #expect(try await found(node, 1, entry: 2) == 0)
    #expect(try !lies(tokens, in: node))
    await node.stop()
  }

  @Test(
    "a register: its keys are gone with all its rows, a copy of before opens with what is left of the keys to nobody, and a new one may begin",
    .obligation("meizhou-specific-2021/33c", "hebi-2021/27.i7a"))
  func register() async throws {
    let node = try await node()
    #expect(
      await refusal { try await node.askDestruction(register: 1) }
        == "ingest.destruction_entry_not_withdrawn")
    try await node.open([])
    let withdrawn: [(String, JSONValue)] = [
      ("entry", "entries/E-1"), ("owner", "civil-affairs"),
    ]
    try await node.follow("catalog.entry_withdrawn", withdrawn)
    #expect(
      await refusal { try await node.askDestruction(register: 1) } == "ingest.destruction_held")
    try await node.follow("feedback.issue_ended", [("issue", "issues/Q-1")])
    let asked = try await node.askDestruction(register: 1)
    // What a thief, or a backup, has of before.
    let copy = node.folder.path("copy")
    await node.stop()
    try FileManager.default.copyItem(atPath: node.dataFolder, toPath: copy)
    try await node.reopen()
    let done = try await node.approve(asked.name)
    #expect(done.state == "certified" && done.rows == 41 && done.rejects == 2)
    #expect(done.receipt != nil)
    let ring = try Keyring(
      folder: node.folder.path("keys"), creates: false, random: SystemRandom())
    #expect(!ring.keys.contains { $0.resource == "entries/E-1" })
    #expect(try TokenKeyFolder(folder: node.folder.path("keys")).keys().count == 1)
    #expect(try await found(node, 1, entry: 2) == 2)
    try await node.restart()
    try await node.database.write { try $0.execute("UPDATE entries SET is_withdrawn = 0") }
    // A new one under the same entry begins with keys of its own.
    try await node.deliver(
      try RegisterFile(columns, rows: [[identityNumber(7), "张三", "2024-01-05", "C"]]))
    await node.stop()
    try FileManager.default.removeItem(atPath: node.dataFolder)
    try FileManager.default.moveItem(atPath: copy, toPath: node.dataFolder)
    await #expect(throws: StartRefusal.keysMissing(entries: ["entries/E-1"])) {
      try await node.reopen()
    }
    await node.closeStores()
  }

  @Test("one person alone, another's person, other persons than named, without signatures: refused")
  func refusals() async throws {
    let node = try await node()
    let asked = try await node.askDestruction(person: 1)
    #expect(
      await refusal { try await node.approve(asked.name, person: 1, who: .head) }
        == "ingest.second_person_needed")
    #expect(
      await refusal { try await node.approve(asked.name, person: 2) }
        == "ingest.destruction_of_another_subject")
    var stranger = Who.security
    stranger.department = "health"
    #expect(await refusal { try await node.approve(asked.name, person: 1, who: stranger) } != nil)
    #expect(
      await refusal { try await node.approve(asked.name, person: 1, who: .sourceOfficer) } != nil)
    #expect(
      await refusal {
        try await node.unsigned.approveDestruction(
          IngestV1.ApproveDestructionRequest(
            name: asked.name, subject: try node.subject(identityNumber(1)), requestID: "r"),
          node.call("ApproveDestruction", .security))
      } == "decision.statement_missing")
    #expect(await refusal { try await node.askDestruction(register: 2, who: stranger) } != nil)
    #expect(
      await refusal { try await node.askDestruction(kind: "all") }
        == "ingest.destruction_kind_unknown")
    #expect(
      await refusal { try await node.askDestruction(kind: "subject") }
        == "ingest.destruction_subject_missing")
    #expect(try await found(node, 1) == 2)
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    #expect(
      await refusal { try await node.approve(asked.name, person: 1) } == "ingest.destruction_held")
    try await node.follow("feedback.issue_ended", [("issue", "issues/Q-1")])
    let batch = try await node.createBatch(
      header: Array("id,name,cremation-date,certificate\n".utf8), kind: .increment)
    #expect(
      await refusal { try await node.approve(asked.name, person: 1) }
        == "ingest.destruction_batch_open")
    _ = try await node.fromGateway.abandonBatch(
      IngestV1.AbandonBatchRequest(name: batch.name, reason: "x", requestID: "a"),
      node.call("AbandonBatch", .source))
    #expect(try await node.approve(asked.name, person: 1).state == "certified")
    #expect(
      await refusal { try await node.approve(asked.name, person: 1) }
        == "ingest.destruction_not_open")
    await node.stop()
  }

  @Test(
    "what nobody approved within seven days has lapsed; backups lapse after as many as are kept")
  func terms() throws {
    let asked = Destruction(
      number: 1, kind: .register, entry: 1, owner: try #require(DepartmentCode("civil-affairs")),
      subject: [], reason: "r", requester: "a", requested: Instant(milliseconds: 0))
    let last = Instant(milliseconds: 7 * 86_400_000)
    #expect(try asked.approved(by: "b", about: [], at: last).state == .approved)
    #expect(throws: KeyRefusal.destructionNotOpen(name: "destructions/D-1", .lapsed)) {
      try asked.approved(by: "b", about: [], at: last.adding(milliseconds: 1))
    }
    let noon = TestDatabase.noon
    #expect(
      BackupTerm(everyHours: 24, keep: 1).lapse(after: noon) == noon.civilDate.adding(days: 2))
    #expect(BackupTerm(everyHours: 1, keep: 1).lapse(after: noon) == noon.civilDate)
  }
}

extension IngestNode {
  func askDestruction(
    person: Int? = nil, register: Int64? = nil, kind: String? = nil, who: Who = .head
  ) async throws -> IngestV1.Destruction {
    try await fromGateway.requestDestruction(
      IngestV1.RequestDestructionRequest(
        kind: kind ?? (person == nil ? "register" : "subject"),
        entry: register.map { "entries/E-\($0)" } ?? "",
        subject: try person.map { try subject(identityNumber($0)) }, reason: "end of life",
        requestID: Hex.encode(SystemRandom().bytes(8))), call("RequestDestruction", who))
  }

  func approve(
    _ name: String, person: Int? = nil, who: Who = .security
  ) async throws -> IngestV1.Destruction {
    try await fromGateway.approveDestruction(
      IngestV1.ApproveDestructionRequest(
        name: name, subject: try person.map { try subject(identityNumber($0)) },
        requestID: Hex.encode(SystemRandom().bytes(8))), call("ApproveDestruction", who))
  }
}
