// Calls that are sent again: by policy, by the server's word, when refused unseen; and when they are not.

import Synchronization
import TestSupport
import Testing

@testable import RPC

/// Counts the attempts that a server sees.
final class AttemptCount: Sendable {
  private let count = Mutex(0)
  func next() -> Int {
    count.withLock {
      $0 += 1; return $0
    }
  }
  var value: Int { count.withLock { $0 } }
}

@Suite("a failed call is sent again where the policy says so, and never once its answer has begun")
struct RetryTests {
  private static let path = "/test.Flaky/Call"

  /// Echoes what comes, after `body` has had its say.
  private func server(
    _ attempts: AttemptCount,
    _ body: @escaping @Sendable (Int, ResponseWriter) async throws -> Void
  ) async throws -> EchoServer {
    try await EchoServer(
      fallback: .stream { requests, responses, _ in
        let attempt = attempts.next()
        var messages: [[UInt8]] = []
        while let message = try await requests.next() { messages.append(message) }
        try await body(attempt, responses)
        for message in messages { try await responses.write(message) }
        return Metadata()
      })
  }

  private func channel(
    _ echo: EchoServer, _ policy: RetryPolicy?, throttling: RetryThrottling? = nil
  ) throws -> Channel {
    try echo.channel(on: echo.reactors) { configuration in
      configuration.defaultTimeout = .seconds(120) * patience
      configuration.service.methods = [MethodConfig("/test.Flaky/", retry: policy)]
      configuration.service.throttling = throttling
    }
  }

  private static let quick = RetryPolicy(
    maximumAttempts: 3, initialBackoff: .milliseconds(1), maximumBackoff: .milliseconds(2))

