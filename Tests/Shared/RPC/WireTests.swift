// What stands in headers and frames: tables of good, borderline and bad values, without any network.

import Foundation
import Testing

@testable import RPC

@Suite("headers are written and read as gRPC over HTTP/2 says")
struct WireTests {
  @Test(
    "grpc-message is percent-encoded and comes back",
    arguments: [
      ("plain text", "plain text"), ("", ""), ("50 %", "50 %25"), ("line\nbreak", "line%0Abreak"),
      ("没有", "%E6%B2%A1%E6%9C%89"), ("~ ", "~ "), ("\u{7F}", "%7F"),
    ])
  func percent(_ text: String, _ encoded: String) {
    #expect(PercentText.encode(text) == encoded)
    #expect(PercentText.decode(Array(encoded.utf8)) == text)
  }

  @Test(
    "a broken escape stays as it is",
    arguments: [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%4", "a%4"), ("%41%", "A%")])
  func brokenPercent(_ encoded: String, _ decoded: String) {
    #expect(PercentText.decode(Array(encoded.utf8)) == decoded)
  }

  @Test("broken UTF-8 in a message is repaired, not refused")
  func brokenUTF8() {
    #expect(PercentText.decode(Array("%FF".utf8)) == "\u{FFFD}")
  }

  @Test(
    "base64 is sent without padding and taken with or without",
    arguments: [
      ([], "", ""), ([0], "AA", "AA=="), ([0, 255], "AP8", "AP8="), ([1, 2, 3], "AQID", "AQID"),
      ([251, 255, 254, 1], "+//+AQ", "+//+AQ=="),
    ] as [([UInt8], String, String)])
  func base64(_ bytes: [UInt8], _ bare: String, _ padded: String) {
    var encoded: [UInt8] = []
    Base64.encode(bytes, into: &encoded)
    #expect(encoded == Array(bare.utf8))
    #expect(decode(bare, Base64.decode) == .some(bytes))
    #expect(decode(padded, Base64.decode) == .some(bytes))
  }

  @Test("base64 of any bytes is as another library writes it, and comes back", arguments: 0..<70)
  func base64OfAnyLength(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count &* 31) }
    let text = Data(bytes).base64EncodedString()
    var encoded: [UInt8] = []
    Base64.encode(bytes, into: &encoded)
    #expect(encoded == text.utf8.filter { $0 != UInt8(ascii: "=") })
    #expect(decode(text, Base64.decode) == .some(bytes))
  }

  @Test(
    "what is not base64 is refused", arguments: ["A", "AAAAA", "A=", "====", "A*==", "AA=A", "-_"])
  func badBase64(_ text: String) {
    if text == "-_" || text.contains("*") || text.count % 4 == 1 || text.contains("=") {
      #expect(decode(text, Base64.decode) == .some(nil))
    }
  }

  @Test(
    "grpc-timeout is read",
    arguments: [
      ("1H", 3_600_000_000_000), ("2M", 120_000_000_000), ("3S", 3_000_000_000), ("4m", 4_000_000),
      ("5u", 5000), ("6n", 6), ("0n", 0), ("99999999S", 99_999_999_000_000_000),
      ("99999999H", Int64.max),
    ])
  func timeout(_ text: String, _ nanoseconds: Int64) {
    #expect(decode(text, WireTimeout.parse) == .some(nanoseconds))
  }

  @Test(
    "a malformed grpc-timeout is refused",
    arguments: ["", "S", "1", "1s", "-1S", "1.5S", " 1S", "100000000S", "1SS", "0x1S"])
  func badTimeout(_ text: String) {
    #expect(decode(text, WireTimeout.parse) == .some(nil))
  }

  @Test(
    "a timeout is written in at most eight digits and never longer than it is",
    arguments: [
      (0, "0n"), (-5, "0n"), (99_999_999, "99999999n"), (100_000_000, "100000u"),
      (1_500_000_000, "1500000u"), (99_999_999_999, "99999999u"), (100_000_000_001, "100000m"),
      (Int64.max, "2562047H"),
    ] as [(Int64, String)])
  func timeoutText(_ nanoseconds: Int64, _ text: String) {
    #expect(WireTimeout.text(nanoseconds) == text)
    let back = decode(text, WireTimeout.parse) ?? nil
    #expect((back ?? .max) <= max(nanoseconds, 0))
  }

  @Test("metadata keeps order, lowers names, and holds binary fields decoded")
  func metadata() {
    var metadata = Metadata()
    metadata.append("X-Reason", "first")
    metadata.append("x-reason", "second")
    metadata.append("x-data-bin", bytes: [0, 255])
    #expect(metadata["x-reason"] == "first")
    #expect(metadata.bytes("x-data-bin") == [0, 255])
    #expect(metadata["x-data-bin"] == nil)
    #expect(metadata.entries.map(\.name) == ["x-reason", "x-reason", "x-data-bin"])
    metadata.removeAll { $0 == "x-reason" }
    #expect(metadata.entries.count == 1)
  }

  @Test("text that a header cannot carry is percent-encoded, so that it cannot break the block")
  func unsafeText() {
    var metadata = Metadata()
    metadata.append("x", "a\r\nb: 100 % 没")
    #expect(metadata["x"] == "a%0D%0Ab: 100 % %E6%B2%A1")
  }

  @Test(
    "addresses are read", arguments: ["127.0.0.1:1", "[::1]:65535", "share.example:7443"])
  func address(_ text: String) {
    #expect(Address(text)?.description == text)
  }

