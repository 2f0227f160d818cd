// Which replicas a channel calls: those that their name stands for, that say they serve, that do not mostly fail, that live.

import Synchronization
import TestSupport
import Testing

@testable import RPC

/// A name service of the test.
private final class ScriptedResolver: NameResolver {
  private let answer: Mutex<[Address]>
  init(_ answer: [Address]) { self.answer = Mutex(answer) }
  func change(_ addresses: [Address]) { answer.withLock { $0 = addresses } }
  func resolve(_ name: Address) -> Result<[Address], SocketError> {
    let found = answer.withLock { $0 }
    return found.isEmpty ? .failure(.unknownHost("nobody")) : .success(found)
  }
}

@Suite("a channel calls the replicas that are named, serve, succeed and live")
struct ReplicaTests {
  private let name = Address(host: "localhost", port: 1)

  @Test("all addresses of a name are called in turn; when one fails the name is looked up again")
  func resolution() async throws {
    let pki = try TestPKI()
    var servers: [EchoServer] = []
    for _ in 0..<3 { servers.append(try await EchoServer(pki: pki, threads: 1)) }
    let resolver = ScriptedResolver([servers[0].address, servers[1].address])
    let reactors = ReactorGroup(threadCount: 1, seed: 5)
    let channel = try servers[0].channel(to: [name], on: reactors) { configuration in
      configuration.resolver = resolver
      configuration.resolutionInterval = .zero
    }
    func areCalled(_ wanted: [EchoServer], _ times: Int = 2) async throws {
      try await eventually("those to be called that there are") {
        var before: [Int] = []
        for server in wanted { before.append(await server.server.statistics().callsStarted) }
        let patient = CallOptions(timeout: .seconds(120), waitsForReady: true)
        // A call may meet the last breath of a server.
        do {
          for _ in 0..<4 { _ = try await channel.unary("/test.Echo/Unary", [], patient) }
        } catch is Status { return false }
        for (server, count) in zip(wanted, before)
        where await server.server.statistics().callsStarted != count + times { return false }
        return true
      }
    }
    try await areCalled([servers[0], servers[1]])
    resolver.change([servers[1].address, servers[2].address])
    await servers[0].shutdown()
    try await areCalled([servers[1], servers[2]])
    // A resolver that is down does not take the service down.
    resolver.change([])
    await servers[1].shutdown()
    try await areCalled([servers[2]], 4)
    await servers[2].shutdown()
    await reactors.shutdown()
  }

