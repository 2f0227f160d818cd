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
    let first = try await DemoLog(auditor, root: root, atLeast: 1)
    stage.ledger.expect(
      BilingualText("第一个检查点与日志相符", "the first checkpoint is the log's"), true,
      first.finding(root) == nil)
    let kept = first.head.checkpointNote
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
    stage.ledger.expect(
      BilingualText(
        "比对的决定记明定时任务与责任人", "the comparisons' decisions name the scheduled run and who answers"),
      "\(DemoCast.humanResources.runName) \(DemoCast.humanResources.principal(DemoCast.humanResources.officer))",
      try await patiently(for: "a decision of a comparison in the log") {
        try await comparisonActor(auditor)
      })
    // Something more happens, so that the log grows beyond the kept checkpoint.
    _ = try? await auditor.listEntries(.init(pageSize: 1))
    let grown = try await DemoLog(
      auditor, root: root, atLeast: first.head.checkpoint.size + 1)
    stage.ledger.expect(
      BilingualText("日志只增不改", "the log has only grown"), true,
      grown.finding(root, kept: kept) == nil)
    let key = try Ed25519PrivateKey(pem: try DemoLog.text(of: stage.keys.evidenceKey("audit")))
    let forged = try grown.rewritten(
      signer: try NoteSigner(name: grown.head.checkpoint.origin, key: key))
    stage.ledger.expect(
      BilingualText("重写后的日志自身无破绽", "by itself the rewritten log looks sound"), true,
      forged.finding(root) == nil)
    let verdict = forged.finding(root, kept: kept)
    stage.ledger.expect(
      BilingualText("留存的检查点识破重写", "the kept checkpoint catches it"), "caught",
      verdict == .rewritten(held: first.head.checkpoint.size) ? "caught" : "not caught")
  }
}

/// By what, and as whom, the caller of the comparisons' chunks is known in the log.
private func comparisonActor(_ auditor: AuditV1.AuditClient) async throws -> String? {
  let page = try await auditor.listEntries(
    .init(filter: .init(topic: "share.decision"), pageSize: 500))
  for entry in page.entries {
    guard case .object(let payload) = try CanonicalJSON.decodeCanonical(entry.payload),
      payload["method"]?.string == "/weir.share.v1.Share/UploadComparisonChunk"
    else { continue }
    return "\(payload["person_by"]?.string ?? "") \(payload["person"]?.string ?? "")"
  }
  return nil
}

/// A copy of the log in memory, judged by the verifier that auditors use.
private struct DemoLog {
  let head: SignedLog
  private var files: [String: [UInt8]]

  /// Fetches a checkpoint of at least a size, and every tile and bundle below it.
  init(_ audit: AuditV1.AuditClient, root: NoteVerifier, atLeast size: UInt64) async throws {
    let source = LogSource(audit: audit)
    var log = try await patiently(for: "a checkpoint of \(size) entries") { () -> DemoLog? in
      let files = try await source.head()
      let head = try LogVerifier(root: root).verifyHead(of: LogCopy(files: files))
      return head.checkpoint.size >= size ? DemoLog(head: head, files: files) : nil
    }
    for tile in Tile.changed(from: 0, to: log.head.checkpoint.size) {
      log.files[tile.path] = try await source.content(of: tile)
    }
    self = log
  }

  private init(head: SignedLog, files: [String: [UInt8]]) {
    self.head = head
    self.files = files
  }

  /// What is wrong with it; `nil` when it is whole and continues what was kept.
  func finding(_ root: NoteVerifier, kept: SignedNote? = nil) -> LogFinding? {
    do {
      _ = try LogVerifier(root: root).verify(LogCopy(files: files), held: kept)
      return nil
    } catch {
      return error as? LogFinding ?? .entryMissing
    }
  }

  /// One entry rewritten and the whole log signed again, as somebody with the real key could: only a kept checkpoint tells.
  func rewritten(signer: NoteSigner) throws -> DemoLog {
    var entries = Tile.changed(from: 0, to: head.checkpoint.size)
      .filter { $0.kind == .entries }
      .flatMap { files[$0.path].flatMap(EntryBundle.decode) ?? [] }
    guard let first = entries.first else { throw DemoGap(what: "entry to rewrite") }
    entries[0] = SHA256.hash(first)
    let tree = MemoryTree(entries: entries)
    let note = try Checkpoint(origin: signer.verifier.name, size: tree.size, root: tree.root)
      .signed(by: signer)
    var forged = TileBuilder.files(of: entries)
    forged[LogCopy.checkpointPath] = Array(note.encoded.utf8)
    forged[LogCopy.keysPath] = files[LogCopy.keysPath]
    return DemoLog(head: head, files: forged)
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
