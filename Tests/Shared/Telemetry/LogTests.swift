// Log lines: one JSON object each, with trace and redaction, written without ever stopping the one who logs.

import Foundation
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing
import Vocabulary

/// Keeps the lines, for reading them in a test.
private final class Lines: LogDestination {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func write(_ line: [UInt8]) {
    lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
  }
}

private struct Failure: Error {
  let record: String
}

@Suite("Log lines")
struct LogTests {
  private let lines = Lines()

  private var logger: Logger {
    let destination = lines
    return Logger(label: "share.grants") { label in
      JSONLogHandler(
        label: label, service: "share", destination: destination,
        now: { Instant(milliseconds: 1_709_514_123_456) })
    }
  }

  private func object(_ line: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("an event is one line of JSON, its fields sorted")
  func oneLine() throws {
    var logger = logger
    logger[metadataKey: "replica"] = "2"
    logger.info("grant made\n\"twice\"", metadata: ["grant": "G-1", "items": ["a", "b"]])
    #expect(
      lines.all == [
        #"{"time":"2024-03-04T01:02:03.456Z","level":"info","service":"share","logger":"share.grants","#
          + #""message":"grant made\n\"twice\"","fields":{"grant":"G-1","items":["a","b"],"replica":"2"}}"#
          + "\n"
      ])
  }

  @Test("below the level nothing is written")
  func levels() {
    logger.debug("nothing")
    #expect(lines.all == [])
  }

  @Test("control characters and other scripts survive as JSON")
  func escapes() throws {
    let text = "\u{1}\t\u{7F}\\ 汉字 🀄"
    logger.info("\(text)")
    #expect(try object(lines.all[0])["message"] as? String == text)
  }

  @Test("identifiers are masked in message, error and fields, keys included")
  func redaction() throws {
    let id = "110101199003070011"
    logger.error(
      "row of \(id)", error: Failure(record: id),
      metadata: ["id": "\(id)", "deep": ["\(id)": .stringConvertible(Sensitive(id))]])
    let line = try #require(lines.all.first)
    #expect(!line.contains(id))
    #expect(try object(line)["message"] as? String == "row of [redacted]")
    #expect((try object(line)["error"] as? String)?.contains("Failure") == true)
  }

  @Test("a line carries the trace of the call that its task serves")
  func trace() throws {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    TraceContext.$current.withValue(TraceContext(traceparent: header)) {
      logger.info("inside")
    }
    logger.info("outside")
    #expect(try object(lines.all[0])["trace"] as? String == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(try object(lines.all[1])["trace"] == nil)
  }
}

@Suite("W3C traceparent")
struct TraceContextTests {
  @Test("what was read is sent on")
  func roundTrip() throws {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let context = try #require(TraceContext(traceparent: header))
    #expect(context.traceparent == header)
    let child = try #require(context.child(random: [0, 1, 2, 3, 4, 5, 6, 255]))
    #expect(child.traceparent == "00-4bf92f3577b34da6a3ce929d0e0e4736-00010203040506ff-01")
    #expect(TraceContext(traceparent: "01" + header.dropFirst(2) + "-more") != nil)
  }

  @Test(
    "what is no traceparent is none",
    arguments: [
      "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz",
    ])
  func malformed(header: String) {
    #expect(TraceContext(traceparent: header) == nil)
  }

  @Test("a new trace needs bytes that are not all zero")
  func fresh() {
    #expect(TraceContext(random: [UInt8](repeating: 7, count: 24)) != nil)
    #expect(TraceContext(random: [UInt8](repeating: 7, count: 23)) == nil)
    #expect(TraceContext(random: [UInt8](repeating: 0, count: 24)) == nil)
  }
}

@Suite("The queue of log lines")
struct QueuedLogTests {
  @Test("lines reach the file in order, and a closed queue has written all")
  func order() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID()).log")
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
    let log = QueuedLog(file: try FileHandle(forWritingTo: file))
    for number in 0..<1000 { log.write(Array("\(number)\n".utf8)) }
    log.close()
    log.write(Array("late\n".utf8))
    log.close()
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text == (0..<1000).map { "\($0)\n" }.joined())
  }

  @Test("a reader that stops reading loses lines, is told so, and stops nobody")
  func fullPipe() throws {
    let pipe = Pipe()
    let log = QueuedLog(file: pipe.fileHandleForWriting, limit: 4)
    // Far more than a pipe holds: the writer is stuck, and this loop still ends.
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 40_000) + [UInt8(ascii: "\n")]
    for _ in 0..<1000 { log.write(line) }
    let reader = Thread {
      while !pipe.fileHandleForReading.availableData.isEmpty {}
    }
    reader.start()
    #expect(log.flush(seconds: 30))
    log.close()
    try pipe.fileHandleForWriting.close()
  }

  @Test("the loss is counted in a line of its own")
  func loss() throws {
    let pipe = Pipe()
    let log = QueuedLog(file: pipe.fileHandleForWriting, limit: 0)
    log.write(Array("a\n".utf8))
    log.write(Array("b\n".utf8))
    log.close()
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(text.contains("log lines dropped"))
    #expect(text.contains(#""count":"2""#))
  }
}