  @Test("a name that stands for nothing is UNAVAILABLE with the reason")
  func noAddress() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel(to: [name]) { $0.resolver = ScriptedResolver([]) }
    let end = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(end?.code == .unavailable)
    #expect(end?.message == "localhost:1: nobody")
    await echo.shutdown()
  }

  /// A server whose Watch says NOT_SERVING, SERVING when the gate opens, and then nothing more.
  private func watched() async throws -> EchoServer {
    let gate = Signal()
    return try await EchoServer(
      fallback: .stream { requests, responses, context in
        if context.path == "/test.Gate/Open" {
          gate.send()
        } else {
          let request = try await requests.next()
          guard request == [0x0A, 4] + Array("echo".utf8) else { throw Status(.notFound) }
          try await responses.write([0x08, 2])
          await gate.wait()
          try await responses.write([0x08, 1])
          await Signal().wait()
        }
        return Metadata()
      })
  }

  @Test("a replica gets calls when it says that it serves")
  func health() async throws {
    let echo = try await watched()
    let channel = try echo.channel { $0.service.healthService = "echo" }
    try await eventually("the server's word to count") {
      let end = await status { try await channel.unary("/test.Echo/Unary", []) }
      return end?.message.hasSuffix("the server says that it does not serve") == true
    }
    let blind = try echo.channel()
    try await blind.stream("/test.Gate/Open") { call in while try await call.next() != nil {} }
    let reply = try await channel.unary(
      "/test.Echo/Unary", [7], CallOptions(timeout: .seconds(120), waitsForReady: true))
    #expect(reply.message == [7])
    await channel.shutdown()
    await echo.shutdown()
  }

  @Test("the time that calls have does not end the question whether the replica serves")
  func endlessHealth() async throws {
    let watches = AttemptCount()
    let echo = try await EchoServer(
      fallback: .stream { requests, responses, _ in
        _ = watches.next()
        _ = try await requests.next()
        try await responses.write([0x08, 1])
        await Signal().wait()
        return Metadata()
      })
    let clock = ManualClock()
    let reactors = clock.reactors(1)
    let channel = try echo.channel(to: [echo.address], on: reactors) {
      $0.service.healthService = ""
      $0.defaultTimeout = .seconds(30)
      $0.limits.keepaliveInterval = .seconds(3600)
    }
    for _ in 0..<4 {
      _ = try await channel.unary("/test.Echo/Unary", [])
      clock.advance(by: .seconds(31))
    }
    #expect(watches.value == 1)
    await channel.shutdown()
    await reactors.shutdown()
    await echo.shutdown()
  }

  @Test("a server without the health service counts as healthy")
  func noHealthService() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel { $0.service.healthService = "echo" }
    let reply = try await channel.unary(
      "/test.Echo/Unary", [7], CallOptions(timeout: .seconds(120)))
    #expect(reply.message == [7])
    await echo.shutdown()
  }

  @Test("a replica that mostly fails is left out for a time, then tried again")
  func outliers() async throws {
    let pki = try TestPKI()
    let failing = AttemptCount()
    let bad = try await EchoServer(
      pki: pki, threads: 1,
      fallback: .stream { _, _, _ in
        _ = failing.next()
        throw Status(.unavailable, "broken")
      })
    let good = try await EchoServer(
      pki: pki, threads: 1, fallback: .stream { _, _, _ in Metadata() })
    let clock = ManualClock()
    let reactors = clock.reactors(1)
    let channel = try good.channel(to: [good.address, bad.address], on: reactors) {
      $0.service.outliers = OutlierDetection()
    }
    func call(_ times: Int) async throws {
      for _ in 0..<times {
        do {
          try await channel.stream("/test.Other/Call") { call in
            while try await call.next() != nil {}
          }
        } catch is Status {}
      }
    }
    try await eventually("both to be called") {
      try await call(2)
      return failing.value > 0
    }
    try await call(60)
    // A call in the very turn in which the interval ends may come before the judgement.
    clock.advance(by: .seconds(10))
    try await call(2)
    let before = failing.value
    try await call(10)
    #expect(failing.value == before)
    clock.advance(by: .seconds(30))
    try await call(2)
    let back = failing.value
    try await call(10)
    #expect(failing.value == back + 5)
    await good.shutdown()
    await bad.shutdown()
    await reactors.shutdown()
  }

  @Test(
    "only faults of the replica count, from enough calls on, and ejections grow to their maximum")
  func record() {
    var limits = OutlierDetection()
    limits.minimumCalls = 4
    limits.failureShare = 0.5
    limits.ejectionTime = .nanoseconds(10)
    limits.maximumEjectionTime = .nanoseconds(25)
    var record = ReplicaRecord()
    for code in [StatusCode.unavailable, .internal, .notFound] { record.note(code) }
    #expect(!record.isOutlier(limits))
    record.note(.permissionDenied)
    #expect(record.isOutlier(limits))
    record.note(.ok)
    #expect(!record.isOutlier(limits))
    for (now, until) in [(0, 10), (100, 120), (200, 225)] as [(Int64, Int64)] {
      record.eject(limits, now: now)
      #expect(record.ejectedUntil == until)
      record.beginInterval(until - 1)
      #expect(record.isEjected)
      record.beginInterval(until)
      #expect(!record.isEjected)
    }
    for _ in 0..<3 { record.beginInterval(300) }
    #expect(record.ejections == 0)
  }

  @Test("a server that stays silent is asked whether it lives, and left when it does not answer")
  func keepalive() async throws {
    let pki = try TestPKI()
    let server = try RawServer(pki)
    let clock = ManualClock()
    let reactors = clock.reactors(1)
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [server.address],
        tls: try pki.system("roll", department: "police").tls(trusting: pki.serviceRootPEM)),
      reactors: reactors)
    let end = try await server.playing { server in
      let peer = try server.accept()
      try peer.nextFrame(type: 0, stream: 1)
      clock.advance(by: .seconds(60))
      try peer.nextFrame(type: 6)
      clock.advance(by: .seconds(20))
      _ = peer.readToEnd()
    } _: {
      await status { try await channel.unary("/a.B/C", []) }
    }
    #expect(end?.code == .unavailable)
    #expect(end?.message == "the peer did not answer a ping")
    await reactors.shutdown()
  }

  @Test("a refused stream is opened once more, a streaming call too, then it is UNAVAILABLE")
  func refused() async throws {
    for refusals in [1, 2] {
      let pki = try TestPKI()
      let server = try RawServer(pki)
      // Time stands still: the raw peer answers no ping, however long it waits for a processor.
      let reactors = ManualClock().reactors(1)
      let channel = try Channel(
        configuration: ChannelConfiguration(
          addresses: [server.address],
          tls: try pki.system("roll", department: "police").tls(trusting: pki.serviceRootPEM)),
        reactors: reactors)
      try await server.playing { server in
        let peer = try server.accept()
        for stream in [1, 3].prefix(refusals) {
          try peer.nextFrame(type: 0, stream: UInt32(stream))
          peer.send(Raw.frame(3, 0, UInt32(stream), Raw.number(7)))
        }
        if refusals == 1 {
          let data = try peer.nextFrame(type: 0, stream: 3)
          #expect(data.payload == Raw.message([9]))
          peer.send(Raw.answer(3, [5]))
        }
        _ = peer.readToEnd()
      } _: {
        let call: () async throws -> [UInt8]? = {
          try await channel.stream("/a.B/C", CallOptions(timeout: .seconds(120))) { call in
            try await call.send([9])
            try await call.finishSending()
            return try await call.next()
          }
        }
        if refusals == 1 {
          let answer = try await call()
          #expect(answer == [5])
        } else {
          let end = await status(of: call)
          #expect(end?.code == .unavailable)
        }
        await channel.shutdown()
      }
      await reactors.shutdown()
    }
  }
}
