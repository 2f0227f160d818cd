// Witnesses as processes of their own: `weir witness` and one that is not ours, killed, lied to, and held to what they signed.

import Boot
import Crypto
import Foundation
import Glibc
import Integrity
import RPC
import Synchronization
import TestSupport
import Testing

@testable import WeirCLI

/// A witness's process and how to reach it.
final class WitnessProcess: Sendable {
  let key: NoteVerifier
  let url: String
  let trust: String
  private let child: ChildProcess

  /// Starts a program that prints a line of JSON with its address.
  private init(
    _ program: String, _ arguments: [String], log: String, trust: String, key: NoteVerifier?
  ) async throws {
    try? FileManager.default.removeItem(atPath: log)
    child = try ChildProcess(executable: program, arguments: arguments, log: log)
    var found: [String: Any] = [:]
    do {
      try await eventually("the witness to say where it listens", within: .seconds(30)) {
        guard let text = try? String(contentsOfFile: log, encoding: .utf8) else { return false }
        let whole = text.replacing("\n", with: " ")
        guard let end = whole.lastIndex(of: "}"), let start = whole.firstIndex(of: "{"),
          let object = try? JSONSerialization.jsonObject(with: Data(whole[start...end].utf8))
        else { return false }
        found = object as? [String: Any] ?? [:]
        return true
      }
    } catch {
      Glibc.kill(child.pid, SIGKILL)
      throw error
    }
    url = try #require(found["url"] as? String)
    self.key = try key ?? NoteVerifier(text: try #require(found["key"] as? String))
    self.trust = trust
  }

  /// `weir witness run` on a folder that `weir witness init` made.
  static func own(_ folder: String, port: UInt16 = 0) async throws -> WitnessProcess {
    try await WitnessProcess(
      builtProgram("weir"),
      [
        "witness", "run", "--data", folder, "--listen", "127.0.0.1:\(port)", "--output", "json",
        "--end-with-parent",
        "--lang", "en",
      ], log: folder + ".log", trust: folder + "/tls/ca.pem",
      key: try WitnessFolder(path: folder).publicKey())
  }

  /// The one in Python, with a certificate of a test's authority.
  static func foreign(log: NoteVerifier, in folder: TemporaryFolder) async throws -> WitnessProcess
  {
    let pki = try TestPKI()
    let identity = try pki.service("foreign")
    try Files.write(identity.chainPEM, to: folder.path("foreign.pem"), isPrivate: false)
    try Files.write(identity.privateKeyPEM, to: folder.path("foreign.key"), isPrivate: true)
    try Files.write(pki.serviceRootPEM, to: folder.path("foreign-ca.pem"), isPrivate: false)
    return try await WitnessProcess(
      Checkout.python,
      [
        Checkout.root.appending(path: "Tests/EndToEnd/python/foreign_witness.py").path,
        "foreign.example/w1", log.text, folder.path("foreign.pem"), folder.path("foreign.key"),
      ], log: folder.path("foreign.log"), trust: folder.path("foreign-ca.pem"), key: nil)
  }

  var port: UInt16 {
    get throws { try #require(HTTPPlace(url).flatMap { UInt16($0.port) }) }
  }

  func send(_ request: AddCheckpoint) async throws -> HTTPAnswer {
    let tls = TLSConfiguration(
      certificateChainPEM: [], privateKeyPEM: [], trustRootsPEM: [try readBytes(trust)])
    return try await httpExchange(
      try #require(HTTPPlace(url + "/add-checkpoint")), contentType: "text/plain", request.body,
      tls: try PlainTLSContext(tls, forServer: false))
  }

  /// - Returns: The cosignature, where the answer is one that holds.
  func cosignature(_ request: AddCheckpoint) async throws -> SignedNote.Signature? {
    let answer = try await send(request)
    guard answer.status == 200 else { return nil }
    let note = try SignedNote(
      request.note.text + "\n" + String(decoding: answer.body, as: UTF8.self))
    try note.verified(by: [key])
    return note.signatures.first
  }

  func kill() async {
    Glibc.kill(child.pid, SIGKILL)
    _ = await child.exitStatus()
  }

  func stop() async -> Int32 {
    Glibc.kill(child.pid, SIGTERM)
    return await child.exitStatus()
  }
}

/// What a witness acknowledged.
private final class Signed: Sendable {
  private let checkpoints = Mutex<[Checkpoint]>([])

  var all: [Checkpoint] { checkpoints.withLock { $0 } }
  func add(_ checkpoint: Checkpoint) { checkpoints.withLock { $0.append(checkpoint) } }
}

/// A log with two faces: alike up to entry 10, both under the real key.
private struct TwoFaces {
  let signer: NoteSigner
  private let trees: [MemoryTree]

  init(_ signer: NoteSigner? = nil) throws {
    self.signer =
      try signer
      ?? NoteSigner(
        name: "weir.test/audit", key: try Ed25519PrivateKey(random: SeededRandom(seed: 5)))
    let entries = (0..<400).map { SHA256.hash(Array("entry \($0)".utf8)) }
    trees = [
      MemoryTree(entries: entries),
      MemoryTree(entries: entries.enumerated().map { $0 < 10 ? $1 : SHA256.hash($1) }),
    ]
  }

  func checkpoint(_ size: UInt64, face: Int) -> Checkpoint {
    Checkpoint(
      origin: signer.verifier.name, size: size,
      root: MerkleTree.root(size: size, from: trees[face]))
  }

  func request(from old: UInt64, to size: UInt64, face: Int) throws -> AddCheckpoint {
    AddCheckpoint(
      oldSize: old, proof: MerkleTree.consistencyProof(from: old, to: size, from: trees[face]),
      note: try checkpoint(size, face: face).signed(by: signer))
  }
}

@Suite("A witness on its own machine (C2SP tlog-witness)", .serialized)
struct WitnessTests {
  private func initWitness(_ name: String, in folder: TemporaryFolder, log: String) async throws
    -> String
  {
    let path = folder.path(name)
    let made = await weir([
      "witness", "init", "--data", path, "--name", "witness.\(name).example", "--log-key", log,
      "--output", "json",
    ])
    #expect(made.exit == .done, "\(made.errors)")
    return path
  }

  @Test("two faces of one log: refused with 409 and 422, kept as proof, and told with exit code 7")
  func twoFaces() async throws {
    let folder = try TemporaryFolder()
    let faces = try TwoFaces()
    let path = try await initWitness("audit", in: folder, log: faces.signer.verifier.text)
    let again = await weir([
      "witness", "init", "--data", path, "--name", "x.example", "--log-key",
      faces.signer.verifier.text,
    ])
    #expect(again.exit == .usage)
    let witness = try await WitnessProcess.own(path)
    #expect(try await witness.cosignature(faces.request(from: 0, to: 20, face: 0)) != nil)
    #expect(await weir(["witness", "show", "--data", path]).exit == .done)
    let size = try await witness.send(faces.request(from: 0, to: 30, face: 0))
    #expect(size.status == 409 && size.contentType == "text/x.tlog.size")
    #expect(String(decoding: size.body, as: UTF8.self) == "20\n")
    #expect(try await witness.send(faces.request(from: 20, to: 20, face: 1)).status == 409)
    #expect(try await witness.send(faces.request(from: 20, to: 30, face: 1)).status == 422)
    #expect(try await witness.cosignature(faces.request(from: 20, to: 30, face: 0)) != nil)
    let shown = await weir(["witness", "show", "--data", path, "--output", "json"])
    #expect(shown.exit == .evidenceBroken && shown.output.contains("\"faces\": 2"), "\(shown)")
    // Both signed checkpoints of one size, side by side: proof for anybody.
    let files = try Files.names(in: path + "/faces").map { try readBytes("\(path)/faces/\($0)") }
    let proof = try #require(
      files.map { String(decoding: $0, as: UTF8.self) }.first {
        $0.contains("\n20\n") && !$0.contains("\n30\n")
      })
    #expect(proof.components(separatedBy: "weir.test/audit\n20\n").count == 3)
    #expect(await witness.stop() == 0)
    #expect(try String(contentsOfFile: path + ".log", encoding: .utf8).contains("FORK:"))
  }

  @Test(
    "one process at a time signs from a folder, by curl's HTTP as by ours, and nothing but POST /add-checkpoint is there"
  )
  func listener() async throws {
    let folder = try TemporaryFolder()
    let faces = try TwoFaces()
    let path = try await initWitness("data", in: folder, log: faces.signer.verifier.text)
    let witness = try await WitnessProcess.own(path)
    let second = await weir(["witness", "run", "--data", path, "--listen", "127.0.0.1:0"])
    #expect(second.exit == .usage && second.errors.contains("Another process"))
    let body = folder.path("body")
    try Files.write(
      try faces.request(from: 0, to: 5, face: 0).body, to: body, isPrivate: false)
    func curl(_ arguments: [String]) async throws -> String {
      try await runToEnd(
        "curl", ["-sS", "--cacert", witness.trust, "-w", " %{http_code}"] + arguments
      ).output
    }
    let signed = try await curl([
      "--data-binary", "@\(body)", witness.url + "/add-checkpoint", "--next", "-sS", "--cacert",
      witness.trust, "-w", " %{http_code} %{num_connects}", "--data-binary", "@\(body)",
      witness.url + "/add-checkpoint",
    ])
    #expect(signed.hasPrefix("— witness.data.example ") && signed.contains(" 200"), "\(signed)")
    // The same connection carried the second request; its old size is not the witness's any more.
    #expect(signed.hasSuffix("5\n 409 0"), "\(signed)")
    #expect(try await curl([witness.url + "/add-checkpoint"]) == " 405")
    #expect(try await curl([witness.url + "/"]) == " 404")
    #expect(try await curl(["--data", "x", witness.url + "/add-checkpoint"]).hasSuffix(" 400"))
    let large = folder.path("large")
    try Files.write([UInt8](repeating: 65, count: 100_000), to: large, isPrivate: false)
    #expect(
      try await curl(["--data-binary", "@\(large)", witness.url + "/add-checkpoint"]) == " 413")
    let chunked = [
      "-H", "Transfer-Encoding: chunked", "--data-binary", "@\(body)",
      witness.url + "/add-checkpoint",
    ]
    #expect(try await curl(chunked) == " 411")
    #expect(await witness.stop() == 0)
  }

