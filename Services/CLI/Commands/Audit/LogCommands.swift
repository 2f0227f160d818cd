// weir audit checkpoint, export and prove: the log as it comes over the wire, believed only as far as it is signed.

import ArgumentParser
import Boot
import Contracts
import Crypto
import Integrity
import RPC
import Vocabulary

struct AuditCheckpoint: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "checkpoint", "取最新检查点并验签；给出留存的检查点时证明日志只增不改。",
      "The newest checkpoint, its signature checked; with one kept before, proves that the log has only grown.",
      more: VerifierOptions.promise,
      examples: "audit checkpoint --root-key root.key --keep last.checkpoint")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var verifier: VerifierOptions
  @Option(
    help: hint(
      "留存检查点的文件；已有时先与之核对。", "Where it is kept; one that is there is compared first.", "file"))
  var keep: String?

  func call(_ session: Session) async throws {
    let source = LogSource(audit: session.audit, options: session.options)
    let log = try verifier.judge().verifyHead(
      of: LogCopy(files: try await source.head()),
      held: try keep.flatMap { try VerifierFiles.heldCheckpoint($0) })
    if let held = log.held {
      let proof = try await session.audit.getConsistencyProof(
        .init(
          firstSize: Int64(clamping: held.size),
          secondSize: Int64(clamping: log.checkpoint.size)),
        session.options)
      try log.requireGrown(proof: proof.path)
    }
    if let keep { try Files.write(log.checkpointNote.encoded, to: keep, isPrivate: false) }
    session.console.show([
      ("origin", BilingualText("日志", "log"), .text(log.checkpoint.origin)),
      ("size", BilingualText("条目数", "entries"), .integer(Int(clamping: log.checkpoint.size))),
      ("root", BilingualText("根值", "root"), .text(Hex.encode(log.checkpoint.root))),
    ])
  }
}

struct AuditExport: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "export", "把整个日志（只含加盐承诺）下载到目录并验证，供离线查验。",
      "Fetch the whole log, salted commitments only, and verify what came.",
      more: VerifierOptions.promise, examples: "audit export ./log --root-key root.key")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var verifier: VerifierOptions
  @Argument(help: hint("目录。", "The folder.", "dir")) var folder: String

  func call(_ session: Session) async throws {
    let verifier = try verifier.judge()
    let source = LogSource(audit: session.audit, options: session.options)
    let head = try await source.head()
    let log = try verifier.verifyHead(of: LogCopy(files: head))
    let tiles = Tile.changed(from: 0, to: log.checkpoint.size)
    let progress = ProgressLine(
      BilingualText("下载", "fetching"), total: tiles.count, console: session.console)
    for tile in tiles {
      try save(try await source.content(of: tile), tile.path)
      progress.advance()
    }
    for (path, bytes) in head { try save(bytes, path) }
    // What came is kept also when it is wrong: it is the evidence of that.
    let size = try verifier.verify(VerifierFiles.log(folder)).checkpoint.size
    progress.finish(BilingualText("\(size) 条，已验证", "\(size) entries, verified"))
  }

  private func save(_ bytes: [UInt8], _ path: String) throws {
    let file = folder + "/" + path
    if let slash = file.lastIndex(of: "/") { try Files.makeFolder(String(file[..<slash])) }
    try Files.write(bytes, to: file, isPrivate: false)
  }
}

struct AuditProve: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "prove", "为回执补上入日志的证明；给出留存的检查点时连同日志只增不改的证明。",
      "Add to a receipt the proof that it is in the log; with a kept checkpoint, that the log has only grown since.",
      more: VerifierOptions.promise,
      examples: "audit prove receipt.json --root-key root.key --last-checkpoint last.checkpoint")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var verifier: VerifierOptions
  @Option(help: hint("上次留存的检查点。", "The checkpoint kept before.", "file"))
  var lastCheckpoint: String?
  @Argument(help: hint("回执文件。", "The receipt.", "file")) var file: String

  func call(_ session: Session) async throws {
    let receipt = try VerifierFiles.receipt(file)
    let held = try lastCheckpoint.flatMap { try VerifierFiles.heldCheckpoint($0) }
    let upgraded = try await upgraded(receipt, held, session)
    // What came is believed as far as it proves; until then the receipt stays as it is.
    let (root, judge) = (try verifier.root(), try verifier.judge())
    let verified: VerifiedReceipt
    do {
      verified =
        try held.map { try judge.verify(upgraded, held: $0) } ?? upgraded.verify(root: root)
      if let log = upgraded.log { try judge.requireWitnessed(log.checkpoint) }
    } catch let error as ReceiptError {
      throw VerifierFiles.broken(file, error.sentence)
    }
    try Files.write(upgraded.encoded(), to: file, isPrivate: false)
    session.console.show([
      ("file", BilingualText("回执", "receipt"), .text(file)),
      (
        "index", BilingualText("序号", "index"),
        .integer(Int(clamping: upgraded.log?.index ?? 0))
      ),
      (
        "tree_size", BilingualText("日志条目数", "entries of the log"),
        .integer(Int(clamping: verified.checkpoint?.size ?? 0))
      ),
    ])
  }

  /// The receipt with the place that Audit says it has.
  private func upgraded(
    _ receipt: Receipt, _ held: SignedNote?, _ session: Session
  ) async throws -> Receipt {
    var receipt = receipt
    let proof = try await session.audit.getInclusionProof(
      .init(leaf: receipt.leaf.commitment), session.options)
    do throws(SignedNoteError) {
      receipt.log = Receipt.LogProof(
        checkpoint: try SignedNote(proof.checkpoint), index: UInt64(max(0, proof.index)),
        path: proof.path)
    } catch {
      throw LogFinding.checkpointForged(error)
    }
    // Who signed it is looked at with the rest.
    let kept = held.flatMap { Checkpoint(text: $0.text) }.map { Int64(clamping: $0.size) }
    if let size = kept, size != proof.treeSize {
      let growth = try await session.audit.getConsistencyProof(
        .init(firstSize: min(size, proof.treeSize), secondSize: max(size, proof.treeSize)),
        session.options)
      receipt.log?.grown = Receipt.Growth(since: UInt64(max(0, size)), path: growth.path)
    }
    return receipt
  }
}

/// The published log over the wire. Nothing that comes is believed here: `LogVerifier` decides.
struct LogSource {
  let audit: AuditV1.AuditClient
  var options = CallOptions()

  /// The newest checkpoint and the key list, as files of a copy.
  func head() async throws -> [String: [UInt8]] {
    let note = try await audit.getCheckpoint(.init(), options).note
    return [
      LogCopy.checkpointPath: Array(note.utf8),
      LogCopy.keysPath: try await audit.getKeyList(.init(), options).json,
    ]
  }

  func content(of tile: Tile) async throws -> [UInt8] {
    try await audit.getTile(.init(path: tile.path), options).content
  }
}
