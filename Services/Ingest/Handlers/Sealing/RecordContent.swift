// What lies inside the seal of a record or of a rejected row.

import Crypto
import IngestRules
import Vocabulary

/// A record's content: its values in the order of the batch's schema, and where it stood in the source.
struct RecordContent: Hashable, Sendable {
  let line: Int
  /// `nil` for an absent value; an empty text never stands for one.
  let values: [String?]
  /// What was sent, by item, where it differs from the canonical text.
  let originals: [Int: String]

  private static let format: UInt8 = 1

  init(line: Int, values: [String?], originals: [Int: String]) {
    self.line = line
    self.values = values
    self.originals = originals
  }

  init(_ row: CheckedRow) {
    var originals: [Int: String] = [:]
    for (index, value) in row.values.enumerated() {
      if let original = value.original { originals[index] = original }
    }
    self.init(line: row.line, values: row.values.map { $0.value.text }, originals: originals)
  }

  func encode(into writer: inout ByteWriter) {
    writer.append(Self.format)
    writer.append(Int64(line))
    writer.append(UInt16(values.count))
    for value in values { writer.append(value ?? "") }
    writer.append(UInt16(originals.count))
    for (index, text) in originals.sorted(by: { $0.key < $1.key }) {
      writer.append(UInt16(index))
      writer.append(text)
    }
  }

  /// `nil` for bytes that this format does not write.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.number(UInt8.self) == Self.format, let line = reader.number(Int64.self),
      let count = reader.number(UInt16.self)
    else { return nil }
    var values: [String?] = []
    for _ in 0..<count {
      guard let text = reader.text() else { return nil }
      values.append(text.isEmpty ? nil : text)
    }
    guard let changed = reader.number(UInt16.self) else { return nil }
    var originals: [Int: String] = [:]
    for _ in 0..<changed {
      guard let index = reader.number(UInt16.self), let text = reader.text() else { return nil }
      originals[Int(index)] = text
    }
    guard reader.isAtEnd else { return nil }
    self.init(line: Int(line), values: values, originals: originals)
  }
}

/// A rejected row's content: the row as sent and each rule that it broke.
struct RejectContent: Hashable, Sendable {
  let line: Int
  let row: String
  let rejections: [Rejection]

  private static let format: UInt8 = 1

  init(line: Int, row: String, rejections: [Rejection]) {
    self.line = line
    self.row = row
    self.rejections = rejections
  }

  func encode(into writer: inout ByteWriter) {
    writer.append(Self.format)
    writer.append(Int64(line))
    writer.append(row)
    writer.append(UInt16(rejections.count))
    for rejection in rejections {
      for text in [
        rejection.rule, rejection.item ?? "", rejection.threshold, rejection.value,
        rejection.citation.text, rejection.sentence.chinese, rejection.sentence.english,
      ] {
        writer.append(text)
      }
    }
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.number(UInt8.self) == Self.format, let line = reader.number(Int64.self),
      let row = reader.text(), let count = reader.number(UInt16.self)
    else { return nil }
    var rejections: [Rejection] = []
    for _ in 0..<count {
      guard let rule = reader.text(), let item = reader.text(), let threshold = reader.text(),
        let value = reader.text(), let article = reader.text(),
        let citation = Citation(article), let chinese = reader.text(),
        let english = reader.text()
      else { return nil }
      rejections.append(
        Rejection(
          rule: rule, item: item.isEmpty ? nil : item, threshold: threshold, value: value,
          line: Int(line), citation: citation, sentence: BilingualText(chinese, english)))
    }
    guard reader.isAtEnd else { return nil }
    self.init(line: Int(line), row: row, rejections: rejections)
  }
}
