// Witnesses: what they are asked, how they judge, and which of them must have signed (C2SP tlog-witness, tlog-policy).

import Crypto
import Integrity
import Testing

/// A log whose entries are numbers, and which can show another face.
private struct Faces {
  let signer: NoteSigner
  let tree: MemoryTree
  let other: MemoryTree

  init() throws {
    signer = try NoteSigner(
      name: "weir.test/audit",
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 3, count: 32)))
    let entries = (0..<40).map { SHA256.hash([UInt8($0)]) }
    tree = MemoryTree(entries: entries)
    // Another history from entry 10 on.
    other = MemoryTree(
      entries: entries.enumerated().map { $0 < 10 ? $1 : SHA256.hash($1) })
  }

  func checkpoint(_ size: UInt64, other isOther: Bool = false) -> Checkpoint {
    Checkpoint(
      origin: signer.verifier.name, size: size,
      root: MerkleTree.root(size: size, from: isOther ? other : tree))
  }

  func request(
    from old: UInt64, to size: UInt64, other isOther: Bool = false, signer: NoteSigner? = nil
  ) throws -> AddCheckpoint {
    let signer = signer ?? self.signer
    let checkpoint = Checkpoint(
      origin: signer.verifier.name, size: size, root: checkpoint(size, other: isOther).root)
    return AddCheckpoint(
      oldSize: old,
      proof: old <= size
        ? MerkleTree.consistencyProof(from: old, to: size, from: isOther ? other : tree) : [],
      note: try checkpoint.signed(by: signer))
  }

  func judge(_ request: AddCheckpoint, seen: UInt64?) throws -> Checkpoint {
    try request.judged(logs: [signer.verifier]) { _ in seen.map { checkpoint($0) } }
  }
}

@Suite("A witness signs what continues the one log that it has seen (C2SP tlog-witness)")
struct WitnessJudgementTests {
  @Test("a log that grows is signed, from nothing, in steps, and the same again")
  func grows() throws {
    let faces = try Faces()
    for (old, size) in [(0, 1), (0, 40), (1, 2), (7, 8), (10, 33), (12, 12), (0, 0)] {
      let (old, size) = (UInt64(old), UInt64(size))
      let judged = try faces.judge(
        try faces.request(from: old, to: size), seen: old == 0 ? nil : old)
      #expect(judged == faces.checkpoint(size), "\(old) to \(size)")
    }
  }

  @Test("what does not continue it is refused with the statuses of the protocol")
  func refusals() throws {
    let faces = try Faces()
    let stranger = try NoteSigner(
      name: "weir.test/audit",
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 4, count: 32)))
    let elsewhere = try NoteSigner(
      name: "other.test/audit",
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 3, count: 32)))
    let cases: [(AddCheckpoint, UInt64?, WitnessRefusal, Int)] = [
      (try faces.request(from: 0, to: 5, signer: elsewhere), nil, .unknownLog, 404),
      (try faces.request(from: 0, to: 5, signer: stranger), nil, .notSigned, 403),
      (try faces.request(from: 9, to: 5), 9, .malformed, 400),
      (try faces.request(from: 0, to: 20), 12, .otherSize(12), 409),
      (try faces.request(from: 20, to: 30), 12, .otherSize(12), 409),
      (try faces.request(from: 12, to: 30), nil, .otherSize(0), 409),
      (try faces.request(from: 12, to: 12, other: true), 12, .otherRoot(size: 12), 409),
      (try faces.request(from: 12, to: 30, other: true), 12, .notGrown(from: 12), 422),
      (
        AddCheckpoint(oldSize: 12, proof: [], note: try faces.request(from: 12, to: 30).note), 12,
        .notGrown(from: 12), 422
      ),
      (
        AddCheckpoint(
          oldSize: 0, proof: [SHA256.hash([])], note: try faces.request(from: 0, to: 30).note),
        nil, .notGrown(from: 0), 422
      ),
    ]
    for (request, seen, refusal, status) in cases {
      #expect(throws: refusal) { try faces.judge(request, seen: seen) }
      #expect(refusal.status == status)
    }
    // Before entry 10 both faces are one: nothing can be told yet.
    #expect(try faces.judge(faces.request(from: 8, to: 30, other: true), seen: 8).size == 30)
  }

  @Test("a request is read as it was written; every other shape is none")
  func form() throws {
    let request = try Faces().request(from: 7, to: 30)
    let body = request.body
    #expect(AddCheckpoint(body) == request)
    let text = String(decoding: body, as: UTF8.self)
    let hash = Base64.encode(SHA256.hash([]))
    for wrong in [
      "", "old 7", "old 07\n\n" + request.note.encoded, "old -1\n\n" + request.note.encoded,
      "new 7\n\n" + request.note.encoded, "old 7\n" + request.note.encoded, text + "x",
      "old 7\nxyz\n\n" + request.note.encoded, "old 7\n\n" + request.note.text,
      "old 7\n" + String(repeating: hash + "\n", count: 64) + "\n" + request.note.encoded,
    ] {
      #expect(AddCheckpoint(Array(wrong.utf8)) == nil, "\(wrong.prefix(40))")
    }
    #expect(AddCheckpoint(body + [0xff]) == nil)
  }
}

