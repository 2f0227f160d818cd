// Channels: replicas in turn, failed ones left out, lost ones found again, and servers that leave in order.

import RPC
import TestSupport
import Testing

@Suite("a channel goes round its replicas and survives their coming and going")
struct ChannelTests {
  @Test("calls go round three servers evenly")
  func roundRobin() async throws {
    let pki = try TestPKI()
    var servers: [EchoServer] = []
    for _ in 0..<3 { servers.append(try await EchoServer(pki: pki, threads: 1)) }
    let reactors = ReactorGroup(threadCount: 1, seed: 5)
    let channel = try servers[0].channel(to: servers.map(\.address), on: reactors)
    // Until all three are connected, calls go round those that are.
    try await eventually("all three to be called") {
      _ = try await channel.unary("/test.Echo/Unary", [])
      return await servers.asyncAllSatisfy { await $0.server.statistics().callsStarted > 0 }
    }
    var before: [Int] = []
    for server in servers { before.append(await server.server.statistics().callsStarted) }
    for _ in 0..<300 { _ = try await channel.unary("/test.Echo/Unary", []) }
    for (server, count) in zip(servers, before) {
      #expect(await server.server.statistics().callsStarted - count == 100)
    }
    for server in servers { await server.shutdown() }
    await reactors.shutdown()
  }

  @Test("a replica that is down gets no call, and costs none")
  func oneDown() async throws {
    let pki = try TestPKI()
    let good = try await EchoServer(pki: pki)
    let bad = try await EchoServer(pki: pki)
    let channel = try good.channel(to: [good.address, bad.address])
    await bad.shutdown()
    for _ in 0..<50 { _ = try await channel.unary("/test.Echo/Unary", []) }
    await good.shutdown()
  }

  @Test(
    "a server that is not there is UNAVAILABLE at once, with the reason; a patient call waits for it"
  )
  func notThere() async throws {
    let pki = try TestPKI()
    // An address at which no other test takes the port meanwhile.
    let first = try await EchoServer(pki: pki, host: "127.0.7.1")
    let address = first.address
    await first.shutdown()
    let reactors = ReactorGroup(threadCount: 1, seed: 5)
    let channel = try first.channel(to: [address], on: reactors) { $0.serverName = "localhost" }
    let failed = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(failed?.code == .unavailable)
    #expect(failed?.message.contains("Connection refused") == true)
    let late = await status {
      try await channel.unary(
        "/test.Echo/Unary", [], CallOptions(timeout: .milliseconds(60), waitsForReady: true))
    }
    #expect(late?.code == .deadlineExceeded)
    try await withThrowingTaskGroup(of: UnaryReply.self) { group in
      group.addTask {
        try await channel.unary(
          "/test.Echo/Unary", [1],
          CallOptions(timeout: .seconds(20) * patience, waitsForReady: true))
      }
      let again = try await EchoServer(pki: pki, port: address.port, host: address.host)
      #expect(try await group.next()?.message == [1])
      await again.shutdown()
    }
    await reactors.shutdown()
  }

  @Test("a server that restarts on its port is found again")
  func restart() async throws {
    let pki = try TestPKI()
    let reactors = ReactorGroup(threadCount: 2, seed: 5)
    var echo = try await EchoServer(pki: pki, host: "127.0.7.2")
    let channel = try echo.channel(on: reactors) { $0.serverName = "localhost" }
    for _ in 0..<3 {
      let options = CallOptions(timeout: .seconds(20) * patience, waitsForReady: true)
      for _ in 0..<4 { _ = try await channel.unary("/test.Echo/Unary", [], options) }
      await echo.shutdown()
      echo = try await EchoServer(pki: pki, port: echo.address.port, host: "127.0.7.2")
    }
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test("a draining server takes no new connection, finishes what runs, and is then gone")
  func drain() async throws {
    let pki = try TestPKI()
    let reactors = ReactorGroup(threadCount: 1, seed: 5)
    let echo = try await EchoServer(pki: pki)
    let other = try await EchoServer(pki: pki)
    let channel = try echo.channel(on: reactors)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<10 {
        group.addTask {
          let reply = try await channel.unary("/test.Echo/Gate", [UInt8(index)])
          #expect(reply.message == [UInt8(index)])
        }
      }
      try await eventually("ten calls to run") { echo.events.count("gate reached") == 10 }
      channel.update(addresses: [echo.address, other.address])
      group.addTask { await echo.server.drain(timeout: .seconds(60)) }
      // Until GOAWAY has come, calls still go to the old server, and are answered there.
      try await eventually("new calls to go to the other server only") {
        let before = await other.server.statistics().callsStarted
        for _ in 0..<4 { _ = try await channel.unary("/test.Echo/Unary", []) }
        return await other.server.statistics().callsStarted - before == 4
      }
      #expect(await echo.server.statistics().callsOpen == 10)
      echo.events.gate.send()
      try await group.waitForAll()
    }
    let statistics = await echo.server.statistics()
    #expect(statistics.callsFailed == 0)
    #expect(statistics.connectionsOpen == 0)
    await echo.shutdown()
    await other.shutdown()
    await reactors.shutdown()
  }

