// Peers that do not keep to the rules: random bytes, broken frames, lies about lengths, floods, and peers that just wait.

import Glibc
import TestSupport
import Testing

@testable import RPC

/// A client that speaks TLS properly and HTTP/2 as the test likes; blocking, with a limit on each wait.
private final class RawClient {
  let link: TLSLink
  private let descriptor: Int32

  init(_ echo: EchoServer) throws {
    let identity = try echo.pki.system("raw", department: "police")
    let context = try TLSContext(identity.tls(trusting: echo.pki.serviceRootPEM), forServer: false)
    descriptor = try Self.connect(echo)
    link = try #require(
      TLSLink(
        context, descriptor: descriptor, isServer: false, serverName: "127.0.0.1", isAddress: true))
    guard case .done = link.handshake() else { throw Failure.handshake }
  }

  deinit { close(descriptor) }

  enum Failure: Error { case handshake, connect }

  static func connect(_ echo: EchoServer) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let address = try #require(try Sockets.resolve(echo.address, numericOnly: true).get().first)
    guard address.lend({ Glibc.connect(descriptor, $0, $1) }) == 0 else { throw Failure.connect }
    return descriptor
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      var count = 0
      guard case .done = rest.withUnsafeBytes({ link.write($0, count: &count) }) else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Everything that comes until the server closes; `nil` when it does not.
  func readToEnd() -> [UInt8]? {
    var all: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      var count = 0
      switch link.read(into: buffer, count: &count) {
      case .done: all += buffer.prefix(count)
      case .waits: return nil
      case .failed: return all
      }
    }
  }

  /// Reads until a frame of this type has come.
  func readFrame(type: UInt8) -> Bool {
    var all: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      var index = 0
      while index + 9 <= all.count {
        if all[index + 3] == type { return true }
        let length = Int(all[index]) << 16 | Int(all[index + 1]) << 8 | Int(all[index + 2])
        index += 9 + length
      }
      var count = 0
      guard case .done = link.read(into: buffer, count: &count) else { return false }
      all += buffer.prefix(count)
    }
  }
}

/// HTTP/2 by hand (RFC 9113 section 4.1).
private enum Raw {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, [])
  static let endStream: UInt8 = 1
  static let endHeaders: UInt8 = 4

  static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8]
  {
    var bytes: [UInt8] = []
    for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift)) }
    bytes += [type, flags]
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: stream >> shift)) }
    return bytes + payload
  }

  /// Literal fields without indexing or Huffman coding (RFC 7541 section 6.2.2).
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in fields {
      bytes += [0, UInt8(name.utf8.count)]
      bytes += name.utf8
      bytes.append(UInt8(value.utf8.count))
      bytes += value.utf8
    }
    return bytes
  }

  static func headers(
    _ stream: UInt32, _ path: String, flags: UInt8 = endHeaders, also: [(String, String)] = []
  ) -> [UInt8] {
    frame(
      1, flags, stream,
      block(
        [
          (":method", "POST"), (":scheme", "https"), (":authority", "x"), (":path", path),
          ("te", "trailers"), ("content-type", "application/grpc"),
        ] + also))
  }
}

@Suite("bad input breaks nothing but its own call or connection")
struct BadInputTests {
  private func stillAnswers(_ echo: EchoServer) async throws {
    let reply = try await echo.channel().unary("/test.Echo/Unary", [42])
    #expect(reply.message == [42])
  }

