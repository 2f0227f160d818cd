// deploy/verify_receipt.py, which needs nothing but Python: it and we must judge every receipt alike.

import Crypto
import Foundation
import Integrity
import TestSupport
import Testing

private let script = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "deploy/verify_receipt.py").path

/// Runs the script isolated, without any package that is not Python's own.
private func python(_ arguments: [String]) throws -> ProgramEnd {
  try runBlocking("/usr/bin/python3", ["-I", "-S", script] + arguments)
}

/// One line of its answer.
private struct Verdict: Decodable {
  let file: String
  let holds: Bool
  let index: Int?
  let log_size: Int?
  let zh: String?
  let en: String?
}

/// Files for the script, and its verdicts.
private struct Desk {
  let folder: TemporaryFolder
  let keys: EvidenceFixture

  init() throws {
    folder = try TemporaryFolder()
    keys = try EvidenceFixture()
    try write(Array((keys.root.verifier.text + "\n").utf8), "root.key")
  }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: folder.path(name)))
    return folder.path(name)
  }

  func verdicts(_ files: [[UInt8]], _ options: [String] = []) throws -> [Verdict] {
    let paths = try files.enumerated().map { try write($1, "receipt-\($0)") }
    let end = try python(["--root-key", folder.path("root.key")] + options + paths)
    let verdicts = try end.output.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Verdict.self, from: Data($0))
    }
    #expect(verdicts.map(\.file) == paths, "\(String(decoding: end.errors, as: UTF8.self))")
    #expect(end.status == (verdicts.allSatisfy(\.holds) ? 0 : 7))
    return verdicts
  }

  /// Our own judgement of a file.
  func holds(_ file: [UInt8], held: SignedNote? = nil, policy: WitnessPolicy? = nil) -> Bool {
    let judge = LogVerifier(root: keys.root.verifier, policy: policy)
    guard let receipt = try? Receipt(file) else { return false }
    if let policy, policy.needsWitnesses {
      guard let log = receipt.log, (try? judge.requireWitnessed(log.checkpoint)) != nil else {
        return false
      }
    }
    guard let held else { return (try? receipt.verify(root: keys.root.verifier)) != nil }
    return (try? judge.verify(receipt, held: held)) != nil
  }
}

@Suite("A receipt is verified by Python's standard library alone (deploy/verify_receipt.py)")
struct ReceiptOracleTests {
  @Test(
    "its Ed25519 gives the published vectors of RFC 8032 section 7.1, and refuses their neighbours")
  func vectors() throws {
    let end = try python(["--self-test"])
    #expect(end.status == 0 && end.text.contains("\"vectors\": 4"))
  }

  @Test("whole receipts hold, with their place in the log")
  func whole() throws {
    let desk = try Desk()
    let tree = desk.keys.log(more: 200)
    let files = try (0..<5).map { try desk.keys.upgraded($0, in: tree).encoded() }
    let verdicts = try desk.verdicts(files)
    #expect(verdicts.allSatisfy { $0.holds && $0.log_size == 215 })
    #expect(verdicts.map(\.index) == [10, 11, 12, 13, 14])
    #expect(files.allSatisfy { desk.holds($0) })
    // The term of the key that signed has ended: without a place in the log nothing is believed, by neither.
    let early = desk.keys.receipt(1).encoded()
    #expect(try !desk.verdicts([early])[0].holds)
    #expect(!desk.holds(early))
  }

  @Test("every altered receipt is judged alike: bytes changed, cut, doubled and put elsewhere")
  func altered() throws {
    let seed: UInt64 = 1_123
    let random = SeededRandom(seed: seed)
    let desk = try Desk()
    let file = try desk.keys.upgraded(2, in: desk.keys.log(more: 40)).encoded()
    var altered: [[UInt8]] = []
    for _ in 0..<260 {
      var bytes = file
      let place = Int(random.uniform(below: UInt64(bytes.count)))
      switch random.uniform(below: 5) {
      case 0: bytes[place] ^= 1 << UInt8(random.uniform(below: 8))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(bytes[place], at: place)
      case 3: bytes.swapAt(place, Int(random.uniform(below: UInt64(bytes.count))))
      default: bytes[place] = UInt8(ascii: "0") + UInt8(random.uniform(below: 10))
      }
      altered.append(bytes)
    }
    let verdicts = try desk.verdicts(altered)
    for (bytes, verdict) in zip(altered, verdicts) {
      #expect(
        verdict.holds == desk.holds(bytes),
        "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(verdicts.count { !$0.holds } > 200)
    #expect(
      verdicts.allSatisfy { $0.holds || ($0.zh?.isEmpty == false && $0.en?.isEmpty == false) })
  }

