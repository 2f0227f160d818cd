// Compression of messages: gzip, and the encodings that the two sides name (gRPC, "Compression").

import CZlib

/// How the messages of a stream may be compressed; each message says for itself whether it is.
package enum MessageEncoding: Sendable {
  case identity
  case gzip

  /// What this side takes; the value of `grpc-accept-encoding`.
  static let accepted: StaticString = "identity,gzip"

  /// `nil` for an encoding that this side does not know.
  init?(_ name: UnsafeBufferPointer<UInt8>) {
    if name.equals("gzip") {
      self = .gzip
    } else if name.equals("identity") {
      self = .identity
    } else {
      return nil
    }
  }

  /// Whether a list of encodings, as `grpc-accept-encoding` carries it, has gzip in it.
  static func offersGzip(_ list: UnsafeBufferPointer<UInt8>) -> Bool {
    list.split(separator: UInt8(ascii: ",")).contains { part in
      part.filter { $0 != UInt8(ascii: " ") }.elementsEqual("gzip".utf8)
    }
  }
}

/// A message as it stands in a stream, with the flag of its frame.
struct FramedMessage {
  var bytes: [UInt8]
  /// `bytes` are gzip's.
  var isCompressed = false

  /// A message on its way out.
  init(_ bytes: [UInt8], compressedWith encoding: MessageEncoding = .identity) {
    if encoding == .gzip, let compressed = Gzip.compress(bytes) {
      self.bytes = compressed
      isCompressed = true
    } else {
      self.bytes = bytes
    }
  }

  init(received bytes: [UInt8], isCompressed: Bool) {
    self.bytes = bytes
    self.isCompressed = isCompressed
  }

  /// The message itself, at most `limit` bytes of it. A few bytes of gzip can be a thousand times as many: what is more than
  /// a mebibyte may be 128 times what came, which texts and tables never are.
  func content(limit: Int) throws(FramingError) -> [UInt8] {
    if !isCompressed { return bytes }
    return try Gzip.decompress(bytes, limit: min(limit, max(1 << 20, 128 * bytes.count)))
  }
}

/// gzip of whole messages (RFC 1952).
enum Gzip {
  /// `nil` where zlib has no memory.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard weir_gzip_begin(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, UInt(bytes.count)))
    return bytes.withUnsafeBufferPointer { input in
      let compressed = [UInt8](unsafeUninitializedCapacity: room) { output, count in
        // zlib reads `avail_in` and writes at most `avail_out` bytes; both buffers are lent for as long as the call takes.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        let isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = isWhole ? room - Int(stream.avail_out) : 0
      }
      return compressed.isEmpty ? nil : compressed
    }
  }

  /// Stops as soon as more than `limit` bytes have come out.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(FramingError) -> [UInt8] {
    var stream = z_stream()
    guard weir_gunzip_begin(&stream) == Z_OK else { throw .badCompression }
    defer { inflateEnd(&stream) }
    var whole: [UInt8] = []
    var result = Z_OK
    bytes.withUnsafeBufferPointer { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      while result == Z_OK, whole.count <= limit {
        // Room grows with what has come out, never by what the sender claims.
        let room = min(max(whole.count, 4 * input.count, 1024), limit + 1 - whole.count)
        let part = [UInt8](unsafeUninitializedCapacity: room) { output, count in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(room)
          result = inflate(&stream, Z_NO_FLUSH)
          count = room - Int(stream.avail_out)
        }
        if whole.isEmpty { whole = part } else { whole += part }
      }
    }
    if whole.count > limit { throw .tooLong(whole.count) }
    guard result == Z_STREAM_END, stream.avail_in == 0 else { throw .badCompression }
    return whole
  }
}
