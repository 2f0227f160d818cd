// What people's hands and spreadsheets do to identifiers, undone and marked, never silently.

/// What was done to an identifier before it could be read. The original is kept wherever a mark is set.
package struct CleaningMarks: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Full-width digits or letters (U+FF01 to U+FF5E) were made narrow.
  package static let fullWidth = CleaningMarks(rawValue: 1 << 0)
  /// Lower-case letters were made upper-case.
  package static let lowerCase = CleaningMarks(rawValue: 1 << 1)
  /// Spaces and tabs, of any width, were dropped.
  package static let spaces = CleaningMarks(rawValue: 1 << 2)
  /// Characters without width (U+200B and the like, byte order mark, direction marks) were dropped.
  package static let zeroWidth = CleaningMarks(rawValue: 1 << 3)
  /// A leading quotation mark, with which spreadsheets force text, was dropped.
  package static let leadingQuote = CleaningMarks(rawValue: 1 << 4)
  /// An identifier of 15 digits was lengthened to 18.
  package static let upgraded = CleaningMarks(rawValue: 1 << 5)

  private static let names: [(CleaningMarks, String)] = [
    (.fullWidth, "full_width"), (.lowerCase, "lower_case"), (.spaces, "spaces"),
    (.zeroWidth, "zero_width"), (.leadingQuote, "leading_quote"), (.upgraded, "upgraded"),
  ]

  /// The stable names of the marks set, in a fixed order.
  package var slugs: [String] {
    CleaningMarks.names.filter { contains($0.0) }.map(\.1)
  }
}

/// An identifier's characters after cleaning: upper-case ASCII, or the first character that cannot belong to one.
struct CleanedIdentifier {
  var characters: [UInt8] = []
  var marks: CleaningMarks = []
  /// The place, from 1, of the first character that is neither digit nor letter after cleaning.
  var foreignCharacter: Int?

  /// Longer texts are no identifiers; reading stops there, so that a huge cell costs nothing.
  static let longestRead = 64

  init(_ raw: String) {
    characters.reserveCapacity(18)
    var position = 0
    for scalar in raw.unicodeScalars {
      guard position < CleanedIdentifier.longestRead else {
        foreignCharacter = foreignCharacter ?? position
        return
      }
      position += 1
      take(scalar, at: position)
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar, at position: Int) {
    switch scalar.value {
    case 0x30...0x39, 0x41...0x5A:
      characters.append(UInt8(scalar.value))
    case 0x61...0x7A:
      marks.insert(.lowerCase)
      characters.append(UInt8(scalar.value - 0x20))
    case 0xFF10...0xFF19, 0xFF21...0xFF3A:
      marks.insert(.fullWidth)
      characters.append(UInt8(scalar.value - 0xFEE0))
    case 0xFF41...0xFF5A:
      marks.insert([.fullWidth, .lowerCase])
      characters.append(UInt8(scalar.value - 0xFEE0 - 0x20))
    case 0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000:
      marks.insert(.spaces)
    case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFEFF:
      marks.insert(.zeroWidth)
    case 0x22, 0x27, 0x60, 0xB4, 0x2018, 0x2019, 0x201C, 0x201D, 0xFF02, 0xFF07:
      if characters.isEmpty {
        marks.insert(.leadingQuote)
      } else {
        foreignCharacter = foreignCharacter ?? position
      }
    default:
      foreignCharacter = foreignCharacter ?? position
    }
  }
}
