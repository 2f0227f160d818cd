// Checking a copy of the published log, offline, with nothing but the root key and what the verifier kept.

import Crypto
package import Vocabulary

/// A published log as a verifier has it: files by their path (`checkpoint`, `keys`, `tile/…`).
package struct LogCopy {
  /// The newest signed checkpoint.
  package static let checkpointPath = "checkpoint"
  /// The key list as the offline root signed it.
  package static let keysPath = "keys"

  private let read: (String) throws -> [UInt8]?

  /// - Parameter read: The bytes of a file, `nil` where there is none.
  package init(read: @escaping (String) throws -> [UInt8]?) { self.read = read }

  func text(_ path: String) throws -> String? {
    try read(path).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// The bytes of a tile: a full tile serves where the partial one has gone (C2SP tlog-tiles allows both).
  func content(of tile: Tile, unit: (ArraySlice<UInt8>) -> Int?) throws -> [UInt8]? {
    if let exact = try read(tile.path) { return exact }
    guard tile.width < Tile.fullWidth,
      let full = try read(Tile(kind: tile.kind, index: tile.index).path)
    else { return nil }
    var end = 0
    for _ in 0..<tile.width {
      guard let length = unit(full[end...]) else { return nil }
      end += length
    }
    return Array(full[..<end])
  }
}

/// What is wrong with a log. Each is evidence broken: exit code 7 of the command line.
package enum LogFinding: Error, Equatable, Sendable {
  case keysMissing
  /// The key list is not signed by the root that the verifier holds.
  case keysForged(SignedNoteError)
  /// The list is older than one that the verifier has seen.
  case keysOutdated(number: UInt64, held: UInt64)
  case checkpointMissing
  /// The checkpoint is not signed by a listed key of the log.
  case checkpointForged(SignedNoteError)
  case fileMissing(path: String)
  case fileMalformed(path: String)
  /// A tile holds other hashes than the entries below it make.
  case tileWrong(path: String)
  /// The entries do not make the root that the checkpoint states.
  case rootWrong(size: UInt64)
  /// The verifier has seen a larger log under the same name: this one was cut, or is an old copy.
  case shorterThanHeld(size: UInt64, held: UInt64)
  /// The first entries are not those that the verifier saw before: **the log was rewritten**, whoever signed it.
  case rewritten(held: UInt64)
  /// The checkpoint that the verifier kept is of another log.
  case heldForeign(origin: String)
  /// The checkpoint that the verifier kept is not signed by a listed key.
  case heldForged
  /// The receipt's entry is not in this log.
  case entryMissing

  /// For the person who must act.
  package var sentence: BilingualText {
    switch self {
    case .keysMissing: BilingualText("缺少密钥清单 keys。", "The key list, keys, is missing.")
    case .keysForged:
      BilingualText(
        "密钥清单不是由您持有的根密钥签发。", "The key list is not signed by the root key that you hold.")
    case .keysOutdated(let number, let held):
      BilingualText(
        "密钥清单第 \(number) 号早于您见过的第 \(held) 号。",
        "Key list \(number) is older than number \(held), which you have seen.")
    case .checkpointMissing: BilingualText("缺少检查点。", "The checkpoint is missing.")
    case .checkpointForged:
      BilingualText("检查点不是由日志密钥签署。", "The checkpoint is not signed by the log's key.")
    case .fileMissing(let path): BilingualText("缺少文件 \(path)。", "The file \(path) is missing.")
    case .fileMalformed(let path):
      BilingualText("文件 \(path) 已损坏。", "The file \(path) is damaged.")
    case .tileWrong(let path):
      BilingualText("瓦片 \(path) 与日志条目不符。", "The tile \(path) does not match the entries.")
    case .rootWrong(let size):
      BilingualText(
        "\(size) 条日志与检查点的根不符：日志被改动。",
        "The \(size) entries do not make the checkpoint's root: the log was changed.")
    case .shorterThanHeld(let size, let held):
      BilingualText(
        "日志只有 \(size) 条，而您见过 \(held) 条：日志被截短。",
        "The log has \(size) entries, and you have seen \(held): it was cut short.")
    case .rewritten(let held):
      BilingualText(
        "前 \(held) 条日志已不是您此前核验的内容：日志被改写并重新签名。",
        "The first \(held) entries are not those that you verified before: the log was rewritten and signed again."
      )
    case .heldForeign(let origin):
      BilingualText(
        "您留存的检查点属于另一日志 \(origin)。", "The checkpoint that you kept is of another log, \(origin).")
    case .heldForged:
      BilingualText("您留存的检查点签名无效。", "The checkpoint that you kept is not signed by the log's key.")
    case .entryMissing: BilingualText("日志中没有这张回执的条目。", "The receipt's entry is not in the log.")
    }
  }
}

/// A log that was verified.
package struct VerifiedLog: Sendable {
  package let keys: KeyList
  package let checkpoint: Checkpoint
  /// What the verifier keeps for the next time, in its own file.
  package let checkpointNote: SignedNote
  /// How many entries were not there when the verifier looked last.
  package let newEntries: UInt64
}

/// Verifies copies of a log. The root key and the kept checkpoint come from the verifier's own files, never from the copy.
package struct LogVerifier {
  private let root: NoteVerifier

  /// - Parameter root: The offline evidence root, named `<domain>/root`.
  package init(root: NoteVerifier) { self.root = root }

  /// Verifies a whole log: key list, checkpoint, every bundle and tile, and that it continues what was seen before.
  ///
  /// - Parameters:
  ///   - held: The checkpoint note that the verifier kept from the last time; `nil` the first time.
  ///   - heldKeys: The number of the newest key list that the verifier has seen; 0 the first time.
  ///   - progress: Told how many entries have been read, after each bundle.
  package func verify(
    _ copy: LogCopy, held: SignedNote? = nil, heldKeys: UInt64 = 0,
    progress: (UInt64) -> Void = { _ in }
  ) throws -> VerifiedLog {
    let keys = try keyList(of: copy)
    guard keys.number >= heldKeys else {
      throw LogFinding.keysOutdated(number: keys.number, held: heldKeys)
    }
    let note = try checkpointNote(of: copy)
    let checkpoint = try Self.checkpoint(note, keys)
    // What is kept was believed when it was kept; that it is still signed shows that the file was not changed since.
    let kept = try held.map { note in
      do {
        return try Self.checkpoint(note, keys)
      } catch {
        throw LogFinding.heldForged
      }
    }
    if let kept, kept.origin != checkpoint.origin {
      throw LogFinding.heldForeign(origin: kept.origin)
    }
    if let kept, kept.size > checkpoint.size {
      throw LogFinding.shorterThanHeld(size: checkpoint.size, held: kept.size)
    }
    try Self.verifyTree(copy, checkpoint, kept, progress)
    return VerifiedLog(
      keys: keys, checkpoint: checkpoint, checkpointNote: note,
      newEntries: checkpoint.size - (kept?.size ?? 0))
  }

  /// Finds a receipt's entry in a verified copy and gives the receipt with its place: it then needs no copy any more.
  ///
  /// - Throws: `ReceiptError` when the receipt itself does not hold, ``LogFinding/entryMissing`` when the log lacks it.
  package func upgrade(
    _ receipt: Receipt, in copy: LogCopy, _ log: VerifiedLog
  ) throws -> Receipt {
    _ = try receipt.verify(root: root, laterKeys: log.keys)
    let commitment = receipt.leaf.commitment
    let size = log.checkpoint.size
    var index: UInt64?
    try Self.forEachBundle(copy, size: size) { start, entries in
      guard index == nil, let offset = entries.firstIndex(of: commitment) else { return }
      index = start + UInt64(offset)
    }
    guard let index else { throw LogFinding.entryMissing }
    let hashes = TileHashes<any Error>(size: size) { tile in try Self.hashes(copy, tile) }
    var upgraded = receipt
    upgraded.log = Receipt.LogProof(
      checkpoint: log.checkpointNote, index: index,
      path: try MerkleTree.inclusionProof(index: index, size: size, from: hashes))
    _ = try upgraded.verify(root: root, laterKeys: log.keys)
    return upgraded
  }

  // MARK: Signatures

  private func keyList(of copy: LogCopy) throws -> KeyList {
    guard let text = try copy.text(LogCopy.keysPath) else { throw LogFinding.keysMissing }
    do throws(SignedNoteError) {
      return try KeyList(verifying: try SignedNote(text), by: root)
    } catch {
      throw LogFinding.keysForged(error)
    }
  }

  private func checkpointNote(of copy: LogCopy) throws -> SignedNote {
    guard let text = try copy.text(LogCopy.checkpointPath) else {
      throw LogFinding.checkpointMissing
    }
    do throws(SignedNoteError) {
      return try SignedNote(text)
    } catch {
      throw LogFinding.checkpointForged(error)
    }
  }

  private static func checkpoint(_ note: SignedNote, _ keys: KeyList) throws -> Checkpoint {
    do throws(SignedNoteError) {
      let listed = keys.entries(named: KeyList.auditName(keys.domain)).map(\.verifier)
      guard let signer = try note.verified(by: listed).first else { throw .notSigned }
      return try Checkpoint(verifying: note, by: signer)
    } catch {
      throw LogFinding.checkpointForged(error)
    }
  }

  // MARK: Tree

  /// Reads every entry once and computes every hash above it again.
  private static func verifyTree(
    _ copy: LogCopy, _ checkpoint: Checkpoint, _ held: Checkpoint?, _ progress: (UInt64) -> Void
  ) throws {
    var frontier = MerkleFrontier()
    var tiles = TileBuilder()
    var isHeldTree = held.map { $0.size == 0 } ?? true
    var wrongTile: (any Error)?
    try forEachBundle(copy, size: checkpoint.size) { _, entries in
      for entry in entries {
        for node in frontier.append(leafHash: MerkleTree.leafHash(entry)) {
          for full in tiles.add(node) {
            do { try compare(copy, full) } catch { wrongTile = wrongTile ?? error }
          }
        }
        if let held, held.size == frontier.size { isHeldTree = held.root == frontier.root }
      }
      progress(frontier.size)
    }
    // First the verdict that says most: a rewritten log is told as one, even where tiles are wrong too.
    guard isHeldTree else { throw LogFinding.rewritten(held: held?.size ?? 0) }
    guard frontier.root == checkpoint.root else {
      throw LogFinding.rootWrong(size: checkpoint.size)
    }
    if let wrongTile { throw wrongTile }
    for partial in tiles.partial { try compare(copy, partial) }
  }

  private static func compare(_ copy: LogCopy, _ built: TileBuilder.Built) throws {
    guard try hashes(copy, built.tile) == built.content else {
      throw LogFinding.tileWrong(path: built.tile.path)
    }
  }

  private static func hashes(_ copy: LogCopy, _ tile: Tile) throws -> [UInt8] {
    let content = try copy.content(of: tile) { $0.count >= 32 ? 32 : nil }
    guard let content else { throw LogFinding.fileMissing(path: tile.path) }
    guard content.count == tile.width * 32 else {
      throw LogFinding.fileMalformed(path: tile.path)
    }
    return content
  }

  private static func forEachBundle(
    _ copy: LogCopy, size: UInt64, _ body: (UInt64, [[UInt8]]) throws -> Void
  ) throws {
    var start: UInt64 = 0
    while start < size {
      let width = Int(min(size - start, UInt64(Tile.fullWidth)))
      let tile = Tile(kind: .entries, index: start / UInt64(Tile.fullWidth), width: width)
      let content = try copy.content(of: tile) { rest in
        guard rest.count >= 2 else { return nil }
        let length = 2 + Int(rest[rest.startIndex]) << 8 + Int(rest[rest.startIndex + 1])
        return rest.count >= length ? length : nil
      }
      guard let content else { throw LogFinding.fileMissing(path: tile.path) }
      guard let entries = EntryBundle.decode(content), entries.count == width,
        entries.allSatisfy({ $0.count == SHA256.byteCount })
      else { throw LogFinding.fileMalformed(path: tile.path) }
      try body(start, entries)
      start += UInt64(width)
    }
  }
}
