// weir audit verify on folders as an auditor has them: what passes, and every way in which evidence breaks.

import Boot
import Contracts
import Crypto
import Foundation
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

/// An exported log of 300 entries on disk, beside the verifier's own root key, kept checkpoint and one receipt.
struct EvidenceFolder {
  let folder: TemporaryFolder
  let domain: String
  let root: NoteSigner
  let audit: NoteSigner
  let keys: SignedNote
  var entries: [[UInt8]]

  /// Every domain has keys of its own.
  init(_ domain: String = "weir.test") throws {
    let random = SeededRandom(seed: UInt64(domain.utf8.count))
    func signer(_ name: String) throws -> NoteSigner {
      try NoteSigner(name: name, key: try Ed25519PrivateKey(random: random))
    }
    folder = try TemporaryFolder()
    self.domain = domain
    root = try signer(KeyList.rootName(domain))
    audit = try signer(KeyList.auditName(domain))
    let share = try signer(KeyList.evidenceName(domain, service: "share"))
    keys = try KeyList(
      domain: domain, number: 1, issuedAt: 0,
      entries: [audit, share].map { KeyList.Entry(verifier: $0.verifier, notBefore: 0) }
    ).signed(by: root)
    let leaf = Leaf(["time": 1_709_524_800_000, "topic": "share.decision"], random: random)
    entries = (0..<300).map { SHA256.hash(Array("entry \($0)".utf8)) }
    entries[40] = leaf.commitment
    let origin = try #require(
      Origin(service: "share", replica: "r1", incarnation: random.bytes(16)))
    let commit = try #require(
      GroupCommit(origin: origin, first: 1, commitments: [leaf.commitment]))
    let receipt = commit.receipt(
      for: leaf, sequence: 1, note: try commit.group.signed(by: share), keys: keys)
    try Files.write(receipt.encoded(), to: path("receipt"), isPrivate: false)
    try Files.write(root.verifier.text + "\n", to: path("root.key"), isPrivate: false)
    try publish()
    try Files.write(try note().encoded, to: path("kept"), isPrivate: false)
  }

  func path(_ name: String) -> String { folder.path(name) }

  func note(by signer: NoteSigner? = nil) throws -> SignedNote {
    try Checkpoint(
      origin: audit.verifier.name, size: UInt64(entries.count),
      root: MemoryTree(entries: entries).root
    ).signed(by: signer ?? audit)
  }

  /// Writes all files as the entries make them, signed with the real key.
  func publish() throws {
    var files = TileBuilder.files(of: entries)
    files[LogCopy.checkpointPath] = Array(try note().encoded.utf8)
    files[LogCopy.keysPath] = Array(keys.encoded.utf8)
    for (name, bytes) in files { try write(bytes, name) }
  }

  func read(_ name: String) throws -> [UInt8] { try readBytes(path("log/" + name)) }

  func write(_ bytes: [UInt8], _ name: String) throws {
    let file = URL(fileURLWithPath: path("log/" + name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// Runs the program in a language.
  func verify(
    _ arguments: [String]? = nil, root: String? = nil, language: String = "en"
  ) async -> (exit: ProgramExit, errors: String) {
    let recorder = StreamRecorder()
    let log = ["--log", path("log"), "--last-checkpoint", path("kept")]
    let exit = await runWeir(
      recorder.surroundings(
        ["audit", "verify", "--root-key", root ?? path("root.key"), "--lang", language]
          + (arguments ?? log)))
    return (exit, recorder.errors)
  }

  /// Runs `weir audit prove` against a gateway that answers this.
  func prove(
    _ proof: AuditV1.InclusionProof, _ growth: AuditV1.ConsistencyProof
  ) async throws -> (exit: ProgramExit, errors: String) {
    let pki = try TestPKI()
    let (service, person) = (try pki.service("gateway"), try pki.person("li", department: "audit"))
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    func answer(_ method: String, _ message: [UInt8]) -> MethodHandler {
      MethodHandler(
        path: "/weir.audit.v1.Audit/" + method,
        implementation: .unary { _, _ in UnaryReply(message) })
    }
    let server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: TLSConfiguration(
          certificateChainPEM: Array(service.chainPEM.utf8),
          privateKeyPEM: Array(service.privateKeyPEM.utf8),
          trustRootsPEM: [Array(pki.departmentRootPEM.utf8)], clientCertificates: .required),
        onFault: { error, _, path in Issue.record("fault in \(path): \(error)") }),
      reactors: reactors,
      methods: [
        answer("GetInclusionProof", try proof.serialized()),
        answer("GetConsistencyProof", try growth.serialized()),
      ])
    let address = try await server.start()
    try Files.write(person.chainPEM, to: path("cert.pem"), isPrivate: false)
    try Files.write(person.privateKeyPEM, to: path("key.pem"), isPrivate: true)
    try Files.write(pki.serviceRootPEM, to: path("ca.pem"), isPrivate: false)
    let recorder = StreamRecorder()
    let exit = await runWeir(
      recorder.surroundings([
        "audit", "prove", path("receipt"), "--root-key", path("root.key"), "--last-checkpoint",
        path("kept"), "--gateway", "\(address)", "--cert", path("cert.pem"), "--key",
        path("key.pem"), "--ca", path("ca.pem"), "--lang", "en",
      ]))
    await server.stop()
    await reactors.shutdown()
    return (exit, recorder.errors)
  }

  /// Evidence is broken, and both languages say where.
  func expectBroken(
    _ places: String..., arguments: [String]? = nil, root: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    for language in ["en", "zh"] {
      let answer = await verify(arguments, root: root, language: language)
      #expect(answer.exit == .evidenceBroken, "\(answer.errors)", sourceLocation: sourceLocation)
      for place in places {
        #expect(answer.errors.contains(place), "\(answer.errors)", sourceLocation: sourceLocation)
      }
      let isChinese = answer.errors.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }
      #expect(isChinese == (language == "zh"), sourceLocation: sourceLocation)
    }
  }
}

