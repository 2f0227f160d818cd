// The evidence keys' list over the years: what was signed stays provable, what leaked does not.

import Crypto
import Integrity
import TestSupport
import Testing
import Vocabulary

@testable import Boot

@Suite("A later key list keeps what an earlier one said")
struct KeyFolderTests {
  private let folder: TemporaryFolder
  private let keys: KeyFolder
  private let random = SeededRandom(seed: 1)
  private let start = TestDatabase.noon
  private let services = ["audit", "share"]

  init() throws {
    folder = try TemporaryFolder()
    keys = KeyFolder(path: folder.path("pki"), domain: "weir.test")
    try keys.create(now: start, random: random)
    for service in services { try issue(service, now: start) }
    try keys.signKeyList(services: services, number: 1, now: start)
  }

  private func issue(_ service: String, now: Instant) throws {
    try keys.issueService(
      service, dnsNames: ["localhost"], ipAddresses: [], days: 30, now: now, random: random)
  }

  private func root() throws -> NoteVerifier {
    try NoteVerifier(
      text: String(try readText(keys.evidenceRootPublicKey).filter { !$0.isNewline }))
  }

  private func list() throws -> KeyList {
    try KeyList(verifying: try SignedNote(try readText(keys.keyList)), by: try root())
  }

  /// A receipt that Share signs now.
  private func receipt(_ payload: JSONValue) throws -> Receipt {
    let signer = try NoteSigner(
      name: KeyList.evidenceName("weir.test", service: "share"),
      key: try Ed25519PrivateKey(pem: try readText(keys.evidenceKey("share"))))
    let leaf = Leaf(payload, random: random)
    let origin = try #require(
      Origin(service: "share", replica: "r1", incarnation: random.bytes(16)))
    let commit = try #require(
      GroupCommit(origin: origin, first: 1, commitments: [leaf.commitment]))
    return commit.receipt(
      for: leaf, sequence: 1, note: try commit.group.signed(by: signer),
      keys: try SignedNote(try readText(keys.keyList)))
  }

  @Test("a second list keeps the first's terms, so that older receipts verify under it")
  func terms() throws {
    let receipt = try self.receipt(["time": .integer(start.milliseconds)])
    let first = try list()
    let later = start.adding(milliseconds: 90 * 86_400_000)
    try keys.signKeyList(services: services, number: 2, now: later)
    let second = try list()
    #expect(second.number == 2 && second.entries == first.entries)
    #expect(try receipt.verify(root: try root(), laterKeys: second).keys.number == 2)
  }

  @Test("a key that was replaced stays in the list, and its term ends with it")
  func replaced() throws {
    let receipt = try self.receipt(["time": .integer(start.milliseconds)])
    let timeless = try self.receipt([:])
    let late = start.adding(milliseconds: 40 * 86_400_000)
    let forged = try self.receipt(["time": .integer(late.milliseconds)])
    let old = try #require(try list().entries.last)
    Files.remove(keys.evidenceKey("share"))
    let replaced = start.adding(milliseconds: 30 * 86_400_000)
    try issue("share", now: replaced)
    try keys.signKeyList(services: services, number: 2, now: replaced)
    let second = try list()
    let name = KeyList.evidenceName("weir.test", service: "share")
    let terms = second.entries(named: name)
    #expect(terms.count == 2 && terms[0].notAfter == nil)
    #expect(
      terms[1].verifier == old.verifier && terms[1].notBefore == old.notBefore
        && terms[1].notAfter == replaced.milliseconds / 1_000)
    // What the old key says of its own time is not enough any more, and nothing at all even less.
    #expect(throws: ReceiptError.notInLogYet) {
      try receipt.verify(root: try root(), laterKeys: second)
    }
    for receipt in [timeless, forged] {
      #expect(throws: ReceiptError.keyOutOfTerm) {
        try receipt.verify(root: try root(), laterKeys: second)
      }
    }
    // The end of a term stands, whatever list comes after.
    try keys.signKeyList(
      services: services, number: 3, now: replaced.adding(milliseconds: 86_400_000))
    #expect(try list().entries(named: name) == terms)
  }

  @Test("a key whose term has ended is not listed anew")
  func ended() throws {
    let file = keys.evidenceKey("share")
    let old = try readBytes(file)
    Files.remove(file)
    try issue("share", now: start)
    try keys.signKeyList(services: services, number: 2, now: start)
    try Files.write(old, to: file, isPrivate: true)
    #expect(
      throws: KeyListError.termEnded(name: KeyList.evidenceName("weir.test", service: "share"))
    ) {
      try keys.signKeyList(services: services, number: 3, now: start)
    }
    #expect(try list().number == 2)
  }
}