@Suite("A policy says whose cosignatures are enough (C2SP tlog-policy)")
struct WitnessPolicyTests {
  private static func signer(_ number: UInt8) throws -> CosignatureSigner {
    try CosignatureSigner(
      name: "witness.test/\(number)",
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: number, count: 32)))
  }

  private static func witnesses(_ count: UInt8) throws -> String {
    try (1...count).map { "witness w\($0) \(try signer($0).verifier.text)\n" }.joined()
  }

  /// A checkpoint that these have signed.
  private static func note(by numbers: [UInt8]) throws -> SignedNote {
    var note = try Faces().request(from: 0, to: 30).note
    for number in numbers { note.add(try signer(number).sign(note.text, time: 1_700_000_000)) }
    return note
  }

  @Test("two of three offices, and a foreign one besides, in groups of groups")
  func quorum() throws {
    let policy = try WitnessPolicy(
      text: "# three offices\n" + Self.witnesses(5)
        + "group offices\t2 w1 w2 w3\n  group foreign any w4 w5\n\n"
        + "group both all offices foreign\nquorum both\n")
    for (numbers, isEnough) in [
      ([1, 2, 4], true), ([2, 3, 5], true), ([1, 2, 3, 4, 5], true), ([1, 4, 5], false),
      ([1, 2, 3], false), ([], false), ([1, 1, 4], false),
    ] as [([UInt8], Bool)] {
      #expect(policy.isSatisfied(by: try Self.note(by: numbers)) == isEnough, "\(numbers)")
    }
  }

  @Test("a cosignature of another text, of another key or in another's name does not count")
  func forged() throws {
    let policy = try WitnessPolicy(text: Self.witnesses(1) + "quorum w1\n")
    #expect(policy.isSatisfied(by: try Self.note(by: [1])))
    var note = try Self.note(by: [])
    note.add(try Self.signer(1).sign(note.text + "x\n", time: 1))
    #expect(!policy.isSatisfied(by: note))
    let impostor = try CosignatureSigner(
      name: "witness.test/1", key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 9, count: 32))
    )
    note.add(try impostor.sign(note.text, time: 1))
    #expect(!policy.isSatisfied(by: note))
    // A line that does not hold takes nothing from one that does.
    note.add(try Self.signer(1).sign(note.text, time: 1))
    #expect(policy.isSatisfied(by: note))
  }

  @Test(
    "a policy that names logs is satisfied by those alone; one without a quorum asks for nobody")
  func logs() throws {
    let own = try Faces().signer.verifier.text
    let other = try NoteVerifier(
      name: "weir.test/audit",
      key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 8, count: 32)).publicKey)
    let none = try WitnessPolicy(text: "log \(own) https://log.test\nquorum none\n")
    #expect(!none.needsWitnesses)
    #expect(none.isSatisfied(by: try Self.note(by: [])))
    let foreign = try WitnessPolicy(text: "log \(other.text)\nquorum none\n")
    #expect(!foreign.isSatisfied(by: try Self.note(by: [])))
  }

  @Test("every wrong line is named")
  func malformed() throws {
    let two = try Self.witnesses(2)
    let log = try Faces().signer.verifier.text
    let cases: [(String, Int)] = [
      ("", 1), (two, 3), (two + "quorum w3\n", 3), (two + "quorum w1\nquorum w2\n", 4),
      (two + "group g 3 w1 w2\nquorum g\n", 3), (two + "group g 0 w1\nquorum g\n", 3),
      (two + "group g 1 w1 w1\nquorum g\n", 3), (two + "group w1 any w2\nquorum w1\n", 3),
      (two + "group none any w2\nquorum none\n", 3), (two + "quorum g\ngroup g any w1\n", 3),
      (two + "group a any w1\ngroup b any w1\nquorum a\n", 4), ("witness a b\nquorum none\n", 1),
      ("witness a \(log)\nquorum none\n", 1), ("log \(try Self.signer(1).verifier.text)\n", 1),
      (two + "witness w9 \(try Self.signer(1).verifier.text)\nquorum none\n", 3),
      ("quorum\n", 1), ("hello\n", 1),
    ]
    for (text, line) in cases {
      let error = #expect(throws: WitnessPolicyError.self, "\(text)") {
        try WitnessPolicy(text: text)
      }
      #expect(error?.line == line, "\(text)")
    }
  }

  @Test("the note of the specification's example is read, with the time of its cosignature")
  func example() throws {
    let note = try SignedNote(
      """
      example.com/behind-the-sofa
      20852163
      CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

      — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
      — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

      """)
    #expect(Checkpoint(text: note.text)?.size == 20_852_163)
    #expect(Cosignature(note.signatures[1].bytes)?.time == 1_679_315_147)
  }
}
