// Notices sent to a department's own address: signed, verified by another's program, once in effect, whatever goes away meanwhile.

import Boot
import Contracts
import Crypto
import Database
import Foundation
import GatewayHandlers
import GatewayStore
import Glibc
import Integrity
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// The example's receiver in Python, with a certificate and a folder of its own.
private struct Receiver {
  let folder: TemporaryFolder
  let place: HTTPPlace
  let trust: [UInt8]
  /// The node's evidence key, and another that is in no list.
  let key: Ed25519PrivateKey
  let keyName = KeyList.evidenceName("weir.test", service: "gateway")

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()

  init() throws {
    folder = try TemporaryFolder()
    let pki = try TestPKI()
    let identity = try pki.service("receiver")
    let port = try freePort()
    place = try #require(HTTPPlace("https://localhost:\(port)/weir"))
    trust = Array(pki.serviceRootPEM.utf8)
    key = try Ed25519PrivateKey(random: SystemRandom())
    let rootKey = try NoteSigner(
      name: KeyList.rootName("weir.test"), key: try Ed25519PrivateKey(random: SystemRandom()))
    let list = KeyList(
      domain: "weir.test", number: 1, issuedAt: pki.now,
      entries: [
        .init(
          verifier: try NoteVerifier(name: keyName, key: key.publicKey), notBefore: pki.now - 60)
      ])
    try FileManager.default.createDirectory(
      atPath: folder.path("kept"), withIntermediateDirectories: true)
    for (name, text) in [
      ("cert.pem", identity.chainPEM), ("key.pem", identity.privateKeyPEM),
      ("keys.note", try list.signed(by: rootKey).encoded),
      ("root.key", rootKey.verifier.text + "\n"),
    ] {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
  }

  /// Runs it; it is gone when the body has ended.
  ///
  /// - Parameter faults: `503` or `lost`, one a request; then it behaves.
  func run(faults: String = "", _ body: () async throws -> Void) async throws {
    let checkout = Self.root.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let files = ["cert.pem", "key.pem", "keys.note", "root.key"].map { folder.path($0) }
    let child = try ChildProcess(
      executable: checkout.appending(path: ".venv/bin/python").path,
      arguments: [
        Self.root.appending(path: "python/faulty_notices.py").path, place.port,
      ] + files + [place.text, folder.path("kept")], log: folder.path("log"),
      environment: ["FAULTS": faults])
    let failure: (any Error)?
    do {
      try await eventually("the receiver to listen", within: .seconds(30)) { listens(place) }
      try await body()
      failure = nil
    } catch { failure = error }
    kill(child.pid, SIGKILL)
    _ = await child.exitStatus()
    if let failure { throw failure }
  }

  /// What took effect, by the numbers of the notices, in order.
  func kept() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("kept"))
      .filter { $0.hasSuffix(".json") }.sorted()
  }

  func body(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: folder.path("kept/" + file))))
  }

  /// A line for each request: id, status, cause.
  func seen() -> [String] {
    let text = try? String(contentsOfFile: folder.path("kept/seen.log"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  func post(
    _ networks: [String] = ["127.0.0.0/8", "::1/128"], key: Ed25519PrivateKey? = nil,
    trust: [UInt8]? = nil
  ) throws -> SignedPost {
    try SignedPost(
      place, trust: trust ?? self.trust,
      within: try #require(NetworkBounds(permitting: networks)), key: key ?? self.key,
      keyName: keyName)
  }
}

private func listens(_ place: HTTPPlace) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = (UInt16(place.port) ?? 0).bigEndian
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

/// A port that nobody listens on at this moment.
private func freePort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  try withUnsafeMutablePointer(to: &address) {
    try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      try #require(bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0)
    }
  }
  return UInt16(bigEndian: address.sin_port)
}

@Suite("Notices sent to a department's own address", .timeLimit(.minutes(5 * patience)))
struct WebhookTests {
  private func tell(_ node: GatewayNode, _ resource: String) async throws {
    let payload: JSONObject = [
      "resource": .string(resource), "notice": .string("escalation"),
      "clock": .string("share.reply"), "due": .string("2026-02-25"),
      "article": .string("meizhou-public-2023/21.3b"),
      "department": .string("departments/civil-affairs"), "overdue_days": .integer(2),
      "authority": .string("departments/data-bureau"), "time": .integer(1),
      "actor": .string("departments/civil-affairs/persons/zhang"),
    ]
    try await node.store.database.write { try NoticeIntake.apply(payload, to: $0) }
  }

  private func hook(
    _ node: GatewayNode, _ post: SignedPost,
    report: @escaping @Sendable (String?) -> Void = { _ in }
  ) throws -> NoticeWebhook {
    NoticeWebhook(
      department: try #require(DepartmentCode("data-bureau")), target: post.place.text,
      domain: "weir.test", database: node.store.database
    ) {
      try await post.send($0.body, id: $0.id, now: systemNow())
    } report: {
      report($0)
    }
  }

