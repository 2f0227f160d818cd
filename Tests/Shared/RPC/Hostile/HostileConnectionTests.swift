// Floods of connections, handshakes that do not go on, and peers that hang up halfway.

import Glibc
import TestSupport
import Testing

@testable import RPC

@Suite("connections cost a server no more than its limits say, and leave room for others")
struct HostileConnectionTests {
  private static let alert: [UInt8] = [21, 3, 3, 0, 2, 2, 80]

  @Test("handshakes under way are bounded for each address; one more gets an alert")
  func handshakesOfAddress() async throws {
    var limits = ServerLimits()
    limits.handshakesPerAddress = 10
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, limits: limits, clock: clock)
    let silent = try (0..<10).map { _ in try RawPeer.connect(echo, from: "127.0.0.2") }
    try await eventually("all to be there") {
      await echo.server.statistics().connectionsSettingUp == 10
    }
    let tooMany = try RawPeer.connect(echo, from: "127.0.0.2")
    var told = [UInt8](repeating: 0, count: 16)
    #expect(recv(tooMany, &told, told.count, 0) == 7)
    #expect(Array(told.prefix(7)) == Self.alert)
    // Another address is served, and so is this one when the time of those is over.
    _ = try await echo.channel().unary("/test.Echo/Unary", [])
    clock.advance(by: .seconds(11))
    try await eventually("the silent ones to be gone") {
      await echo.server.statistics().refusals[.handshakeTimeout] == 10
    }
    _ = try RawPeer(echo, from: "127.0.0.2")
    #expect(await echo.server.statistics().refusals[.tooManyHandshakes] == 1)
    for descriptor in silent + [tooMany] { close(descriptor) }
    await echo.shutdown()
  }

  @Test("handshakes under way are bounded for all: the oldest gives way, so an honest peer gets in")
  func handshakesOfAll() async throws {
    var limits = ServerLimits()
    limits.handshakes = 8
    let echo = try await EchoServer(threads: 1, limits: limits)
    let silent = try (0..<40).map { _ in try RawPeer.connect(echo, from: "127.0.0.2") }
    try await eventually("most to give way") {
      await echo.server.statistics().refusals[.tooManyHandshakes] == 32
    }
    _ = try await echo.channel().unary("/test.Echo/Unary", [])
    let statistics = await echo.server.statistics()
    #expect(statistics.connectionsSettingUp <= 8)
    #expect(statistics.connectionsAccepted >= 41)
    for descriptor in silent { close(descriptor) }
    await echo.shutdown()
  }

  @Test("connections of one certificate are bounded, and one more is told so; others get in")
  func connectionsOfPeer() async throws {
    var limits = ServerLimits()
    limits.connectionsPerPeer = 2
    let echo = try await EchoServer(threads: 1, limits: limits)
    let identity = try echo.pki.system("greedy", department: "police")
    let held = try (0..<2).map { _ in try RawPeer(echo, as: identity) }
    for client in held {
      client.send(Raw.preface)
      try client.nextFrame(type: 4)
    }
    let tooMany = try RawPeer(echo, as: identity)
    tooMany.send(Raw.preface)
    let farewell = try tooMany.nextFrame(type: 7)
    #expect(farewell.payload[7] == 11)
    let words = text(Array(farewell.payload.dropFirst(8)))
    #expect(words == "more than 2 connections of one peer")
    let refused = await status {
      try await echo.channel(as: identity).unary(
        "/test.Echo/Unary", [], CallOptions(timeout: .seconds(60)))
    }
    #expect(
      refused?.message.contains("more than 2 connections of one peer") == true,
      "\(refused?.message ?? "")")
    _ = try await echo.channel().unary("/test.Echo/Unary", [])
    #expect(await echo.server.statistics().refusals[.tooManyOfOnePeer, default: 0] >= 2)
    withExtendedLifetime(held) {}
    await echo.shutdown()
  }

  @Test("a storm of connections does not keep others waiting, and is counted")
  func storm() async throws {
    var limits = ServerLimits()
    limits.handshakesPerAddress = 20
    let echo = try await EchoServer(threads: 1, limits: limits)
    let attacks = try await withBystander(of: echo) { target in
      let storm = try (0..<300).map { _ in try RawPeer.connect(target, from: "127.0.0.2") }
      for descriptor in storm { close(descriptor) }
    }
    try await eventually("the storm to be counted, and over") {
      let seen = await echo.server.statistics()
      return seen.connectionsAccepted + seen.connectionsRefused >= 300 * attacks.count + 1
        && seen.connectionsOpen <= 1
    }
    #expect(await echo.server.statistics().connectionsRefused > 0)
    await echo.shutdown()
  }

  @Test("a storm of whole handshakes leaves others their turns, and is counted")
  func handshakeStorm() async throws {
    let echo = try await EchoServer(threads: 1)
    let identity = try echo.pki.system("storm", department: "police")
    let attacks = try await withBystander(of: echo) { target in
      for _ in 0..<10 {
        let client = try RawPeer(target, as: identity)
        client.send(Raw.preface)
        try client.nextFrame(type: 4)
      }
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.connectionsAccepted == 10 * attacks.count + 1)
    #expect(statistics.handshakesFailed == 0)
    try await eventually("the storm to be over") {
      await echo.server.statistics().connectionsOpen <= 1
    }
    await echo.shutdown()
  }

  @Test("a listener that cannot accept tries again after a pause, and not before")
  func acceptFails() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    // It does not listen: epoll says at once, and always, that something is there; accepting fails.
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    await echo.reactors.reactors[0].listen(descriptor, for: echo.server.core, on: echo.reactors)
    for count in 1...3 {
      try await eventually("an attempt") { await echo.server.statistics().acceptsFailed == count }
      _ = try await echo.channel().unary("/test.Echo/Unary", [])
      #expect(await echo.server.statistics().acceptsFailed == count)
      clock.advance(by: .milliseconds(101))
    }
    await echo.shutdown()
  }

  @Test("a peer that hangs up halfway ends its calls")
  func halfClosed() async throws {
    let echo = try await EchoServer(threads: 1)
    let client = try RawPeer(echo)
    client.send(Raw.preface + Raw.call(1, "/test.Echo/Wait", []))
    try await eventually("the handler to run") { echo.events.count("wait began") == 1 }
    client.closeHalf()
    try await eventually("the handler to be cancelled") {
      echo.events.count("wait cancelled") == 1
    }
    #expect(client.readToEnd() != nil)
    #expect(await echo.server.statistics().connectionsOpen == 0)
    await echo.shutdown()
  }

  @Test("a stream that its peer never ends is reset a second after its answer")
  func streamLeftOpen() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    client.send(Raw.preface + Raw.headers(1, "/test.Echo/Nothing"))
    #expect(try client.nextFrame(type: 1, stream: 1).endsStream)
    clock.advance(by: .seconds(2))
    #expect(try client.nextFrame(type: 3, stream: 1).number == 0)
    #expect(await echo.server.statistics().resetsSent == 1)
    await echo.shutdown()
  }

  @Test("a header block that does not end costs its connection")
  func slowHeaders() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    client.send(Raw.preface + Raw.headers(1, "/test.Echo/Unary", flags: 0))
    try client.nextFrame(type: 4)
    try await eventually("the block to be begun") {
      await echo.server.statistics().callsOpen == 1
    }
    clock.advance(by: .seconds(11))
    #expect(client.readToEnd() != nil)
    #expect(await echo.server.statistics().refusals == [.headersTimeout: 1])
    await echo.shutdown()
  }
}
