// Signed notes, checkpoints and cosignatures against C2SP and the reference implementation's example.

import Crypto
import Integrity
import Testing

@Suite("Signed notes are C2SP's")
struct SignedNoteTests {
  /// The example of golang.org/x/mod/sumdb/note.
  static let verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let seed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  static let text = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    """
  static let note =
    text
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

  private func signer(_ name: String, _ seed: UInt64) throws -> NoteSigner {
    try NoteSigner(name: name, key: try Ed25519PrivateKey(random: SeededRandom(seed: seed)))
  }

  @Test("the example of the reference implementation is read, verified and made again")
  func example() throws {
    let verifier = try NoteVerifier(text: Self.verifier)
    #expect(verifier.text == Self.verifier)
    #expect(Hex.encode(verifier.keyHash) == "c74f20a3")
    let note = try SignedNote(Self.note)
    #expect(note.text == Self.text)
    #expect(note.encoded == Self.note)
    #expect(try note.verified(by: [verifier]) == [verifier])
    let seed = try #require(Base64.decode(Self.seed)).dropFirst()
    let signer = try NoteSigner(
      name: "PeterNeumann", key: try Ed25519PrivateKey(rawBytes: Array(seed)))
    #expect(signer.verifier == verifier)
    #expect(try SignedNote(text: Self.text, signers: [signer]).encoded == Self.note)
  }

  @Test("unknown signatures are passed over, wrong ones of known keys are not")
  func manySignatures() throws {
    let one = try signer("one.example/log", 1)
    let two = try signer("two.example", 2)
    let note = try SignedNote(try SignedNote(text: "text\n", signers: [one, two]).encoded)
    #expect(note.signatures.map(\.name) == ["one.example/log", "two.example"])
    #expect(try note.verified(by: [two.verifier]) == [two.verifier])
    #expect(try note.verified(by: [two.verifier, one.verifier]).count == 2)
    let stranger = try signer("three.example", 3)
    #expect(throws: SignedNoteError.notSigned) { try note.verified(by: [stranger.verifier]) }
    #expect(throws: SignedNoteError.notSigned) { try note.verified(by: []) }
    // The same key under another name is another key.
    let renamed = try NoteVerifier(name: "one.example", key: one.verifier.key)
    #expect(throws: SignedNoteError.notSigned) { try note.verified(by: [renamed]) }
    let changed = try SignedNote(note.encoded.replacing("text\n", with: "test\n"))
    #expect(throws: SignedNoteError.badSignature(name: "two.example")) {
      try changed.verified(by: [two.verifier])
    }
  }

  @Test("a text may have empty lines; the signatures follow the last one")
  func emptyLines() throws {
    let signer = try signer("x", 4)
    let note = try SignedNote(text: "a\n\n— not a signature\n\nb\n", signers: [signer])
    let read = try SignedNote(note.encoded)
    #expect(read.text == note.text)
    try read.verified(by: [signer.verifier])
  }

  @Test(
    "notes of another form are refused",
    arguments: [
      "", "\n", "text\n", "text\n\n", "text\n— x AAAAAAA=\n", "text\n\n— x AAAAAAA=",
      "text\n\n- x AAAAAAA=\n", "text\n\n— x AAAAAAA\n", "text\n\n— x\n", "text\n\n—  AAAAAAA=\n",
      "text\n\n— x y AAAAAAA=\n", "text\n\n— x+y AAAAAAA=\n", "text\n\n— x AAAAAA==\n",
      "te\txt\n\n— x AAAAAAA=\n", "te\rxt\n\n— x AAAAAAA=\n", "text\r\n\n— x AAAAAAA=\n",
      "text\n\n— x AAAAAAA=\n\n", "\n\n— x AAAAAAA=\ny\n",
    ])
  func malformed(_ note: String) {
    #expect(throws: SignedNoteError.malformed) { try SignedNote(note) }
  }

  @Test("a hundred signatures are read and a hundred and one refused")
  func manyLines() throws {
    let line = "— x AAAAAAA=\n"
    let full = "text\n\n" + String(repeating: line, count: 100)
    #expect(try SignedNote(full).signatures.count == 100)
    #expect(throws: SignedNoteError.malformed) { try SignedNote(full + line) }
    let large = String(repeating: "a", count: SignedNote.sizeLimitBytes)
    #expect(throws: SignedNoteError.tooLarge(limitBytes: SignedNote.sizeLimitBytes)) {
      try SignedNote(large + "\n\n" + line)
    }
  }

  @Test(
    "texts that cannot be signed are refused",
    arguments: ["", "no newline", "tab\t\n", "return\r\n", "nul\0\n"])
  func unsignable(_ text: String) throws {
    let signer = try signer("x", 5)
    #expect(throws: SignedNoteError.malformed) { try SignedNote(text: text, signers: [signer]) }
  }

  @Test("names and keys of another form are refused")
  func keys() throws {
    let key = try Ed25519PrivateKey(random: SeededRandom(seed: 6))
    for name in ["", "a b", "a+b", "a\u{3000}b", "a\nb", "a\u{7f}"] {
      #expect(throws: SignedNoteError.badName) { try NoteSigner(name: name, key: key) }
    }
    let good = try NoteVerifier(name: "例/audit", key: key.publicKey)
    #expect(try NoteVerifier(text: good.text) == good)
    for text in [
      "", "x", "x+00000000", Self.verifier.replacing("c74f20a3", with: "c74f20a4"),
      Self.verifier.replacing("+ARpc", with: "+AxpC"), Self.verifier + "A",
      String(Self.verifier.dropLast(4)),
    ] {
      #expect(throws: SignedNoteError.badKey) { try NoteVerifier(text: text) }
    }
  }

  @Test("a witness's cosignature covers its time and the whole text")
  func cosignature() throws {
    let key = try Ed25519PrivateKey(random: SeededRandom(seed: 7))
    let witness = try NoteVerifier(
      name: "witness.example/w1", key: key.publicKey, algorithm: .cosignatureV1)
    let log = try signer("example.com/behind-the-sofa", 8)
    let checkpoint = Checkpoint(
      origin: "example.com/behind-the-sofa", size: 20_852_163,
      root: try #require(Base64.decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")))
    let note = try checkpoint.signed(by: log)
    let time: UInt64 = 1_679_315_147
    let bytes = try key.sign(Array("cosignature/v1\ntime \(time)\n\(note.text)".utf8))
    let line = Base64.encode(witness.keyHash + time.bigEndianBytes + bytes)
    let witnessed = try SignedNote(note.encoded + "— witness.example/w1 \(line)\n")
    #expect(try witnessed.verified(by: [witness, log.verifier]).count == 2)
    #expect(Cosignature(witnessed.signatures[1].bytes)?.time == time)
    let other = Base64.encode(witness.keyHash + (time + 1).bigEndianBytes + bytes)
    let forged = try SignedNote(note.encoded + "— witness.example/w1 \(other)\n")
    #expect(throws: SignedNoteError.badSignature(name: "witness.example/w1")) {
      try forged.verified(by: [witness])
    }
    #expect(Cosignature(Array(repeating: 0, count: 71)) == nil)
  }
}

@Suite("Checkpoints are C2SP tlog-checkpoint's")
struct CheckpointTests {
  static let text = """
    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    """

  @Test("the example of the specification is read and written")
  func example() throws {
    let checkpoint = try #require(Checkpoint(text: Self.text))
    #expect(checkpoint.origin == "example.com/behind-the-sofa")
    #expect(checkpoint.size == 20_852_163)
    #expect(checkpoint.text == Self.text)
    let extended = try #require(Checkpoint(text: Self.text + "more\n"))
    #expect(extended.extensions == ["more"])
    #expect(extended.text == Self.text + "more\n")
  }

  @Test(
    "texts of another form are refused",
    arguments: [
      "", "\n", "a\n1\n", "a\n1\nAAAA\n", "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
      "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
      "a\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
      "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
      "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
      "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nb\n",
      "a\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    ])
  func malformed(_ text: String) {
    #expect(Checkpoint(text: text) == nil)
  }

  @Test("a checkpoint under a key of another name is refused")
  func names() throws {
    let checkpoint = try #require(Checkpoint(text: Self.text))
    let key = try Ed25519PrivateKey(random: SeededRandom(seed: 1))
    let log = try NoteSigner(name: checkpoint.origin, key: key)
    let other = try NoteSigner(name: "example.com/other", key: key)
    let note = try checkpoint.signed(by: log)
    #expect(try Checkpoint(verifying: note, by: log.verifier) == checkpoint)
    #expect(throws: SignedNoteError.badName) { try checkpoint.signed(by: other) }
    let foreign = try SignedNote(text: checkpoint.text, signers: [other])
    #expect(throws: SignedNoteError.badName) {
      try Checkpoint(verifying: foreign, by: other.verifier)
    }
    #expect(throws: SignedNoteError.notSigned) {
      try Checkpoint(verifying: foreign, by: log.verifier)
    }
  }
}
