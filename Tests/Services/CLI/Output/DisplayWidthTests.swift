// Widths of text on a terminal, against a table of our own and against Python's Unicode data.

import Foundation
import TestSupport
import Testing

@testable import WeirCLI

@Suite("Text is as wide as a terminal shows it")
struct DisplayWidthTests {
  @Test(
    "Chinese is two columns, marks are none, emoji are two",
    arguments: [
      ("", 0), ("abc", 3), ("张三", 4), ("梅州市A区", 9), ("（试行）", 8), ("１２Ｘ", 6), ("ｱ", 1),
      ("e\u{301}", 1), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("𠮷野", 4), ("\u{3134B}", 2),
      ("a\u{200B}b", 2), ("\u{FEFF}a", 1), ("👍🏽", 2), ("👨‍👩‍👧‍👦", 2), ("🇨🇳", 2), ("❤", 1), ("❤\u{FE0F}", 2),
      ("·", 1), ("…", 1), ("─", 1), ("\t", 0), ("\u{1B}[31m", 4),
    ])
  func widths(text: String, expected: Int) {
    #expect(DisplayWidth.of(text) == expected)
  }

  @Test("a cut text ends in an ellipsis and is never wider than asked, whatever it is made of")
  func truncation() {
    #expect(DisplayWidth.truncated("梅州市", to: 6) == "梅州市")
    #expect(DisplayWidth.truncated("梅州市", to: 5) == "梅州…")
    // A wide character never stands half inside.
    #expect(DisplayWidth.truncated("梅州市", to: 4) == "梅…")
    #expect(DisplayWidth.truncated("梅州市", to: 1) == "…")
    #expect(DisplayWidth.truncated("梅州市", to: 0) == "")
    for columns in 0..<20 {
      let cut = DisplayWidth.truncated("a梅b州👨‍👩‍👧‍👦市e\u{301}x", to: columns)
      #expect(DisplayWidth.of(cut) <= columns)
    }
  }

  /// `unicodedata` of Python 3.11 (Unicode 14) is an independent oracle for UAX 11.
  @Test("every assigned character of one scalar agrees with Python's East Asian width")
  func oracle() throws {
    let program = """
      import unicodedata as u
      for c in range(0x20, 0x40000):
        k = u.category(chr(c))
        if k in ('Cn', 'Cs', 'Co', 'Mn', 'Me', 'Cf', 'Cc', 'Zl', 'Zp'): continue
        if u.east_asian_width(chr(c)) in 'WF': print(c)
      """
    let data = try runBlocking("python3", ["-c", program]).output
    let wide = Set(
      String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { UInt32($0) })
    try #require(wide.count > 90_000)
    let disagreeing = (UInt32(0x20)..<0x31350).filter { value in
      guard let scalar = Unicode.Scalar(value), Self.wasAssignedInUnicode14(scalar) else {
        return false
      }
      return (DisplayWidth.of(Character(scalar)) == 2) != wide.contains(value)
    }
    #expect(disagreeing.map { String($0, radix: 16) } == [])
  }

  private static func wasAssignedInUnicode14(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    // A regional indicator is narrow alone, and half of a flag, which is wide; alone it does not occur.
    if (0x1F1E6...0x1F1FF).contains(scalar.value) { return false }
    guard let age = properties.age, (age.major, age.minor) <= (14, 0) else { return false }
    switch properties.generalCategory {
    case .unassigned, .surrogate, .privateUse, .nonspacingMark, .enclosingMark, .format, .control,
      .lineSeparator, .paragraphSeparator:
      return false
    default:
      return true
    }
  }

  @Test("nothing that a department wrote can move the cursor or turn a line around")
  func controls() {
    #expect("a\u{1B}[2Jb\n\u{7F}\u{9B}".withoutControls == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect("a\u{202E}b\u{2066}c".withoutControls == "a\u{FFFD}b\u{FFFD}c")
    #expect("张三👨‍👩‍👧‍👦".withoutControls == "张三👨‍👩‍👧‍👦")
  }
}
