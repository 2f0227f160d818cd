// Bytes that are text, and bytes that are none (RFC 3629).

import Testing

@testable import Vocabulary

@Suite("Text from bytes")
struct UTF8TextTests {
  @Test(
    "well-formed UTF-8 is read as it stands",
    arguments: ["", "a", "fifteen bytes!!", "sixteen bytes!!!", "校验码不符", "𠱷下村", "a\0b", "e\u{301}"])
  func wellFormed(text: String) {
    let bytes = Array(text.utf8)
    #expect(String(utf8: bytes.span).map { Array($0.utf8) } == bytes)
  }

  @Test(
    "what is not well-formed is no text",
    arguments: [
      [0x80], [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xFF], Array("sixteen bytes!!!".utf8) + [0xE6, 0xA0], [0x41, 0xFE, 0x42],
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) {
    #expect(String(utf8: bytes.span) == nil)
    // The slower way of the standard library says the same.
    #expect(String(validating: bytes, as: UTF8.self) == nil)
  }
}
