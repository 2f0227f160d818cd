// JSON of clerks and scripts: what is taken, and what is refused with the field's name.

import Contracts
import Testing
import Vocabulary

@Suite("JSON follows proto3's mapping, strictly")
struct JSONTests {
  private func failure(
    _ json: String, limits: DecodeLimits = .standard
  ) -> DecodeFailure? {
    do throws(DecodeFailure) {
      _ = try IngestV1.Batch(json: json, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test("camel case, original names, numbers as text, enums by name and number, null")
  func spellings() throws {
    let expected = IngestV1.Batch(
      name: "堰", entryVersion: 7, mode: .file, header: [0xfb, 0xff], acceptedRows: 1 << 60,
      createTime: .init(seconds: 1_709_514_000, nanos: 500_000_000))
    for json in [
      #"{"name":"堰","entryVersion":7,"mode":"FILE","header":"+/8=","acceptedRows":"1152921504606846976","createTime":"2024-03-04T01:00:00.5Z"}"#,
      #" { "name" : "\u5830" , "entry_version" : "7" , "mode" : 2 , "header" : "-_8" , "accepted_rows" : 1152921504606846976 , "create_time" : "2024-03-04T09:00:00.500+08:00", "coverage": null } "#,
      #"{"name":"堰","entryVersion":7.0,"mode":"FILE","header":"+/8","acceptedRows":"1152921504606846976","createTime":"2024-03-04T01:00:00.500000000Z"}"#,
    ] {
      #expect(try IngestV1.Batch(json: json) == expected, "\(json)")
    }
    #expect(
      try expected.json()
        == #"{"name":"堰","entryVersion":7,"mode":"FILE","header":"+/8=","acceptedRows":"1152921504606846976","createTime":"2024-03-04T01:00:00.500Z"}"#
    )
  }

  @Test(
    "each mistake has its cause and its field",
    arguments: [
      ("", .truncated, ""), ("{", .truncated, ""), (#"{"name":"a"#, .truncated, "name"),
      ("[]", .wrongType, ""), ("nonsense", .wrongType, ""), ("?", .malformed, ""),
      (#"{"name":"a"} x"#, .malformed, ""), (#"{"name":"a",}"#, .malformed, ""),
      (#"{"name" "a"}"#, .malformed, ""), (#"{"name":'a'}"#, .malformed, "name"),
      (#"{"colour":1}"#, .unknown, "colour"), (#"{"name":"a","name":"b"}"#, .duplicate, "name"),
      (#"{"entry_version":1,"entryVersion":1}"#, .duplicate, "entryVersion"),
      (#"{"name":1}"#, .wrongType, "name"), (#"{"name":{}}"#, .wrongType, "name"),
      (#"{"entryVersion":"x"}"#, .malformed, "entryVersion"),
      (#"{"entryVersion":2147483648}"#, .outOfRange, "entryVersion"),
      (#"{"entryVersion":1.5}"#, .outOfRange, "entryVersion"),
      (#"{"entryVersion":01}"#, .malformed, "entryVersion"),
      (#"{"entryVersion":+1}"#, .malformed, "entryVersion"),
      (#"{"entryVersion":true}"#, .wrongType, "entryVersion"),
      (#"{"mode":"CARRIER_PIGEON"}"#, .unknown, "mode"),
      (#"{"header":"a"}"#, .outOfRange, "header"), (#"{"header":"++==="}"#, .outOfRange, "header"),
      (#"{"header":"a b="}"#, .outOfRange, "header"),
      (#"{"header":"/x=="}"#, .outOfRange, "header"),
      (#"{"name":"\ud800"}"#, .invalidUTF8, "name"), (#"{"name":"\udc00a"}"#, .invalidUTF8, "name"),
      (#"{"name":"\x"}"#, .malformed, "name"), ("{\"name\":\"\n\"}", .malformed, "name"),
      (#"{"createTime":"yesterday"}"#, .outOfRange, "createTime"),
      (#"{"createTime":"2024-02-30T00:00:00Z"}"#, .outOfRange, "createTime"),
      (#"{"createTime":5}"#, .wrongType, "createTime"),
      (#"{"rejectsByRule":{}}"#, .wrongType, "rejectsByRule"),
      (#"{"rejectsByRule":[{"rule":"a"},{"count":"x"}]}"#, .malformed, "rejectsByRule[1].count"),
      (#"{"rejectsByRule":[{"rule":"a"}"#, .truncated, "rejectsByRule"),
      (#"{"due":{"date":"d","day":1}}"#, .unknown, "due.day"),
    ] as [(String, DecodeFailure.Cause, String)])
  func mistakes(json: String, cause: DecodeFailure.Cause, path: String) {
    #expect(failure(json) == DecodeFailure(cause, at: path))
  }

  @Test("a name that is not UTF-8 and a NUL where none is wanted are refused")
  func bytes() {
    #expect(throws: DecodeFailure(.invalidUTF8, at: "name")) {
      try IngestV1.Batch(
        jsonBytes: Array("{\"name\":\"".utf8) + [0xff] + Array("\"}".utf8), limits: .standard)
    }
    #expect(failure(#"{"name":"\u0000"}"#) == nil)
    #expect(
      failure(#"{"name":"\u0000"}"#, limits: .request) == DecodeFailure(.containsNUL, at: "name"))
  }

  @Test("size and depth have their limits")
  func limits() {
    let json = #"{"rejectsByRule":[{"rule":"a"}]}"#
    #expect(failure(json, limits: .init(messageBytes: json.utf8.count, depth: 3)) == nil)
    #expect(
      failure(json, limits: .init(messageBytes: json.utf8.count - 1))?.cause
        == .tooLarge(limitBytes: json.utf8.count - 1))
    #expect(failure(json, limits: .init(depth: 2))?.cause == .tooDeep(limit: 2))
    // Nesting that no field asks for never goes deeper than the field.
    let deep = #"{"name":"# + String(repeating: "[", count: 100_000)
    #expect(failure(deep)?.cause == .wrongType)
  }

  @Test("text that goes into a page or a terminal is escaped")
  func escapes() throws {
    let batch = IngestV1.Batch(name: "</script>\u{7f}\u{1}\"\\\n\t\r/é")
    #expect(
      try batch.json()
        == #"{"name":"\u003c/script\u003e\u007f\u0001\"\\\n\t\r/é"}"#)
    #expect(try IngestV1.Batch(json: batch.json()) == batch)
  }

  @Test(
    "a timestamp has a JSON form from the year 1 to 9999 and none beyond",
    arguments: [
      (-62_135_596_800, 0, #""0001-01-01T00:00:00Z""#),
      (253_402_300_799, 999_999_999, #""9999-12-31T23:59:59.999999999Z""#),
      (-1, 1000, #""1969-12-31T23:59:59.000001Z""#),
      (-62_135_596_801, 0, nil), (253_402_300_800, 0, nil), (0, -1, nil), (0, 1_000_000_000, nil),
    ] as [(Int64, Int32, String?)])
  func timestamps(seconds: Int64, nanos: Int32, json: String?) throws {
    let time = GoogleProtobuf.Timestamp(seconds: seconds, nanos: nanos)
    if let json {
      #expect(try time.json() == json)
      #expect(try GoogleProtobuf.Timestamp(json: json) == time)
    } else {
      #expect(throws: EncodeFailure.self) { try time.json() }
      #expect(time.instant == nil)
    }
  }

  @Test(
    "moments of the vocabulary go into timestamps and back",
    arguments: [0, -1, 1, 1_709_514_000_123, -62_135_596_800_000])
  func moments(milliseconds: Int64) {
    let instant = Instant(milliseconds: milliseconds)
    #expect(GoogleProtobuf.Timestamp(instant).instant == instant)
  }

  @Test("every method's request comes from JSON and its reply goes to JSON")
  func shapes() throws {
    for shape in MethodShape.all.values {
      #expect(try shape.requestBytes(fromJSON: Array("{}".utf8)) == [], "\(shape.path)")
      #expect(try shape.replyJSON(from: []) == Array("{}".utf8), "\(shape.path)")
    }
  }
}
