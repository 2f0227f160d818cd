// zlib's raw form, in which the parts of a package are kept (RFC 1951).

import CZlib

enum Deflate {
  /// The content, where it is exactly as long as was stated and nothing follows it; else `nil`.
  static func inflated(_ bytes: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    var stream = z_stream()
    guard weir_inflate_raw_begin(&stream) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var result = Z_OK
    let content = bytes.withUnsafeBufferPointer { input in
      // One byte more than stated shows a part that is longer; zlib writes no further than that.
      [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
        // zlib reads `avail_in` and writes at most `avail_out` bytes; both buffers are lent for as long as the call takes.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(size + 1)
        result = inflate(&stream, Z_FINISH)
        count = size + 1 - Int(stream.avail_out)
      }
    }
    guard result == Z_STREAM_END, content.count == size, stream.avail_in == 0 else { return nil }
    return content
  }

  /// `nil` where zlib has no memory.
  static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard weir_deflate_raw_begin(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, UInt(bytes.count)))
    var isWhole = false
    let packed = bytes.withUnsafeBufferPointer { input in
      [UInt8](unsafeUninitializedCapacity: room) { output, count in
        // As above.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = room - Int(stream.avail_out)
      }
    }
    return isWhole ? packed : nil
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
