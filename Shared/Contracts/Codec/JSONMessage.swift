// How a message is an object in JSON: its fields by name, each at most once.

extension WireMessage {
  mutating func readJSON(from reader: inout JSONReader) throws(DecodeFailure) {
    var seen: [Int32] = []
    // Work on a copy: the closure may not capture the inout self.
    var message = self
    try reader.object { (reader, name) throws(DecodeFailure) in
      let number = Self.fieldNumber(ofJSONName: name)
      guard number != 0 else { throw DecodeFailure(.unknown, at: DecodeFailure.shown(name)) }
      guard !seen.contains(number) else { throw DecodeFailure(.duplicate, at: name) }
      seen.append(number)
      if reader.takeNull() { return }
      do throws(DecodeFailure) {
        try message.readField(number, from: &reader)
      } catch {
        throw error.inside(name)
      }
    }
    self = message
  }

  func writeJSON(to writer: inout JSONWriter) {
    writer.beginObject()
    writeFields(to: &writer)
    writer.endObject()
  }
}

extension DecodeFailure {
  /// A name that a peer made up, cut so that it cannot fill a log.
  static func shown(_ name: String) -> String { String(name.prefix(64)) }
}

/// Reads one message from a whole JSON text.
func decodedJSON<M: WireMessage>(_ bytes: [UInt8], _ limits: DecodeLimits) throws(DecodeFailure)
  -> M
{
  var reader = try JSONReader(bytes, limits)
  var message = M()
  try reader.whole(&message)
  return message
}

/// Writes one message as JSON text.
func encodedJSON(_ message: some WireMessage) throws(EncodeFailure) -> [UInt8] {
  var writer = JSONWriter()
  message.writeJSON(to: &writer)
  if let failure = writer.failure { throw failure }
  return writer.bytes
}