  @Test(
    "as often as the policy says, and then the last status counts",
    arguments: [(0, 1, true), (2, 3, true), (3, 3, false)])
  func attempts(_ failures: Int, _ expected: Int, _ succeeds: Bool) async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { attempt, _ in
      if attempt <= failures { throw Status(.unavailable, "attempt \(attempt)") }
    }
    let channel = try channel(echo, Self.quick)
    if succeeds {
      let reply = try await channel.unary(Self.path, [7])
      #expect(reply.message == [7])
    } else {
      let end = await status { try await channel.unary(Self.path, [7]) }
      #expect(end?.message == "attempt 3")
    }
    #expect(attempts.value == expected)
    await echo.shutdown()
  }

  @Test(
    "not for another code, not without a policy, not after headers, not against the server's word")
  func notAgain() async throws {
    for (code, policy, sendsHeaders, pushback) in [
      (StatusCode.aborted, Self.quick, false, nil), (.unavailable, nil, false, nil),
      (.unavailable, Self.quick, true, nil), (.unavailable, Self.quick, false, "-1"),
    ] as [(StatusCode, RetryPolicy?, Bool, String?)] {
      let attempts = AttemptCount()
      let echo = try await server(attempts) { _, responses in
        if sendsHeaders { try await responses.sendHeaders(Metadata()) }
        var trailers = Metadata()
        if let pushback { trailers.append("grpc-retry-pushback-ms", pushback) }
        throw Status(code, "no", trailers: trailers)
      }
      let channel = try channel(echo, policy)
      let end = await status { try await channel.unary(Self.path, []) }
      #expect(end?.code == code)
      #expect(attempts.value == 1)
      await echo.shutdown()
    }
  }

  @Test("where no replica can be reached the call waits its backoff and tries again")
  func unreachable() async throws {
    let pki = try TestPKI()
    let gone = try await EchoServer(pki: pki, host: "127.0.7.3")
    await gone.shutdown()
    let clock = ManualClock()
    let reactors = clock.reactors(1)
    let channel = try gone.channel(on: reactors) { configuration in
      configuration.serverName = "localhost"
      configuration.service.methods = [
        MethodConfig(
          "/test.Echo/Unary",
          retry: RetryPolicy(initialBackoff: .seconds(60), maximumBackoff: .seconds(60)))
      ]
    }
    // Without a policy a call fails at once, and so the channel knows that nobody is there.
    let end = await status { try await channel.unary("/test.Echo/WhoAmI", []) }
    #expect(end?.code == .unavailable)
    let patient = CallOptions(timeout: .seconds(1_000_000))
    async let reply = channel.unary("/test.Echo/Unary", [7], patient)
    let back = try await EchoServer(
      pki: pki, port: gone.address.port, host: gone.address.host)
    // In steps far below the time that a connection may take to be made: it needs real time, which a sanitizer stretches.
    try await eventually("the call to arrive") {
      clock.advance(by: .milliseconds(250))
      return await back.server.statistics().callsStarted == 1
    }
    #expect(try await reply.message == [7])
    await back.shutdown()
    await reactors.shutdown()
  }

  @Test("the server's pushback stands before the policy's backoff")
  func pushback() async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { attempt, _ in
      var trailers = Metadata()
      trailers.append("grpc-retry-pushback-ms", "1")
      if attempt == 1 { throw Status(.unavailable, trailers: trailers) }
    }
    let slow = RetryPolicy(initialBackoff: .seconds(86_400), maximumBackoff: .seconds(86_400))
    _ = try await channel(echo, slow).unary(Self.path, [])
    #expect(attempts.value == 2)
    await echo.shutdown()
  }

  @Test(
    "a pushback beyond all time is waited for until the deadline, one that is no number forbids",
    arguments: [
      ("9223372036854", StatusCode.deadlineExceeded), ("9223372036855", .deadlineExceeded),
      ("18446744073710", .deadlineExceeded), ("9223372036854775807", .deadlineExceeded),
      ("9223372036854775808", .unavailable), ("soon", .unavailable),
    ])
  func longPushback(_ text: String, _ outcome: StatusCode) async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { _, _ in
      var trailers = Metadata()
      trailers.append("grpc-retry-pushback-ms", text)
      throw Status(.unavailable, trailers: trailers)
    }
    let clock = ManualClock()
    let reactors = clock.reactors(1)
    let channel = try echo.channel(on: reactors) {
      $0.service.methods = [MethodConfig("/test.Flaky/", retry: Self.quick)]
    }
    // The end of time is what is added to now.
    clock.advance(by: .seconds(1))
    async let end = status {
      try await channel.unary(Self.path, [], CallOptions(timeout: .seconds(50)))
    }
    try await eventually("the attempt") { attempts.value == 1 }
    if outcome == .deadlineExceeded {
      // What comes after it on the same connection shows that its end has come. No ping is due before the deadline.
      try await eventually("its end to be sent") {
        await echo.server.statistics().callsOpen == 0
      }
      _ = try await channel.unary("/test.Echo/Unary", [])
      clock.advance(by: .seconds(51))
    }
    #expect(await end?.code == outcome)
    #expect(attempts.value == 1)
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test("a streaming call is sent again whole, as long as it was kept whole")
  func streaming() async throws {
    for (size, expected) in [(1000, 2), (200 << 10, 1)] {
      let attempts = AttemptCount()
      let echo = try await server(attempts) { attempt, _ in
        if attempt == 1 { throw Status(.unavailable, "once") }
      }
      let channel = try channel(echo, Self.quick)
      let sent = (0..<3).map { [UInt8](repeating: $0, count: size) }
      var received: [[UInt8]] = []
      let call: () async throws -> Void = {
        try await channel.stream(Self.path) { call in
          for message in sent { try await call.send(message) }
          try await call.finishSending()
          while let message = try await call.next() { received.append(message) }
        }
      }
      if expected == 2 {
        try await call()
        #expect(received == sent)
      } else {
        let end = await status(of: call)
        #expect(end?.code == .unavailable)
      }
      #expect(attempts.value == expected)
      await echo.shutdown()
    }
  }

  @Test("no retries while the bucket is half empty")
  func throttling() async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { _, _ in throw Status(.unavailable, "never") }
    // One reactor: each has a bucket of its own.
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try echo.channel(on: reactors) { configuration in
      configuration.service.methods = [MethodConfig("", retry: Self.quick)]
      configuration.service.throttling = RetryThrottling(maximumTokens: 4, tokenRatio: 0.5)
    }
    _ = await status { try await channel.unary(Self.path, []) }
    // 3 tokens after the first attempt, 2 after the second: half of 4.
    #expect(attempts.value == 2)
    _ = await status { try await channel.unary(Self.path, []) }
    #expect(attempts.value == 3)
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test("the bucket is emptied by failures and filled by successes, within its bounds")
  func bucket() {
    var throttle = RetryThrottle(RetryThrottling(maximumTokens: 2, tokenRatio: 0.5))
    #expect(throttle.allowsRetry)
    throttle.failed()
    #expect(!throttle.allowsRetry)
    for _ in 0..<5 { throttle.failed() }
    for _ in 0..<2 { throttle.succeeded() }
    #expect(!throttle.allowsRetry)
    throttle.succeeded()
    #expect(throttle.allowsRetry)
    for _ in 0..<50 { throttle.succeeded() }
    throttle.failed()
    #expect(!throttle.allowsRetry)
  }

  @Test("waits lie between nothing and a bound that grows to its maximum")
  func waits() {
    let seed: UInt64 = 4
    var random = SplitMix(seed: seed)
    let policy = RetryPolicy(
      initialBackoff: .milliseconds(100), maximumBackoff: .milliseconds(300), multiplier: 2)
    for (attempt, bound) in [(1, 100), (2, 200), (3, 300), (9, 300)] {
      let waits = (0..<500).map { _ in policy.wait(afterAttempt: attempt, &random) / 1_000_000 }
      #expect(waits.allSatisfy { (0...Int64(bound)).contains($0) }, "seed \(seed)")
      #expect(waits.contains { $0 > Int64(bound * 9 / 10) }, "seed \(seed)")
    }
  }

  private func hedging(_ echo: EchoServer, _ policy: HedgingPolicy) throws -> Channel {
    try echo.channel(on: echo.reactors) { configuration in
      configuration.defaultTimeout = .seconds(120) * patience
      configuration.service.methods = [
        MethodConfig("/test.Flaky/", hedgingOfIdempotentCalls: policy)
      ]
    }
  }

  @Test("a hedged call is answered by its fastest copy, and the others are cancelled")
  func hedged() async throws {
    let attempts = AttemptCount()
    let cancelled = Signal()
    let echo = try await server(attempts) { attempt, _ in
      if attempt == 1 {
        await Signal().wait()
        cancelled.send()
      }
    }
    let channel = try hedging(echo, HedgingPolicy(delay: .milliseconds(1)))
    let reply = try await channel.unary(Self.path, [7])
    #expect(reply.message == [7])
    #expect(attempts.value == 2)
    await cancelled.wait()
    await echo.shutdown()
  }

  @Test(
    "the server's pushback delays the next copy of a hedged call, or forbids it",
    arguments: [("60000", 2, StatusCode.ok), ("-1", 1, .unavailable), ("x", 1, .unavailable)])
  func hedgedPushback(_ text: String, _ expected: Int, _ outcome: StatusCode) async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { attempt, _ in
      var trailers = Metadata()
      trailers.append("grpc-retry-pushback-ms", text)
      if attempt == 1 { throw Status(.unavailable, trailers: trailers) }
    }
    let clock = ManualClock()
    let reactors = clock.reactors(1)
    let channel = try echo.channel(on: reactors) {
      $0.service.methods = [
        MethodConfig(
          "/test.Flaky/", hedgingOfIdempotentCalls: HedgingPolicy(delay: .seconds(86_400)))
      ]
      $0.limits.keepaliveInterval = .seconds(86_400)
    }
    let code = Task {
      do {
        _ = try await channel.unary(Self.path, [7], CallOptions(timeout: .seconds(86_400)))
        return StatusCode.ok
      } catch let status as Status { return status.code }
    }
    try await eventually("the first copy to have ended") {
      guard attempts.value == 1 else { return false }
      return await echo.server.statistics().callsOpen == 0
    }
    if outcome == .ok {
      _ = try await channel.unary("/test.Echo/Unary", [])
      clock.advance(by: .seconds(59))
      _ = try await channel.unary("/test.Echo/Unary", [])
      #expect(attempts.value == 1)
      clock.advance(by: .seconds(2))
    }
    #expect(try await code.value == outcome)
    #expect(attempts.value == expected)
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test("a hedged call is held to the client's limit on messages like any other")
  func hedgedSize() async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { _, _ in }
    let channel = try echo.channel(on: echo.reactors) {
      $0.limits.messageSizeBytes = 10
      $0.service.methods = [
        MethodConfig(
          "/test.Flaky/", hedgingOfIdempotentCalls: HedgingPolicy(delay: .seconds(86_400)))
      ]
    }
    let end = await status { try await channel.unary(Self.path, [UInt8](repeating: 0, count: 11)) }
    #expect(end?.code == .resourceExhausted)
    #expect(attempts.value == 0)
    _ = try await channel.unary(Self.path, [UInt8](repeating: 0, count: 10))
    await echo.shutdown()
  }

  @Test(
    "a failure that is not fatal sends the next copy at once, a fatal one ends the call",
    arguments: [(StatusCode.unavailable, 2, StatusCode.ok), (.notFound, 1, .notFound)])
  func hedgedFailure(_ code: StatusCode, _ expected: Int, _ outcome: StatusCode) async throws {
    let attempts = AttemptCount()
    let echo = try await server(attempts) { attempt, _ in
      if attempt == 1 { throw Status(code) }
    }
    let channel = try hedging(echo, HedgingPolicy(delay: .seconds(86_400)))
    if outcome == .ok {
      let reply = try await channel.unary(Self.path, [7])
      #expect(reply.message == [7])
    } else {
      let end = await status { try await channel.unary(Self.path, [7]) }
      #expect(end?.code == outcome)
    }
    #expect(attempts.value == expected)
    await echo.shutdown()
  }
}
