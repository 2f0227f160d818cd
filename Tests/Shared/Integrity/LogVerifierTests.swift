// Checking copies of a log offline: what passes, and every way in which a log can be broken.

import Crypto
import Integrity
import Testing
import Vocabulary

/// A published log of some entries, of which one is a receipt's, with everything signed.
private struct PublishedLog {
  let keys: EvidenceFixture
  var entries: [[UInt8]]
  var files: [String: [UInt8]] = [:]

  init(_ count: Int) throws {
    keys = try EvidenceFixture()
    entries = (0..<count).map { SHA256.hash(Array("entry \($0)".utf8)) }
    if count > 3 { entries[3] = keys.leaves[2].commitment }
    try publish()
  }

  /// Writes every file again, and signs with the real key.
  mutating func publish() throws {
    files = TileBuilder.files(of: entries)
    files[LogCopy.checkpointPath] = Array(try note().encoded.utf8)
    files[LogCopy.keysPath] = Array(keys.keyNote.encoded.utf8)
  }

  func note(signer: NoteSigner? = nil) throws -> SignedNote {
    try Checkpoint(
      origin: keys.audit.verifier.name, size: UInt64(entries.count),
      root: MemoryTree(entries: entries).root
    ).signed(by: signer ?? keys.audit)
  }

  var copy: LogCopy {
    LogCopy(files: files)
  }

  func verify(held: SignedNote? = nil, heldKeys: UInt64 = 0) throws -> VerifiedLog {
    try LogVerifier(root: keys.root.verifier).verify(copy, held: held, heldKeys: heldKeys)
  }
}

@Suite("A copy of the log is checked with nothing but what the verifier holds")
struct LogVerifierTests {
  @Test("whole logs of all shapes verify", arguments: [1, 5, 255, 256, 257, 600])
  func whole(size: Int) throws {
    let log = try PublishedLog(size)
    let verified = try log.verify()
    #expect(verified.checkpoint.size == UInt64(size))
    #expect(verified.newEntries == UInt64(size))
    #expect(verified.keys.number == 3)
    #expect(try log.verify(held: verified.checkpointNote).newEntries == 0)
  }

  @Test("a full tile serves where the partial one has gone")
  func fullTiles() throws {
    var small = try PublishedLog(300)
    let large = try PublishedLog(700)
    #expect(Array(large.entries.prefix(300)) == small.entries)
    for path in ["tile/0/001", "tile/entries/001"] {
      small.files[path + ".p/44"] = nil
      // Without either, it is missing.
      #expect(throws: LogFinding.fileMissing(path: path + ".p/44")) { try small.verify() }
      small.files[path] = large.files[path]
    }
    #expect(try small.verify().checkpoint.size == 300)
  }

  @Test(
    "a log that grew continues what was kept, from every size",
    arguments: [0, 1, 200, 256, 299, 300])
  func grown(kept: Int) throws {
    let before = try PublishedLog(kept)
    var now = try PublishedLog(300)
    // Small logs have no receipt's entry in place.
    for index in 0..<kept { now.entries[index] = before.entries[index] }
    try now.publish()
    let verified = try now.verify(held: try before.note())
    #expect(verified.newEntries == UInt64(300 - kept))
  }

  @Test(
    "one entry rewritten and the whole log signed again with the real key: the kept checkpoint tells"
  )
  func rewritten() throws {
    var log = try PublishedLog(300)
    let held = try log.note()
    log.entries[17] = SHA256.hash([1])
    log.entries.append(SHA256.hash([2]))
    try log.publish()
    // Without the kept checkpoint nothing is wrong with it.
    #expect(try log.verify().checkpoint.size == 301)
    #expect(throws: LogFinding.rewritten(held: 300)) { try log.verify(held: held) }
  }

  @Test("a log cut short is told, also when it is signed")
  func cut() throws {
    var log = try PublishedLog(300)
    let held = try log.note()
    log.entries.removeLast(10)
    try log.publish()
    #expect(throws: LogFinding.shorterThanHeld(size: 290, held: 300)) { try log.verify(held: held) }
  }

  @Test("a changed entry, tile or bundle is found")
  func changed() throws {
    let good = try PublishedLog(300)
    var log = good
    log.files["tile/entries/000"]?[40] ^= 1
    #expect(throws: LogFinding.rootWrong(size: 300, entry: 1)) { try log.verify() }
    #expect(throws: LogFinding.rewritten(held: 300)) { try log.verify(held: try good.note()) }
    for (path, first) in [("tile/0/000", 0), ("tile/0/001.p/44", 256), ("tile/1/000.p/1", 0)] {
      log = good
      log.files[path]?[5] ^= 1
      #expect(throws: LogFinding.tileWrong(path: path, first: UInt64(first))) { try log.verify() }
      log.files[path] = nil
      #expect(throws: LogFinding.fileMissing(path: path)) { try log.verify() }
    }
    for bytes in [[], [0], [0, 32, 1], [UInt8](repeating: 0, count: 44 * 34)] as [[UInt8]] {
      log = good
      log.files["tile/entries/001.p/44"] = bytes
      #expect(throws: LogFinding.fileMalformed(path: "tile/entries/001.p/44")) { try log.verify() }
    }
  }

