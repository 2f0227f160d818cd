// Leaf, chain, group and receipt: their final bytes, and every way in which a receipt is refused.

import Crypto
import Integrity
import Testing

/// A small domain with its keys, one group of five entries and a log that holds it.
struct EvidenceFixture {
  static let domain = "weir.example"
  let random = SeededRandom(seed: 2_024)
  let root: NoteSigner
  let audit: NoteSigner
  let ingest: NoteSigner
  let origin: Origin
  let leaves: [Leaf]
  let keys: KeyList
  let keyNote: SignedNote
  let commit: GroupCommit
  let groupNote: SignedNote

  static let time: Int64 = 1_709_510_400  // 2024-03-04T00:00:00Z

  init() throws {
    func signer(_ name: String, _ byte: UInt8) throws -> NoteSigner {
      let key = try Ed25519PrivateKey(rawBytes: [UInt8](repeating: byte, count: 32))
      return try NoteSigner(name: name, key: key)
    }
    root = try signer(KeyList.rootName(Self.domain), 1)
    audit = try signer(KeyList.auditName(Self.domain), 2)
    ingest = try signer(KeyList.evidenceName(Self.domain, service: "ingest"), 3)
    origin = try #require(
      Origin(service: "ingest", replica: "1", incarnation: Array(0x10...0x1f)))
    leaves = (Int64(0)..<5).compactMap { index in
      let payload: JSONValue = [
        "kind": "disclosure", "number": .integer(index), "time": .integer(Self.time * 1_000),
      ]
      return Leaf(
        salt: [UInt8](repeating: UInt8(index), count: 32), payload: CanonicalJSON.encode(payload))
    }
    keys = KeyList(
      domain: Self.domain, number: 3, issuedAt: Self.time - 100,
      entries: [
        .init(verifier: audit.verifier, notBefore: Self.time - 100),
        .init(verifier: ingest.verifier, notBefore: Self.time, notAfter: Self.time + 1),
      ])
    keyNote = try keys.signed(by: root)
    commit = try #require(
      GroupCommit(origin: origin, first: 41, commitments: leaves.map(\.commitment)))
    groupNote = try commit.group.signed(by: ingest)
  }

  func receipt(_ index: Int) -> Receipt {
    commit.receipt(
      for: leaves[index], sequence: 41 + UInt64(index), note: groupNote, keys: keyNote)
  }

  /// The log: ten foreign entries, then the group's, then `more` others.
  func log(more: Int = 0) -> MemoryTree {
    let before = (0..<10).map { SHA256.hash([UInt8($0)]) }
    let after = (0..<more).map { SHA256.hash([UInt8($0), 1]) }
    return MemoryTree(entries: before + leaves.map(\.commitment) + after)
  }

  func checkpoint(_ tree: MemoryTree) -> Checkpoint {
    Checkpoint(origin: KeyList.auditName(Self.domain), size: tree.size, root: tree.root)
  }

  func upgraded(_ index: Int, in tree: MemoryTree) throws -> Receipt {
    var receipt = receipt(index)
    receipt.log = Receipt.LogProof(
      checkpoint: try checkpoint(tree).signed(by: audit), index: 10 + UInt64(index),
      path: tree.inclusionProof(index: 10 + UInt64(index)))
    return receipt
  }
}