  @Test(
    "another's program verifies each; what was refused or whose answer was lost comes again and counts once; a restart goes on",
    .enabled(if: hasPython))
  func delivered() async throws {
    let receiver = try Receiver()
    try await withNode { node in
      for number in 1...3 { try await tell(node, "applications/A-\(number)") }
      try await receiver.run(faults: "503,lost") { () async throws -> Void in
        let hook = try hook(node, receiver.post())
        // The first is refused for the moment; then it is taken, and the answer lost.
        await #expect(throws: (any Error).self) { try await hook.sendNext() }
        #expect(try receiver.kept().isEmpty)
        await #expect(throws: (any Error).self) { try await hook.sendNext() }
        #expect(try receiver.kept().count == 1)
        #expect(try await hook.sendNext() == 3)
        #expect(try receiver.kept().count == 3)
        #expect(try await hook.sendNext() == 0)
      }
      let seen = receiver.seen().map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
      #expect(seen.count == 5 && seen.allSatisfy { $0.hasSuffix(" 204") })
      #expect(Set(seen).count == 3)
      // Gone, and something happens; a process that is started anew knows how far it was.
      try await tell(node, "applications/A-4")
      let later = try hook(node, receiver.post())
      await #expect(throws: (any Error).self) { try await later.sendNext() }
      try await receiver.run { () async throws -> Void in
        #expect(try await later.sendNext() == 1)
      }
      #expect(try receiver.kept().count == 4)
      #expect(receiver.seen().count == 6)
    }
    let body = String(
      decoding: try receiver.body(try #require(receiver.kept().first)), as: UTF8.self)
    #expect(body.contains(#""resource":"applications/A-1""#) && body.contains(#""overdue_days":2"#))
    #expect(!body.contains("persons/"), "nothing personal goes out")
    #expect(try CanonicalJSON.decodeCanonical(Array(body.utf8)).object != nil)
  }

  @Test(
    "the running job repeats until it is taken, without anybody's help", .enabled(if: hasPython))
  func repeated() async throws {
    let receiver = try Receiver()
    try await withNode { node in
      try await tell(node, "applications/A-1")
      let told = Mutex<[String?]>([])
      let hook = try hook(node, receiver.post()) { fault in told.withLock { $0.append(fault) } }
      try await receiver.run(faults: "503,503") { () async throws -> Void in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await hook.run() }
          try await eventually("the notice", within: .seconds(60)) {
            try receiver.kept().count == 1
          }
          try await eventually("it to be told") { told.withLock { $0.count } == 2 }
          group.cancelAll()
        }
      }
      #expect(receiver.seen().count == 3)
      // Once that it fails, once that it works again.
      #expect(told.withLock { $0 } == ["HTTP 503", nil])
    }
  }

  @Test(
    "a signature that does not hold, a stranger's key, an old one: the receiver keeps nothing",
    .enabled(if: hasPython))
  func forged() async throws {
    let receiver = try Receiver()
    let stranger = try Ed25519PrivateKey(random: SystemRandom())
    let body = Array(#"{"id":"n/1"}"#.utf8)
    let old = Instant(milliseconds: systemNow().milliseconds - 3_600_000)
    try await receiver.run { () async throws -> Void in
      #expect(try await receiver.post(key: stranger).send(body, id: "n/1", now: systemNow()) == 403)
      #expect(try await receiver.post().send(body, id: "n/2", now: systemNow()) == 403)
      #expect(try await receiver.post().send(body, id: "n/1", now: old) == 403)
      #expect(try receiver.kept().isEmpty)
      #expect(try await receiver.post().send(body, id: "n/1", now: systemNow()) == 204)
    }
    #expect(
      receiver.seen().map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") } == [
        "the signature does not hold", "the id is another than the signed one",
        "signed too long ago", "",
      ])
  }

  @Test(
    "an address that is not listed, and a certificate of another authority, are not called",
    .enabled(if: hasPython))
  func bounds() async throws {
    let receiver = try Receiver()
    let foreign = Array(try TestPKI().serviceRootPEM.utf8)
    try await receiver.run { () async throws -> Void in
      for post in [
        try receiver.post([]), try receiver.post(["10.0.0.0/8"]), try receiver.post(trust: foreign),
      ] {
        await #expect(throws: HTTPError.self) {
          try await post.send([], id: "n/1", now: systemNow())
        }
      }
    }
    #expect(receiver.seen().isEmpty)
  }

  @Test(
    "of addresses that are not public only those listed may be called",
    arguments: [
      ("8.8.8.8", true), ("10.1.2.3", false), ("127.0.0.1", false), ("169.254.169.254", false),
      ("172.16.0.1", false), ("172.32.0.1", true), ("192.168.1.1", false), ("100.64.0.1", false),
      ("0.0.0.0", false), ("224.0.0.1", false), ("255.255.255.255", false), ("10.9.0.1", true),
      ("::1", false), ("fd00::1", false), ("fe80::1", false), ("2001:db9::1", true),
      ("::ffff:10.1.2.3", false), ("::ffff:8.8.8.8", true), ("::ffff:10.9.0.1", true),
    ])
  func networks(_ text: String, _ isPermitted: Bool) throws {
    let bounds = try #require(NetworkBounds(permitting: ["10.9.0.0/16"]))
    var bytes = [UInt8](repeating: 0, count: text.contains(":") ? 16 : 4)
    #expect(inet_pton(bytes.count == 16 ? AF_INET6 : AF_INET, text, &bytes) == 1)
    #expect(bounds.permits(bytes) == isPermitted)
    #expect(NetworkBounds(permitting: ["10.9.0.0/33"]) == nil)
    #expect(NetworkBounds(permitting: ["example.org/8"]) == nil)
  }
}

/// Whether `deploy/setup test` has put the packages for Python where tests find them.
private let hasPython = FileManager.default.fileExists(
  atPath: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".venv/bin/python")
    .path)