  @Test("two entries that changed places are found, and the first of them named")
  func swapped() throws {
    let good = try PublishedLog(300)
    var log = good
    log.entries.swapAt(270, 290)
    log.files.merge(TileBuilder.files(of: log.entries).filter { $0.key.contains("entries") }) {
      $1
    }
    #expect(throws: LogFinding.rootWrong(size: 300, entry: 270)) { try log.verify() }
    // With tiles to match, only the checkpoint contradicts.
    log.files.merge(TileBuilder.files(of: log.entries)) { $1 }
    #expect(throws: LogFinding.rootWrong(size: 300, entry: nil)) { try log.verify() }
    try log.publish()
    #expect(throws: LogFinding.rewritten(held: 300)) { try log.verify(held: try good.note()) }
  }

  @Test("a head whose signatures hold is held to what was kept by the log's own proof")
  func grownByProof() throws {
    let before = try PublishedLog(200)
    var now = try PublishedLog(300)
    for index in 0..<200 { now.entries[index] = before.entries[index] }
    try now.publish()
    let verifier = LogVerifier(root: now.keys.root.verifier)
    let head = try verifier.verifyHead(of: now.copy, held: try before.note())
    let tree = MemoryTree(entries: now.entries)
    let proof = MerkleTree.consistencyProof(from: 200, to: 300, from: tree)
    try head.requireGrown(proof: proof)
    #expect(throws: LogFinding.rewritten(held: 200)) {
      try head.requireGrown(proof: Array(proof.dropLast()))
    }
    now.entries[0] = SHA256.hash([9])
    try now.publish()
    let forged = try verifier.verifyHead(of: now.copy, held: try before.note())
    let other = MemoryTree(entries: now.entries)
    #expect(throws: LogFinding.rewritten(held: 200)) {
      try forged.requireGrown(
        proof: MerkleTree.consistencyProof(from: 200, to: 300, from: other))
    }
  }

  @Test("a log and a receipt of another domain are told as such")
  func foreign() throws {
    let log = try PublishedLog(5)
    let other = try NoteSigner(
      name: KeyList.rootName("other.example"),
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 32)))
    #expect(throws: LogFinding.keysForeign(domain: EvidenceFixture.domain)) {
      try LogVerifier(root: other.verifier).verify(log.copy)
    }
    #expect(throws: ReceiptError.foreign(domain: EvidenceFixture.domain)) {
      try log.keys.receipt(0).verify(root: other.verifier)
    }
  }

  @Test("a checkpoint or key list that others signed, or none, is told")
  func signatures() throws {
    let good = try PublishedLog(5)
    var log = good
    log.files[LogCopy.checkpointPath] = nil
    #expect(throws: LogFinding.checkpointMissing) { try log.verify() }
    log.files[LogCopy.checkpointPath] = Array("nonsense".utf8)
    #expect(throws: LogFinding.checkpointForged(.malformed)) { try log.verify() }
    let name = log.keys.audit.verifier.name
    let stranger = try NoteSigner(
      name: name, key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 77, count: 32)))
    let forged = try log.note(signer: stranger)
    log.files[LogCopy.checkpointPath] = Array(forged.encoded.utf8)
    #expect(throws: LogFinding.checkpointForged(.notSigned)) { try log.verify() }
    #expect(throws: LogFinding.heldForged) { try good.verify(held: forged) }
    log = good
    log.files[LogCopy.keysPath] = nil
    #expect(throws: LogFinding.keysMissing) { try log.verify() }
    let root = try NoteSigner(
      name: KeyList.rootName(EvidenceFixture.domain),
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 78, count: 32)))
    log.files[LogCopy.keysPath] = Array(try log.keys.keys.signed(by: root).encoded.utf8)
    #expect(throws: LogFinding.keysForged(.notSigned)) { try log.verify() }
    #expect(throws: LogFinding.keysOutdated(number: 3, held: 4)) { try good.verify(heldKeys: 4) }
  }

  @Test("a receipt found in the copy carries its place from then on; one that is not there is told")
  func receipts() throws {
    let log = try PublishedLog(300)
    let verifier = LogVerifier(root: log.keys.root.verifier)
    let verified = try log.verify()
    let upgraded = try verifier.upgrade(log.keys.receipt(2), in: log.copy, verified)
    #expect(upgraded.log?.index == 3)
    let again = try Receipt(upgraded.encoded())
    #expect(try again.verify(root: log.keys.root.verifier).checkpoint == verified.checkpoint)
    #expect(throws: LogFinding.entryMissing) {
      try verifier.upgrade(log.keys.receipt(1), in: log.copy, verified)
    }
  }

  @Test("every finding speaks both languages")
  func sentences() {
    let findings: [LogFinding] = [
      .keysMissing, .keysForeign(domain: "a"), .keysForged(.notSigned),
      .keysOutdated(number: 1, held: 2),
      .checkpointMissing, .checkpointForged(.notSigned), .fileMissing(path: "a"),
      .fileMalformed(path: "a"), .tileWrong(path: "a", first: 1), .rootWrong(size: 1, entry: nil),
      .rootWrong(size: 1, entry: 0),
      .shorterThanHeld(size: 1, held: 2), .rewritten(held: 1), .heldForeign(origin: "a"),
      .heldForged, .entryMissing,
    ]
    let errors: [ReceiptError] = [
      .malformed, .foreign(domain: "a"), .keyList(.notSigned), .group(.notSigned), .notInGroup,
      .keyOutOfTerm, .checkpoint(.notSigned), .notInLog, .notInLogYet, .logRewritten,
    ]
    for sentence in findings.map(\.sentence) + errors.map(\.sentence) {
      #expect(!sentence.chinese.isEmpty && !sentence.english.isEmpty)
    }
  }
}