@Suite("The bytes of evidence are final (FORMATS.md, Evidence)")
struct EvidenceFormatTests {
  /// Made by an independent program from the same keys and entries.
  private let expectedReceipt = #"""
    {"format":"weir-receipt/1","keys":"weir-keys/1\nweir.example\n3\n1709510300\\#
    n1709510300 - weir.example/audit+7996ef4c+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol\#
    32D1uPybOU\n1709510400 1709510401 weir.example/ingest/evidence+349f2fb5+Ae1J\#
    KMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR\n\n— weir.example/root htG4S83fLhj1\#
    hVpqJD+/wTCp4gADxlMoqD2u9Z9QE/KaOoYKj7x28o2NJPI8Ukl0cuIrLn+uYYD797o9gb20Al5R\#
    /Ag=\n","log":{"checkpoint":"weir.example/audit\n15\nBFPTZYZIWA7bBuhTxAUHx6A\#
    hnpUs/kZoxtysKlAF1m8=\n\n— weir.example/audit eZbvTGFlUrYqetLsdksH3MEOk3jK4E\#
    fn5ZQHTlPE6blA+0I10SrSEPnOAQa4oswsn4qoVKvTvYU5zshZzwEE8mkDAwc=\n","index":11\#
    ,"path":["BDRcvNNdYBDLbAh5lt4buk8O9tcinKix7YpT1XfreuU=","HmHLgMs/siEQsdy8gDQ\#
    6GpnRPtXvqpkHVTFnxP4umZg=","pSE/A2m7lQpcK+u3OS0hLQAIiP4BhQOOyEso5bKzfUY=","g\#
    OE5tEyQ+R7evscFzHWGw9kPS9rdSWKNJcINSwNBkoc="]},"note":"weir-receipt/1\ninges\#
    t/1/101112131415161718191a1b1c1d1e1f\n41\n45\nSoIUCcOWbPxQ2GonxVjeJ+yXUK8MAU\#
    LnWjh7ISEdc0c=\n\n— weir.example/ingest/evidence NJ8vtVZBjd/XlmGqcSJt94mxCvB\#
    IhLtSbmoGg9pfbWDxEyK/j7qBeNhq1qqfpzWkOsgrvM9M0ENTVJepZCJV57HfNw0=\n","path":\#
    ["BDRcvNNdYBDLbAh5lt4buk8O9tcinKix7YpT1XfreuU=","0dA3Y04GXU0vMmVBgTPZIK+sDFA\#
    IW9vKNMEvGemH0vw=","PRLvJaexoRzusoKbRk1g8VhcaNZCNPQx5a3cYWx++EU="],"payload"\#
    :"{\"kind\":\"disclosure\",\"number\":1,\"time\":1709510400000}","salt":"AQE\#
    BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","sequence":42}
    """#

  @Test("a leaf is SHA-256 of salt and payload")
  func leaf() throws {
    let fixture = try EvidenceFixture()
    let leaf = fixture.leaves[1]
    #expect(
      String(decoding: leaf.payload, as: UTF8.self)
        == #"{"kind":"disclosure","number":1,"time":1709510400000}"#)
    #expect(leaf.commitment == SHA256.hash(leaf.salt + leaf.payload))
    #expect(
      Hex.encode(leaf.commitment)
        == "885f4f4a0aa2e34cd95ff4663b7f4689bb261f2621eba299e3ee5fa137bdb73d")
    #expect(Leaf(salt: Array(leaf.salt.dropLast()), payload: leaf.payload) == nil)
    let fresh = Leaf(["a": 1], random: fixture.random)
    #expect(fresh.salt != Leaf(["a": 1], random: fixture.random).salt)
  }

  @Test("the chain binds previous hash, origin, sequence and leaf")
  func chain() throws {
    let fixture = try EvidenceFixture()
    var chain = OutboxChain(origin: fixture.origin)
    #expect(chain.sequence == 0 && chain.head == [UInt8](repeating: 0, count: 32))
    chain.append(commitment: fixture.leaves[0].commitment)
    let expected = SHA256.hash(
      [UInt8](repeating: 0, count: 32) + [6] + Array("ingest".utf8) + [1] + Array("1".utf8)
        + Array(0x10...0x1f) + [0, 0, 0, 0, 0, 0, 0, 1] + fixture.leaves[0].commitment)
    #expect(chain.sequence == 1 && chain.head == expected)
    chain.append(commitment: fixture.leaves[1].commitment)
    #expect(
      Hex.encode(chain.head)
        == "1022cf45d0085addb070f258b05fd1e38e54f925fd4de13166fa81a511b961a6")
    let resumed = OutboxChain(origin: fixture.origin, sequence: 2, head: chain.head)
    #expect(resumed == chain)
  }

  @Test("an origin has one text")
  func origin() throws {
    let fixture = try EvidenceFixture()
    let text = "ingest/1/101112131415161718191a1b1c1d1e1f"
    #expect(fixture.origin.text == text)
    #expect(Origin(text: text) == fixture.origin)
    for bad in [
      "", "ingest/1", text + "/", "ingest/1/" + text.dropFirst(9).uppercased(),
      "Ingest" + text.dropFirst(6),
      "/1/101112131415161718191a1b1c1d1e1f", String(text.dropLast(2)), text + "00",
      "in gest/1/101112131415161718191a1b1c1d1e1f",
      String(repeating: "a", count: 41) + "/1/101112131415161718191a1b1c1d1e1f",
    ] {
      #expect(Origin(text: bad) == nil)
    }
    #expect(
      Origin(text: String(repeating: "a", count: 40) + "/1/101112131415161718191a1b1c1d1e1f") != nil
    )
  }

  @Test("the group's note, the key list and the receipt are these bytes")
  func golden() throws {
    let fixture = try EvidenceFixture()
    #expect(
      fixture.groupNote.encoded == """
        weir-receipt/1
        ingest/1/101112131415161718191a1b1c1d1e1f
        41
        45
        SoIUCcOWbPxQ2GonxVjeJ+yXUK8MAULnWjh7ISEdc0c=

        — weir.example/ingest/evidence NJ8vtVZBjd/XlmGqcSJt94mxCvBIhLtSbmoGg9pfbWDxEyK/j7qBeNhq1qqfpzWkOsgrvM9M0ENTVJepZCJV57HfNw0=

        """)
    #expect(
      fixture.keyNote.encoded == """
        weir-keys/1
        weir.example
        3
        1709510300
        1709510300 - weir.example/audit+7996ef4c+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
        1709510400 1709510401 weir.example/ingest/evidence+349f2fb5+Ae1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR

        — weir.example/root htG4S83fLhj1hVpqJD+/wTCp4gADxlMoqD2u9Z9QE/KaOoYKj7x28o2NJPI8Ukl0cuIrLn+uYYD797o9gb20Al5R/Ag=

        """)
    let file = try fixture.upgraded(1, in: fixture.log()).encoded()
    #expect(
      String(decoding: file, as: UTF8.self)
        == expectedReceipt)
  }

  @Test("texts of groups and key lists have one spelling")
  func spellings() throws {
    let fixture = try EvidenceFixture()
    let group = fixture.commit.group
    #expect(EvidenceGroup(text: group.text) == group)
    #expect(group.size == 5)
    for (good, bad) in [
      ("weir-receipt/1", "weir-receipt/2"), ("\n41\n", "\n041\n"), ("\n45\n", "\n40\n"),
      ("\n41\n", "\n0\n"), ("\n45\n", "\n45\n\n"), ("\n41\n", "\n+41\n"), ("ingest/1", "ingest"),
    ] {
      #expect(EvidenceGroup(text: group.text.replacing(good, with: bad)) == nil)
    }
    #expect(EvidenceGroup(text: group.text + "more\n") == nil)
    #expect(EvidenceGroup(text: String(group.text.dropLast())) == nil)
    #expect(GroupCommit(origin: fixture.origin, first: 1, commitments: []) == nil)

    let list = try fixture.keys.signed(by: fixture.root)
    #expect(try KeyList(verifying: list, by: fixture.root.verifier) == fixture.keys)
    for (good, bad) in [
      ("weir-keys/1", "weir-keys/2"), ("\n3\n", "\n03\n"), (" - ", " -1 "), (" - ", "  "),
      ("weir.example/audit+", "weir.example/audit"),
    ] {
      let text = fixture.keys.text.replacing(good, with: bad)
      #expect(text != fixture.keys.text)
      let note = try SignedNote(text: text, signers: [fixture.root])
      #expect(throws: SignedNoteError.malformed) {
        try KeyList(verifying: note, by: fixture.root.verifier)
      }
    }
  }

  @Test("a key list is the root's of its own domain")
  func keyListNames() throws {
    let fixture = try EvidenceFixture()
    #expect(throws: SignedNoteError.badName) { try fixture.keys.signed(by: fixture.audit) }
    let note = try SignedNote(text: fixture.keys.text, signers: [fixture.audit])
    #expect(throws: SignedNoteError.badName) {
      try KeyList(verifying: note, by: fixture.audit.verifier)
    }
    #expect(throws: SignedNoteError.notSigned) {
      try KeyList(verifying: note, by: fixture.root.verifier)
    }
  }
}

@Suite("A receipt proves its entry offline, and nothing else")
struct ReceiptTests {
  @Test("every entry of a group of any size verifies, from its file too", arguments: 1...17)
  func groups(_ size: Int) throws {
    let fixture = try EvidenceFixture()
    let leaves = (0..<size).map {
      Leaf(["n": .integer(Int64($0))], random: fixture.random)
    }
    let commit = try #require(
      GroupCommit(origin: fixture.origin, first: 7, commitments: leaves.map(\.commitment)))
    let note = try commit.group.signed(by: fixture.ingest)
    let keys = KeyList(
      domain: EvidenceFixture.domain, number: 1, issuedAt: 1,
      entries: [.init(verifier: fixture.ingest.verifier, notBefore: EvidenceFixture.time)])
    let keyNote = try keys.signed(by: fixture.root)
    for (index, leaf) in leaves.enumerated() {
      let receipt = commit.receipt(
        for: leaf, sequence: 7 + UInt64(index), note: note, keys: keyNote)
      let read = try Receipt(receipt.encoded())
      #expect(read == receipt)
      let verified = try read.verify(root: fixture.root.verifier)
      #expect(verified.payload["n"]?.integer == Int64(index))
      #expect(verified.origin == fixture.origin)
      #expect(verified.sequence == 7 + UInt64(index))
      #expect(verified.checkpoint == nil)
    }
  }

  @Test("another payload, salt, place or path is not in the group")
  func notInGroup() throws {
    let fixture = try EvidenceFixture()
    let good = fixture.receipt(1)
    func refused(_ sequence: UInt64, _ leaf: Leaf?, _ path: [[UInt8]]) throws {
      let receipt = Receipt(
        keys: good.keys, note: good.note, sequence: sequence, leaf: try #require(leaf), path: path)
      #expect(throws: ReceiptError.notInGroup) { try receipt.verify(root: fixture.root.verifier) }
    }
    let changed = good.leaf.payload.map { $0 == UInt8(ascii: "1") ? UInt8(ascii: "2") : $0 }
    try refused(42, Leaf(salt: good.leaf.salt, payload: changed), good.path)
    try refused(
      42, Leaf(salt: good.leaf.salt.map { $0 ^ 1 }, payload: good.leaf.payload), good.path)
    for sequence: UInt64 in [0, 40, 41, 43, 45, 46] { try refused(sequence, good.leaf, good.path) }
    try refused(42, good.leaf, good.path.reversed())
    try refused(42, good.leaf, good.path.dropLast())
    try refused(42, fixture.leaves[2], good.path)
  }

  @Test("only a key that the root listed for that service is believed, and only in its term")
  func keys() throws {
    let fixture = try EvidenceFixture()
    let good = fixture.receipt(1)
    func receipt(keys: SignedNote? = nil, note: SignedNote? = nil) -> Receipt {
      Receipt(
        keys: keys ?? good.keys, note: note ?? good.note, sequence: good.sequence,
        leaf: good.leaf, path: good.path)
    }
    func refused(_ receipt: Receipt, _ error: ReceiptError) {
      #expect(throws: error) { try receipt.verify(root: fixture.root.verifier) }
    }
    // Its key's term has ended, and then the signer's own word on the time is not enough.
    refused(receipt(), .notInLogYet)
    _ = try fixture.upgraded(1, in: fixture.log()).verify(root: fixture.root.verifier)
    let otherRoot = try NoteSigner(
      name: fixture.root.verifier.name,
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 99, count: 32)))
    #expect(throws: ReceiptError.keyList(.notSigned)) {
      try good.verify(root: otherRoot.verifier)
    }
    // A listed key of another service, and an unlisted key under the right name.
    refused(
      receipt(note: try fixture.commit.group.signed(by: fixture.audit)), .group(.notSigned))
    let stranger = try NoteSigner(
      name: fixture.ingest.verifier.name, key: try Ed25519PrivateKey(random: fixture.random))
    refused(receipt(note: try fixture.commit.group.signed(by: stranger)), .group(.notSigned))
    // The term of the key: its first second, and the one before.
    func list(_ from: Int64, _ until: Int64?, number: UInt64 = 3) -> KeyList {
      KeyList(
        domain: EvidenceFixture.domain, number: number, issuedAt: 1,
        entries: [
          .init(verifier: fixture.ingest.verifier, notBefore: from, notAfter: until)
        ])
    }
    let time = EvidenceFixture.time
    for (from, until, error): (Int64, Int64?, ReceiptError?) in [
      (time, nil, nil), (time + 1, nil, .keyOutOfTerm), (time, time + 1, .notInLogYet),
      (0, time, .keyOutOfTerm),
    ] {
      let one = receipt(keys: try list(from, until).signed(by: fixture.root))
      if let error {
        refused(one, error)
      } else {
        _ = try one.verify(root: fixture.root.verifier)
      }
    }
    // The verifier's later list decides, an earlier one does not.
    #expect(throws: ReceiptError.keyOutOfTerm) {
      try good.verify(root: fixture.root.verifier, laterKeys: list(0, time, number: 4))
    }
    #expect(throws: ReceiptError.notInLogYet) {
      try good.verify(root: fixture.root.verifier, laterKeys: list(0, time, number: 2))
    }
  }

  @Test("an upgraded receipt holds in the log, against any checkpoint of the same log")
  func upgraded() throws {
    let fixture = try EvidenceFixture()
    let trees = [15, 16, 20, 31].map { fixture.log(more: $0 - 15) }
    for tree in trees {
      let receipt = try Receipt(try fixture.upgraded(3, in: tree).encoded())
      let verified = try receipt.verify(root: fixture.root.verifier)
      #expect(verified.checkpoint == fixture.checkpoint(tree))
      for held in trees {
        let small = min(tree.size, held.size)
        let large = tree.size < held.size ? held : tree
        let proof = MerkleTree.consistencyProof(from: small, to: large.size, from: large)
        _ = try receipt.verify(
          root: fixture.root.verifier, against: fixture.checkpoint(held), consistency: proof)
      }
    }
  }

  @Test("a log rewritten and signed again with the real key is caught by a kept checkpoint")
  func rewritten() throws {
    let fixture = try EvidenceFixture()
    let held = fixture.checkpoint(fixture.log(more: 4))
    var entries = (0..<10).map { SHA256.hash([UInt8($0)]) }
    entries[2] = SHA256.hash([99])
    let rewritten = MemoryTree(
      entries: entries + fixture.leaves.map(\.commitment)
        + (0..<4).map { SHA256.hash([UInt8($0), 1]) })
    let receipt = try fixture.upgraded(3, in: rewritten)
    _ = try receipt.verify(root: fixture.root.verifier)
    #expect(throws: ReceiptError.logRewritten) {
      try receipt.verify(root: fixture.root.verifier, against: held, consistency: [])
    }
    #expect(throws: ReceiptError.notInLogYet) {
      try fixture.receipt(3).verify(
        root: fixture.root.verifier, against: held, consistency: [])
    }
  }

  @Test("a wrong place in the log, or a checkpoint of another signer, is refused")
  func wrongLog() throws {
    let fixture = try EvidenceFixture()
    let tree = fixture.log(more: 3)
    var receipt = try fixture.upgraded(3, in: tree)
    let good = try #require(receipt.log)
    receipt.log = .init(checkpoint: good.checkpoint, index: 12, path: good.path)
    #expect(throws: ReceiptError.notInLog) { try receipt.verify(root: fixture.root.verifier) }
    let foreign = try SignedNote(text: good.checkpoint.text, signers: [fixture.ingest])
    receipt.log = .init(checkpoint: foreign, index: good.index, path: good.path)
    #expect(throws: ReceiptError.checkpoint(.notSigned)) {
      try receipt.verify(root: fixture.root.verifier)
    }
    let other = Checkpoint(origin: "other/audit", size: tree.size, root: tree.root)
    let wrongOrigin = try SignedNote(text: other.text, signers: [fixture.audit])
    receipt.log = .init(checkpoint: wrongOrigin, index: good.index, path: good.path)
    #expect(throws: ReceiptError.checkpoint(.badName)) {
      try receipt.verify(root: fixture.root.verifier)
    }
  }

  @Test("a file with any byte changed does not verify as it was")
  func tampered() throws {
    let fixture = try EvidenceFixture()
    let file = try fixture.upgraded(1, in: fixture.log(more: 3)).encoded()
    let good = try Receipt(file).verify(root: fixture.root.verifier)
    for index in file.indices {
      var changed = file
      changed[index] ^= 1
      let verified = try? Receipt(changed).verify(root: fixture.root.verifier)
      #expect(verified != good, "byte \(index)")
    }
  }

  @Test(
    "files of another form are refused",
    arguments: ["", "{}", "[]", #"{"format":"weir-receipt/2"}"#, "null"])
  func malformed(_ file: String) {
    #expect(throws: ReceiptError.malformed) { try Receipt(Array(file.utf8)) }
  }

  @Test("each member of the file is needed and typed")
  func members() throws {
    let fixture = try EvidenceFixture()
    let file = try fixture.upgraded(1, in: fixture.log(more: 3)).encoded()
    let object = try #require(try CanonicalJSON.decode(file).object)
    for member in object.members where member.name != "log" {
      for value: JSONValue? in [nil, .null, "?", .integer(-1), ["x"]] {
        // Any text may be a payload; whether it is the entry is for verification.
        if member.name == "payload", value == "?" { continue }
        var changed = object
        changed[member.name] = value
        #expect(throws: ReceiptError.malformed, "\(member.name)") {
          try Receipt(CanonicalJSON.encode(.object(changed)))
        }
      }
    }
    var withoutLog = object
    withoutLog["log"] = nil
    #expect(try Receipt(CanonicalJSON.encode(.object(withoutLog))).log == nil)
    withoutLog["log"] = ["index": 1]
    #expect(throws: ReceiptError.malformed) {
      try Receipt(CanonicalJSON.encode(.object(withoutLog)))
    }
  }
}

@Suite("Pseudonyms and statements")
struct PseudonymAndStatementTests {
  @Test("one person has one pseudonym under one key, and another under another")
  func pseudonyms() throws {
    let block = [UInt8](repeating: 1, count: 16)
    let key = HMACSHA256(key: [UInt8](repeating: 9, count: 32))
    let pseudonym = Pseudonym(of: block, key: key)
    #expect(pseudonym.text == "p-8d626ea23261af128ba09dea04241f31")
    #expect(Pseudonym(text: pseudonym.text) == pseudonym)
    #expect(Pseudonym(of: block, key: HMACSHA256(key: [1])) != pseudonym)
    #expect(Pseudonym(of: [UInt8](repeating: 2, count: 16), key: key) != pseudonym)
    for bad in [
      "", "p-", "p-00", pseudonym.text.uppercased(), pseudonym.text + "0",
      "q" + pseudonym.text.dropFirst(),
    ] {
      #expect(Pseudonym(text: bad) == nil)
    }
  }

  @Test("a signed decision holds for its bytes and its signer alone")
  func statements() throws {
    let key = try P256PrivateKey(random: SeededRandom(seed: 1))
    let other = try P256PrivateKey(random: SeededRandom(seed: 2))
    let statement = Statement(["action": "approve", "resource": "applications/A-1"])
    let signature = try statement.signature(by: key)
    let read = try Statement(bytes: statement.bytes)
    #expect(read == statement)
    try read.verify(signature, by: key.publicKey)
    #expect(throws: StatementError.badSignature) {
      try read.verify(signature, by: other.publicKey)
    }
    let changed = Statement(["action": "reject", "resource": "applications/A-1"])
    #expect(throws: StatementError.badSignature) {
      try changed.verify(signature, by: key.publicKey)
    }
    // The label keeps a signature over the bare bytes from passing as a decision.
    let bare = try key.sign(statement.bytes)
    #expect(throws: StatementError.badSignature) { try read.verify(bare, by: key.publicKey) }
    #expect(throws: StatementError.notCanonical(.notCanonical)) {
      try Statement(bytes: statement.bytes + [0x20])
    }
  }
}
