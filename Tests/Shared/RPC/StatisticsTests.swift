// What a server counts agrees with what was asked of it.

import Telemetry
import TestSupport
import Testing

@testable import RPC

@Suite("a server counts its calls by method and code, their time and their bytes")
struct StatisticsTests {
  private static let unary = "/test.Echo/Unary"

  /// What is counted of the methods, once so many calls have ended.
  private func counted(_ echo: EchoServer, calls: Int) async throws -> ServerStatistics {
    let latest = Box<ServerStatistics>()
    try await eventually("\(calls) calls to have ended") {
      latest.set(await echo.server.statistics())
      return latest.value?.methods.values.reduce(0) { $0 + $1.callsEnded } == calls
    }
    return latest.value ?? ServerStatistics()
  }

  @Test("each ended call once, under its method and its code")
  func calls() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    for _ in 0..<3 { _ = try await channel.unary(Self.unary, [1, 2, 3]) }
    _ = await status { try await channel.unary("/test.Echo/Fail", []) }
    _ = await status { try await channel.unary("/test.Echo/Fault", []) }
    let began = ContinuousClock.now
    _ = await status {
      try await channel.unary("/test.Echo/Wait", [], CallOptions(timeout: .milliseconds(20)))
    }
    try await channel.stream("/test.Echo/Bidi") { call in
      try await call.send([7])
      try await call.finishSending()
      while try await call.next() != nil {}
    }
    let statistics = try await counted(echo, calls: 7)
    let methods = statistics.methods
    #expect(methods[Self.unary]?[.ok] == 3)
    #expect(methods["/test.Echo/Fail"]?[.failedPrecondition] == 1)
    #expect(methods["/test.Echo/Fault"]?[.internal] == 1)
    #expect(methods["/test.Echo/Bidi"]?[.ok] == 1)
    // Either side may see the deadline first.
    let late = try #require(methods["/test.Echo/Wait"])
    #expect(late[.deadlineExceeded] + late[.cancelled] == 1)
    // The caller's time began before the server's.
    let waited = Int64(began.duration(to: .now) / .nanoseconds(1))
    #expect((1...waited).contains(Int64(late.durations.nanoseconds)))
    for method in methods.values { #expect(method.durations.count == Int64(method.callsEnded)) }
    #expect(statistics.queueTimes.count == 7)
    await echo.shutdown()
  }

  @Test("messages with their frames, under the method; everything inside TLS, under the server")
  func bytes() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let message = [UInt8](repeating: 7, count: 100_000)
    for _ in 0..<2 { _ = try await channel.unary(Self.unary, message) }
    let statistics = try await counted(echo, calls: 2)
    #expect(statistics.methods[Self.unary]?.bytesReceived == 200_010)
    #expect(statistics.methods[Self.unary]?.bytesSent == 200_010)
    for sum in [statistics.bytesReceived, statistics.bytesSent] {
      #expect((200_010..<210_000).contains(sum))
    }
    await echo.shutdown()
  }

  @Test("paths that name no method are one, however many there are")
  func unknown() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    for number in 0..<20 {
      let end = await status { try await channel.unary("/test.Echo/No\(number)", []) }
      #expect(end?.code == .unimplemented)
    }
    let statistics = try await counted(echo, calls: 20)
    #expect(statistics.methods.count == 1)
    #expect(statistics.methods[ServerStatistics.unknownMethod]?[.unimplemented] == 20)
    await echo.shutdown()
  }

  @Test("a call whose caller leaves counts as cancelled")
  func cancelled() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    try await channel.stream("/test.Echo/Flood") { call in _ = try await call.next() }
    let statistics = try await counted(echo, calls: 1)
    #expect(statistics.methods["/test.Echo/Flood"]?[.cancelled] == 1)
    await echo.shutdown()
  }

  @Test("what was counted stays when the server has drained, once, however often it is stopped")
  func afterDrain() async throws {
    let echo = try await EchoServer()
    let reactors = ReactorGroup(threadCount: 2, seed: 1)
    let channel = try echo.channel(on: reactors)
    for _ in 0..<3 { _ = try await channel.unary(Self.unary, [1]) }
    _ = await status { try await channel.unary("/test.Echo/Fail", []) }
    await echo.server.drain(timeout: .seconds(60))
    for _ in 0..<2 {
      let statistics = await echo.server.statistics()
      #expect(statistics.callsStarted == 4)
      #expect(statistics.callsFailed == 1)
      #expect(statistics.methods[Self.unary]?[.ok] == 3)
      #expect(statistics.queueTimes.count == 4)
      #expect(statistics.connectionsOpen == 0)
      #expect(statistics.heldBytes == 0)
      await echo.server.stop()
    }
    await reactors.shutdown()
    await echo.shutdown()
  }

  @Test("a call that its peer resets is one that failed")
  func resetByPeer() async throws {
    let echo = try await EchoServer(threads: 1)
    let client = try RawPeer(echo)
    client.send(Raw.preface + Raw.call(1, "/test.Echo/Wait", []))
    try await eventually("the handler to run") { echo.events.count("wait began") == 1 }
    client.send(Raw.frame(3, 0, 1, Raw.number(8)))
    let statistics = try await counted(echo, calls: 1)
    #expect(statistics.callsFailed == 1)
    #expect(statistics.methods["/test.Echo/Wait"]?[.cancelled] == 1)
    #expect(statistics.resetsReceived == 1)
    await echo.shutdown()
  }

  @Test("a call that takes no time counts as none")
  func noTime() async throws {
    let clock = ManualClock()
    let echo = try await EchoServer(threads: 1, clock: clock)
    let channel = try echo.channel()
    _ = try await channel.unary(Self.unary, [])
    let statistics = try await counted(echo, calls: 1)
    // The clock stands still.
    #expect(statistics.queueTimes.nanoseconds == 0)
    #expect(statistics.methods[Self.unary]?.durations.nanoseconds == 0)
    await echo.shutdown()
  }
}

@Suite("gRPC with JSON messages")
struct JSONMessageTests {
  @Test("a message goes through as it came, the handler knows, and a method without JSON refuses")
  func through() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let json = Array(#"{"a":1}"#.utf8)
    let reply = try await channel.unary("/test.Echo/JSON", json, CallOptions(isJSON: true))
    #expect(reply.message == json)
    _ = try await channel.unary("/test.Echo/JSON", json)
    #expect(echo.events.all == ["json", "protobuf"])
    for path in ["/test.Echo/Unary", "/test.Echo/Bidi"] {
      let end = await status { try await channel.unary(path, json, CallOptions(isJSON: true)) }
      #expect(end?.code == .unimplemented)
      #expect(end?.message == "\(path) does not answer JSON: call it with gRPC")
    }
    await echo.shutdown()
  }
}
