// Calls through the real core: unary and streaming, metadata, status, deadlines, cancellation, back-pressure.

import TestSupport
import Testing

@testable import RPC

extension Reactor {
  fileprivate var timerCount: Int { core.timers.count }
}

@Suite("a unary call")
struct UnaryCallTests {
  @Test(
    "carries a message both ways, of any size up to the limit",
    arguments: [0, 1, 5, 16_384, 65_536, 1 << 20, 4 << 20])
  func sizes(_ count: Int) async throws {
    let echo = try await EchoServer()
    let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let reply = try await echo.channel().unary("/test.Echo/Unary", message)
    #expect(reply.message == message)
    await echo.shutdown()
  }

  @Test("carries metadata, text and binary, and hands trailers back")
  func metadata() async throws {
    let echo = try await EchoServer()
    var options = CallOptions()
    options.metadata.append("x-echo", "a, b %")
    options.metadata.append("x-echo-bin", bytes: [0, 1, 254, 255])
    let reply = try await echo.channel().unary("/test.Echo/Unary", [1], options)
    #expect(reply.trailers["x-echo"] == "a, b %")
    #expect(reply.trailers.bytes("x-echo-bin") == [0, 1, 254, 255])
    await echo.shutdown()
  }

  @Test("that is refused ends with exactly the status that the handler threw")
  func refusal() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = await status { try await channel.unary("/test.Echo/Fail", []) }
    #expect(status?.code == .failedPrecondition)
    #expect(status?.message == "50 % nein, 没有 \n")
    #expect(status?.details == [8, 9])
    #expect(status?.trailers["weir-reason"] == "test.no")
    await echo.shutdown()
  }

  @Test("that meets a fault sees INTERNAL and a reference, and the fault is noted once")
  func fault() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = await status { try await channel.unary("/test.Echo/Fault", []) }
    #expect(status?.code == .internal)
    let reference = status?.trailers["weir-reference"] ?? ""
    #expect(reference.count > 8)
    #expect(status?.message == "an internal error; reference \(reference)")
    #expect(echo.events.all == ["fault: Unexpected() /test.Echo/Fault referenced"])
    await echo.shutdown()
  }

  @Test("to an unknown method is UNIMPLEMENTED, or goes to the fallback")
  func unknownMethod() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = await status { try await channel.unary("/test.Echo/Nothing", []) }
    #expect(status?.code == .unimplemented)
    await echo.shutdown()
    let other = try await EchoServer(
      fallback: .stream { requests, responses, context in
        while let message = try await requests.next() {
          try await responses.write(bytes(context.path) + message)
        }
        return Metadata()
      })
    let reply = try await other.channel().unary("/any/Path", bytes("!"))
    #expect(text(reply.message) == "/any/Path!")
    await other.shutdown()
  }

  @Test("past its deadline ends on both sides, and the handler's task is cancelled")
  func deadline() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    // On a busy machine the time may be over before the handler has begun: then once more.
    try await eventually("a handler to begin") {
      let status = await status {
        try await channel.unary("/test.Echo/Wait", [], CallOptions(timeout: .milliseconds(50)))
      }
      #expect(status?.code == .deadlineExceeded)
      return echo.events.count("wait began") > 0
    }
    try await eventually("the handlers to be cancelled") {
      echo.events.count("wait cancelled") == echo.events.count("wait began")
    }
    #expect(echo.events.count("has deadline") == echo.events.count("wait began"))
    await echo.shutdown()
  }

  @Test("with no time left fails at once")
  func noTime() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = await status {
      try await channel.unary("/test.Echo/Unary", [], CallOptions(timeout: .zero))
    }
    #expect(status?.code == .deadlineExceeded)
    await echo.shutdown()
  }

  @Test("whose task is cancelled is cancelled at the server, too")
  func cancellation() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = try await withThrowingTaskGroup(of: Status?.self) { group in
      group.addTask { await RPCTests.status { try await channel.unary("/test.Echo/Wait", []) } }
      try await eventually("the handler to begin") { echo.events.count("wait began") == 1 }
      group.cancelAll()
      return try await group.next() ?? nil
    }
    #expect(status?.code == .cancelled)
    try await eventually("the handler to be cancelled") { echo.events.count("wait cancelled") == 1 }
    await echo.shutdown()
  }

  @Test("larger than the limit is refused in either direction, and the connection lives on")
  func tooLarge() async throws {
    var limits = ServerLimits()
    limits.messageSizeBytes = 1000
    let echo = try await EchoServer(limits: limits)
    let channel = try echo.channel { $0.limits.messageSizeBytes = 2000 }
    let fits = try await channel.unary("/test.Echo/Unary", [UInt8](repeating: 1, count: 1000))
    #expect(fits.message.count == 1000)
    let tooLarge = await status {
      try await channel.unary("/test.Echo/Unary", [UInt8](repeating: 1, count: 1001))
    }
    #expect(tooLarge?.code == .resourceExhausted)
    let here = await status {
      try await channel.unary("/test.Echo/Unary", [UInt8](repeating: 1, count: 2001))
    }
    #expect(here?.code == .resourceExhausted)
    let narrow = try echo.channel { $0.limits.messageSizeBytes = 500 }
    let answer = await status {
      try await narrow.stream("/test.Echo/Flood") { try await $0.next() }
    }
    #expect(answer?.code == .resourceExhausted)
    _ = try await channel.unary("/test.Echo/Unary", [])
    await echo.shutdown()
  }

  @Test(
    "refused here for its size leaves no timer, which would hold its message until the deadline")
  func refusedHere() async throws {
    let echo = try await EchoServer()
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try echo.channel(on: reactors) { $0.limits.messageSizeBytes = 2000 }
    _ = try await channel.unary("/test.Echo/Unary", [])
    let before = await reactors.reactors[0].timerCount
    for _ in 0..<3 {
      let refused = await status {
        try await channel.unary(
          "/test.Echo/Unary", [UInt8](repeating: 1, count: 2001),
          CallOptions(timeout: .seconds(60)))
      }
      #expect(refused?.code == .resourceExhausted)
    }
    #expect(await reactors.reactors[0].timerCount == before)
    await channel.shutdown()
    await reactors.shutdown()
    await echo.shutdown()
  }

  @Test("with too large headers is refused")
  func largeHeaders() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    var options = CallOptions()
    options.metadata.append("x", String(repeating: "y", count: 17 << 10))
    let status = await status { try await channel.unary("/test.Echo/Unary", [], options) }
    #expect(status?.code == .resourceExhausted)
    await echo.shutdown()
  }

  @Test("costs no connection of its own: many calls at once share one for each reactor")
  func reuse() async throws {
    var limits = ServerLimits()
    // A call that ends in order costs no reset either.
    limits.controlFrameBurst = 5
    limits.controlFramesPerSecond = 0
    let echo = try await EchoServer(limits: limits)
    let channel = try echo.channel()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for index in 0..<500 {
        group.addTask {
          try await channel.unary("/test.Echo/Unary", [UInt8](repeating: 0, count: index))
            .message.count
        }
      }
      var sum = 0
      for try await count in group { sum += count }
      #expect(sum == 500 * 499 / 2)
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.connectionsAccepted <= 2)
    #expect(statistics.callsStarted == 500)
    #expect(statistics.callsFailed == 0)
    await echo.shutdown()
  }
}

