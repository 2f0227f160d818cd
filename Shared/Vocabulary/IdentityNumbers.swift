// Finding identity numbers in what people write, so that none goes to a list, a log or a column in clear.

/// The one search for identity numbers in free text (GB 11643-1999; meizhou-public-2023/39).
///
/// Found are numbers of 18 characters and the old ones of 15 digits, in full-width digits too, and with spaces, hyphens or
/// characters without width between their groups. A number counts only where it is sound: check symbol, a real date of birth
/// and a known province, so that case numbers and telephone numbers pass.
package enum IdentityNumbers {
  /// Texts go to others and into the log: they hold no identity number, whatever regulation governs.
  package static let citation = Citation(
    document: Citation.productDocument, article: "free-text")

  /// So many characters between two groups of digits still belong to one number.
  private static let longestGap = 3

  package static func occur(in text: String) -> Bool {
    var groups: [String] = []
    var group = ""
    var gap = 0
    func isFound() -> Bool { hasNumber(at: groups) }
    for scalar in text.unicodeScalars {
      if let digit = digit(scalar) {
        group.unicodeScalars.append(digit)
        gap = 0
        continue
      }
      if isCheckLetter(scalar), group.unicodeScalars.last.map({ $0 != "X" }) ?? false {
        group.append("X")
        continue
      }
      if !group.isEmpty {
        groups.append(group)
        group = ""
        if isFound() { return true }
      }
      gap += 1
      if gap > longestGap || !isSeparator(scalar) { groups = [] }
    }
    if !group.isEmpty { groups.append(group) }
    return isFound()
  }

  /// Whether the last groups together are a number; what ended earlier was looked at then.
  private static func hasNumber(at groups: [String]) -> Bool {
    var joined = ""
    for group in groups.reversed() {
      joined = group + joined
      if joined.count > 18 { return false }
      if joined.count == 18 || joined.count == 15, let found = try? PersonIdentifier.read(joined),
        found.identifier.hasKnownProvince
      {
        return true
      }
    }
    return false
  }

  private static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x30...0x39: scalar
    case 0xFF10...0xFF19: Unicode.Scalar(scalar.value - 0xFEE0)
    default: nil
    }
  }

  private static func isCheckLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x58, 0x78, 0xFF38, 0xFF58: true
    default: false
    }
  }

  /// White space of any width, characters without width, hyphens, dots and strokes.
  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0xAD, 0x1680, 0x2000...0x200F, 0x2028...0x202F,
      0x205F...0x2064,
      0x3000, 0xFEFF, 0x2D, 0x2E, 0x2F, 0x5F, 0xB7, 0x2010...0x2015, 0x2212, 0x30FB, 0xFF0D, 0xFF0E,
      0xFF0F, 0xFF3F:
      true
    default: false
    }
  }
}
