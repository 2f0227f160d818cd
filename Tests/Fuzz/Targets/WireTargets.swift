// The wire below messages: frames, compression, header fields, the end of a call.

import CNGHTTP2
import Contracts

@testable import RPC

/// However the bytes are cut, the same messages come out; framed again they are the bytes that were read.
func fuzzFraming(_ input: [UInt8]) throws {
  guard let first = input.first else { return }
  let stream = Array(input.dropFirst())
  let limit = 4096
  func deframed(cutEvery size: Int) -> (messages: [FramedMessage], error: FramingError?) {
    var deframer = Deframer()
    deframer.encoding = first & 1 == 1 ? .gzip : .identity
    var messages: [FramedMessage] = []
    var start = 0
    while start < stream.count {
      let end = min(start + size, stream.count)
      let error = stream[start..<end].withUnsafeBufferPointer {
        deframer.push($0, limit: limit) { messages.append($0) }
      }
      if let error { return (messages, error) }
      start = end
    }
    return (messages, nil)
  }
  let whole = deframed(cutEvery: max(stream.count, 1))
  let cut = deframed(cutEvery: Int(first >> 1) % 7 + 1)
  try expect(
    whole.messages.map(\.bytes) == cut.messages.map(\.bytes) && whole.error == cut.error,
    "cutting changes the messages")
  try expect(whole.messages.allSatisfy { $0.bytes.count <= limit }, "longer than the limit")
  var outgoing = OutgoingMessages()
  for message in whole.messages { outgoing.append(message) }
  let length = whole.messages.reduce(0) { $0 + $1.bytes.count + Deframer.prefixLength }
  let again = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
    count = outgoing.fill(buffer)
  }
  try expect(again == Array(stream.prefix(length)), "framed again, the bytes differ")
}

/// A bomb stops at the limit, and what comes out goes in again.
func fuzzGzip(_ input: [UInt8]) throws {
  let limit = 64 << 10
  guard let plain = try? Gzip.decompress(input, limit: limit) else { return }
  try expect(plain.count <= limit, "more than the limit came out")
  guard let compressed = Gzip.compress(plain) else { return }
  try expect(try Gzip.decompress(compressed, limit: limit) == plain, "gzip does not return")
}

/// Fields, one a line, name and value parted by a colon: what is taken is sent as it came.
func fuzzMetadata(_ input: [UInt8]) throws {
  var metadata = Metadata()
  var all = Metadata()
  for line in input.split(separator: UInt8(ascii: "\n")) {
    let name = Array(line.prefix { $0 != UInt8(ascii: ":") })
    let value = Array(line.dropFirst(name.count + 1))
    let isTaken = withField(name, value) { field in
      _ = field.isReserved
      return field.add(to: &all)
    }
    // HTTP/2 lets only token characters in lower case pass as a name.
    let isName = !name.isEmpty && name.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
    if isTaken, isName { _ = withField(name, value) { $0.add(to: &metadata) } }
  }
  let block = HeaderBlock()
  block.append(metadata)
  var again = Metadata()
  let isWhole = block.withVectors { vectors, count in
    (0..<count).allSatisfy { index in
      guard let vector = vectors?[index] else { return false }
      return ReceivedField(
        name: UnsafeBufferPointer(start: vector.name, count: vector.namelen),
        value: UnsafeBufferPointer(start: vector.value, count: vector.valuelen)
      ).add(to: &again)
    }
  }
  try expect(isWhole && again == metadata, "metadata does not return")
}

/// A field lent for one call.
private func withField<Result>(
  _ name: [UInt8], _ value: [UInt8], _ body: (ReceivedField) -> Result
) -> Result {
  name.withUnsafeBufferPointer { name in
    value.withUnsafeBufferPointer { body(ReceivedField(name: name, value: $0)) }
  }
}

/// The fields that end a call, and a status as JSON.
func fuzzStatus(_ input: [UInt8]) throws {
  let text = PercentText.decode(input)
  try expect(PercentText.decode(Array(PercentText.encode(text).utf8)) == text, "percent text")
  if let time = input.withUnsafeBufferPointer({ WireTimeout.parse($0) }) {
    try expect(time >= 0, "a timeout is not negative")
    let shown = Array(WireTimeout.text(time).utf8)
    let again = shown.withUnsafeBufferPointer { WireTimeout.parse($0) }
    try expect(again.map { $0 <= time } == true, "a timeout grows")
  }
  if let bytes = input.withUnsafeBufferPointer({ Base64.decode($0) }) {
    var encoded: [UInt8] = []
    Base64.encode(bytes, into: &encoded)
    try expect(
      encoded.withUnsafeBufferPointer({ Base64.decode($0) }) == bytes, "base64 does not return")
  }
  _ = input.withUnsafeBufferPointer { MessageEncoding($0) }
  let status = Status(.notFound, text, details: input)
  try expect(!status.json.isEmpty, "no JSON of a status")
  _ = try? GoogleRPC.Status(serialized: input)
}
