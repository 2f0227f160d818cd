// Compressed messages: what is taken, what is refused, and that few bytes cannot become many.

import TestSupport
import Testing

@testable import RPC

@Suite("messages may come and go compressed with gzip, within the limit on messages")
struct CompressionTests {
  @Test(
    "what is compressed comes back", arguments: [0, 1, 1000, 1 << 20])
  func roundTrip(_ size: Int) throws {
    var random = SplitMix(seed: 11)
    let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
    for message in [noise, [UInt8](repeating: 0, count: size)] {
      let compressed = try #require(Gzip.compress(message))
      #expect(try Gzip.decompress(compressed, limit: size) == message)
    }
  }

  @Test("one byte past the limit is too much, however small it came")
  func bomb() throws {
    let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 1 << 20)))
    #expect(bomb.count < 6000)
    #expect(try Gzip.decompress(bomb, limit: 1 << 20).count == 1 << 20)
    #expect(throws: FramingError.tooLong(1 << 20)) {
      try Gzip.decompress(bomb, limit: 1 << 20 - 1)
    }
    // The claim is believed no further than the limit, wherever it stands.
    #expect(throws: FramingError.tooLong(1001)) { try Gzip.decompress(bomb, limit: 1000) }
  }

  @Test("what is not gzip, is cut off, is damaged or has something behind it is refused")
  func broken() throws {
    let good = try #require(Gzip.compress(Array("eine Nachricht".utf8)))
    var damaged = good
    damaged[good.count - 6] ^= 1
    for bytes in [[], [1, 2, 3], Array(good.dropLast()), good + [0], damaged] {
      #expect(throws: FramingError.badCompression) { try Gzip.decompress(bytes, limit: 1000) }
    }
  }

  @Test("a compressed message past the server's or the client's limit is RESOURCE_EXHAUSTED")
  func limits() async throws {
    var limits = ServerLimits()
    limits.messageSizeBytes = 10_000
    let echo = try await EchoServer(limits: limits)
    let channel = try echo.channel()
    let compressing = CallOptions(
      timeout: .seconds(20) * patience, waitsForReady: true, compresses: true)
    let fits = try await channel.unary(
      "/test.Echo/Unary", [UInt8](repeating: 0, count: 10_000), compressing)
    #expect(fits.message.count == 10_000)
    for path in ["/test.Echo/Unary", "/test.Echo/Collect"] {
      let end = await status {
        try await channel.unary(path, [UInt8](repeating: 0, count: 10_001), compressing)
      }
      #expect(end?.code == .resourceExhausted)
    }
    await echo.shutdown()
  }

  @Test("an unknown encoding is UNIMPLEMENTED, and the answer names those that would do")
  func unknownEncoding() async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    let headers = try await http2Headers(
      of: echo, "/test.Echo/Unary", ["grpc-encoding: snappy", "te: trailers"])
    #expect(headers.contains("grpc-status: 12"))
    #expect(headers.contains("grpc-accept-encoding: identity,gzip"))
    await echo.shutdown()
  }

  @Test(
    "gzip is found in a list of encodings",
    arguments: [
      ("gzip", true), ("identity,gzip", true), ("identity, deflate , gzip", true), ("", false),
      ("identity", false), ("gzipped", false), ("x-gzip,deflate", false),
    ])
  func offers(_ list: String, _ offers: Bool) {
    #expect(Array(list.utf8).withUnsafeBufferPointer { MessageEncoding.offersGzip($0) } == offers)
  }
}
