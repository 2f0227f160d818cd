// Audit's own entries are evidence as everybody's are: their receipts verify against the keys that `weir pki` lays out.

import AuditHandlers
import Boot
import Crypto
import Database
import Foundation
import Integrity
import TestSupport
import Testing
import Vocabulary

@Suite("Receipts of Audit's own entries (FORMATS.md, Evidence)")
struct OwnReceiptTests {
  private let home: LogHome
  private let folder: KeyFolder
  private let configuration: ServiceConfiguration
  private let root: NoteVerifier

  init() throws {
    home = try LogHome()
    folder = KeyFolder(path: home.folder.path("pki"), domain: LogHome.domain)
    try folder.create(now: TestDatabase.noon, random: home.random)
    for service in ["audit", "share"] {
      try folder.issueService(
        service, dnsNames: ["localhost"], ipAddresses: [], days: 30, now: TestDatabase.noon,
        random: home.random)
    }
    try folder.signKeyList(services: ["audit", "share"], number: 1, now: TestDatabase.noon)
    configuration = ServiceConfiguration(
      service: "audit", domain: LogHome.domain, dataFolder: home.folder.path("audit"),
      keysFolder: home.folder.path("keys"), listen: "127.0.0.1:0",
      tls: ServiceConfiguration.TLSFiles(
        certificate: folder.serviceCertificate("audit"), key: folder.serviceKey("audit"),
        serviceRoot: folder.serviceRoot),
      evidence: ServiceConfiguration.EvidenceFiles(
        rootPublicKey: folder.evidenceRootPublicKey, keyList: folder.keyList,
        signingKey: folder.evidenceKey("audit")),
      policiesFolder: "", calendarsFolder: "", taxonomiesFolder: "", governanceFile: "")
    root = try NoteVerifier(
      text: try String(contentsOfFile: folder.evidenceRootPublicKey, encoding: .utf8)
        .filter { !$0.isNewline })
  }

  @Test("one is written, taken into the log, published, upgraded from a copy, and verifies offline")
  func endToEnd() async throws {
    let keys = try ServiceKeys(configuration, random: home.random)
    var outbox = OutboxConfiguration(
      service: "audit", replica: "r1", signer: keys.signer, keyring: keys.keyring,
      random: home.random)
    outbox.requiresAudit = false
    let log = try await OpenLog(home, outbox: outbox, signer: try keys.logSigner())
    let committed = try await log.database.writeWithEvidence { transaction in
      try transaction.append(
        topic: "audit.entries_read", payload: ["time": .integer(TestDatabase.noon.milliseconds)])
    }
    let receipt = try #require(committed.evidence?.receipts(keys: keys.keyListNote).first)
    let own = OwnEntries(outbox: try #require(log.database.outbox), intake: log.intake)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await own.run() }
      try await eventually("the entry to be in the log") { try await log.size() == 1 }
      group.cancelAll()
      log.board.close()
      do { try await group.waitForAll() } catch is CancellationError {}
    }
    try await log.publisher.publish()
    home.published.set(LogFile.keys, Array(keys.keyListNote.encoded.utf8))
    let copy = LogCopy(files: home.published.files)
    let verifier = LogVerifier(root: root)
    let upgraded = try verifier.upgrade(receipt, in: copy, try verifier.verify(copy))
    let verified = try Receipt(upgraded.encoded()).verify(root: root)
    #expect(verified.origin.service == "audit" && verified.checkpoint?.size == 1)
    #expect(verified.payload["topic"]?.string == "audit.entries_read")
    await log.database.close()
  }

  @Test("a service does not start with a key list that nobody could verify its receipts by")
  func unlisted() throws {
    try folder.signKeyList(services: ["share"], number: 2, now: TestDatabase.noon)
    #expect(throws: ConfigurationError.self) { try ServiceKeys(configuration, random: home.random) }
  }

  @Test("the log's name signs no group of entries, and an entry's name no checkpoint")
  func names() throws {
    let keys = try ServiceKeys(configuration, random: home.random)
    let writer = try home.origin("audit")
    let leaf = Leaf(["time": .integer(TestDatabase.noon.milliseconds)], random: home.random)
    let commit = try #require(
      GroupCommit(origin: writer.origin, first: 1, commitments: [leaf.commitment]))
    func receipt(by signer: NoteSigner) throws -> Receipt {
      commit.receipt(
        for: leaf, sequence: 1, note: try commit.group.signed(by: signer), keys: keys.keyListNote)
    }
    #expect(try receipt(by: keys.signer).verify(root: root).sequence == 1)
    #expect(throws: ReceiptError.group(.notSigned)) {
      try receipt(by: try keys.logSigner()).verify(root: root)
    }
    let checkpoint = Checkpoint(
      origin: KeyList.auditName(LogHome.domain), size: 0, root: MerkleTree.emptyRoot)
    #expect(throws: SignedNoteError.badName) { try checkpoint.signed(by: keys.signer) }
  }
}
