// Finding identifier columns that a spreadsheet has rounded.

/// A numeric identifier column whose last digits a spreadsheet threw away.
///
/// Spreadsheets hold numbers with 15 significant digits: an identity number of 18 digits comes out ending in `000`, or
/// as `4.40102E+17`. What is lost cannot be restored, so the whole file is refused with this advice.
package struct LostDigits: Hashable, Sendable {
  /// Values in scientific notation.
  package let scientific: Int
  /// Values of 18 digits that end in 000 and whose check symbol fails.
  package let rounded: Int
  /// Values in the sample that are not empty.
  package let total: Int

  /// So many damaged values prove the damage; fewer do only when every value is damaged.
  private static let leastDamaged = 3
  /// Below one in twenty, single typing errors may be the cause; those rows are rejected one by one.
  private static let leastShare = 20

  /// What a sample of the column shows, or `nil` if its digits are not lost.
  package static func found(in sample: some Sequence<String>) -> LostDigits? {
    var (scientific, rounded, total) = (0, 0, 0)
    for text in sample {
      let cleaned = CleanedNumber(text)
      guard !cleaned.bytes.isEmpty else { continue }
      total += 1
      if cleaned.isScientific { scientific += 1 } else if cleaned.isRounded { rounded += 1 }
    }
    let damaged = scientific + rounded
    guard damaged > 0 else { return nil }
    let proven =
      damaged == total || (damaged >= leastDamaged && damaged * leastShare >= total)
    return proven ? LostDigits(scientific: scientific, rounded: rounded, total: total) : nil
  }

  /// The quality rule that fails, for the list of refused files.
  package static let rule = "identifier_column.digits_lost"

  package var sentence: BilingualText {
    BilingualText(
      chinese: """
        证件号码列的末几位已丢失：抽查\(total)个值，其中\(rounded)个以000结尾且校验码不符，\(scientific)个为科学计数法。\
        电子表格只保留15位有效数字，丢失的数字无法恢复，整个文件未接收。
        """,
      english: """
        The last digits of the id column are lost: of \(total) values looked at, \(rounded) end in 000 and fail their \
        check, \(scientific) are in scientific notation. Spreadsheets keep 15 significant digits and nothing brings the \
        rest back, so the whole file was refused.
        """)
  }

  package var nextStep: BilingualText {
    BilingualText(
      chinese: "请从业务系统重新导出，并在打开或保存前将该列设为“文本”格式（或直接导出为CSV，不经电子表格另存）。",
      english: """
        Export again from the business system with that column set to "text" before it is opened or saved (or export \
        CSV directly, without a spreadsheet in between).
        """)
  }
}

/// The bytes of a cell without spaces, quotes and zero-width characters.
private struct CleanedNumber {
  var bytes: [UInt8] = []

  init(_ text: String) {
    for scalar in text.unicodeScalars.prefix(CleanedIdentifier.longestRead) {
      switch scalar.value {
      case 0x21, 0x23...0x26, 0x28...0x7E: bytes.append(UInt8(scalar.value))
      case 0xFF10...0xFF19: bytes.append(UInt8(scalar.value - 0xFEE0))
      case 0x20, 0x22, 0x27, 0x09, 0xA0, 0x200B...0x200F, 0x3000, 0xFEFF: continue
      default: bytes.append(UInt8(ascii: "?"))
      }
    }
  }

  /// `4.40102E+17`, `4.4E17`: digits, perhaps a point, E, perhaps a sign, one to three digits.
  ///
  /// A credit code may hold an E between digits (`911100006000E73417`); a point, a sign or a short text tells them apart.
  var isScientific: Bool {
    guard let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "E") || $0 == UInt8(ascii: "e") })
    else { return false }
    let mantissa = bytes[..<mark]
    var exponent = bytes[(mark + 1)...]
    let hasSign = exponent.first == UInt8(ascii: "+")
    if hasSign { exponent = exponent.dropFirst() }
    let points = mantissa.count { $0 == UInt8(ascii: ".") }
    guard let first = mantissa.first, isDigit(first), points <= 1,
      mantissa.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
      (1...3).contains(exponent.count), exponent.allSatisfy(isDigit)
    else { return false }
    return points == 1 || hasSign || bytes.count < 15
  }

  /// 18 digits that end in 000 and are no valid identity number; a `.0` of a number format is passed over.
  var isRounded: Bool {
    var digits = bytes[...]
    if digits.count == 20, digits.suffix(2).elementsEqual(".0".utf8) { digits = digits.dropLast(2) }
    guard digits.count == 18, digits.allSatisfy(isDigit), digits.suffix(3).elementsEqual("000".utf8)
    else { return false }
    return (try? PersonIdentifier.read(String(decoding: digits, as: UTF8.self))) == nil
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
