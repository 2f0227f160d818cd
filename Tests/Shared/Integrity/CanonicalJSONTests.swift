// RFC 8785: one encoding of a value, and a reader that takes nothing doubtful.

import Integrity
import TestSupport
import Testing

@Suite("Canonical JSON is RFC 8785's")
struct CanonicalJSONTests {
  private func text(_ value: JSONValue) -> String {
    String(decoding: CanonicalJSON.encode(value), as: UTF8.self)
  }

  @Test("members are ordered by UTF-16 code units (RFC 8785 section 3.2.3)")
  func order() throws {
    let source = #"""
      { "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis" }
      """#
    let value = try CanonicalJSON.decode(Array(source.utf8))
    let order = try #require(value.object).members.compactMap(\.value.string)
    #expect(
      order == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
      ])
  }

  @Test(
    "names around every change of encoded length, alone and behind a letter, stand in UTF-16 order")
  func allOrders() throws {
    let letters = [
      "a", "z", "\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{efff}",
      "\u{f000}", "\u{fffd}", "\u{10000}", "\u{10ffff}",
    ]
    let names = [""] + letters + letters.flatMap { first in letters.map { first + $0 } }
    var object = JSONObject()
    for name in names.reversed() { object[name] = .null }
    let sorted = names.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
    #expect(object.members.map(\.name) == sorted)
    let bytes = CanonicalJSON.encode(.object(object))
    #expect(try CanonicalJSON.decodeCanonical(bytes) == .object(object))
  }

  @Test("strings and literals are written as in RFC 8785 section 3.2.2")
  func strings() throws {
    let source = #"""
      { "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }
      """#
    let value = try CanonicalJSON.decode(Array(source.utf8))
    #expect(
      text(value) == #"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#)
  }

  @Test("every control character has its own escape")
  func controls() {
    let all = String(String.UnicodeScalarView((0..<0x21).compactMap { Unicode.Scalar($0) }))
    #expect(
      text(.string(all + "\u{7f}"))
        == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
        + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c"#
        + #"\u001d\u001e\u001f "# + "\u{7f}\"")
  }

  @Test("what is written is read again, names of equal looks but other bytes apart")
  func roundTrip() throws {
    let value: JSONValue = [
      "b": [1, -1, 0, .integer(JSONValue.largestInteger), .integer(-JSONValue.largestInteger)],
      "a": ["空": .null, "": true], "\u{e9}": "composed", "e\u{301}": "decomposed", "𠮷": "rare",
    ]
    let bytes = CanonicalJSON.encode(value)
    #expect(try CanonicalJSON.decode(bytes) == value)
    #expect(try CanonicalJSON.decodeCanonical(bytes) == value)
    #expect(value["\u{e9}"]?.string == "composed")
    #expect(value["e\u{301}"]?.string == "decomposed")
    #expect(value.object?.members.count == 5)
    #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
  }

  @Test("members are set, replaced and taken out")
  func members() {
    var object: JSONObject = ["b": 1, "a": 2]
    object["c"] = 3
    object["a"] = 4
    object["b"] = nil
    #expect(text(.object(object)) == #"{"a":4,"c":3}"#)
    #expect(object["b"] == nil)
  }

  @Test(
    "what is not JSON of this kind is refused with its place",
    arguments: [
      ("", JSONError.unexpectedEnd), (" ", .unexpectedEnd), ("[1", .unexpectedEnd),
      ("{\"a\"", .unexpectedEnd), ("\"a", .unexpectedEnd), ("-", .unexpectedEnd),
      ("tru", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\u00", .unexpectedEnd),
      ("nul1", .unexpectedByte(offset: 3)), ("1 2", .unexpectedByte(offset: 2)),
      ("[1,]", .unexpectedByte(offset: 3)), ("[,1]", .unexpectedByte(offset: 1)),
      ("{\"a\":1,}", .unexpectedByte(offset: 7)), ("{a:1}", .unexpectedByte(offset: 1)),
      ("{\"a\" 1}", .unexpectedByte(offset: 5)), ("'a'", .unexpectedByte(offset: 0)),
      ("\"a\nb\"", .unexpectedByte(offset: 2)), ("\u{feff}1", .unexpectedByte(offset: 0)),
      ("-a", .unexpectedByte(offset: 1)), ("+1", .unexpectedByte(offset: 0)),
      ("1.0", .unsupportedNumber(offset: 0)), ("1e3", .unsupportedNumber(offset: 0)),
      ("1E3", .unsupportedNumber(offset: 0)), ("01", .unsupportedNumber(offset: 0)),
      ("-0", .unsupportedNumber(offset: 0)), ("[-01]", .unsupportedNumber(offset: 1)),
      ("9007199254740992", .unsupportedNumber(offset: 0)),
      ("-9007199254740992", .unsupportedNumber(offset: 0)),
      ("99999999999999999999", .unsupportedNumber(offset: 0)),
      ("\"\\x\"", .invalidEscape(offset: 1)), ("\"\\ud800\"", .invalidEscape(offset: 1)),
      ("\"\\ud800a\"", .invalidEscape(offset: 1)), ("\"\\ud800\\n\"", .invalidEscape(offset: 1)),
      ("\"\\ud800\\ud800\"", .invalidEscape(offset: 1)), ("\"\\udc00\"", .invalidEscape(offset: 1)),
      ("\"\\u00g0\"", .invalidEscape(offset: 1)),
      ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateName(offset: 19)),
      ("{\"a\":1,\"\\u0061\":3}", .duplicateName(offset: 18)),
    ])
  func refused(_ source: String, _ error: JSONError) {
    #expect(throws: error) { try CanonicalJSON.decode(Array(source.utf8)) }
  }

  @Test(
    "bytes that are not UTF-8 are refused",
    arguments: [
      [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80],
    ])
  func encoding(_ bytes: [UInt8]) {
    let source = Array("[\"".utf8) + bytes + Array("\"]".utf8)
    #expect(throws: JSONError.invalidUTF8(offset: 1)) { try CanonicalJSON.decode(source) }
  }

  @Test("depth and size have limits: the last good and the first bad")
  func limits() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try CanonicalJSON.decode(nested(32))
    #expect(throws: JSONError.tooDeep(limit: 32)) { try CanonicalJSON.decode(nested(33)) }
    _ = try CanonicalJSON.decode(Array("1234".utf8), sizeLimitBytes: 4)
    #expect(throws: JSONError.tooLarge(limitBytes: 3)) {
      try CanonicalJSON.decode(Array("1234".utf8), sizeLimitBytes: 3)
    }
  }

  @Test(
    "a second spelling of a value is not canonical",
    arguments: ["[1, 2]", "{\"b\":1,\"a\":2}", "\"\\u0041\"", "\"\\/\"", " 1", "\"\\u000A\""])
  func spellings(_ source: String) throws {
    _ = try CanonicalJSON.decode(Array(source.utf8))
    #expect(throws: JSONError.notCanonical) {
      try CanonicalJSON.decodeCanonical(Array(source.utf8))
    }
  }

  @Test("a text is canonical exactly when its value is encoded as it, whatever is changed in it")
  func canonicalTexts() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("canonical texts: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let texts = [
      #"{"a":1,"b":[true,null,-7,"x"],"é":{"":"","c":"\u001f\n\"\\"}}"#,
      #"{"日本":"\u0001\t/","𝄞":{},"\ue000":[[],{"k":0}]}"#, #"["\b\f\r\u000b",9007199254740991]"#,
    ]
    let replacements = Array(#" "\/u0123456789abcdefABCDEF,:{}[]-nté"#.utf8)
    var canonical = 0
    var other = 0
    for round in 0..<20_000 {
      var text = Array(texts[round % texts.count].utf8)
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let place = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text[place] = replacements.randomElement(using: &random) ?? 0
        case 1: text.insert(replacements.randomElement(using: &random) ?? 0, at: place)
        default: text.remove(at: place)
        }
      }
      guard let value = try? CanonicalJSON.decode(text) else { continue }
      let isCanonical = CanonicalJSON.encode(value) == text
      #expect(
        ((try? CanonicalJSON.decodeCanonical(text)) != nil) == isCanonical,
        "\(String(decoding: text, as: UTF8.self))")
      if isCanonical { canonical += 1 } else { other += 1 }
    }
    #expect(canonical > 1000 && other > 200, "\(canonical) and \(other)")
  }
}
