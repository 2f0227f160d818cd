// Floods beside HTTP/2's frames: messages of TLS, and calls that many callers cancel through one service.

import COpenSSL
import TestSupport
import Testing

@testable import RPC

@Suite("floods below HTTP/2, and through a service that passes calls on")
struct HostileLayerTests {
  @Test("a peer that changes its keys again and again is counted, told and left")
  func keyUpdates() async throws {
    let echo = try await EchoServer(threads: 1)
    let attacks = try await withBystander(of: echo) { target in
      let client = try RawPeer(target)
      client.send(Raw.preface)
      for _ in 0..<20_000 { client.changeKeys() }
      return client.readToEnd() != nil
    }
    #expect(attacks.last)
    let statistics = await echo.server.statistics()
    #expect(statistics.refusals == [.flood: attacks.count])
    #expect(statistics.controlFramesReceived >= 1000 * attacks.count)
    #expect(attacks.costInCalls <= 4000, "an attack costs as much as \(attacks.costInCalls) calls")
    await echo.shutdown()
  }

  @Test("keys may change, a few times, in the middle of calls")
  func fewKeyUpdates() async throws {
    let echo = try await EchoServer(threads: 1)
    let client = try RawPeer(echo)
    client.send(Raw.preface)
    for index in 0..<50 {
      let stream = UInt32(2 * index + 1)
      client.changeKeys()
      client.send(Raw.call(stream, "/test.Echo/Unary", [UInt8](repeating: 7, count: 40_000)))
      _ = try client.frames(ofStream: stream)
      client.send(Raw.windowUpdate(0, 40_005))
    }
    #expect(await echo.server.statistics().methods["/test.Echo/Unary"]?[.ok] == 50)
    await echo.shutdown()
  }

  @Test("what callers outside cancel does not cost the service that passes it on its connection")
  func cancelledThroughService() async throws {
    let inner = try await EchoServer(threads: 1, limits: .betweenServices)
    let reactors = ReactorGroup(threadCount: 1, seed: 3)
    let channel = try inner.channel(on: reactors)
    let outer = try await EchoServer(
      pki: inner.pki, threads: 1,
      fallback: .unary { message, context in
        try await channel.unary("/test.Echo/" + context.path.dropFirst(5), message)
      })
    let others = try outer.channel()
    async let waiting = others.unary(
      "/out/Gate", [7], CallOptions(timeout: .seconds(120) * patience))
    try await eventually("the bystander's call") { inner.events.count("gate reached") == 1 }
    // Each of them stays below what one connection may reset.
    for round in 1...3 {
      let attacker = try RawPeer(outer)
      let streams = (0..<600).map { UInt32(2 * $0 + 1) }
      attacker.send(Raw.preface + streams.flatMap { Raw.call($0, "/out/Wait", []) })
      try await eventually("the calls to arrive") {
        inner.events.count("wait began") == 600 * round
      }
      attacker.send(streams.flatMap { Raw.frame(3, 0, $0, Raw.number(8)) })
      try await eventually("the calls to be gone") {
        inner.events.count("wait cancelled") == 600 * round
      }
    }
    inner.events.gate.send()
    let reply = try await waiting
    #expect(reply.message == [7])
    #expect(await inner.server.statistics().refusals.isEmpty)
    #expect(await inner.server.statistics().resetsReceived >= 1800)
    #expect(await outer.server.statistics().refusals.isEmpty)
    await outer.shutdown()
    await inner.shutdown()
    await reactors.shutdown()
  }
}

extension RawPeer {
  /// Tells the other side that this one's key changes (RFC 8446 section 4.6.3), which it may as often as it likes.
  func changeKeys() {
    // Sound: the link owns the connection, and is used by this thread alone.
    SSL_key_update(link.ssl, SSL_KEY_UPDATE_NOT_REQUESTED)
    SSL_do_handshake(link.ssl)
  }
}
