// The small HTTPS server of a witness: limits on what a peer sends and on how slowly; and the client against it.

import Boot
import Glibc
import RPC
import TestSupport
import Testing

@Suite("A small HTTPS listener and its client (for witnesses)")
struct HTTPListenerTests {
  private let pki: TestPKI
  private let trust: PlainTLSContext

  init() throws {
    pki = try TestPKI()
    trust = try PlainTLSContext(
      TLSConfiguration(
        certificateChainPEM: [], privateKeyPEM: [], trustRootsPEM: [Array(pki.serviceRootPEM.utf8)]),
      forServer: false)
  }

  private func listener(timeLimitSeconds: Int = 30) throws -> HTTPListener {
    let identity = try pki.service("witness")
    var tls = TLSConfiguration(
      certificateChainPEM: Array(identity.chainPEM.utf8),
      privateKeyPEM: Array(identity.privateKeyPEM.utf8), trustRootsPEM: [])
    tls.clientCertificates = .none
    return try HTTPListener(
      Address(host: "127.0.0.1", port: 0), tls: try PlainTLSContext(tls, forServer: true),
      bodyLimit: 1_000, timeLimitSeconds: timeLimitSeconds
    ) { request in
      HTTPReply(status: 200, "\(request.method) \(request.path) \(request.body.count)")
    }
  }

  private func post(_ place: String, _ count: Int, _ tls: PlainTLSContext?) async throws
    -> HTTPAnswer
  {
    try await httpExchange(
      try #require(HTTPPlace(place)), contentType: "text/plain",
      [UInt8](repeating: 65, count: count), tls: tls)
  }

  @Test(
    "a body comes whole, one that is too large is told so, and an authority that is not trusted ends it"
  )
  func exchange() async throws {
    let listener = try listener()
    let place = "https://\(listener.address)/add"
    let answer = try await post(place, 1_000, trust)
    #expect(
      answer.status == 200 && String(decoding: answer.body, as: UTF8.self) == "POST /add 1000")
    #expect(try await post(place, 1_001, trust).status == 413)
    let other = try PlainTLSContext(
      TLSConfiguration(
        certificateChainPEM: [], privateKeyPEM: [],
        trustRootsPEM: [Array(try TestPKI().serviceRootPEM.utf8)]), forServer: false)
    await #expect(throws: HTTPError.self) { try await post(place, 1, other) }
    await #expect(throws: HTTPError.self) { try await post(place, 1, nil) }
    await #expect(throws: HTTPError.self) {
      try await post(place.replacing("127.0.0.1", with: "127.0.0.2"), 1, trust)
    }
    listener.stop()
    try await eventually("the listener to be gone") {
      do {
        _ = try await post(place, 1, trust)
        return false
      } catch { return true }
    }
  }

  @Test("who sends its request byte by byte is cut off, and others are served meanwhile")
  func slow() async throws {
    let listener = try listener(timeLimitSeconds: 1)
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = listener.address.port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let failure = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(failure == 0)
    let slow = try PlainTLS(trust, descriptor: descriptor, host: "127.0.0.1")
    #expect(try await post("https://\(listener.address)/a", 3, trust).status == 200)
    try await eventually("the slow one to be cut off", within: .seconds(20)) {
      do {
        try slow.write(Array("G".utf8))
        return false
      } catch { return true }
    }
    #expect(try await post("https://\(listener.address)/a", 3, trust).status == 200)
    listener.stop()
  }
}