  @Test("random bytes at the port", arguments: [1, 2, 3] as [UInt64])
  func randomBytes(_ seed: UInt64) async throws {
    let echo = try await EchoServer()
    var random = SplitMix(seed: seed)
    for _ in 0..<20 {
      let descriptor = try RawClient.connect(echo)
      let garbage = (0..<Int.random(in: 1...3000, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      _ = garbage.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
      close(descriptor)
    }
    try await eventually("every connection to be gone (seed \(seed))") {
      let statistics = await echo.server.statistics()
      return statistics.connectionsOpen == 0 && statistics.connectionsAccepted == 20
    }
    try await stillAnswers(echo)
    await echo.shutdown()
  }

  @Test(
    "random bytes inside TLS, with and without the preface", arguments: [1, 2, 3, 4] as [UInt64])
  func randomFrames(_ seed: UInt64) async throws {
    let echo = try await EchoServer()
    var random = SplitMix(seed: seed)
    for round in 0..<10 {
      let client = try RawClient(echo)
      if round % 2 == 0 { client.send(Raw.preface) }
      for _ in 0..<20 {
        let payload = (0..<Int.random(in: 0...200, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        client.send(
          Raw.frame(
            UInt8.random(in: 0...10, using: &random), UInt8.random(in: 0...255, using: &random),
            UInt32.random(in: 0...5, using: &random), payload))
      }
    }
    try await eventually("every connection to be gone (seed \(seed))") {
      await echo.server.statistics().connectionsOpen == 0
    }
    try await stillAnswers(echo)
    await echo.shutdown()
  }

  @Test("a frame cut off by the end of the connection, in the middle of a streaming call")
  func truncatedFrame() async throws {
    let echo = try await EchoServer()
    do {
      let client = try RawClient(echo)
      client.send(Raw.preface + Raw.headers(1, "/test.Echo/GateThenCollect"))
      client.send([0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0])
      try await eventually("the handler to run") { echo.events.count("gate reached") == 1 }
      withExtendedLifetime(client) {}
    }
    try await eventually("the connection to be gone") {
      await echo.server.statistics().connectionsOpen == 0
    }
    try await stillAnswers(echo)
    await echo.shutdown()
  }

  @Test(
    "lies about a message: cut short, too long, two, none, compressed, unknown flag",
    arguments: [
      [0, 0, 0, 0, 9, 1, 2], [0, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [],
      [1, 0, 0, 0, 1, 7], [9, 0, 0, 0, 1, 7], [0, 0, 0],
    ] as [[UInt8]])
  func lies(_ body: [UInt8]) async throws {
    let echo = try await EchoServer()
    let client = try RawClient(echo)
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Unary") + Raw.frame(0, Raw.endStream, 1, body))
    #expect(client.readFrame(type: 1))
    // The connection goes on with the next call.
    client.send(
      Raw.headers(3, "/test.Echo/Gate") + Raw.frame(0, Raw.endStream, 3, [0, 0, 0, 0, 0]))
    try await eventually("the next call to run") { echo.events.count("gate reached") == 1 }
    #expect(await echo.server.statistics().callsFailed == 1)
    echo.events.gate.send()
    await echo.shutdown()
  }

  @Test("a malformed grpc-timeout or binary header, or an unknown encoding, ends its call only")
  func badHeaders() async throws {
    let echo = try await EchoServer()
    let client = try RawClient(echo)
    client.send(Raw.preface)
    client.send(
      Raw.headers(1, "/test.Echo/Unary", also: [("grpc-timeout", "1 hour")])
        + Raw.frame(0, Raw.endStream, 1, [0, 0, 0, 0, 0]))
    client.send(
      Raw.headers(3, "/test.Echo/Unary", also: [("x-bin", "***")])
        + Raw.frame(0, Raw.endStream, 3, [0, 0, 0, 0, 0]))
    client.send(
      Raw.headers(5, "/test.Echo/Unary", also: [("grpc-encoding", "snappy")])
        + Raw.frame(0, Raw.endStream, 5, [0, 0, 0, 0, 0]))
    try await eventually("three calls to fail") {
      await echo.server.statistics().callsFailed == 3
    }
    try await stillAnswers(echo)
    await echo.shutdown()
  }

  @Test("a stream reset in the middle cancels its handler")
  func reset() async throws {
    let echo = try await EchoServer()
    let client = try RawClient(echo)
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Wait")
        + Raw.frame(0, Raw.endStream, 1, [0, 0, 0, 0, 0]))
    try await eventually("the handler to run") { echo.events.count("wait began") == 1 }
    client.send(Raw.frame(3, 0, 1, [0, 0, 0, 8]))
    try await eventually("the handler to be cancelled") {
      echo.events.count("wait cancelled") == 1
    }
    #expect(await echo.server.statistics().connectionsOpen == 1)
    await echo.shutdown()
  }

  @Test("rapid resets and floods of pings end the connection, not the server")
  func floods() async throws {
    var limits = ServerLimits()
    limits.resetBurst = 20
    limits.resetsPerSecond = 1
    let echo = try await EchoServer(limits: limits)
    let resetting = try RawClient(echo)
    resetting.send(Raw.preface)
    for index in 0..<50 {
      let stream = UInt32(2 * index + 1)
      resetting.send(
        Raw.headers(stream, "/test.Echo/Bidi") + Raw.frame(3, 0, stream, [0, 0, 0, 8]))
    }
    #expect(resetting.readToEnd() != nil)
    let pinging = try RawClient(echo)
    pinging.send(Raw.preface)
    for _ in 0..<50 { pinging.send(Raw.frame(6, 0, 0, [UInt8](repeating: 0, count: 8))) }
    #expect(pinging.readToEnd() != nil)
    #expect(echo.events.count("refused: flood") >= 2)
    try await stillAnswers(echo)
    await echo.shutdown()
  }

  @Test(
    "peers that only wait are let go: in the handshake, in a header block, in a request, in silence"
  )
  func waiting() async throws {
    var limits = ServerLimits()
    limits.handshakeTimeout = .milliseconds(50)
    let hasty = try await EchoServer(limits: limits)
    let silent = try RawClient.connect(hasty)
    defer { close(silent) }
    try await eventually("the silent one to be refused") {
      hasty.events.count("refused: handshakeTimeout") == 1
    }
    await hasty.shutdown()

    limits = ServerLimits()
    limits.headersTimeout = .milliseconds(50)
    limits.requestTimeout = .milliseconds(50)
    let echo = try await EchoServer(limits: limits)
    let headers = try RawClient(echo)
    headers.send(Raw.preface + Raw.headers(1, "/test.Echo/Unary", flags: 0))
    #expect(headers.readToEnd() != nil)
    #expect(echo.events.count("refused: headersTimeout") == 1)
    let request = try RawClient(echo)
    request.send(Raw.preface + Raw.headers(1, "/test.Echo/Unary") + Raw.frame(0, 0, 1, [0, 0]))
    #expect(request.readFrame(type: 1))
    #expect(await echo.server.statistics().callsFailed == 1)
    await echo.shutdown()
  }

  @Test("a peer that does not answer pings is gone; an idle one is asked to leave")
  func keepalive() async throws {
    var limits = ServerLimits()
    limits.keepaliveInterval = .milliseconds(30)
    limits.keepaliveTimeout = .milliseconds(30)
    let echo = try await EchoServer(limits: limits)
    let deaf = try RawClient(echo)
    deaf.send(Raw.preface)
    #expect(deaf.readToEnd() != nil)
    #expect(echo.events.count("refused: keepaliveTimeout") == 1)
    await echo.shutdown()

    limits = ServerLimits()
    limits.keepaliveInterval = .milliseconds(20)
    limits.idleTimeout = .milliseconds(50)
    let other = try await EchoServer(limits: limits)
    let idle = try RawClient(other)
    idle.send(Raw.preface)
    #expect(idle.readFrame(type: 7))
    await other.shutdown()
  }

  @Test("one connection too many is closed at once and counted")
  func connections() async throws {
    var limits = ServerLimits()
    limits.connections = 1
    let echo = try await EchoServer(limits: limits)
    let first = try RawClient(echo)
    #expect(throws: (any Error).self) { try RawClient(echo) }
    #expect(echo.events.count("refused: tooManyConnections") == 1)
    first.send(Raw.preface)
    #expect(await echo.server.statistics().connectionsOpen == 1)
    await echo.shutdown()
  }

  @Test(
    "what waits on one connection for its handlers is bounded: the stream that goes past it is refused"
  )
  func buffered() async throws {
    var limits = ServerLimits()
    limits.bufferedBytesPerConnection = 100_000
    let echo = try await EchoServer(limits: limits)
    let client = try RawClient(echo)
    client.send(Raw.preface)
    let part = [0, 0, 0x3D, 0x09, 0] + [UInt8](repeating: 1, count: 15_000)
    for index in 0..<10 {
      let stream = UInt32(2 * index + 1)
      client.send(Raw.headers(stream, "/test.Echo/Unary") + Raw.frame(0, 0, stream, part))
    }
    try await eventually("some to be refused") { await echo.server.statistics().callsFailed > 0 }
    #expect(await echo.server.statistics().callsFailed < 10)
    await echo.shutdown()
  }
}