  @Test(
    "what is no address is refused", arguments: ["", ":1", "host", "host:", "host:65536", "::1:5"])
  func badAddress(_ text: String) {
    #expect(Address(text) == nil)
  }

  private func decode<Result>(
    _ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result? {
    Array(text.utf8).withUnsafeBufferPointer(body)
  }
}

@Suite("messages are cut out of a stream however its bytes arrive")
struct FramingTests {
  private func frame(_ message: [UInt8], flag: UInt8 = 0, length: Int? = nil) -> [UInt8] {
    let length = length ?? message.count
    return [flag] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + message
  }

  private func push(
    _ deframer: inout Deframer, _ bytes: some Collection<UInt8>, limit: Int = 1000
  ) -> ([[UInt8]], FramingError?) {
    var messages: [[UInt8]] = []
    let error = Array(bytes).withUnsafeBufferPointer {
      deframer.push($0, limit: limit) { messages.append($0.bytes) }
    }
    return (messages, error)
  }

  @Test("cut at every place, the same messages come out")
  func everyCut() {
    let messages: [[UInt8]] = [[], [1], [2, 3], Array(0..<200), []]
    let stream = messages.flatMap { frame($0) }
    for cut in 0...stream.count {
      var deframer = Deframer()
      let first = push(&deframer, stream[..<cut])
      let second = push(&deframer, stream[cut...])
      #expect(first.0 + second.0 == messages)
      #expect(first.1 == nil && second.1 == nil)
      #expect(deframer.isBetweenMessages)
    }
  }

  @Test("the longest allowed message passes, one byte more is refused before it is stored")
  func limit() {
    var deframer = Deframer()
    #expect(push(&deframer, frame([1, 2, 3]), limit: 3).0 == [[1, 2, 3]])
    #expect(push(&deframer, frame([], length: 4), limit: 3).1 == .tooLong(4))
    deframer = Deframer()
    #expect(push(&deframer, frame([], length: 0xFFFF_FFFF), limit: 3).1 == .tooLong(0xFFFF_FFFF))
  }

  @Test("a compressed message without an encoding and an unknown flag are refused")
  func flags() {
    var deframer = Deframer()
    #expect(push(&deframer, frame([1], flag: 1)).1 == .compressedWithoutEncoding)
    deframer = Deframer()
    deframer.encoding = .gzip
    #expect(push(&deframer, frame([1], flag: 3)).1 == .badFlag(3))
    deframer = Deframer()
    #expect(push(&deframer, frame([1], flag: 2)).1 == .badFlag(2))
  }

  @Test("a stream that ends inside a message is known to be cut off")
  func truncated() {
    var deframer = Deframer()
    #expect(deframer.isBetweenMessages)
    _ = push(&deframer, frame([1, 2], length: 3))
    #expect(!deframer.isBetweenMessages)
    deframer = Deframer()
    _ = push(&deframer, [0])
    #expect(!deframer.isBetweenMessages)
  }

  @Test("outgoing messages come out framed, whatever room each frame has")
  func outgoing() {
    let messages: [[UInt8]] = [[], [9], Array(0..<100), [1, 2, 3]]
    for room in 1...40 {
      var outgoing = OutgoingMessages()
      for message in messages { outgoing.append(FramedMessage(message)) }
      var stream: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: room)
      while !outgoing.isEmpty {
        let count = buffer.withUnsafeMutableBufferPointer { outgoing.fill($0) }
        stream += buffer.prefix(count)
      }
      #expect(stream == messages.flatMap { frame($0) })
      #expect(outgoing.byteCount == 0)
    }
  }

  @Test("timers come due in order, through any sequence of scheduling, moving and cancelling")
  func timers() {
    final class Node: Timed {
      var wanted: Int64?
    }
    let seed: UInt64 = 20_260_101
    var random = SplitMix(seed: seed)
    let heap = TimerHeap()
    let nodes = (0..<50).map { _ in Node() }
    for round in 0..<5000 {
      let node = nodes[Int.random(in: 0..<nodes.count, using: &random)]
      if Int.random(in: 0..<3, using: &random) == 0 {
        heap.cancel(node)
        node.wanted = nil
      } else {
        let due = Int64.random(in: 0..<1000, using: &random)
        heap.schedule(node, at: due)
        node.wanted = due
      }
      #expect(heap.nextDue == nodes.compactMap(\.wanted).min(), "seed \(seed), round \(round)")
    }
    var last: Int64 = -1
    while let node = heap.popDue(at: 1000) as? Node {
      #expect(node.wanted ?? -1 >= last)
      last = node.wanted ?? -1
      node.wanted = nil
    }
    #expect(nodes.allSatisfy { $0.wanted == nil })
  }

  @Test("waits between attempts grow to their maximum and are spread by their jitter")
  func backoff() {
    var random = SplitMix(seed: 3)
    var configuration = BackoffConfiguration()
    configuration.initial = .milliseconds(100)
    configuration.maximum = .seconds(1)
    var backoff = Backoff(configuration)
    var expected = 100.0
    for _ in 0..<20 {
      let wait = Double(backoff.next(&random)) / 1_000_000
      #expect(wait >= expected * 0.799 && wait <= expected * 1.201)
      expected = min(expected * 1.6, 1000)
    }
    backoff.reset()
    #expect(backoff.next(&random) <= 120_000_000)
  }
}
