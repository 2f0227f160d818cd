// Header blocks as nghttp2 wants them: the fixed ones made once, the others put together without a string for each.

import CNGHTTP2
import Glibc

/// A header that never changes; its bytes live in the program itself.
func fixedHeader(_ name: StaticString, _ value: StaticString) -> nghttp2_nv {
  // nghttp2 only reads names and values; its structure lacks the const, hence `mutating`.
  nghttp2_nv(
    name: UnsafeMutablePointer(mutating: name.utf8Start),
    value: UnsafeMutablePointer(mutating: value.utf8Start),
    namelen: name.utf8CodeUnitCount, valuelen: value.utf8CodeUnitCount,
    flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
}

/// Collects the headers of one block in their order. Names and values that are not fixed lie one after the other in one
/// buffer, which is kept from block to block. A class, so that using it is no access to whoever owns it.
final class HeaderBlock {
  @exclusivity(unchecked) private var bytes: [UInt8] = []
  /// Fixed headers as they are; the others with their lengths, and pointers only while the block is lent.
  @exclusivity(unchecked) private var vectors: [nghttp2_nv] = []

  func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    vectors.removeAll(keepingCapacity: true)
  }

  func append(_ header: nghttp2_nv) { vectors.append(header) }

  func append(_ name: StaticString, _ value: String) {
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    append(nameLength: name.utf8CodeUnitCount, value: value)
  }

  func append(_ name: StaticString, base64 value: [UInt8]) {
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    append(nameLength: name.utf8CodeUnitCount, base64: value)
  }

  func append(_ metadata: Metadata) {
    for entry in metadata.entries {
      bytes.append(contentsOf: entry.name.utf8)
      switch entry.value {
      case .text(let text): append(nameLength: entry.name.utf8.count, value: text)
      case .bytes(let value): append(nameLength: entry.name.utf8.count, base64: value)
      }
    }
  }

  /// A status as the last headers of an answer.
  func append(_ status: Status) {
    if status.code == .ok, status.message.isEmpty {
      append(fixedHeader("grpc-status", "0"))
    } else {
      append("grpc-status", String(status.code.rawValue))
      if !status.message.isEmpty { append("grpc-message", PercentText.encode(status.message)) }
      if !status.details.isEmpty { append("grpc-status-details-bin", base64: status.details) }
    }
    append(status.trailers)
  }

  private func append(nameLength: Int, value: String) {
    let start = bytes.count
    bytes.append(contentsOf: value.utf8)
    append(nameLength: nameLength, valueLength: bytes.count - start)
  }

  private func append(nameLength: Int, base64 value: [UInt8]) {
    let start = bytes.count
    Base64.encode(value, into: &bytes)
    append(nameLength: nameLength, valueLength: bytes.count - start)
  }

  private func append(nameLength: Int, valueLength: Int) {
    vectors.append(
      nghttp2_nv(
        name: nil, value: nil, namelen: nameLength, valuelen: valueLength,
        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
  }

  /// Lends the block for one call into nghttp2, which copies what it keeps.
  func withVectors<Result>(
    _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
  ) -> Result {
    // Both are taken out meanwhile, so that `body` runs while nothing of this block is being accessed.
    var bytes: [UInt8] = []
    var vectors: [nghttp2_nv] = []
    swap(&bytes, &self.bytes)
    swap(&vectors, &self.vectors)
    defer {
      swap(&bytes, &self.bytes)
      swap(&vectors, &self.vectors)
    }
    return bytes.withUnsafeMutableBufferPointer { buffer in
      // The pointers set here are used only inside `body`, while the buffer is lent.
      if var next = buffer.baseAddress {
        for index in vectors.indices
        where vectors[index].flags == UInt8(NGHTTP2_NV_FLAG_NONE.rawValue) {
          vectors[index].name = next
          vectors[index].value = next + vectors[index].namelen
          next += vectors[index].namelen + vectors[index].valuelen
        }
      }
      return vectors.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
  }
}

/// How a call comes and is answered.
enum CallForm {
  case grpc
  /// gRPC whose messages are JSON: `application/grpc+json`.
  case grpcJSON
  /// One JSON text without a frame, by POST.
  case json
  /// Nothing, by GET, for a text.
  case page

  var isFramed: Bool { self == .grpc || self == .grpcJSON }
  var hasJSONMessages: Bool { self == .grpcJSON || self == .json }
}

/// What a received header field means to gRPC; everything else is metadata.
struct ReceivedField {
  let name: UnsafeBufferPointer<UInt8>
  let value: UnsafeBufferPointer<UInt8>

  func isNamed(_ text: StaticString) -> Bool { name.equals(text) }

  /// RFC 9113 section 6.5.2.
  var listSize: Int { name.count + value.count + 32 }

  var valueText: String { String(decoding: value, as: UTF8.self) }

  /// What a content type says of a call; `nil` for one that is no call's. Case means nothing, and there may be blanks before
  /// a parameter (RFC 9110 section 8.3.1).
  var callForm: CallForm? {
    // With any suffix, such as `+proto`, or a parameter.
    if let rest = value.afterPrefix("application/grpc") {
      guard rest.first == UInt8(ascii: "+") else {
        return rest.isEmpty || rest.isParameter ? .grpc : nil
      }
      let suffix = UnsafeBufferPointer(rebasing: rest.dropFirst())
      guard let afterJSON = suffix.afterPrefix("json") else { return .grpc }
      return afterJSON.isEmpty || afterJSON.isParameter ? .grpcJSON : .grpc
    }
    guard let rest = value.afterPrefix("application/json") else { return nil }
    return rest.isEmpty || rest.isParameter ? .json : nil
  }

  /// Fields that belong to HTTP/2 or gRPC and are not shown to handlers or callers.
  var isReserved: Bool {
    guard let first = name.first else { return true }
    switch first {
    case UInt8(ascii: ":"): return true
    case UInt8(ascii: "g"): return name.starts(with: "grpc-")
    case UInt8(ascii: "c"): return isNamed("content-type") || isNamed("content-length")
    case UInt8(ascii: "t"): return isNamed("te") || isNamed("trailer")
    case UInt8(ascii: "u"): return isNamed("user-agent")
    default: return false
    }
  }

  /// Adds the field to what the application sees; a `-bin` field that is not base64 is malformed.
  func add(to metadata: inout Metadata) -> Bool {
    let nameText = String(decoding: name, as: UTF8.self)
    if !nameText.hasSuffix("-bin") {
      metadata.append(received: nameText, .text(valueText))
      return true
    }
    // Several values may be joined by commas (gRPC over HTTP/2, "Custom-Metadata").
    for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let text = UnsafeBufferPointer(rebasing: part)
      guard let bytes = Base64.decode(text) else { return false }
      metadata.append(received: nameText, .bytes(bytes))
    }
    return true
  }
}

extension UnsafeBufferPointer<UInt8> {
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && starts(with: text)
  }

  func equals(_ other: Self) -> Bool {
    guard let baseAddress, let bytes = other.baseAddress else { return count == other.count }
    return count == other.count && memcmp(baseAddress, bytes, count) == 0
  }

  /// What comes behind a text, in whatever case its letters are; `nil` where something else stands there.
  func afterPrefix(_ text: StaticString) -> Self? {
    let length = text.utf8CodeUnitCount
    guard let baseAddress, count >= length else { return nil }
    // Both are as long as is read of them.
    let isSame =
      memcmp(baseAddress, text.utf8Start, length) == 0
      || text.withUTF8Buffer { $0.indices.allSatisfy { self[$0].lowerCase == text.utf8Start[$0] } }
    return isSame ? Self(rebasing: self[length...]) : nil
  }

  /// The rest of a media type that ends there: blanks, perhaps, and a parameter.
  var isParameter: Bool {
    let rest = drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return rest.isEmpty || rest.first == UInt8(ascii: ";")
  }

  func starts(with text: StaticString) -> Bool {
    guard let baseAddress, count >= text.utf8CodeUnitCount else { return false }
    return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}

extension UInt8 {
  /// Of an ASCII letter.
  fileprivate var lowerCase: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
