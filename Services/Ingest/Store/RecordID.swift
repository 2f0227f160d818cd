// The layout of record ids: rows in the order of ids lie in the order of sealed tokens.

/// 32 bits of the token, 27 of chance; below 10^18, as names want it.
package enum RecordID {
  private static let chanceBits: Int64 = 27
  /// The leading four of 59 bits are the part.
  package static let partShift: Int64 = 55

  package static func make(token: ArraySlice<UInt8>, chance: ArraySlice<UInt8>) -> Int64 {
    let low = chance.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    return max(1, first(of: token) | low & (1 << chanceBits - 1))
  }

  /// Every id that a row under this token may have.
  static func range(of token: ArraySlice<UInt8>) -> ClosedRange<Int64> {
    let first = first(of: token)
    return first...(first | (1 << chanceBits - 1))
  }

  private static func first(of token: ArraySlice<UInt8>) -> Int64 {
    token.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) } << chanceBits
  }
}
