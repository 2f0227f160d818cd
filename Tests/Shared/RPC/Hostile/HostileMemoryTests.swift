// Peers that would have the server keep bytes for them: answers never taken, messages never finished, bombs, and lies.

import TestSupport
import Testing

@testable import RPC

@Suite("no peer makes a server hold more than its limits say")
struct HostileMemoryTests {
  private let noWindow = Raw.magic + Raw.settings([(4, 0)])

  private func calls(_ count: Int, _ path: String, _ content: [UInt8]) -> [UInt8] {
    (0..<count).flatMap { Raw.call(UInt32(2 * $0 + 1), path, content) }
  }

  @Test("answers to a peer that never opens its windows count, and are given up after a time")
  func unreadAnswers() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    client.send(noWindow + calls(100, "/test.Echo/Unary", [UInt8](repeating: 7, count: 50_000)))
    try await eventually("all answers to wait") {
      await echo.server.statistics().heldBytes >= 100 * 50_000
    }
    #expect(await echo.server.statistics().callsOpen == 100)
    clock.advance(by: .seconds(61))
    try await eventually("nothing to be held") {
      let statistics = await echo.server.statistics()
      return statistics.heldBytes == 0 && statistics.callsOpen == 0
    }
    #expect(try client.nextFrame(type: 3, stream: 199).number == 8)
    let statistics = await echo.server.statistics()
    #expect(statistics.callsStalled == 100)
    #expect(statistics.resetsSent == 100)
    await echo.shutdown()
  }

  @Test("a handler that writes to a peer that takes nothing is stopped")
  func unreadStream() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    client.send(noWindow + calls(1, "/test.Echo/Flood", []))
    try await eventually("the handler to wait") {
      await echo.server.statistics().heldBytes >= 64 << 10
    }
    clock.advance(by: .seconds(61))
    try await eventually("the handler to stop") { echo.events.count("flood stopped") == 1 }
    try await eventually("nothing to be held") { await echo.server.statistics().heldBytes == 0 }
    #expect(await echo.server.statistics().callsStalled == 1)
    await echo.shutdown()
  }

  @Test("a peer that takes nothing at all, and says something now and then, loses its connection")
  func deafPeer() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    let most: UInt32 = 0x7FFF_0000
    client.send(
      Raw.magic + Raw.settings([(4, most)]) + Raw.windowUpdate(0, most)
        + calls(1, "/test.Echo/Flood", []))
    // Until the buffers of both sockets are full, however long that takes.
    var stream: UInt32 = 1
    try await eventually("the connection to be gone") {
      let before = await echo.server.statistics()
      if before.connectionsOpen == 0 { return true }
      if before.callsOpen == 0 {
        // They were not: the system took a little more, the reset among it. Another call takes its place.
        stream += 2
        client.send(Raw.call(stream, "/test.Echo/Flood", []))
      }
      client.send(Raw.frame(2, 0, 9, [0, 0, 0, 0, 1]))
      try await eventually("the priority to be heard") {
        let now = await echo.server.statistics()
        return now.controlFramesReceived > before.controlFramesReceived || now.connectionsOpen == 0
      }
      // Half of what a ping waits for an answer, so that each has heard something and only the stall can end it.
      clock.advance(by: .seconds(10))
      return false
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.refusals[.stalled] == 1)
    #expect(statistics.heldBytes == 0)
    withExtendedLifetime(client) {}
    await echo.shutdown()
  }

  @Test("what one connection may hold bounds its answers too: past it calls are refused")
  func boundOfConnection() async throws {
    var limits = ServerLimits()
    limits.bufferedBytesPerConnection = 1_000_000
    let echo = try await EchoServer(threads: 1, limits: limits)
    let client = try RawPeer(echo)
    client.send(noWindow + calls(100, "/test.Echo/Unary", [UInt8](repeating: 7, count: 50_000)))
    try await eventually("all calls to be answered or refused") {
      let statistics = await echo.server.statistics()
      return statistics.callsStarted == 100 && statistics.callsShed >= 80
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.callsShed == statistics.callsFailed)
    #expect(statistics.heldBytes <= 1_000_000)
    #expect(statistics.heldBytes >= 800_000)
    await echo.shutdown()
  }

  @Test("all connections together have a bound, and who fills it leaves the others their share")
  func boundOfServer() async throws {
    var limits = ServerLimits()
    limits.bufferedBytes = 2_000_000
    let echo = try await EchoServer(threads: 2, limits: limits)
    let greedy = try (0..<3).map { _ in try RawPeer(echo) }
    for client in greedy {
      client.send(noWindow + calls(40, "/test.Echo/Unary", [UInt8](repeating: 7, count: 50_000)))
    }
    try await eventually("all calls to be answered or refused") {
      await echo.server.statistics().callsStarted == 120
    }
    try await eventually("many to be refused") { await echo.server.statistics().callsShed > 60 }
    #expect(await echo.server.statistics().heldBytes <= 2_000_000)
    // Half of the bound is shared by what is open: 250,000 bytes each.
    let channel = try echo.channel(on: ReactorGroup(threadCount: 1, seed: 1))
    let large = [UInt8](repeating: 1, count: 100_000)
    let reply = try await channel.unary("/test.Echo/Unary", large)
    #expect(reply.message == large)
    withExtendedLifetime(greedy) {}
    await echo.shutdown()
  }

  @Test("a length is a claim: a thousand calls that announce the most cost what they sent")
  func lyingLengths() async throws {
    let echo = try await EchoServer(threads: 1)
    let lies = (0..<900).flatMap { index -> [UInt8] in
      let stream = UInt32(2 * index + 1)
      return Raw.headers(stream, "/test.Echo/Unary") + Raw.frame(0, 0, stream, [0, 0, 64, 0, 0, 1])
    }
    // As many calls as the limits allow stand before the bystander's each time.
    let attacks = try await withBystander(of: echo, slowedBy: 100) { target in
      let client = try RawPeer(target)
      client.send(Raw.preface + lies)
      return Held([client])
    }
    try await eventually("all to have begun, and those before to be gone") {
      let statistics = await echo.server.statistics()
      return statistics.callsOpen == 900 && statistics.callsStarted >= 900 * attacks.count
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.heldBytes >= 900)
    #expect(statistics.heldBytes <= 900 * (20 << 10))
    attacks.last.end()
    try await eventually("nothing to be held") { await echo.server.statistics().heldBytes == 0 }
    await echo.shutdown()
  }

  @Test(
    "who may not call is refused before a long message is taken, a short one is not asked about")
  func earlyRefusal() async throws {
    let echo = try await EchoServer(threads: 1)
    let client = try RawPeer(echo)
    let long = [UInt8](repeating: 1, count: 10_000)
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Barred")
        + Raw.frame(0, 0, 1, [0, 0, 16, 0, 0] + long))
    #expect(try client.nextFrame(type: 1, stream: 1).endsStream)
    #expect(await echo.server.statistics().callsRefusedEarly == 1)
    #expect(echo.events.all == ["asked"])
    client.send(Raw.call(3, "/test.Echo/Barred", [1]))
    _ = try client.frames(ofStream: 3)
    #expect(echo.events.all == ["asked", "handled"])
    await echo.shutdown()
  }

  @Test("empty messages are not free: any number of them is as bounded as long ones")
  func emptyMessages() async throws {
    var limits = ServerLimits()
    limits.bufferedBytesPerConnection = 500_000
    let echo = try await EchoServer(threads: 1, limits: limits)
    let client = try RawPeer(echo)
    client.send(Raw.preface + Raw.headers(1, "/test.Echo/GateThenCollect"))
    let some = Raw.frame(0, 0, 1, [UInt8](repeating: 0, count: 5 * 1000))
    for _ in 0..<12 { client.send(some) }
    try await eventually("the call to be refused") {
      await echo.server.statistics().callsShed == 1
    }
    #expect(await echo.server.statistics().heldBytes < 500_000)
    echo.events.gate.send()
    await echo.shutdown()
  }

  @Test("gzip bombs are opened no further than many times what came, and held by nobody")
  func bombs() async throws {
    let echo = try await EchoServer(threads: 1)
    let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 4 << 20)))
    let framed = [1] + Raw.number(UInt32(bomb.count)) + bomb
    let attack = (0..<50).flatMap { index -> [UInt8] in
      let stream = UInt32(2 * index + 1)
      return Raw.headers(stream, "/test.Echo/Unary", also: [("grpc-encoding", "gzip")])
        + Raw.frame(0, 0, stream, Array(framed.prefix(16_000)))
        + Raw.frame(0, Raw.endStream, stream, Array(framed.dropFirst(16_000)))
    }
    let attacks = try await withBystander(of: echo) { target in
      let client = try RawPeer(target)
      client.send(Raw.preface + attack)
      for index in 0..<50 { _ = try client.frames(ofStream: UInt32(2 * index + 1)) }
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.callsFailed == 50 * attacks.count)
    #expect(statistics.callsOverInflated == 50 * attacks.count)
    #expect(statistics.heldBytes == 0)
    // An honest message, small and full of one letter, is no bomb.
    let reply = try await echo.channel().unary(
      "/test.Echo/Unary", [UInt8](repeating: 7, count: 1 << 20), CallOptions(compresses: true))
    #expect(reply.message.count == 1 << 20)
    #expect(bomb.count < 32_000)
    #expect(throws: FramingError.tooLong(128 * bomb.count + 1)) {
      try FramedMessage(received: bomb, isCompressed: true).content(limit: 4 << 20)
    }
    await echo.shutdown()
  }

  @Test("small bombs, too: what grows beyond all honesty has a budget of its connection")
  func smallBombs() async throws {
    // The budget does not refill.
    let echo = try await EchoServer(threads: 1, clock: ManualClock())
    let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 1 << 20)))
    func call(_ stream: UInt32, _ message: [UInt8]) -> [UInt8] {
      Raw.headers(stream, "/test.Echo/Collect", also: [("grpc-encoding", "gzip")])
        + Raw.frame(0, Raw.endStream, stream, [1] + Raw.number(UInt32(message.count)) + message)
    }
    let client = try RawPeer(echo)
    client.send(Raw.preface + (0..<100).flatMap { call(UInt32(2 * $0 + 1), bomb) })
    for index in 0..<100 { _ = try client.frames(ofStream: UInt32(2 * index + 1)) }
    var statistics = await echo.server.statistics()
    // Sixteen mebibytes, and of each sixteen times what came.
    let opened = (16 << 20) / (1 << 20 - 16 * bomb.count)
    #expect(statistics.methods["/test.Echo/Collect"]?[.ok] == opened)
    #expect(statistics.callsOverInflated == 100 - opened)
    #expect(statistics.callsFailed == 100 - opened)
    // What grows as texts do is served all the same, here and of course elsewhere.
    let honest = [UInt8](repeating: 7, count: 1000) + (0..<250).map { UInt8($0) }
    client.send(call(201, try #require(Gzip.compress(honest))))
    _ = try client.frames(ofStream: 201)
    let reply = try await echo.channel().unary(
      "/test.Echo/Unary", [UInt8](repeating: 7, count: 1 << 20), CallOptions(compresses: true))
    #expect(reply.message.count == 1 << 20)
    statistics = await echo.server.statistics()
    #expect(statistics.methods["/test.Echo/Collect"]?[.ok] == opened + 1)
    #expect(statistics.callsOverInflated == 100 - opened)
    await echo.shutdown()
  }

  @Test("a message in a stream that never gets whole ends its call")
  func slowMessage() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Collect") + Raw.frame(0, 0, 1, [0, 0, 0, 0, 9, 1]))
    try await eventually("the part to be held") { await echo.server.statistics().heldBytes > 0 }
    clock.advance(by: .seconds(61))
    #expect(try client.nextFrame(type: 1, stream: 1).endsStream)
    let statistics = await echo.server.statistics()
    #expect(statistics.callsStalled == 1)
    #expect(statistics.callsFailed == 1)
    await echo.shutdown()
  }

  @Test("a body that comes too slowly ends its unary call, and frees what it had sent")
  func slowBody() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let client = try RawPeer(echo)
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Unary")
        + Raw.frame(0, 0, 1, [0, 0, 1, 0, 0] + [UInt8](repeating: 0, count: 10_000)))
    try await eventually("the part to be held") {
      await echo.server.statistics().heldBytes > 10_000
    }
    clock.advance(by: .seconds(61))
    #expect(try client.nextFrame(type: 1, stream: 1).endsStream)
    try await eventually("nothing to be held") {
      // The headers are kept as long as the stream is.
      await echo.server.statistics().heldBytes < 4096
    }
    #expect(await echo.server.statistics().callsFailed == 1)
    await echo.shutdown()
  }
}
