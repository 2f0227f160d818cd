// One JSON line for each event, with the trace it belongs to and with nothing in it that looks like an identifier.

package import Logging
package import Vocabulary

/// The back end of swift-log in every Weir process.
///
/// A line is one JSON object: `time`, `level`, `service`, `logger`, `message`, then `trace`, `error` and `fields` where there are any.
/// Every text in it passes ``Redaction``. Keys of `fields` are sorted, so that lines can be compared.
package struct JSONLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level

  private let label: String
  private let service: String
  private let destination: any LogDestination
  private let now: @Sendable () -> Instant

  /// - Parameter service: The process's name, such as `share`.
  /// - Parameter now: The clock, which is injected like every other.
  package init(
    label: String, service: String, destination: any LogDestination,
    logLevel: Logger.Level = .info, metadataProvider: Logger.MetadataProvider? = nil,
    now: @escaping @Sendable () -> Instant
  ) {
    self.label = label
    self.service = service
    self.destination = destination
    self.logLevel = logLevel
    self.metadataProvider = metadataProvider
    self.now = now
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var line = JSONLine()
    line.append("time", now().rfc3339)
    line.append("level", event.level.rawValue)
    line.append("service", service)
    line.append("logger", label)
    line.append("message", Redaction.masked(event.message.description))
    if let trace = TraceContext.current {
      line.append("trace", trace.traceID)
      line.append("span", trace.spanID)
    }
    if let error = event.error {
      line.append("error", Redaction.masked(String(describing: error)))
    }
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
    if let given = event.metadata { fields.merge(given) { _, new in new } }
    if !fields.isEmpty { line.append("fields", .dictionary(fields)) }
    destination.write(line.finished())
  }
}

/// Builds one line; the keys it is given are ours and need no escaping, the values are anybody's.
private struct JSONLine {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  mutating func append(_ key: String, _ value: String) {
    appendKey(key)
    appendText(value)
  }

  mutating func append(_ key: String, _ value: Logger.MetadataValue) {
    appendKey(key)
    appendValue(value)
  }

  func finished() -> [UInt8] {
    bytes + [UInt8(ascii: "}"), UInt8(ascii: "\n")]
  }

  private mutating func appendKey(_ key: String) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    appendText(key)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func appendValue(_ value: Logger.MetadataValue) {
    switch value {
    case .string(let text): appendText(Redaction.masked(text))
    case .stringConvertible(let value): appendText(Redaction.masked(value.description))
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendValue(value)
      }
      bytes.append(UInt8(ascii: "]"))
    case .dictionary(let fields):
      bytes.append(UInt8(ascii: "{"))
      for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
        append(Redaction.masked(key), value)
      }
      bytes.append(UInt8(ascii: "}"))
    @unknown default: appendText("?")
    }
  }

  /// RFC 8259 section 7: quotation mark, reverse solidus and control characters are escaped, all else stands as it is.
  private mutating func appendText(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
      case 0..<0x20, 0x7F:
        let digits = Array("0123456789abcdef".utf8)
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
