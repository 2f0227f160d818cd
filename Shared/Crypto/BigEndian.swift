// Integers as big-endian bytes, the order of every format of Weir.

extension FixedWidthInteger {
  /// The bytes of the number, most significant first.
  package var bigEndianBytes: [UInt8] {
    withUnsafeBytes(of: bigEndian) { Array($0) }
  }

  /// The number whose big-endian bytes these are; nil when the count is not that of the type.
  package init?(bigEndianBytes bytes: some Collection<UInt8>) {
    guard bytes.count == Self.bitWidth / 8 else { return nil }
    var value: Self = 0
    for byte in bytes { value = value << 8 | Self(truncatingIfNeeded: byte) }
    self = value
  }
}
