// Which numbers of a sheet are days, and which show zeros in front: the formats of its cells (ECMA-376, part 1, 18.8).

import Vocabulary

/// The number formats of a workbook's cells.
struct CellFormats {
  private enum Kind {
    case general, day
    /// "00000": a code that a person made look right.
    case padded(Int)
  }

  var has1904Dates = false
  private var kinds: [Kind] = []

  init() {}

  init(_ bytes: [UInt8], part: String, limits: SpreadsheetLimits) throws(SpreadsheetRefusal) {
    var codes: [Int: String] = [:]
    var isCellFormats = false
    var reader = try XMLReader(bytes, part: part, limits: limits)
    while let event = try reader.next() {
      switch event {
      case .start("numFmt"):
        if let id = reader.attribute("numFmtId").flatMap(Int.init) {
          codes[id] = reader.attribute("formatCode")
        }
      case .start("cellXfs"): isCellFormats = true
      case .end("cellXfs"): isCellFormats = false
      case .start("xf"):
        guard isCellFormats else { continue }
        let id = reader.attribute("numFmtId").flatMap(Int.init) ?? 0
        kinds.append(Self.kind(id, codes[id]))
        guard kinds.count <= 1 << 16 else { throw .damaged(part: part, what: .xml) }
      default: break
      }
    }
  }

  private static func kind(_ id: Int, _ code: String?) -> Kind {
    guard let code else {
      // Those that every reader knows; 27 to 36 and 50 to 58 are the Chinese ones.
      let days = [14...17, 22...22, 27...31, 36...36, 50...54, 57...58]
      return days.contains { $0.contains(id) } ? .day : .general
    }
    if (2...20).contains(code.utf8.count), code.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) {
      return .padded(code.utf8.count)
    }
    return isDay(code) ? .day : .general
  }

  /// Whether a format shows a year or a day; what stands in quotes, brackets or behind a backslash is shown as it is.
  private static func isDay(_ code: String) -> Bool {
    var isQuoted = false
    var isBracketed = false
    var isEscaped = false
    for character in code.lowercased() {
      if isEscaped {
        isEscaped = false
      } else if character == "\"" {
        isQuoted.toggle()
      } else if isQuoted {
        continue
      } else if character == "\\" || character == "_" || character == "*" {
        isEscaped = true
      } else if character == "[" || character == "]" {
        isBracketed = character == "["
      } else if !isBracketed, "yd年日".contains(character) {
        return true
      }
    }
    return false
  }

  /// What a number means in a cell of a format.
  func value(_ raw: String, format: Int) -> CellValue {
    let shown = Self.plain(raw)
    switch kinds.indices.contains(format) ? kinds[format] : .general {
    case .general: return .number(shown)
    case .padded(let width):
      guard shown.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .number(shown) }
      return .text(String(repeating: "0", count: max(0, width - shown.utf8.count)) + shown)
    case .day:
      guard let serial = Double(raw), let day = day(serial) else { return .number(shown) }
      return .day(day)
    }
  }

  /// The day of a serial number; the time of day is left out.
  private func day(_ serial: Double) -> CivilDate? {
    guard serial >= 0, serial < 2_958_466 else { return nil }
    let count = Int(serial)
    if has1904Dates { return CivilDate(dayNumber: count - 24_107) }
    // The system of 1900 counts a 29 February 1900, which never was; no day stands for its number, nor for 0.
    guard count != 60, count > 0 else { return nil }
    return CivilDate(dayNumber: count - (count > 60 ? 25_569 : 25_568))
  }

  /// A whole number without the exponent or the point that a writer gave it.
  private static func plain(_ raw: String) -> String {
    guard let value = Double(raw) else { return raw }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return raw
  }
}