  @Test(
    "killed at any moment while two faces race, it never signs both, and forgets nothing that it signed"
  )
  func killed() async throws {
    let folder = try TemporaryFolder()
    let faces = try TwoFaces()
    let path = try await initWitness("inspection", in: folder, log: faces.signer.verifier.text)
    var witness = try await WitnessProcess.own(path)
    let port = try witness.port
    let signed = Signed()
    for round in 0..<5 {
      let (current, begun) = (witness, signed.all.count)
      await withTaskGroup(of: Void.self) { group in
        for face in 0...1 {
          group.addTask { await Self.race(current, faces, face: face, signed) }
        }
        try? await eventually("some signatures", within: .seconds(60)) {
          signed.all.count >= begun + 5 + round
        }
        await current.kill()
      }
      witness = try await WitnessProcess.own(path, port: port)
      let seen = try #require(
        try WitnessFolder(path: path).seen("weir.test/audit").flatMap {
          Checkpoint(text: $0.text)
        })
      let largest = signed.all.map(\.size).max() ?? 0
      #expect(seen.size >= largest)
    }
    await witness.kill()
    let all = signed.all
    #expect(all.count >= 25)
    let faced = Set(all.filter { $0.size > 10 }.map { $0 == faces.checkpoint($0.size, face: 0) })
    #expect(faced.count == 1)
  }

  /// Shows one face, growing, until the witness is gone.
  private static func race(
    _ witness: WitnessProcess, _ faces: TwoFaces, face: Int, _ signed: Signed
  ) async {
    var old: UInt64 = 0
    while true {
      do {
        let size = min(old + 1, 400)
        let answer = try await witness.send(faces.request(from: old, to: size, face: face))
        switch answer.status {
        case 200:
          signed.add(faces.checkpoint(size, face: face))
          old = size
        case 409:
          let text = String(decoding: answer.body, as: UTF8.self).filter(\.isNumber)
          guard let size = UInt64(text) else { return }
          if old == size { old = min(size + 1, 400) } else { old = size }
        default: await Task.yield()
        }
      } catch {
        return
      }
    }
  }
}
