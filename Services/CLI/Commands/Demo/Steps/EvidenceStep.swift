// Steps: the auditor verifies the whole log and a receipt offline, then catches a rewritten log signed with the real key.

import Boot
import Contracts
import Crypto
import Integrity
import RPC
import Vocabulary

extension DemoStep {
  static let evidence = DemoStep(
    name: "evidence",
    title: BilingualText(
      "审计：全量验证日志与一张回执；识破重写的日志",
      "Audit: the whole log and a receipt verified; a rewritten log caught")
  ) { stage in
    let auditor = try stage.wire.client(DemoCast.auditor).audit
    let root = try NoteVerifier(text: try DemoLog.line(of: stage.keys.evidenceRootPublicKey))
    let kept = try await DemoLog.fetch(auditor, root: root, atLeast: 1)
    stage.ledger.expect(
      BilingualText("第一个检查点与日志相符", "the first checkpoint is the log's"), true, kept.isTrue)
    let alarms = try await auditor.listAlarms(.init()).alarms
    stage.ledger.expect(
      BilingualText("日志自身的警报", "alarms of the log itself"), "0",
      alarms.isEmpty ? "0" : alarms.map(\.kind).joined(separator: " "))
    let verified = try Receipt(stage.receipt).verify(root: root)
    stage.ledger.expect(
      BilingualText("回执离线验证：出自", "receipt verified offline: from"), "ingest",
      verified.origin.service)
    let proof = try await patiently(for: "the receipt's entry to be in the log") {
      try await DemoLog.inclusion(of: Receipt(stage.receipt).leaf.commitment, auditor)
    }
    stage.ledger.expect(
      BilingualText("回执条目在日志中", "the receipt's entry is in the log"), true, proof)
    // Something more happens, so that the log grows beyond the kept checkpoint.
    _ = try? await auditor.listEntries(.init(pageSize: 1))
    let grown = try await DemoLog.fetch(auditor, root: root, atLeast: kept.checkpoint.size + 1)
    stage.ledger.expect(
      BilingualText("日志只增不改", "the log has only grown"), true, grown.begins(with: kept.checkpoint))
    try forge(grown, kept.checkpoint, root: root, &stage)
  }

  /// One entry of a copy rewritten, the whole log signed again with the real key: only the kept checkpoint tells.
  private static func forge(
    _ log: DemoLog, _ kept: Checkpoint, root: NoteVerifier, _ stage: inout DemoStage
  ) throws {
    let key = try Ed25519PrivateKey(pem: try DemoLog.text(of: stage.keys.evidenceKey("audit")))
    let signer = try NoteSigner(name: log.checkpoint.origin, key: key)
    var entries = log.entries
    guard let first = entries.first else { throw DemoGap(what: "entry to rewrite") }
    entries[0] = SHA256.hash(first)
    let forged = try DemoLog(entries: entries, signer: signer)
    stage.ledger.expect(
      BilingualText("重写后的日志自身无破绽", "by itself the rewritten log looks sound"), true, forged.isTrue)
    stage.ledger.expect(
      BilingualText("留存的检查点识破重写", "the kept checkpoint catches it"), "caught",
      forged.begins(with: kept) ? "not caught" : "caught")
  }
}

/// A copy of the log, checked with nothing but keys that the auditor holds.
struct DemoLog: Sendable {
  let checkpoint: Checkpoint
  let entries: [[UInt8]]

  /// Whether the entries make up what the checkpoint says.
  var isTrue: Bool {
    UInt64(entries.count) == checkpoint.size
      && MemoryTree(entries: entries).root == checkpoint.root
  }

  /// Whether an earlier checkpoint is a beginning of these entries.
  func begins(with earlier: Checkpoint) -> Bool {
    guard earlier.origin == checkpoint.origin, earlier.size <= checkpoint.size else { return false }
    return MemoryTree(entries: Array(entries.prefix(Int(earlier.size)))).root == earlier.root
  }

  private init(checkpoint: Checkpoint, entries: [[UInt8]]) {
    self.checkpoint = checkpoint
    self.entries = entries
  }

  /// A log signed anew, as somebody with the key could.
  init(entries: [[UInt8]], signer: NoteSigner) throws {
    let tree = MemoryTree(entries: entries)
    let made = Checkpoint(origin: signer.verifier.name, size: tree.size, root: tree.root)
    checkpoint = try Checkpoint(verifying: try made.signed(by: signer), by: signer.verifier)
    self.entries = entries
  }

  /// Fetches a checkpoint of at least a size, and every entry bundle it covers.
  static func fetch(
    _ audit: AuditV1.AuditClient, root: NoteVerifier, atLeast size: UInt64
  ) async throws -> DemoLog {
    let list = try await audit.getKeyList(.init())
    let keys = try KeyList(
      verifying: try SignedNote(String(decoding: list.json, as: UTF8.self)), by: root)
    let checkpoint = try await patiently(for: "a checkpoint of \(size) entries") {
      () -> Checkpoint? in
      let note = try SignedNote(try await audit.getCheckpoint(.init()).note)
      let checkpoint = try verified(note, keys)
      return checkpoint.size >= size ? checkpoint : nil
    }
    var entries: [[UInt8]] = []
    let width = UInt64(Tile.fullWidth)
    for index in 0..<(checkpoint.size + width - 1) / width {
      let tile = Tile(
        kind: .entries, index: index, width: Int(min(width, checkpoint.size - index * width)))
      let bytes = try await audit.getTile(.init(path: tile.path)).content
      guard let bundle = EntryBundle.decode(bytes), bundle.count >= tile.width else {
        throw DemoGap(what: "readable bundle \(tile.path)")
      }
      entries += bundle.prefix(tile.width)
    }
    return DemoLog(checkpoint: checkpoint, entries: entries)
  }

  private static func verified(_ note: SignedNote, _ keys: KeyList) throws -> Checkpoint {
    for entry in keys.entries(named: KeyList.auditName(keys.domain)) {
      if let checkpoint = try? Checkpoint(verifying: note, by: entry.verifier) {
        return checkpoint
      }
    }
    throw DemoGap(what: "checkpoint signed by the log's key")
  }

  /// Whether a leaf is in the log, by the proof that the log gives; `nil` while it is not there yet.
  static func inclusion(of leaf: [UInt8], _ audit: AuditV1.AuditClient) async throws -> Bool? {
    do {
      let proof = try await audit.getInclusionProof(.init(leaf: leaf))
      guard let text = Checkpoint(text: try SignedNote(proof.checkpoint).text) else { return false }
      return MerkleTree.isIncluded(
        leafHash: MerkleTree.leafHash(leaf), index: UInt64(proof.index),
        size: UInt64(proof.treeSize), root: text.root, proof: proof.path)
    } catch let refused as Status where refused.code == .notFound {
      return nil
    }
  }

  static func text(of path: String) throws -> String {
    String(decoding: try readBytes(path), as: UTF8.self)
  }

  static func line(of path: String) throws -> String {
    try text(of: path).split(separator: "\n").first.map(String.init) ?? ""
  }
}
