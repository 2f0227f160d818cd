// Floods of frames that carry nothing, header bombs, and timeouts beyond reason.

import TestSupport
import Testing

@testable import RPC

@Suite("a flood of frames ends its own connection, is counted, and keeps nobody else waiting")
struct HostileFrameTests {
  /// What a flood repeats, and how often; `#` is the number of the stream.
  enum Flood: String, CaseIterable, Sendable {
    case rapidReset, settings, ping, priority, emptyData, windowUpdates, brokenUpdates
    case paddingOnly, pingAnswers, unknownTypes
    case continuation, headerBomb

    private static let path = "/test.Echo/Collect"

    var bytes: [UInt8] {
      switch self {
      case .rapidReset:
        (0..<5000).flatMap { index -> [UInt8] in
          let stream = UInt32(2 * index + 1)
          return Raw.headers(stream, Self.path) + Raw.frame(3, 0, stream, [0, 0, 0, 8])
        }
      case .settings: repeating(Raw.settings([]))
      case .ping: repeating(Raw.frame(6, 0, 0, [UInt8](repeating: 0, count: 8)))
      case .priority: repeating(Raw.frame(2, 0, 9, [0, 0, 0, 0, 1]))
      case .emptyData: Raw.headers(1, Self.path) + repeating(Raw.frame(0, 0, 1, []))
      case .paddingOnly: Raw.headers(1, Self.path) + repeating(Raw.frame(0, Raw.padded, 1, [1, 0]))
      case .pingAnswers:
        repeating(Raw.frame(6, Raw.acknowledges, 0, [UInt8](repeating: 0, count: 8)))
      case .unknownTypes: repeating(Raw.frame(0x2A, 0, 1, []))
      case .windowUpdates: repeating(Raw.windowUpdate(0, 1))
      case .brokenUpdates:
        // A window past its largest size: the server must reset the stream itself (CVE-2025-8671).
        (0..<5000).flatMap { index -> [UInt8] in
          let stream = UInt32(2 * index + 1)
          return Raw.headers(stream, Self.path) + Raw.windowUpdate(stream, 0x7FFF_FFFF)
        }
      case .continuation:
        Raw.headers(1, Self.path, flags: 0) + repeating(Raw.frame(9, 0, 1, []))
      case .headerBomb:
        // One long field put into the table (RFC 7541 section 6.2.1), then named again and again by one byte.
        Raw.frame(
          1, Raw.endHeaders, 1,
          Raw.requestBlock(Self.path) + [0x40, 1, 0x78, 0x7F, 0xA1, 0x1E]
            + [UInt8](repeating: 0x79, count: 4000) + [UInt8](repeating: 0xBE, count: 10_000))
      }
    }

    private func repeating(_ frame: [UInt8]) -> [UInt8] {
      [[UInt8]](repeating: frame, count: 40_000).flatMap(\.self)
    }
  }

  @Test("floods", arguments: Flood.allCases)
  func floods(_ flood: Flood) async throws {
    let echo = try await EchoServer(threads: 1)
    let bytes = Raw.preface + flood.bytes
    let attacks = try await withBystander(of: echo) { target in
      let client = try RawPeer(target)
      client.send(bytes)
      return client.readToEnd() != nil
    }
    #expect(attacks.last)
    let statistics = await echo.server.statistics()
    #expect(statistics.refusals == [.flood: attacks.count])
    #expect(echo.events.count("refused: flood") == attacks.count)
    // The burst, what was read at once with its last frame, and what comes back in ten seconds.
    let atOnce = TLSLink.recordBytes / Connection.frameHeaderBytes
    #expect(
      statistics.controlFramesReceived <= (1000 + atOnce + 1000 * patience) * attacks.count)
    #expect(attacks.costInCalls <= 4000, "an attack costs as much as \(attacks.costInCalls) calls")
    #expect(statistics.heldBytes == 0)
    try await eventually("nothing to be left of it") {
      await echo.server.statistics().connectionsOpen <= 1
    }
    await echo.shutdown()
  }

  @Test("headers somewhat too large are a readable refusal, not a flood")
  func largeHeaders() async throws {
    let echo = try await EchoServer(threads: 1)
    let client = try RawPeer(echo)
    let long = String(repeating: "y", count: 120)
    let many = (0..<110).map { ("x-\($0)", long) }
    client.send(Raw.preface + Raw.headers(1, "/test.Echo/Unary", also: many))
    #expect(try client.nextFrame(type: 1, stream: 1).endsStream)
    #expect(await echo.server.statistics().refusals.isEmpty)
    await echo.shutdown()
  }

  @Test(
    "a timeout of years is none at all, and one beyond the grammar is refused",
    arguments: [
      ("99999999H", 0), ("99999999M", 0), ("99999999n", 0), ("100000000H", 1), ("-1S", 1),
      ("99999999999999999999H", 1),
    ])
  func timeouts(_ text: String, _ failures: Int) async throws {
    let echo = try await EchoServer(threads: 1)
    let client = try RawPeer(echo)
    client.send(
      Raw.preface + Raw.headers(1, "/test.Echo/Unary", also: [("grpc-timeout", text)])
        + Raw.frame(0, Raw.endStream, 1, Raw.message([7])))
    _ = try client.frames(ofStream: 1)
    #expect(await echo.server.statistics().callsFailed == failures)
    await echo.shutdown()
  }
}
