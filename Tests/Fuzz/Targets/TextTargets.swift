// Files that departments send, and what people type.

import IngestFormats
import Vocabulary

/// Both encodings; a file cut into chunks has the rows of the file, with their lines.
func fuzzCSV(_ input: [UInt8]) throws {
  for encoding in TextEncoding.allCases {
    let reader = CSVReader(encoding: encoding)
    _ = try? reader.header(input)
    guard let whole = try? reader.read(input, firstLine: 1) else { continue }
    do {
      guard let rows = try cutRows(input, .csv, { try reader.read($0, firstLine: $1) }) else {
        return
      }
      try expect(
        rows == cutRows(of: whole), "\(encoding.rawValue): chunks have other rows than the file")
    } catch FormatRefusal.badEncoding(.gb18030, _, _, looksLike: TextEncoding.utf8.rawValue) {
      // A chunk is judged by itself: one that is UTF-8 throughout is refused, though the file as a whole is not.
    }
  }
}

func fuzzJSONLines(_ input: [UInt8]) throws {
  let reader = JSONLinesReader(columns: ["id", "name", "date"])
  guard let whole = try? reader.read(input, firstLine: 1) else { return }
  guard let rows = try cutRows(input, .none, { try reader.read($0, firstLine: $1) }) else { return }
  try expect(rows == cutRows(of: whole), "chunks have other rows than the file")
}

private struct CutRow: Equatable {
  let line: Int
  let fields: [String]
}

private func cutRows(of block: RecordBlock) -> [CutRow] {
  (0..<block.count).map { CutRow(line: block.line(ofRow: $0), fields: block.fields(ofRow: $0)) }
}

/// The rows of a file that was cut at every third row; `nil` where the cutter refuses it.
private func cutRows(
  _ input: [UInt8], _ quoting: RecordCutter.Quoting,
  _ read: ([UInt8], Int) throws -> RecordBlock
) throws -> [CutRow]? {
  var cutter = RecordCutter(quoting: quoting, firstLine: 1, maximumRows: 3, maximumBytes: 1 << 16)
  guard let chunks = try? cutter.append(input), let rest = try? cutter.finish() else { return nil }
  return try (chunks + rest).flatMap { chunk in
    cutRows(of: try read(chunk.bytes, chunk.firstLine))
  }
}

func fuzzWords(_ input: [UInt8]) throws {
  let text = String(decoding: input, as: UTF8.self)
  _ = IdentityNumbers.occur(in: text)
  if let day = CivilDate(iso: text) { try expect(day.iso == text, "a day has two spellings") }
  if let instant = Instant(rfc3339: text) {
    try expect(Instant(rfc3339: instant.rfc3339) == instant, "an instant does not return")
  }
  if let name = ResourceName(text) { try expect(name.text == text, "a name has two spellings") }
  if let person = PersonIdentifier(exact: text) {
    try expect(IdentityNumbers.occur(in: text), "an identity number is overlooked: \(person)")
  }
  _ = try? PersonIdentifier.read(text)
  _ = try? OrganisationIdentifier.read(text)
  _ = IdentifierBlock(wire: input)
  let cleaned = documentNumber(text)
  try expect(documentNumber(cleaned) == cleaned, "a document number is cleaned in two steps")
}
