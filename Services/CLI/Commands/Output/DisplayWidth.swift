// How many columns of a terminal a text takes, so that tables with Chinese names stand in line.

/// Width of text in terminal columns.
///
/// By grapheme: 2 for East Asian Wide and Fullwidth characters (Unicode Standard Annex 11) and for emoji, 0 for marks, joiners and
/// controls, 1 for all else. Ambiguous characters count 1, as terminals in UTF-8 show them.
enum DisplayWidth {
  static func of(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + of($1) }
  }

  /// A grapheme is as wide as its widest scalar: a letter with its accents, a syllable, a family of joined emoji.
  static func of(_ character: Character) -> Int {
    if let ascii = character.asciiValue { return ascii >= 0x20 && ascii != 0x7F ? 1 : 0 }
    var width = 0
    for scalar in character.unicodeScalars {
      // Variation selector 16 asks for the emoji form of a character that also has a narrow one.
      width = max(width, scalar.value == 0xFE0F && width > 0 ? 2 : of(scalar))
    }
    return width
  }

  /// The text cut to at most `columns`, ending in `…` where something was cut.
  static func truncated(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    var result = ""
    var width = 0
    for character in text {
      let next = of(character)
      guard width + next < columns else { break }
      result.append(character)
      width += next
    }
    return columns > 0 ? result + "…" : ""
  }

  /// The text in lines of at most `columns`, broken at blanks where there are some.
  static func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for character in text {
      if of(line) + of(character) > max(columns, 2) {
        let rest = line.lastIndex(of: " ").map { line[line.index(after: $0)...] } ?? ""
        lines.append(String(line.dropLast(rest.count)))
        line = String(rest)
      }
      line.append(character)
    }
    return lines + [line]
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator:
      // The soft hyphen is a format character that terminals show.
      return scalar.value == 0xAD ? 1 : 0
    default:
      if scalar.properties.isEmojiPresentation { return 2 }
      return isWide(scalar.value) ? 2 : 1
    }
  }

  /// Wide and Fullwidth without emoji; unassigned places within a block count like the block.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
    0x4E00...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FB, 0x1F200...0x1F265,
    0x20000...0x3FFFD,
  ]

  private static func isWide(_ value: UInt32) -> Bool {
    value >= 0x1100 && wideRanges.contains { $0.contains(value) }
  }
}

extension String {
  /// The text with everything that could move the cursor or reorder a line made visible: what a department wrote into
  /// a field must not be able to rewrite the screen of the person who reads it.
  var withoutControls: String {
    let isHarmless: (Unicode.Scalar) -> Bool = { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
      case .format:
        // Direction overrides and isolates reorder what follows; joiners belong to emoji and scripts.
        !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
      default: true
      }
    }
    guard !unicodeScalars.allSatisfy(isHarmless) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      result.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
    }
    return String(result)
  }
}