@Suite("weir audit verify ends with 7 and says what broke and where")
struct AuditVerifyTests {
  @Test("a whole log and its receipt pass, and the kept checkpoint is renewed")
  func whole() async throws {
    var log = try EvidenceFolder()
    #expect(await log.verify().exit == .done)
    log.entries.append(SHA256.hash([1]))
    try log.publish()
    let both = ["--log", log.path("log"), "--receipt", log.path("receipt")]
    #expect(await log.verify(both + ["--last-checkpoint", log.path("kept")]).exit == .done)
    #expect(try readBytes(log.path("kept")) == log.read(LogCopy.checkpointPath))
    #expect(await log.verify(["--receipt", log.path("receipt")]).exit == .done)
  }

  @Test(
    "a truncated or missing tile or bundle", arguments: ["tile/0/000", "tile/entries/001.p/44"])
  func truncated(path: String) async throws {
    let log = try EvidenceFolder()
    try log.write(Array(log.read(path).dropLast(3)), path)
    await log.expectBroken(path)
    try FileManager.default.removeItem(atPath: log.path("log/" + path))
    await log.expectBroken(path)
  }

  @Test(
    "a changed leaf, and two that changed places: the kept checkpoint tells, and without it the entry is named"
  )
  func changed() async throws {
    var log = try EvidenceFolder()
    let good = log
    let alone = ["--log", log.path("log")]
    log.entries[17] = SHA256.hash([1])
    for (path, bytes) in TileBuilder.files(of: log.entries) where path.contains("entries") {
      try log.write(bytes, path)
    }
    await log.expectBroken("300")
    await log.expectBroken("300", "17", arguments: alone)
    log.entries = good.entries
    log.entries.swapAt(270, 290)
    for (path, bytes) in TileBuilder.files(of: log.entries) where path.contains("entries") {
      try log.write(bytes, path)
    }
    await log.expectBroken("300", "270", arguments: alone)
  }

