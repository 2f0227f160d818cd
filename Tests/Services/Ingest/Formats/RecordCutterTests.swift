// Cutting a file into chunks at record ends.

import Testing

@testable import IngestFormats

@Suite("file chunks are cut at record ends (FORMATS, file chunk)")
struct RecordCutterTests {
  /// Cuts a whole file given in pieces of a size.
  private func cut(
    _ text: String, pieces: Int, rows: Int = 3, bytes: Int = 1 << 20,
    quoting: RecordCutter.Quoting = .csv
  ) throws -> [RecordCutter.Chunk] {
    var cutter = RecordCutter(quoting: quoting, maximumRows: rows, maximumBytes: bytes)
    let all = Array(text.utf8)
    var chunks: [RecordCutter.Chunk] = []
    for start in stride(from: 0, to: all.count, by: pieces) {
      chunks += try cutter.append(Array(all[start..<min(start + pieces, all.count)]))
    }
    return try chunks + cutter.finish()
  }

  @Test("however the file is read, the chunks are the same and hold all of it", arguments: 1...9)
  func piecesDoNotMatter(pieces: Int) throws {
    let text = "a,1\n\"b\nb\",2\r\n\nc,3\nd,4\n\"e\"\"\n\",5\nf,6\ng,7"
    let chunks = try cut(text, pieces: pieces)
    #expect(chunks.map(\.number) == [1, 2, 3])
    #expect(chunks.map(\.rowCount) == [3, 3, 1])
    #expect(chunks.map(\.firstLine) == [2, 7, 11])
    #expect(chunks.flatMap(\.bytes) == Array(text.utf8))
    for chunk in chunks {
      let block = try CSVReader(encoding: .utf8).read(
        chunk.bytes, firstLine: chunk.firstLine, rowCount: chunk.rowCount)
      #expect(block.line(ofRow: 0) == chunk.firstLine)
    }
  }

  @Test("a chunk is cut before it is too long, and a record that fits none is refused")
  func byteLimit() throws {
    let chunks = try cut("aaaa\nbbbb\ncc\n", pieces: 4, rows: 100, bytes: 10)
    #expect(chunks.map { $0.bytes.count } == [10, 3])
    #expect(throws: FormatRefusal.recordTooLong(line: 3, limitBytes: 10)) {
      try cut("a\n\"bbbbbbbbbbbbbbbbbb\ncccccc", pieces: 4, bytes: 10)
    }
  }

  @Test("an empty file has no chunk, and empty lines are no rows")
  func empty() throws {
    #expect(try cut("", pieces: 1).isEmpty)
    #expect(try cut("\n\n", pieces: 1).isEmpty)
    #expect(try cut("\n\na\n\n", pieces: 1).map(\.rowCount) == [1])
  }

  @Test("quotes hide no line end in JSON lines")
  func jsonLines() throws {
    let chunks = try cut("{\"a\n{}\n{}\n{}\n", pieces: 2, quoting: .none)
    #expect(chunks.map(\.rowCount) == [3, 1])
  }

  @Test("a line of blanks is no row of JSON lines, as for the reader; in CSV it is a field")
  func blanks() throws {
    #expect(try cut("{}\n \t\n{}\n", pieces: 3, quoting: .none).map(\.rowCount) == [2])
    #expect(try cut("a\n \t\nb\n", pieces: 3).map(\.rowCount) == [3])
  }
}
