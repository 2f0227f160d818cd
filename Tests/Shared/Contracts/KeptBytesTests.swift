// Bytes of yesterday are read by today's code: what is stored and what an older peer sends stays readable.

import Contracts
import Testing

@Suite("Bytes written by the first release are read and written the same")
struct KeptBytesTests {
  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8.filter { $0 != 0x20 })
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  // Never change a text below: make a new one beside it. Written by protoc --encode.

  @Test("a catalogue entry's request")
  func listEntries() throws {
    let kept = bytes("0a 0b 656e74726965732f452d31 10 32 1a 02 0102")
    let request = try IngestV1.ListBatchesRequest(serialized: kept)
    #expect(request == .init(entry: "entries/E-1", pageSize: 50, pageToken: "\u{1}\u{2}"))
    #expect(try request.serialized() == kept)
  }

  @Test("a chunk of a roll")
  func compareChunk() throws {
    let kept = bytes(
      """
      0a 0b 656e74726965732f452d31 12 07 0a 02 7b7d 12 01 ff 1a 0d 636f6d70617269736f6e732f43 20 03
      2a 10 01000102030405060708090a0b0c0d0e 32 03 e78e8b 32 00 3a 07 08 05 12 03 616263 40 02
      4a 0c 0a 0a 323032342d30312d3031 50 80808080 20
      """.replacing("\n", with: " "))
    let request = try IngestV1.CompareChunkRequest(serialized: kept)
    #expect(
      request
        == .init(
          entry: "entries/E-1", grant: .init(json: [0x7b, 0x7d], signature: [0xff]),
          comparison: "comparisons/C", number: 3, ids: [1] + (0..<15).map { UInt8($0) },
          names: ["王", ""], others: [.init(row: 5, documentType: "abc")], direction: .absent,
          period: .init(firstDay: "2024-01-01"), rollRows: 1 << 33))
    #expect(try request.serialized() == kept)
  }

  @Test("an event of the outbox")
  func event() throws {
    let kept = bytes(
      "0a 05 73686172 65 10 ffffffffffffffff7f 1a 01 74 22 02 7b7d 2a 01 00 32 01 01 3a 01 02"
    )
    let event = try EventsV1.Event(serialized: kept)
    #expect(
      event
        == .init(
          origin: "share", sequence: .max, topic: "t", payload: [0x7b, 0x7d], salt: [0],
          leaf: [1], chain: [2]))
    #expect(try event.serialized() == kept)
  }

  @Test("an enum value from a newer release survives")
  func newerEnumValue() throws {
    let kept = bytes("40 63")
    let request = try IngestV1.CompareChunkRequest(serialized: kept)
    #expect(request.direction == .unrecognized(99))
    #expect(try request.serialized() == kept)
    #expect(try request.json() == #"{"direction":99}"#)
  }

  @Test("a negative enum value and a negative number take ten bytes and come back")
  func negative() throws {
    let kept = bytes("20 ffffffffffffffffff01 40 fbffffffffffffffff01")
    let request = try IngestV1.CompareChunkRequest(serialized: kept)
    #expect(request == .init(number: -1, direction: .unrecognized(-5)))
    #expect(try IngestV1.CompareChunkRequest(serialized: request.serialized()) == request)
  }
}
