// Servers that let few streams be open at once: calls beyond that go elsewhere, or wait where the channel's limits reach them.

import TestSupport
import Testing

import Threads
@testable import RPC

@Suite("a server's limit on streams is kept by the channel, not by a queue inside one connection")
struct StreamLimitTests {
  private let pki: TestPKI

  init() throws { pki = try TestPKI() }

  private func channel(
    _ addresses: [Address], on reactors: ReactorGroup,
    _ change: (inout ChannelConfiguration) -> Void = { _ in }
  ) throws -> Channel {
    var configuration = ChannelConfiguration(
      addresses: addresses,
      tls: try pki.system("roll", department: "police").tls(trusting: pki.serviceRootPEM))
    configuration.backoff.initial = .milliseconds(1)
    configuration.defaultTimeout = .seconds(120) * patience
    change(&configuration)
    return try Channel(configuration: configuration, reactors: reactors)
  }

  @Test("where one replica is full the others take the calls")
  func freeReplica() async throws {
    let server = try RawServer(pki)
    let echo = try await EchoServer(pki: pki, threads: 1)
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try channel([server.address, echo.address], on: reactors)
    let isTaken = Latch()
    let isOver = try ThreadGate()
    try await server.playing { server in
      let peer = try server.accept(settings: [(3, 1)])
      try peer.nextFrame(type: 0, stream: 1)
      isTaken.open()
      isOver.wait()
      peer.send(Raw.answer(1, [9]))
      _ = peer.readToEnd()
    } _: {
      // One of these calls comes to the full replica, as soon as that is ready, and waits there.
      async let held = {
        var calls = 1
        while try await channel.unary("/test.Echo/Unary", [7]).message == [7] { calls += 1 }
        return calls
      }()
      await isTaken.wait()
      for _ in 0..<20 {
        let reply = try await channel.unary("/test.Echo/Unary", [7])
        #expect(reply.message == [7])
      }
      isOver.open()
      _ = try await held
      await channel.shutdown()
    }
    await echo.shutdown()
    await reactors.shutdown()
  }

  @Test(
    "without another replica they wait, as many as the channel lets; room lets them go in order")
  func waiting() async throws {
    let server = try RawServer(pki)
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try channel([server.address], on: reactors) { $0.limits.waitingCalls = 3 }
    let isTaken = Latch()
    let isOver = try ThreadGate()
    try await server.playing { server in
      let peer = try server.accept(settings: [(3, 1)])
      try peer.nextFrame(type: 0, stream: 1)
      isTaken.open()
      isOver.wait()
      peer.send(Raw.answer(1, [1]))
      try peer.nextFrame(type: 0, stream: 3)
      #expect(!peer.hasKept(type: 1, stream: 5))
      // More room in the middle of a stream.
      peer.send(Raw.settings([(3, 3)]))
      for stream: UInt32 in [5, 7] { try peer.nextFrame(type: 0, stream: stream) }
      for stream: UInt32 in [7, 5, 3] { peer.send(Raw.answer(stream, [1])) }
      _ = peer.readToEnd()
    } _: {
      try await withThrowingTaskGroup(of: [UInt8].self) { group in
        group.addTask { try await channel.unary("/a.B/C", []).message }
        await isTaken.wait()
        let refused = AttemptCount()
        for _ in 0..<4 {
          group.addTask {
            do {
              return try await channel.unary("/a.B/C", []).message
            } catch let status as Status {
              #expect(status.code == .resourceExhausted)
              #expect(status.message == "too many calls wait for a connection")
              _ = refused.next()
              isOver.open()
              return []
            }
          }
        }
        var answers: [[UInt8]] = []
        for try await answer in group { answers.append(answer) }
        #expect(answers.count { $0 == [1] } == 4)
        #expect(refused.value == 1)
      }
      await channel.shutdown()
    }
    await reactors.shutdown()
  }

  @Test("after GOAWAY what waited goes to the next connection, while the old one's call still runs")
  func goAway() async throws {
    let server = try RawServer(pki)
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try channel([server.address], on: reactors)
    let isTaken = Latch()
    try await server.playing { server in
      let first = try server.accept(settings: [(3, 1)])
      try first.nextFrame(type: 0, stream: 1)
      isTaken.open()
      // The second call waits: a ping comes back only when what was there before it has been done.
      first.send(Raw.frame(7, 0, 0, Raw.number(1) + Raw.number(0)))
      let second = try server.accept()
      try second.nextFrame(type: 0, stream: 1)
      second.send(Raw.answer(1, [2]))
      // Only now.
      first.send(Raw.answer(1, [1]))
      _ = first.readToEnd()
    } _: {
      async let first = channel.unary("/a.B/C", []).message
      await isTaken.wait()
      let second = try await channel.unary("/a.B/C", []).message
      #expect(second == [2])
      let answer = try await first
      #expect(answer == [1])
      await channel.shutdown()
    }
    await reactors.shutdown()
  }
}
