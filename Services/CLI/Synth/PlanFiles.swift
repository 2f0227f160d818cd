// Writing registers and rolls as CSV files, a piece at a time.

import Foundation
package import IngestFormats

extension Plan {
  /// Writes a register with its header line of Chinese titles. The same plan gives the same bytes.
  package func writeRegister(
    _ kind: RegisterKind, to path: String, encoding: TextEncoding = .utf8
  ) throws {
    let rows = RegisterRows(self, kind)
    try write(
      header: kind.columns.map(\.title), count: rows.count, to: path, encoding, rows.fields)
  }

  /// Writes a roll likewise.
  package func writeRoll(
    _ kind: RollKind, to path: String, encoding: TextEncoding = .utf8
  ) throws {
    let rows = RollRows(self, kind)
    try write(
      header: kind.columns.map(\.title), count: rows.count, to: path, encoding, rows.fields)
  }

  private func write(
    header: [String], count: Int, to path: String, _ encoding: TextEncoding,
    _ fields: (Int) -> [String]
  ) throws {
    // Made first, so that a file of the name is replaced and a folder that is missing gives an error here.
    try Data().write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var piece = Self.line(header)
    for row in 0..<count {
      piece += Self.line(fields(row))
      if piece.utf8.count >= 1 << 19 {
        try file.write(contentsOf: Data(encoding.encode(piece)))
        piece.removeAll(keepingCapacity: true)
      }
    }
    try file.write(contentsOf: Data(encoding.encode(piece)))
  }

  /// RFC 4180: quoted where a comma, a quote or a line end is inside.
  static func line(_ fields: [String]) -> String {
    fields.map { field in
      let needsQuotes = field.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
      }
      return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",") + "\n"
  }
}
