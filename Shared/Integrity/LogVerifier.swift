// Checking a copy of the published log, offline, with nothing but the root key and what the verifier kept.

import Crypto

/// A published log as a verifier has it: files by their path (`checkpoint`, `keys`, `tile/…`).
package struct LogCopy {
  /// The newest signed checkpoint.
  package static let checkpointPath = "checkpoint"
  /// The key list as the offline root signed it.
  package static let keysPath = "keys"

  private let read: (String) throws -> [UInt8]?

  /// - Parameter read: The bytes of a file, `nil` where there is none.
  package init(read: @escaping (String) throws -> [UInt8]?) { self.read = read }

  /// A copy in memory.
  package init(files: [String: [UInt8]]) { self.init { files[$0] } }

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

/// The head of a log whose signatures hold; of its entries nothing is said yet.
package struct SignedLog: Sendable {
  package let keys: KeyList
  package let checkpoint: Checkpoint
  package let checkpointNote: SignedNote
  /// What the verifier kept from the last time, signed too, of this log and not larger.
  package let held: Checkpoint?

  /// Throws unless the log begins with what the verifier kept, by the proof that the log gives (RFC 6962 section 2.1.2).
  package func requireGrown(proof: [[UInt8]]) throws(LogFinding) {
    guard let held else { return }
    guard held.isBegun(in: checkpoint, proof: proof) else { throw .rewritten(held: held.size) }
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
  private let policy: WitnessPolicy?

  /// - Parameters:
  ///   - root: The offline evidence root, named `<domain>/root`.
  ///   - policy: Which witnesses must have signed a checkpoint; `nil` where the verifier asks for none.
  package init(root: NoteVerifier, policy: WitnessPolicy? = nil) {
    self.root = root
    self.policy = policy
  }

  package var asksForWitnesses: Bool { policy?.needsWitnesses ?? false }

  /// Throws unless enough of the verifier's witnesses have signed the checkpoint.
  package func requireWitnessed(_ checkpoint: SignedNote) throws(LogFinding) {
    guard let policy, !policy.isSatisfied(by: checkpoint) else { return }
    throw .notWitnessed(by: policy.cosigners(of: checkpoint).map(\.name))
  }

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
    let signed = try verifyHead(of: copy, held: held, heldKeys: heldKeys)
    try Self.verifyTree(copy, signed.checkpoint, signed.held, progress)
    return VerifiedLog(
      keys: signed.keys, checkpoint: signed.checkpoint, checkpointNote: signed.checkpointNote,
      newEntries: signed.checkpoint.size - (signed.held?.size ?? 0))
  }

  /// Verifies who signed a log's key list and checkpoint, and the checkpoint that was kept; reads no entry.
  ///
  /// Whether the log begins with what was kept is open then: ``verify(_:held:heldKeys:progress:)`` computes it from the entries,
  /// ``SignedLog/requireGrown(proof:)`` believes a proof.
  package func verifyHead(
    of copy: LogCopy, held: SignedNote? = nil, heldKeys: UInt64 = 0
  ) throws -> SignedLog {
    let keys = try keyList(of: copy).get()
    guard keys.number >= heldKeys else {
      throw LogFinding.keysOutdated(number: keys.number, held: heldKeys)
    }
    let note = try checkpointNote(of: copy)
    let checkpoint = try Self.checkpoint(note, keys)
    try requireWitnessed(note)
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
    return SignedLog(keys: keys, checkpoint: checkpoint, checkpointNote: note, held: kept)
  }

  /// Verifies a receipt, and that the log in which it stands and the one that the verifier last saw are one growing log.
  ///
  /// - Parameter held: The checkpoint note that the verifier kept.
  /// - Throws: `ReceiptError.logRewritten` where they are not, `ReceiptError.notCompared` where nothing in the receipt tells.
  package func verify(_ receipt: Receipt, held: SignedNote) throws -> VerifiedReceipt {
    let verified = try receipt.verify(root: root)
    let kept: Checkpoint
    do { kept = try Self.checkpoint(held, verified.keys) } catch { throw LogFinding.heldForged }
    guard let log = receipt.log, let own = verified.checkpoint else {
      throw ReceiptError.notInLogYet
    }
    guard kept.origin == own.origin else { throw LogFinding.heldForeign(origin: kept.origin) }
    // Of one size they are the same log or not; nothing has to be proved.
    let proof = kept.size == own.size ? [] : log.grown?.size == kept.size ? log.grown?.path : nil
    guard let proof else { throw ReceiptError.notCompared }
    return try receipt.verify(root: root, against: kept, consistency: proof)
  }

  /// Finds a receipt's entry in a verified copy and gives the receipt with its place: it then needs no copy any more.
  ///
  /// - Throws: `ReceiptError` when the receipt itself does not hold, ``LogFinding/entryMissing`` when the log lacks it.
  package func upgrade(
    _ receipt: Receipt, in copy: LogCopy, _ log: VerifiedLog
  ) throws -> Receipt {
    do throws(ReceiptError) {
      _ = try receipt.verify(root: root, laterKeys: log.keys)
    } catch {
      // Its place is what it is given here; where it must have one, the last verification asks.
      guard error == .notInLogYet else { throw error }
    }
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

  private func keyList(of copy: LogCopy) throws -> Result<KeyList, LogFinding> {
    guard let text = try copy.text(LogCopy.keysPath) else { return .failure(.keysMissing) }
    do throws(SignedNoteError) {
      let note = try SignedNote(text)
      if let domain = KeyList.foreignDomain(of: note, to: root) {
        return .failure(.keysForeign(domain: domain))
      }
      return .success(try KeyList(verifying: note, by: root))
    } catch {
      return .failure(.keysForged(error))
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
    var wrong: LogFinding?
    func check(_ tile: TileBuilder.Built) throws {
      do { try compare(copy, tile) } catch let finding as LogFinding {
        wrong = wrong ?? finding
      }
    }
    try forEachBundle(copy, size: checkpoint.size) { _, entries in
      for entry in entries {
        for node in frontier.append(leafHash: MerkleTree.leafHash(entry)) {
          for full in tiles.add(node) { try check(full) }
        }
        if let held, held.size == frontier.size { isHeldTree = held.root == frontier.root }
      }
      progress(frontier.size)
    }
    for partial in tiles.partial { try check(partial) }
    // First the verdict that says most: a rewritten log is told as one, even where tiles are wrong too.
    guard isHeldTree else { throw LogFinding.rewritten(held: held?.size ?? 0) }
    guard frontier.root == checkpoint.root else {
      throw LogFinding.rootWrong(size: checkpoint.size, entry: wrong?.entry)
    }
    if let wrong { throw wrong }
  }

  private static func compare(_ copy: LogCopy, _ built: TileBuilder.Built) throws {
    let stored = try hashes(copy, built.tile)
    guard stored != built.content else { return }
    let place = zip(stored, built.content).prefix { $0 == $1 }.count / SHA256.byteCount
    throw LogFinding.tileWrong(
      path: built.tile.path, first: built.tile.index * UInt64(Tile.fullWidth) + UInt64(place))
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
