// Bytes that are no message: each is refused, with the field's name, and costs no more than its limit.

import Contracts
import Testing

@Suite("Malformed bytes are refused, and the field is named")
struct MalformedTests {
  private let batch = IngestV1.ListBatchesResponse(
    batches: [
      .init(
        name: "batches/B-1", header: [1, 2, 3], rejectsByRule: [.init(rule: "date", count: 9)]),
      .init(name: "batches/B-2", createTime: .init(seconds: 5)),
    ],
    nextPageToken: "次")

  private func failure<M: Message>(
    _ bytes: [UInt8], as type: M.Type, limits: DecodeLimits = .standard
  ) -> DecodeFailure? {
    do throws(DecodeFailure) {
      _ = try M(serialized: bytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test("of a map key that comes twice the last one counts, and JSON reads what it writes")
  func mapKeyTwice() throws {
    func entry(_ value: String) -> GoogleRPC.ErrorInfo.MetadataEntry {
      .init(key: "k", value: value)
    }
    let twice = GoogleRPC.ErrorInfo(metadata: [entry("1"), .init(key: "l", value: "2"), entry("3")])
    let read = try GoogleRPC.ErrorInfo(serialized: try twice.serialized())
    #expect(read.metadata == [entry("3"), .init(key: "l", value: "2")])
    #expect(try GoogleRPC.ErrorInfo(json: try read.json()) == read)
  }

  @Test("cut at any byte, a message is refused as truncated or was whole up to there")
  func truncation() throws {
    let bytes = try batch.serialized()
    var whole = 0
    for count in 0..<bytes.count {
      let cut = Array(bytes[..<count])
      if let failure = failure(cut, as: IngestV1.ListBatchesResponse.self) {
        #expect(failure.cause == .truncated, "cut to \(count) bytes")
      } else {
        // Only where a top-level field ends: at the start, and after each of the two batches.
        whole += 1
      }
    }
    #expect(whole == 3)
  }

  @Test("an inner field that lies about its length is found by its path")
  func innerTruncation() {
    // An empty batch, then batches[1] { name: 20 bytes promised, 1 given }
    #expect(
      failure([0x0a, 0x00, 0x0a, 0x03, 0x0a, 20, 0x41], as: IngestV1.ListBatchesResponse.self)
        == DecodeFailure(.truncated, at: "batches[1].name"))
  }

  @Test(
    "another wire type than the contract's is refused",
    arguments: [
      ([0x08, 0x01], "page_size of text"), ([0x15, 0, 0, 0, 0], "32 bits for a number"),
      ([0x11, 0, 0, 0, 0, 0, 0, 0, 0], "64 bits for a number"), ([0x12, 0x01, 0x31], "text"),
    ] as [([UInt8], String)])
  func wrongType(bytes: [UInt8], what: String) {
    // entry = 1 is text, page_size = 2 a number.
    let failure = failure(bytes, as: IngestV1.ListBatchesRequest.self)
    #expect(failure?.cause == .wrongType, "\(what)")
    #expect(["entry", "page_size"].contains(failure?.path))
  }

  @Test(
    "what is not the wire format at all is refused",
    arguments: [
      [0xff], [0x00], [0x07], [0x0b, 0x0c], [0x0c], [0x0e],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [UInt8](repeating: 0x80, count: 20), [UInt8](repeating: 0x0b, count: 10_000),
    ] as [[UInt8]])
  func noWireFormat(bytes: [UInt8]) {
    #expect(failure(bytes, as: IngestV1.ListBatchesRequest.self) != nil)
  }

  @Test(
    "text that is not UTF-8 is refused",
    arguments: [
      [0xff], [0xc3], [0xc0, 0x80], [0xe5, 0xa0], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
      [0x41, 0x80],
    ] as [[UInt8]])
  func invalidUTF8(text: [UInt8]) {
    let entry: [UInt8] = [0x0a, UInt8(text.count)] + text
    #expect(
      failure(entry, as: IngestV1.ListBatchesRequest.self)
        == DecodeFailure(.invalidUTF8, at: "entry"))
    // batches[1].name, after a good batches[0]
    let name: [UInt8] = [0x0a, UInt8(text.count)] + text
    let list: [UInt8] = [0x0a, 0x00, 0x0a, UInt8(name.count)] + name
    #expect(
      failure(list, as: IngestV1.ListBatchesResponse.self)
        == DecodeFailure(.invalidUTF8, at: "batches[1].name"))
    // names[2] of a list of strings
    let names: [UInt8] = [0x32, 0x01, 0x41, 0x32, 0x00, 0x32, UInt8(text.count)] + text
    #expect(
      failure(names, as: IngestV1.CompareChunkRequest.self)
        == DecodeFailure(.invalidUTF8, at: "names[2]"))
  }

  @Test("a NUL inside a string is data, and refused where a reader wants none")
  func nul() throws {
    let request = IngestV1.ListBatchesRequest(entry: "a\u{0}b")
    let bytes = try request.serialized()
    #expect(try IngestV1.ListBatchesRequest(serialized: bytes) == request)
    #expect(
      failure(bytes, as: IngestV1.ListBatchesRequest.self, limits: .request)
        == DecodeFailure(.containsNUL, at: "entry"))
  }

  @Test("a message is read up to its limit and refused one byte above")
  func messageLimit() throws {
    let bytes = try IngestV1.UploadChunkRequest(content: [UInt8](repeating: 1, count: 1000))
      .serialized()
    var limits = DecodeLimits(messageBytes: bytes.count)
    #expect(failure(bytes, as: IngestV1.UploadChunkRequest.self, limits: limits) == nil)
    limits.messageBytes -= 1
    #expect(
      failure(bytes, as: IngestV1.UploadChunkRequest.self, limits: limits)?.cause
        == .tooLarge(limitBytes: bytes.count - 1))
  }

  @Test("a few bytes cannot make us take much memory")
  func amplification() {
    // A million empty batches in two bytes each: each would cost a struct of some 300 bytes.
    let bytes = [UInt8](repeating: 0, count: 2_000_000).enumerated().map {
      $0.offset % 2 == 0 ? UInt8(0x0a) : 0
    }
    let cause = failure(bytes, as: IngestV1.ListBatchesResponse.self)?.cause
    #expect(
      cause == .tooLarge(limitBytes: 64 << 10 + 32 * bytes.count)
        || cause == .tooLarge(limitBytes: 64 << 20))
  }

  @Test("a full roll chunk of 32,768 rows with names fits the limits of a request")
  func fullChunk() throws {
    let chunk = IngestV1.CompareChunkRequest(
      ids: [UInt8](repeating: 0xa5, count: 16 * 32_768),
      names: (0..<32_768).map { "王\($0)" })
    let bytes = try chunk.serialized()
    #expect(try IngestV1.CompareChunkRequest(serialized: bytes, limits: .request) == chunk)
  }

  @Test(
    "a field with the number 0, which no message has, is refused wherever it stands",
    arguments: [
      // In the message itself: a number, text, 64 and 32 bits; alone, and behind fields that are known or unknown.
      ([0x00, 0x01], ""), ([0x02, 0x01, 0x41], ""), ([0x01, 0, 0, 0, 0, 0, 0, 0, 0], ""),
      ([0x05, 0, 0, 0, 0], ""), ([0x12, 0x01, 0x41, 0x00, 0x01], ""),
      ([0xf8, 0x07, 0x01, 0x00, 0x01], ""),
      // In batches[1], and in batches[0].create_time.
      ([0x0a, 0x00, 0x0a, 0x02, 0x00, 0x01], "batches[1]"),
      ([0x0a, 0x05, 0xd2, 0x01, 0x02, 0x00, 0x01], "batches[0].create_time"),
    ] as [([UInt8], String)])
  func fieldZero(bytes: [UInt8], path: String) {
    #expect(
      failure(bytes, as: IngestV1.ListBatchesResponse.self) == DecodeFailure(.malformed, at: path))
  }

  @Test("fields that this program does not know are passed over")
  func unknownFields() throws {
    let known = IngestV1.ListBatchesRequest(entry: "entries/E-1", pageSize: 3)
    let strange: [UInt8] = [
      0xf8, 0x07, 0x01, 0xfa, 0x07, 0x02, 1, 2, 0xfd, 0x07, 1, 2, 3, 4, 0xf9, 0x07, 1, 2, 3, 4, 5,
      6, 7, 8,
    ]
    #expect(
      try IngestV1.ListBatchesRequest(serialized: strange + known.serialized() + strange) == known)
  }

  @Test("a field given twice counts the last time; messages merge, lists grow")
  func repetition() throws {
    let first = IngestV1.Batch(name: "a", rejectsByRule: [.init(rule: "x")], due: .init(date: "1"))
    let second = IngestV1.Batch(
      name: "b", rejectsByRule: [.init(rule: "y")], due: .init(article: "2"))
    let both = try IngestV1.Batch(serialized: first.serialized() + second.serialized())
    #expect(both.name == "b")
    #expect(both.rejectsByRule.map(\.rule) == ["x", "y"])
    #expect(both.due == .init(date: "1", article: "2"))
  }
}