  @Test("what still runs when a drain's time is over is cancelled")
  func drainTimeout() async throws {
    let echo = try await EchoServer()
    let reactors = ReactorGroup(threadCount: 1, seed: 5)
    let channel = try echo.channel(on: reactors)
    try await withThrowingTaskGroup(of: Status?.self) { group in
      group.addTask { await status { try await channel.unary("/test.Echo/Wait", []) } }
      try await eventually("the call to run") { echo.events.count("wait began") == 1 }
      await echo.server.drain(timeout: .milliseconds(30))
      #expect(try await group.next()??.code == .unavailable)
    }
    try await eventually("the handler to be cancelled") { echo.events.count("wait cancelled") == 1 }
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test("changed addresses hold for the next call")
  func addresses() async throws {
    let pki = try TestPKI()
    let first = try await EchoServer(pki: pki)
    let second = try await EchoServer(pki: pki)
    let channel = try first.channel()
    _ = try await channel.unary("/test.Echo/Unary", [])
    channel.update(addresses: [second.address])
    try await eventually("the second to be called") {
      _ = try await channel.unary("/test.Echo/Unary", [])
      return await second.server.statistics().callsStarted > 0
    }
    channel.update(addresses: [])
    try await eventually("nobody to be called") {
      do {
        _ = try await channel.unary("/test.Echo/Unary", [])
        return false
      } catch let status as Status {
        return status.message == "the channel has no address"
      }
    }
    await first.shutdown()
    await second.shutdown()
  }

  @Test("a channel that is shut down fails its running calls and every later one")
  func shutdown() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel()
    try await withThrowingTaskGroup(of: Status?.self) { group in
      group.addTask { await status { try await channel.unary("/test.Echo/Wait", []) } }
      try await eventually("the call to run") { echo.events.count("wait began") == 1 }
      await channel.shutdown()
      #expect(try await group.next()??.code == .unavailable)
    }
    #expect(await status { try await channel.unary("/test.Echo/Unary", []) }?.code == .unavailable)
    await echo.shutdown()
  }

  @Test("a name is looked up; one that does not exist is UNAVAILABLE")
  func names() async throws {
    let echo = try await EchoServer()
    let byName = try echo.channel(to: [Address(host: "localhost", port: echo.address.port)])
    // localhost may be ::1 first, where nobody listens: the next attempt takes the next address.
    _ = try await byName.unary(
      "/test.Echo/Unary", [], CallOptions(timeout: .seconds(20) * patience, waitsForReady: true))
    let nowhere = try echo.channel(to: [Address(host: "weir.invalid", port: 1)])
    #expect(await status { try await nowhere.unary("/test.Echo/Unary", []) }?.code == .unavailable)
    await echo.shutdown()
  }

  @Test("a server's limit on streams makes calls wait for their turn, not fail")
  func streamLimit() async throws {
    var limits = ServerLimits()
    limits.concurrentStreams = 2
    let echo = try await EchoServer(limits: limits)
    let reactors = ReactorGroup(threadCount: 1, seed: 5)
    let channel = try echo.channel(on: reactors)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<6 {
        group.addTask { _ = try await channel.unary("/test.Echo/Gate", [UInt8(index)]) }
      }
      try await eventually("two calls to run") { echo.events.count("gate reached") == 2 }
      echo.events.gate.send()
      try await group.waitForAll()
    }
    #expect(await echo.server.statistics().callsFailed == 0)
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test(
    "a fallback that forwards raw messages both ways is itself a gateway, with status and trailers passed on"
  )
  func forwarding() async throws {
    let pki = try TestPKI()
    let reactors = ReactorGroup(threadCount: 2, seed: 5)
    let echo = try await EchoServer(pki: pki)
    let upstream = try echo.channel(on: reactors)
    let gateway = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: try pki.service("gateway").tls(trusting: pki.departmentRootPEM),
        onFault: { _, _, _ in }),
      reactors: reactors, methods: [],
      fallback: .stream { requests, responses, context in
        try await upstream.stream(context.path, CallOptions(metadata: context.metadata)) { call in
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addImmediateTask {
              while let message = try await requests.next() { try await call.send(message) }
              try await call.finishSending()
            }
            while let message = try await call.next() { try await responses.write(message) }
            try await group.waitForAll()
          }
          return try await call.trailers()
        }
      })
    let address = try await gateway.start()
    let channel = try echo.channel(to: [address])
    var options = CallOptions()
    options.metadata.append("x-echo", "through")
    let reply = try await channel.unary("/test.Echo/Unary", bytes("hello"), options)
    #expect(text(reply.message) == "hello")
    #expect(reply.trailers["x-echo"] == "through")
    let failed = await status { try await channel.unary("/test.Echo/Fail", []) }
    #expect(failed?.code == .failedPrecondition)
    #expect(failed?.details == [8, 9])
    #expect(failed?.trailers["weir-reason"] == "test.no")
    let sum = try await channel.stream("/test.Echo/Bidi") { stream in
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask {
          for _ in 0..<200 { try await stream.send([UInt8](repeating: 3, count: 30_000)) }
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
    #expect(sum == 6_000_000)
    await gateway.stop()
    await echo.shutdown()
    await reactors.shutdown()
  }
}

extension Array {
  func asyncAllSatisfy(_ condition: (Element) async throws -> Bool) async rethrows -> Bool {
    for element in self where try await !condition(element) { return false }
    return true
  }
}