  @Test("a hash tile that does not match the entries, at every level")
  func tiles() async throws {
    for path in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"] {
      let log = try EvidenceFolder()
      var bytes = try log.read(path)
      bytes[7] ^= 1
      try log.write(bytes, path)
      await log.expectBroken(path)
    }
  }

  @Test("a log rewritten and signed again with the real key: only the kept checkpoint tells")
  func rewritten() async throws {
    var log = try EvidenceFolder()
    log.entries[299] = SHA256.hash([1])
    log.entries.append(SHA256.hash([2]))
    try log.publish()
    let kept = try readBytes(log.path("kept"))
    await log.expectBroken("300")
    #expect(try readBytes(log.path("kept")) == kept)
    #expect(await log.verify(["--log", log.path("log")]).exit == .done)
    log.entries.removeLast(10)
    try log.publish()
    await log.expectBroken("291", "300")
  }

  @Test("another root, a forged checkpoint, a kept checkpoint of another key")
  func signatures() async throws {
    let log = try EvidenceFolder()
    let other = try EvidenceFolder("other.example")
    // Of another domain, and of the same domain with another key.
    await log.expectBroken("weir.test", root: other.path("root.key"))
    let stranger = try NoteSigner(
      name: log.root.verifier.name, key: try Ed25519PrivateKey(random: SystemRandom()))
    try Files.write(stranger.verifier.text, to: log.path("stranger.key"), isPrivate: false)
    await log.expectBroken(root: log.path("stranger.key"))
    let forger = try NoteSigner(
      name: log.audit.verifier.name, key: try Ed25519PrivateKey(random: SystemRandom()))
    let forged = try log.note(by: forger).encoded
    try Files.write(forged, to: log.path("kept"), isPrivate: false)
    await log.expectBroken()
    try log.write(Array(forged.utf8), LogCopy.checkpointPath)
    await log.expectBroken(arguments: ["--log", log.path("log")])
  }

  @Test("a receipt of another domain, a changed one, and one whose entry is not in the log")
  func receipts() async throws {
    var log = try EvidenceFolder()
    let other = try EvidenceFolder("other.example")
    let foreign = other.path("receipt")
    await log.expectBroken(foreign, "other.example", arguments: ["--receipt", foreign])
    let receipt = log.path("receipt")
    let text = String(decoding: try readBytes(receipt), as: UTF8.self)
    try Files.write(
      text.replacing("share.decision", with: "share.decisiom"), to: log.path("changed"),
      isPrivate: false)
    await log.expectBroken("changed", arguments: ["--receipt", log.path("changed")])
    try Files.write("{}", to: log.path("nothing"), isPrivate: false)
    await log.expectBroken("nothing", arguments: ["--receipt", log.path("nothing")])
    log.entries[40] = SHA256.hash([1])
    try log.publish()
    await log.expectBroken(
      receipt, arguments: ["--log", log.path("log"), "--receipt", receipt])
  }

  /// Gives the receipt its place in the log as it is published now.
  private func upgrade(_ log: EvidenceFolder, grownSince held: [[UInt8]]? = nil) throws {
    let verifier = LogVerifier(root: log.root.verifier)
    let copy = VerifierFiles.log(log.path("log"))
    var receipt = try verifier.upgrade(
      try Receipt(try readBytes(log.path("receipt"))), in: copy, try verifier.verify(copy))
    if let held {
      let proof = MerkleTree.consistencyProof(
        from: UInt64(held.count), to: UInt64(log.entries.count),
        from: MemoryTree(entries: log.entries))
      receipt.log?.grown = Receipt.Growth(since: UInt64(held.count), path: proof)
    }
    try Files.write(receipt.encoded(), to: log.path("receipt"), isPrivate: false)
  }

  @Test("a receipt alone is held against the kept checkpoint, by what it brings to join them")
  func receiptAndCheckpoint() async throws {
    var log = try EvidenceFolder()
    let arguments = ["--receipt", log.path("receipt"), "--last-checkpoint", log.path("kept")]
    // Nothing says where in the log it stands.
    #expect(await log.verify(arguments).exit == .usage)
    try upgrade(log)
    #expect(await log.verify(arguments).exit == .done)
    // A log of the same size that was rewritten, signed with the real key.
    let honest = log.entries
    log.entries[17] = SHA256.hash([1])
    try log.publish()
    try upgrade(log)
    await log.expectBroken(log.path("receipt"), arguments: arguments)
    // One that has grown, with and without the proof of it.
    log.entries = honest + [SHA256.hash([2])]
    try log.publish()
    try upgrade(log)
    let unproved = await log.verify(arguments)
    #expect(unproved.exit == .usage && unproved.errors.contains("--log"))
    try upgrade(log, grownSince: honest)
    #expect(await log.verify(arguments).exit == .done)
    // One that was rewritten and has grown.
    log.entries[17] = SHA256.hash([1])
    try log.publish()
    try upgrade(log, grownSince: honest)
    await log.expectBroken(log.path("receipt"), arguments: arguments)
    // A kept checkpoint that the log's key did not sign.
    let forger = try NoteSigner(
      name: log.audit.verifier.name, key: try Ed25519PrivateKey(random: SystemRandom()))
    try Files.write(try log.note(by: forger).encoded, to: log.path("kept"), isPrivate: false)
    await log.expectBroken(arguments: arguments)
  }

  @Test(
    "prove keeps what holds; a wrong answer leaves the receipt as it was",
    .timeLimit(.minutes(10 * patience)))
  func prove() async throws {
    var log = try EvidenceFolder()
    let held = log.entries.count
    log.entries.append(SHA256.hash([1]))
    let receipt = log.path("receipt")
    let before = try readBytes(receipt)
    for change in [0, 1, 2] {
      let tree = MemoryTree(entries: log.entries)
      var entries = log.entries
      // One more that was rewritten: of it the inclusion proof is good, and the growth is none.
      if change == 2 { entries[17] = SHA256.hash([9]) }
      let told = change == 2 ? MemoryTree(entries: entries) : tree
      let size = UInt64(entries.count)
      var other = log
      other.entries = entries
      let proof = AuditV1.InclusionProof(
        index: change == 1 ? 41 : 40, treeSize: Int64(size),
        path: MerkleTree.inclusionProof(index: 40, size: size, from: told),
        checkpoint: try other.note().encoded)
      let growth = AuditV1.ConsistencyProof(
        path: MerkleTree.consistencyProof(from: UInt64(held), to: size, from: told))
      let (exit, errors) = try await log.prove(proof, growth)
      if change == 0 {
        #expect(exit == .done, "\(errors)")
        let arguments = ["--receipt", receipt, "--last-checkpoint", log.path("kept")]
        #expect(await log.verify(arguments).exit == .done)
        try Files.write(before, to: receipt, isPrivate: false)
      } else {
        #expect(exit == .evidenceBroken && errors.contains(receipt), "\(errors)")
        #expect(try readBytes(receipt) == before)
      }
    }
  }

  @Test("an own file that is no key or checkpoint is wrong usage, not broken evidence")
  func usage() async throws {
    let log = try EvidenceFolder()
    try Files.write("nonsense", to: log.path("kept"), isPrivate: false)
    #expect(await log.verify().exit == .usage)
    #expect(await log.verify(["--log", log.path("log")], root: log.path("kept")).exit == .usage)
    #expect(await log.verify(["--receipt", log.path("missing")]).exit == .usage)
  }
}
