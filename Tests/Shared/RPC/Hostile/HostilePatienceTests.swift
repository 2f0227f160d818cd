// Peers that take their time: many connections that stand still at every step, while somebody else calls.

import Foundation
import Glibc
import TestSupport
import Testing

@testable import RPC

@Suite("peers that stand still cost nobody else anything, are counted, and are gone in the end")
struct HostilePatienceTests {
  /// Where it stands still.
  enum Stop: String, CaseIterable, Sendable {
    case handshake, headers, body, shutWindow, oneByteWindow, yearsOfTimeout, halfClosed

    /// A connection of this kind, with ten calls.
    func connect(_ echo: EchoServer, _ identity: TestPKI.Identity) throws -> RawPeer {
      let client = try RawPeer(echo, as: identity)
      let streams = (0..<10).map { UInt32(2 * $0 + 1) }
      switch self {
      case .handshake: break
      case .headers: client.send(Raw.preface + Raw.headers(1, "/test.Echo/Unary", flags: 0))
      case .body:
        client.send(
          Raw.preface
            + streams.flatMap {
              Raw.headers($0, "/test.Echo/Unary") + Raw.frame(0, 0, $0, [0, 0, 0, 9, 0, 1])
            })
      case .shutWindow, .oneByteWindow:
        client.send(
          Raw.magic + Raw.settings([(4, self == .shutWindow ? 0 : 1)])
            + streams.flatMap {
              Raw.call($0, "/test.Echo/Unary", [UInt8](repeating: 7, count: 9000))
            })
      case .yearsOfTimeout:
        client.send(
          Raw.preface
            + streams.flatMap {
              Raw.headers($0, "/test.Echo/Wait", also: [("grpc-timeout", "99999999H")])
                + Raw.frame(0, Raw.endStream, $0, Raw.message([]))
            })
      case .halfClosed:
        client.send(Raw.preface + streams.flatMap { Raw.call($0, "/test.Echo/Wait", []) })
        client.closeHalf()
      }
      return client
    }
  }

  @Test("stops", arguments: Stop.allCases)
  func stops(_ stop: Stop) async throws {
    let echo = try await EchoServer(threads: 1)
    let identity = try echo.pki.system("slow", department: "police")
    let attacks = try await withBystander(of: echo) { target in
      Held(try (0..<5).map { _ in try stop.connect(target, identity) })
    }
    let isGone = stop == .halfClosed
    let calls = stop == .handshake ? 0 : stop == .headers ? 5 : 50
    try await eventually("those of the last time to be there alone") {
      let statistics = await echo.server.statistics()
      return statistics.callsOpen == (isGone ? 0 : calls)
        && statistics.connectionsOpen == (isGone ? 0 : 5)
    }
    var statistics = await echo.server.statistics()
    #expect(statistics.connectionsSettingUp == (stop == .handshake ? 5 : 0))
    #expect((statistics.heldBytes > 0) == (calls > 5 && !isGone))
    #expect(statistics.heldBytes <= 50 * (24 << 10))
    attacks.last.end()
    try await eventually("nothing to be left") {
      statistics = await echo.server.statistics()
      return statistics.callsOpen == 0 && statistics.connectionsOpen == 0
    }
    #expect(statistics.heldBytes == 0)
    let waits = statistics.methods["/test.Echo/Wait"]
    let cancelled = stop == .yearsOfTimeout || isGone ? 50 * attacks.count : 0
    #expect(waits?[.cancelled] ?? 0 == cancelled)
    #expect(statistics.callsFailed >= cancelled)
    if cancelled > 0 {
      try await eventually("the handlers to have ended") {
        echo.events.count("wait cancelled") == echo.events.count("wait began")
      }
    }
    await echo.shutdown()
  }
}

@Suite("what peers do to a server stays out of its process's memory")
struct HostileProcessTests {
  @Test(
    "answers that nobody takes, many times over the limit, and floods, by the process's own size",
    .disabled(
      if: ProcessInfo.processInfo.environment["WEIR_SANITIZE"] != nil,
      "a sanitizer keeps what was given back, and its own account of it"))
  func processMemory() async {
    await #expect(processExitsWith: .success) {
      var limits = ServerLimits()
      limits.bufferedBytes = 16 << 20
      let echo = try await EchoServer(threads: 1, limits: limits)
      let identity = try echo.pki.system("greedy", department: "police")
      let answers =
        Raw.magic + Raw.settings([(4, 0)])
        + (0..<900).flatMap { index in
          Raw.call(UInt32(2 * index + 1), "/test.Echo/Unary", [UInt8](repeating: 7, count: 16_000))
        }
      let floods = HostileFrameTests.Flood.allCases.map { Raw.preface + $0.bytes }
      _ = try await echo.channel().unary("/test.Echo/Unary", [])
      let before = try residentBytes()
      // 140 MiB in all.
      let greedy = try (0..<10).map { _ in
        let client = try RawPeer(echo, as: identity)
        client.send(answers)
        return client
      }
      for flood in floods {
        let client = try RawPeer(echo)
        client.send(flood)
        _ = client.readToEnd()
      }
      try await eventually("all calls to have come") {
        await echo.server.statistics().methods["/test.Echo/Unary"]?.callsEnded == 9001
      }
      let grown = try residentBytes() - before
      print("grown by \(grown >> 20) MiB")
      #expect(await echo.server.statistics().callsShed > 0)
      // The limit, as much for what an allocator leaves unused, and the streams themselves.
      #expect(grown <= 3 * limits.bufferedBytes, "\(grown >> 20) MiB")
      withExtendedLifetime(greedy) {}
      await echo.shutdown()
    }
  }
}

/// How much of this process is in memory.
private func residentBytes() throws -> Int {
  let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  return pages * sysconf(Int32(_SC_PAGESIZE))
}
