// The JSON forms of google.protobuf's own types, and their bridges to the vocabulary.

package import Vocabulary

extension GoogleProtobuf.Timestamp {
  /// Years 1 to 9999, which is all that proto3 JSON can say.
  private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  package init(_ instant: Instant) {
    let milliseconds = instant.milliseconds
    let seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
    self.init(seconds: seconds, nanos: Int32(milliseconds - seconds * 1000) * 1_000_000)
  }

  /// The moment, cut to milliseconds.
  ///
  /// - Returns: `nil` outside the years 1 to 9999, or for a negative or oversized fraction.
  package var instant: Instant? {
    guard Self.seconds.contains(seconds), (0..<1_000_000_000).contains(nanos) else { return nil }
    return Instant(milliseconds: seconds * 1000 + Int64(nanos / 1_000_000))
  }

  /// Reads RFC 3339 with any offset and up to nine decimals.
  mutating func readJSON(from reader: inout JSONReader) throws(DecodeFailure) {
    var text = ""
    try reader.read(&text)
    guard let value = GoogleProtobuf.Timestamp(rfc3339: text) else {
      throw DecodeFailure(.outOfRange)
    }
    self = value
  }

  /// RFC 3339 in UTC with no, three, six or nine decimals.
  func writeJSON(to writer: inout JSONWriter) {
    guard let instant, let fraction = decimals(nanos) else {
      writer.failure = EncodeFailure(.notRepresentable(type: Self.messageName))
      return writer.string("")
    }
    writer.string(instant.rfc3339.dropLast(5) + fraction + "Z")
  }

  private init?(rfc3339 text: String) {
    // The vocabulary checks the whole and cuts to milliseconds; the rest of the fraction is read here.
    guard let instant = Instant(rfc3339: text) else { return nil }
    self.init(instant)
    guard Self.seconds.contains(seconds) else { return nil }
    if let point = text.utf8.firstIndex(of: 0x2e) {
      let digits = text.utf8[text.utf8.index(after: point)...].prefix { (0x30...0x39).contains($0) }
      nanos = nanoseconds(ofDecimals: digits)
    }
  }
}

extension GoogleProtobuf.Duration {
  /// About 10,000 years, as duration.proto has it.
  private static let seconds: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

  mutating func readJSON(from reader: inout JSONReader) throws(DecodeFailure) {
    var text = ""
    try reader.read(&text)
    guard let value = GoogleProtobuf.Duration(text) else { throw DecodeFailure(.outOfRange) }
    self = value
  }

  func writeJSON(to writer: inout JSONWriter) {
    let isOneSigned = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    guard Self.seconds.contains(seconds), isOneSigned,
      let fraction = decimals(Int32(clamping: nanos.magnitude))
    else {
      writer.failure = EncodeFailure(.notRepresentable(type: Self.messageName))
      return writer.string("")
    }
    let sign = seconds < 0 || nanos < 0 ? "-" : ""
    writer.string("\(sign)\(seconds.magnitude)\(fraction)s")
  }

  /// Reads `1.5s`.
  private init?(_ text: String) {
    var rest = text.utf8[...]
    let isNegative = rest.first == 0x2d
    if isNegative { rest = rest.dropFirst() }
    let whole = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(whole.count)
    var fraction = rest.prefix(0)
    if rest.first == 0x2e {
      fraction = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(fraction.count + 1)
      guard (1...9).contains(fraction.count) else { return nil }
    }
    guard rest.elementsEqual("s".utf8), let seconds = Int64(String(decoding: whole, as: UTF8.self)),
      Self.seconds.contains(seconds)
    else { return nil }
    let nanos = nanoseconds(ofDecimals: fraction)
    self.init(seconds: isNegative ? -seconds : seconds, nanos: isNegative ? -nanos : nanos)
  }
}

extension GoogleProtobuf.`Any` {
  /// The types that stand in an Any of Weir: the details of a status.
  private static let known: [any WireMessage.Type] = [
    GoogleRPC.ErrorInfo.self, GoogleRPC.LocalizedMessage.self, GoogleRPC.RetryInfo.self,
    GoogleRPC.BadRequest.self,
  ]

  private static func knownType(ofURL url: String) -> (any WireMessage.Type)? {
    known.first { url == "type.googleapis.com/" + $0.messageName }
  }

  /// The fields of the message inside, beside `@type`.
  func writeJSON(to writer: inout JSONWriter) {
    writer.beginObject()
    if !typeURL.isEmpty {
      writer.name("@type")
      writer.string(typeURL)
      if let type = Self.knownType(ofURL: typeURL), let message = try? type.init(serialized: value)
      {
        message.writeFields(to: &writer)
      } else {
        writer.failure = EncodeFailure(.notRepresentable(type: Self.messageName))
      }
    }
    writer.endObject()
  }

  /// Reads it with `@type` as the first member, which is how every writer puts it.
  mutating func readJSON(from reader: inout JSONReader) throws(DecodeFailure) {
    var inside: (any WireMessage)?
    var url = ""
    var seen: [Int32] = []
    try reader.object { (reader, name) throws(DecodeFailure) in
      guard var message = inside else {
        guard name == "@type" else { throw DecodeFailure(.missing, at: "@type") }
        try reader.read(&url)
        guard let type = Self.knownType(ofURL: url) else {
          throw DecodeFailure(.unknown, at: "@type")
        }
        return inside = type.init()
      }
      let number = type(of: message).fieldNumber(ofJSONName: name)
      guard number != 0 else { throw DecodeFailure(.unknown, at: DecodeFailure.shown(name)) }
      guard !seen.contains(number) else { throw DecodeFailure(.duplicate, at: name) }
      seen.append(number)
      if reader.takeNull() { return }
      do throws(DecodeFailure) {
        try message.readField(number, from: &reader)
      } catch {
        throw error.inside(name)
      }
      inside = message
    }
    typeURL = url
    do {
      value = try inside?.serialized() ?? []
    } catch {
      throw DecodeFailure(.tooLarge(limitBytes: Int(Int32.max)))
    }
  }
}

// MARK: - Decimals

/// `.5`, with three, six or nine digits; empty for zero, `nil` for a negative or oversized fraction.
private func decimals(_ nanos: Int32) -> String? {
  guard (0..<1_000_000_000).contains(nanos) else { return nil }
  if nanos == 0 { return "" }
  let digits = String(String(1_000_000_000 + nanos).dropFirst())
  if nanos % 1_000_000 == 0 { return "." + digits.prefix(3) }
  return "." + (nanos % 1000 == 0 ? String(digits.prefix(6)) : digits)
}

/// The value of up to nine digits after the point.
private func nanoseconds(ofDecimals digits: some Collection<UInt8>) -> Int32 {
  var value: Int32 = 0
  for digit in digits { value = value * 10 + Int32(digit - 0x30) }
  for _ in digits.count..<9 { value *= 10 }
  return value
}
