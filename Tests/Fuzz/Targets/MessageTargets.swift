// Every message type, from protobuf and from JSON. The first two bytes of an input choose the type.

import Contracts

/// All types that a method takes or gives, and the details of a status; in the order of their names.
let fuzzedTypes: [any Message.Type] = {
  var types: [String: any Message.Type] = [:]
  for shape in MethodShape.all.values {
    types[shape.request.messageName] = shape.request
    types[shape.reply.messageName] = shape.reply
  }
  let details: [any Message.Type] = [
    GoogleRPC.Status.self, GoogleRPC.ErrorInfo.self, GoogleRPC.BadRequest.self,
    GoogleRPC.RetryInfo.self,
  ]
  for type in details { types[type.messageName] = type }
  return types.sorted { $0.key < $1.key }.map(\.value)
}()

func fuzzMessage(_ input: [UInt8]) throws {
  guard let (type, bytes) = chosen(input) else { return }
  try checkMessage(type, bytes)
}

func fuzzJSON(_ input: [UInt8]) throws {
  guard let (type, bytes) = chosen(input) else { return }
  try checkJSON(type, bytes)
}

private func chosen(_ input: [UInt8]) -> (type: any Message.Type, bytes: [UInt8])? {
  guard input.count >= 2 else { return nil }
  let prefix = UInt16(input[0]) << 8 | UInt16(input[1])
  let type = typesByPrefix[prefix] ?? fuzzedTypes[Int(prefix) % fuzzedTypes.count]
  return (type, Array(input.dropFirst(2)))
}

private let typesByPrefix = Dictionary(
  fuzzedTypes.map { (prefix(choosing: $0), $0) }, uniquingKeysWith: { first, _ in first })

/// A hash of the type's name (FNV-1a), so that an input means the same when there are more types. Any other two bytes choose
/// some type, too.
func prefix(choosing type: any Message.Type) -> UInt16 {
  let hash = type.messageName.utf8.reduce(UInt32(2_166_136_261)) {
    ($0 ^ UInt32($1)) &* 16_777_619
  }
  return UInt16(truncatingIfNeeded: hash ^ hash >> 16)
}

/// What decodes encodes, and decodes to the same; so it does by way of JSON, where it has one.
private func checkMessage<M: Message>(_ type: M.Type, _ bytes: [UInt8]) throws {
  guard let message = try? M(serialized: bytes) else { return }
  let again = try M(serialized: try message.serialized())
  try expect(again == message, "\(M.messageName) differs after protobuf")
  guard let json = try? message.jsonBytes() else { return }
  let read = try M(jsonBytes: json, limits: .standard)
  // JSON has no place for the fields that a message inside an Any bears beyond those that we know.
  let isSame = M.self == GoogleRPC.Status.self ? try read.jsonBytes() == json : read == message
  try expect(isSame, "\(M.messageName) differs after JSON")
}

/// What is read from JSON is written as JSON and as protobuf, and is the same after both.
private func checkJSON<M: Message>(_ type: M.Type, _ bytes: [UInt8]) throws {
  guard let message = try? M(jsonBytes: bytes, limits: .standard) else { return }
  let binary = try message.serialized()
  try expect(try M(serialized: binary) == message, "\(M.messageName) from JSON differs as protobuf")
  try expect(
    try M(jsonBytes: try message.jsonBytes(), limits: .standard) == message,
    "\(M.messageName) from JSON differs after JSON")
}