@Suite("a streaming call")
struct StreamingCallTests {
  @Test("echoes messages of both directions in order, and ends with trailers")
  func bidirectional() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    try await channel.stream("/test.Echo/Bidi") { stream in
      for index in 0..<200 {
        try await stream.send(bytes("message \(index)"))
        #expect(text(try await stream.next()) == "message \(index)")
      }
      try await stream.finishSending()
      #expect(try await stream.next() == nil)
      #expect(try await stream.trailers()["x-end"] == "all echoed")
    }
    await echo.shutdown()
  }

  @Test("collects what a client streams")
  func clientStreaming() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let sum = try await channel.stream("/test.Echo/Collect") { stream in
      for _ in 0..<300 { try await stream.send([UInt8](repeating: 1, count: 20_000)) }
      try await stream.finishSending()
      return text(try await stream.next())
    }
    #expect(sum == "6000000")
    await echo.shutdown()
  }

  @Test("streams answers, with headers before the first")
  func serverStreaming() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    try await channel.stream("/test.Echo/Expand") { stream in
      try await stream.send(bytes("1000"))
      try await stream.finishSending()
      #expect(try await stream.headers()["x-count"] == "1000")
      for index in 0..<1000 { #expect(text(try await stream.next()) == "item \(index)") }
      #expect(try await stream.next() == nil)
    }
    await echo.shutdown()
  }

  @Test("that fails after two messages delivers both, then the status")
  func lateFailure() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = await status {
      try await channel.stream("/test.Echo/FailAfterTwo") { stream in
        #expect(try await stream.next() == [1])
        #expect(try await stream.next() == [2])
        return try await stream.next()
      }
    }
    #expect(status?.code == .aborted)
    #expect(status?.details == [1])
    await echo.shutdown()
  }

  @Test("that its caller leaves is cancelled at the server")
  func leaving() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    try await channel.stream("/test.Echo/Flood") { stream in _ = try await stream.next() }
    try await eventually("the handler to stop") { echo.events.count("flood stopped") == 1 }
    #expect(echo.events.count("written") < 1000)
    await echo.shutdown()
  }

  @Test("past its deadline ends for a handler that waits for the next message")
  func deadline() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let status = await status {
      try await channel.stream("/test.Echo/Bidi", CallOptions(timeout: .milliseconds(50))) {
        try await $0.next()
      }
    }
    #expect(status?.code == .deadlineExceeded)
    try await eventually("no call to be open") { await echo.server.statistics().callsOpen == 0 }
    await echo.shutdown()
  }

  @Test("goes on in both directions at once, from two tasks")
  func bothDirections() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    let received = try await channel.stream("/test.Echo/Bidi") { stream in
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask {
          for _ in 0..<500 { try await stream.send([UInt8](repeating: 3, count: 30_000)) }
          try await stream.finishSending()
          return 0
        }
        group.addTask {
          var sum = 0
          while let message = try await stream.next() { sum += message.count }
          return sum
        }
        return try await group.reduce(0, +)
      }
    }
    #expect(received == 15_000_000)
    await echo.shutdown()
  }

  /// Waits until `count` stands still while fifty other calls go all the way to the server and back on the same threads.
  private func stall(_ channel: Channel, _ count: () -> Int) async throws -> Int {
    try await eventually("the sender to stall") {
      let before = count()
      for _ in 0..<50 { _ = try await channel.unary("/test.Echo/Unary", []) }
      return before > 0 && count() == before
    }
    return count()
  }

  @Test("makes a caller wait while the handler does not read, with bounded buffers")
  func requestBackPressure() async throws {
    let echo = try await EchoServer(threads: 1)
    let channel = try echo.channel()
    let size = 32 << 10
    let sum = try await channel.stream("/test.Echo/GateThenCollect") { stream in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for _ in 0..<500 {
            try await stream.send([UInt8](repeating: 1, count: size))
            echo.events.note("sent")
          }
          try await stream.finishSending()
        }
        let stalled = try await stall(channel) { echo.events.count("sent") }
        // The server's window, both queues, and a few frames on their way.
        let limits = ServerLimits()
        #expect(stalled * size <= limits.streamWindowBytes + limits.outgoingQueueBytes + 4 * size)
        echo.events.gate.send()
        try await group.waitForAll()
      }
      return text(try await stream.next())
    }
    #expect(sum == String(500 * size))
    await echo.shutdown()
  }

  @Test("makes a handler wait while the caller does not read, with bounded buffers")
  func answerBackPressure() async throws {
    let echo = try await EchoServer(threads: 1)
    let channel = try echo.channel()
    let count = try await channel.stream("/test.Echo/Flood") { stream in
      let stalled = try await stall(channel) { echo.events.count("written") }
      let limits = ServerLimits()
      #expect(
        stalled * (64 << 10) <= limits.streamWindowBytes + limits.outgoingQueueBytes + 256 << 10)
      var count = 0
      while try await stream.next() != nil { count += 1 }
      return count
    }
    #expect(count == 1000)
    #expect(echo.events.count("flood done") == 1)
    await echo.shutdown()
  }
}
