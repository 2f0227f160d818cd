// Why protobuf-c refused some bytes: it only says no, so the bytes are walked once more to find the field.
//
// Runs on the failure path alone. It reads by protobuf-c's own descriptors and allocates nothing but the path.

import CContracts

struct WireDiagnosis {
  private let bytes: [UInt8]
  private var index: Int
  private let end: Int

  /// The failure at the first field that cannot be read.
  static func failure(
    in bytes: [UInt8], of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> DecodeFailure {
    var walk = WireDiagnosis(bytes: bytes, index: 0, end: bytes.count)
    do throws(DecodeFailure) {
      try walk.message(descriptor)
    } catch {
      return error
    }
    // Nothing wrong that this walk knows of; protobuf-c refused it all the same.
    return DecodeFailure(.malformed)
  }

  private init(bytes: [UInt8], index: Int, end: Int) {
    self.bytes = bytes
    self.index = index
    self.end = end
  }

  private mutating func message(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(DecodeFailure) {
    var elements: [UInt64: Int] = [:]
    while index < end {
      let key = try varint()
      let number = key >> 3
      guard number > 0, number < 1 << 29 else { throw DecodeFailure(.malformed) }
      // The number is below 2^29, so the conversion keeps it.
      let field = protobuf_c_message_descriptor_get_field(descriptor, UInt32(number))
      let name = field.map { String(cString: $0.pointee.name) } ?? "field \(number)"
      do throws(DecodeFailure) {
        try value(wireType: UInt8(key & 7), field)
        elements[number, default: 0] += 1
      } catch {
        let isElement = field?.pointee.label == PROTOBUF_C_LABEL_REPEATED
        throw error.inside(name, index: isElement ? elements[number, default: 0] : nil)
      }
    }
  }

  private mutating func value(
    wireType: UInt8, _ field: UnsafePointer<ProtobufCFieldDescriptor>?
  ) throws(DecodeFailure) {
    if let field, !isReadable(wireType, as: field) { throw DecodeFailure(.wrongType) }
    switch wireType {
    case 0: _ = try varint()
    case 1: try skip(8)
    case 5: try skip(4)
    case 2:
      let length = try varint()
      guard length <= UInt64(end - index) else { throw DecodeFailure(.truncated) }
      let start = index
      index += Int(length)
      guard let field else { return }
      try content(WireDiagnosis(bytes: bytes, index: start, end: index), of: field)
    default: throw DecodeFailure(.malformed)
    }
  }

  /// Looks into a message or a packed list.
  private func content(
    _ walk: consuming WireDiagnosis, of field: UnsafePointer<ProtobufCFieldDescriptor>
  ) throws(DecodeFailure) {
    switch field.pointee.type {
    case PROTOBUF_C_TYPE_MESSAGE:
      // For a message field protoc-c stores the descriptor of its type here.
      guard let type = field.pointee.descriptor else { return }
      try walk.message(type.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_STRING:
      return
    default:
      while walk.index < walk.end {
        switch WireDiagnosis.wireType(of: field.pointee.type) {
        case 1: try walk.skip(8)
        case 5: try walk.skip(4)
        default: _ = try walk.varint()
        }
      }
    }
  }

  private func isReadable(
    _ wireType: UInt8, as field: UnsafePointer<ProtobufCFieldDescriptor>
  ) -> Bool {
    let own = WireDiagnosis.wireType(of: field.pointee.type)
    return wireType == own
      || (wireType == 2 && field.pointee.label == PROTOBUF_C_LABEL_REPEATED)
  }

  private static func wireType(of type: ProtobufCType) -> UInt8 {
    switch type {
    case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: 1
    case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: 5
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: 2
    default: 0
    }
  }

  private mutating func skip(_ count: Int) throws(DecodeFailure) {
    guard count <= end - index else { throw DecodeFailure(.truncated) }
    index += count
  }

  private mutating func varint() throws(DecodeFailure) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard index < end else { throw DecodeFailure(.truncated) }
      let byte = bytes[index]
      index += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw DecodeFailure(.malformed)
  }
}
