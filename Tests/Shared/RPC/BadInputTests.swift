// Peers that do not keep to the rules: random bytes, broken frames, lies about lengths, floods, and peers that just wait.

import Glibc
import TestSupport
import Testing

@testable import RPC

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
      let descriptor = try RawPeer.connect(echo)
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
      let client = try RawPeer(echo)
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
      let client = try RawPeer(echo)
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
    let client = try RawPeer(echo)
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
    let client = try RawPeer(echo)
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
    let client = try RawPeer(echo)
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
    limits.controlFrameBurst = 20
    limits.controlFramesPerSecond = 1
    let echo = try await EchoServer(limits: limits)
    let resetting = try RawPeer(echo)
    resetting.send(Raw.preface)
    for index in 0..<50 {
      let stream = UInt32(2 * index + 1)
      resetting.send(
        Raw.headers(stream, "/test.Echo/Bidi") + Raw.frame(3, 0, stream, [0, 0, 0, 8]))
    }
    #expect(resetting.readToEnd() != nil)
    let pinging = try RawPeer(echo)
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
    let silent = try RawPeer.connect(hasty)
    defer { close(silent) }
    try await eventually("the silent one to be refused") {
      hasty.events.count("refused: handshakeTimeout") == 1
    }
    await hasty.shutdown()

    limits = ServerLimits()
    limits.headersTimeout = .milliseconds(50)
    limits.requestTimeout = .milliseconds(50)
    let echo = try await EchoServer(limits: limits)
    let headers = try RawPeer(echo)
    headers.send(Raw.preface + Raw.headers(1, "/test.Echo/Unary", flags: 0))
    #expect(headers.readToEnd() != nil)
    #expect(echo.events.count("refused: headersTimeout") == 1)
    let request = try RawPeer(echo)
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
    let deaf = try RawPeer(echo)
    deaf.send(Raw.preface)
    #expect(deaf.readToEnd() != nil)
    #expect(echo.events.count("refused: keepaliveTimeout") == 1)
    await echo.shutdown()

    limits = ServerLimits()
    limits.keepaliveInterval = .milliseconds(20)
    limits.idleTimeout = .milliseconds(50)
    let other = try await EchoServer(limits: limits)
    let idle = try RawPeer(other)
    idle.send(Raw.preface)
    #expect(idle.readFrame(type: 7))
    await other.shutdown()
  }

  @Test("one connection too many is closed at once and counted")
  func connections() async throws {
    var limits = ServerLimits()
    limits.connections = 1
    let echo = try await EchoServer(limits: limits)
    let first = try RawPeer(echo)
    #expect(throws: (any Error).self) { try RawPeer(echo) }
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
    let client = try RawPeer(echo)
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
