// What every message of the contracts can do, and the limits under which it is read.

/// A protobuf message as a plain value.
///
/// Bytes are made and read by protobuf-c through the C that protoc-c generated; JSON follows proto3's mapping. Fields
/// that this program does not know are dropped when read from bytes, and refused when read from JSON.
package protocol Message: Sendable, Equatable {
  /// All fields at their defaults.
  init()
  /// The name in the .proto file, such as `weir.catalog.v1.Entry`.
  static var messageName: String { get }
  init(serialized bytes: [UInt8], limits: DecodeLimits) throws(DecodeFailure)
  func serialized() throws(EncodeFailure) -> [UInt8]
  init(jsonBytes: [UInt8], limits: DecodeLimits) throws(DecodeFailure)
  func jsonBytes() throws(EncodeFailure) -> [UInt8]
}

extension Message {
  /// Reads a message under the standard limits.
  package init(serialized bytes: [UInt8]) throws(DecodeFailure) {
    try self.init(serialized: bytes, limits: .standard)
  }

  /// Reads proto3 JSON: camel case or original names, 64-bit integers as text or number, enums by name or number.
  package init(json: String, limits: DecodeLimits = .standard) throws(DecodeFailure) {
    try self.init(jsonBytes: Array(json.utf8), limits: limits)
  }

  /// Proto3 JSON, compact, fields in the order of the .proto file, defaults left out.
  package func json() throws(EncodeFailure) -> String {
    String(decoding: try jsonBytes(), as: UTF8.self)
  }

  /// A message with some fields set: `.with { $0.name = "entries/E-1" }`.
  package static func with<Failure: Error>(
    _ change: (inout Self) throws(Failure) -> Void
  ) throws(Failure) -> Self {
    var message = Self()
    try change(&message)
    return message
  }
}

/// An enum of the contracts. Numbers that this program does not know survive as `unrecognized`.
package protocol MessageEnum: Sendable, Hashable, CaseIterable, RawRepresentable
where RawValue == Int32 {
  /// The value of number 0.
  init()
  init(rawValue: Int32)
  /// All known values with their names in the .proto file, in its order.
  static var names: [(name: String, value: Self)] { get }
}

extension MessageEnum {
  /// The known values.
  package static var allCases: [Self] { names.map(\.value) }

  /// The name in the .proto file; `nil` for an unrecognized number.
  package var name: String? { Self.names.first { $0.value == self }?.name }

  /// The value of that name in the .proto file.
  package init?(name: String) {
    guard let known = Self.names.first(where: { $0.name == name }) else { return nil }
    self = known.value
  }
}

/// What a peer may make this process spend on one message.
package struct DecodeLimits: Sendable, Equatable {
  /// The longest message that is read.
  package var messageBytes: Int
  /// The arena's ceiling in bytes per byte of the message: small fields cost protobuf-c a few dozen bytes each.
  package var arenaBytesPerByte: Int
  /// What the arena may take in any case, however short the message.
  package var arenaFloorBytes: Int
  /// What the arena may take at most, however long the message.
  package var arenaCeilingBytes: Int
  /// How deep JSON values may be nested. (Types are never recursive, so bytes cannot be nested deeper than the types.)
  package var depth: Int
  /// Whether a string with U+0000 in it is refused. protobuf allows it; databases and files often do not.
  package var refusesNUL: Bool

  package init(
    messageBytes: Int = 16 << 20, arenaBytesPerByte: Int = 32, arenaFloorBytes: Int = 64 << 10,
    arenaCeilingBytes: Int = 64 << 20, depth: Int = 64, refusesNUL: Bool = false
  ) {
    self.messageBytes = messageBytes
    self.arenaBytesPerByte = arenaBytesPerByte
    self.arenaFloorBytes = arenaFloorBytes
    self.arenaCeilingBytes = arenaCeilingBytes
    self.depth = depth
    self.refusesNUL = refusesNUL
  }

  /// For replies of our own services and for bytes from our own store.
  package static let standard = DecodeLimits()
  /// For what a client sends: no NUL in any string.
  package static let request = DecodeLimits(messageBytes: 4 << 20, refusesNUL: true)

  /// How many bytes one decode of a message of this size may take.
  func arenaBytes(forMessageOf count: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: arenaBytesPerByte)
    return overflow ? arenaCeilingBytes : min(arenaCeilingBytes, arenaFloorBytes + product)
  }
}