  @Test("each part exchanged by itself is refused: payload, salt, sequence, paths, notes, keys")
  func exchanged() throws {
    let desk = try Desk()
    let tree = desk.keys.log(more: 9)
    let receipt = try desk.keys.upgraded(2, in: tree)
    let other = try desk.keys.upgraded(3, in: tree)
    func with(_ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
      var object = try #require(
        JSONSerialization.jsonObject(with: Data(receipt.encoded())) as? [String: Any])
      change(&object)
      return [UInt8](
        try JSONSerialization.data(withJSONObject: object, options: [.withoutEscapingSlashes]))
    }
    let foreign = try #require(
      JSONSerialization.jsonObject(with: Data(other.encoded())) as? [String: Any])
    var files = try ["payload", "salt", "sequence", "path", "log"].map { name in
      try with { $0[name] = foreign[name] }
    }
    files += [
      try with { $0["payload"] = " " + ($0["payload"] as? String ?? "") },
      try with { $0["note"] = $0["keys"] }, try with { $0["keys"] = $0["note"] },
      try with { $0["format"] = "weir-receipt/2" }, try with { $0["log"] = NSNull() },
      try with { $0["sequence"] = -1 }, try with { $0["path"] = [] },
      Array("{}".utf8), Array("[]".utf8), [], [0xff],
    ]
    #expect(try desk.verdicts(files).allSatisfy { !$0.holds })
    #expect(files.allSatisfy { !desk.holds($0) })
    // The same parts in another order, and one that nobody knows: as before.
    let same = try with { $0["remark"] = "filed" }
    #expect(try desk.verdicts([same])[0].holds)
  }

  @Test(
    "a rewritten log, a missing proof and a foreign root are told, and cosignatures are counted by the policy"
  )
  func held() throws {
    let desk = try Desk()
    let (small, large) = (desk.keys.log(more: 2), desk.keys.log(more: 30))
    let kept = try desk.keys.checkpoint(small).signed(by: desk.keys.audit)
    var receipt = try desk.keys.upgraded(2, in: large)
    receipt.log?.grown = .init(
      since: small.size,
      path: MerkleTree.consistencyProof(from: small.size, to: large.size, from: large))
    let option = ["--last-checkpoint", try desk.write(Array(kept.encoded.utf8), "kept")]
    #expect(try desk.verdicts([receipt.encoded()], option)[0].holds)
    #expect(desk.holds(receipt.encoded(), held: kept))
    let unjoined = try desk.keys.upgraded(2, in: large).encoded()
    #expect(try !desk.verdicts([unjoined], option)[0].holds)
    let rewritten = try Checkpoint(
      origin: desk.keys.audit.verifier.name, size: small.size, root: SHA256.hash([9])
    ).signed(by: desk.keys.audit)
    let foul = ["--last-checkpoint", try desk.write(Array(rewritten.encoded.utf8), "foul")]
    let verdict = try desk.verdicts([receipt.encoded()], foul)[0]
    #expect(!verdict.holds && verdict.en?.contains("rewritten") == true)
    #expect(!desk.holds(receipt.encoded(), held: rewritten))
  }

  @Test("cosignatures are counted as the policy says")
  func witnesses() throws {
    let desk = try Desk()
    let signers = try (1...3).map { number in
      try CosignatureSigner(
        name: "w\(number).example",
        key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: UInt8(40 + number), count: 32)))
    }
    let text =
      signers.enumerated().map { "witness w\($0) \($1.verifier.text)\n" }.joined()
      + "group two 2 w0 w1 w2\nquorum two\n"
    let policy = try WitnessPolicy(text: text)
    let option = ["--witness-policy", try desk.write(Array(text.utf8), "policy")]
    let tree = desk.keys.log(more: 7)
    for (present, isEnough) in [([0, 1], true), ([0, 2], true), ([1], false), ([], false)] {
      let plain = try desk.keys.upgraded(2, in: tree)
      let log = try #require(plain.log)
      var note = log.checkpoint
      for one in present { note.add(try signers[one].sign(note.text, time: 1_709_510_400)) }
      var receipt = plain
      receipt.log = .init(checkpoint: note, index: log.index, path: log.path)
      #expect(try desk.verdicts([receipt.encoded()], option)[0].holds == isEnough)
      #expect(desk.holds(receipt.encoded(), policy: policy) == isEnough)
    }
  }
}
