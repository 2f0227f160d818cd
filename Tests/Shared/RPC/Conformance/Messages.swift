// The messages of peers/conformance.proto, read and written by hand: these tests stand below the generated contracts.

/// Just enough protobuf for this service.
private enum Wire {
  static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func field(_ number: Int, _ value: Int) -> [UInt8] {
    value == 0 ? [] : varint(number << 3) + varint(value)
  }

  static func field(_ number: Int, _ bytes: some Collection<UInt8>) -> [UInt8] {
    bytes.isEmpty ? [] : varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  /// Each field in turn: its number with a number or with bytes.
  static func read(_ bytes: [UInt8], _ take: (Int, Int, ArraySlice<UInt8>) -> Void) {
    var rest = bytes[...]
    func number() -> Int {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return Int(Int64(bitPattern: value))
    }
    while !rest.isEmpty {
      let tag = number()
      if tag & 7 == 0 {
        take(tag >> 3, number(), [])
      } else {
        let length = number()
        take(tag >> 3, 0, rest.prefix(length))
        rest = rest.dropFirst(length)
      }
    }
  }
}

struct ConformancePart {
  var size = 0
  var delayMilliseconds = 0
  var isCompressed = false

  init(size: Int, delayMilliseconds: Int = 0, isCompressed: Bool = false) {
    self.size = size
    self.delayMilliseconds = delayMilliseconds
    self.isCompressed = isCompressed
  }

  fileprivate init(_ bytes: [UInt8]) {
    Wire.read(bytes) { number, value, _ in
      switch number {
      case 1: size = value
      case 2: delayMilliseconds = value
      case 3: isCompressed = value != 0
      default: break
      }
    }
  }

  fileprivate var bytes: [UInt8] {
    Wire.field(1, size) + Wire.field(2, delayMilliseconds) + Wire.field(3, isCompressed ? 1 : 0)
  }
}

struct ConformanceRequest {
  var bodySize = 0
  var answerSize = 0
  var wantsCompressedAnswer = false
  var claimsCompression = false
  var statusCode = 0
  var statusMessage = ""
  var parts: [ConformancePart] = []

  init(bodySize: Int = 0, parts: [ConformancePart] = []) {
    self.bodySize = bodySize
    self.parts = parts
  }

  init(_ bytes: [UInt8]) {
    Wire.read(bytes) { number, value, bytes in
      switch number {
      case 1: bodySize = bytes.count
      case 2: answerSize = value
      case 3: wantsCompressedAnswer = value != 0
      case 4: claimsCompression = value != 0
      case 5: statusCode = value
      case 6: statusMessage = String(decoding: bytes, as: UTF8.self)
      case 7: parts.append(ConformancePart(Array(bytes)))
      default: break
      }
    }
  }

  var bytes: [UInt8] {
    Wire.field(1, [UInt8](repeating: 0, count: bodySize)) + Wire.field(2, answerSize)
      + Wire.field(3, wantsCompressedAnswer ? 1 : 0) + Wire.field(4, claimsCompression ? 1 : 0)
      + Wire.field(5, statusCode) + Wire.field(6, statusMessage.utf8)
      + parts.flatMap { Wire.field(7, $0.bytes) }
  }
}

struct ConformanceAnswer {
  var bodySize = 0
  var receivedSize = 0

  init(bodySize: Int = 0, receivedSize: Int = 0) {
    self.bodySize = bodySize
    self.receivedSize = receivedSize
  }

  init(_ bytes: [UInt8]) {
    Wire.read(bytes) { number, value, bytes in
      if number == 1 { bodySize = bytes.count }
      if number == 2 { receivedSize = value }
    }
  }

  var bytes: [UInt8] {
    Wire.field(1, [UInt8](repeating: 0, count: bodySize)) + Wire.field(2, receivedSize)
  }
}
