// A file cut into chunks at record ends, read piece by piece, and a CSV file being written.

import Boot
import Foundation
import IngestFormats
import Vocabulary

/// Gives a file's chunks one after the other, without the header line.
struct ChunkSource {
  /// The header line of a CSV file as it stands there; empty for JSON lines.
  let header: [UInt8]
  /// Bytes of the file, for progress.
  let size: Int
  private let file: FileHandle
  private var cutter: RecordCutter
  private var ready: [RecordCutter.Chunk] = []
  private var isAtEnd = false
  private var first: [UInt8]

  private static let pieceBytes = 1 << 19
  /// No header of a register is longer.
  private static let headerLimitBytes = 1 << 16

  init(path: String, isCSV: Bool) throws {
    do {
      file = try FileHandle(forReadingFrom: URL(filePath: path))
      size = Int(try file.seekToEnd())
      try file.seek(toOffset: 0)
    } catch {
      throw CommandFailure(.usage, spoken("无法读取 \(path)。", "\(path) cannot be read."))
    }
    first = try Self.piece(of: file)
    guard isCSV else {
      header = []
      cutter = RecordCutter(quoting: .none, firstLine: 1)
      return
    }
    guard let end = first.prefix(Self.headerLimitBytes).firstIndex(of: UInt8(ascii: "\n")) else {
      throw CommandFailure(
        .usage, spoken("\(path) 没有标题行。", "\(path) has no header line."))
    }
    header = Array(first[...end])
    first.removeFirst(end + 1)
    cutter = RecordCutter()
  }

  mutating func next() throws -> RecordCutter.Chunk? {
    while ready.isEmpty, !isAtEnd {
      let piece = first.isEmpty ? try Self.piece(of: file) : first
      first = []
      if piece.isEmpty {
        isAtEnd = true
        ready = try cutter.finish()
      } else {
        ready = try cutter.append(piece)
      }
    }
    return ready.isEmpty ? nil : ready.removeFirst()
  }

  private static func piece(of file: FileHandle) throws -> [UInt8] {
    [UInt8](try file.read(upToCount: pieceBytes) ?? Data())
  }
}

/// A CSV file (RFC 4180, UTF-8) of private data, written line by line.
struct CSVFile {
  private let file: FileHandle
  private var pending: [UInt8] = []

  init(path: String, header: [String]) throws {
    try Files.write("", to: path, isPrivate: true)
    file = try FileHandle(forWritingTo: URL(filePath: path))
    try write(header)
  }

  mutating func write(_ fields: [String]) throws {
    let line = fields.map { field in
      let needsQuotes = field.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
      }
      return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
    pending += Array((line.joined(separator: ",") + "\n").utf8)
    if pending.count > 1 << 18 { try flush() }
  }

  mutating func close() throws {
    try flush()
    try file.close()
  }

  private mutating func flush() throws {
    try file.write(contentsOf: Data(pending))
    pending = []
  }
}
