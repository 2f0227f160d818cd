// Why a message cannot be read or written, with the field at which it failed.

/// A message that cannot be read. It names the field, never its content.
package struct DecodeFailure: Error, Sendable, Equatable {
  package enum Cause: Sendable, Equatable {
    /// The bytes end inside a field.
    case truncated
    /// Not the protobuf wire format, or not JSON.
    case malformed
    /// There is no message where one must be.
    case missing
    /// The field is there in another type than the .proto file says.
    case wrongType
    /// A string that is not UTF-8.
    case invalidUTF8
    /// A string with U+0000 in it, where the reader refuses that.
    case containsNUL
    /// The message, or what reading it takes, is above a limit of so many bytes.
    case tooLarge(limitBytes: Int)
    /// JSON nested deeper than the limit.
    case tooDeep(limit: Int)
    /// JSON: no such field in this message, or no such value in this enum.
    case unknown
    /// JSON: the field, or another of its oneof, has been given already.
    case duplicate
    /// The number does not fit, or the text is no timestamp, duration or base64.
    case outOfRange
  }

  package var cause: Cause
  /// Where, in the spelling of the .proto file, such as `items[2].name`; empty for the message itself.
  package var path: String

  package init(_ cause: Cause, at path: String = "") {
    self.cause = cause
    self.path = path
  }

  /// The same failure as the message around sees it.
  func inside(_ outer: String, index: Int? = nil) -> DecodeFailure {
    let place = index.map { "\(outer)[\($0)]" } ?? outer
    if path.isEmpty { return DecodeFailure(cause, at: place) }
    return DecodeFailure(cause, at: path.hasPrefix("[") ? place + path : "\(place).\(path)")
  }
}

/// A message that cannot be written.
package struct EncodeFailure: Error, Sendable, Equatable {
  package enum Reason: Sendable, Equatable {
    /// protobuf's own bound of 2 GiB.
    case tooLarge(limitBytes: Int)
    /// JSON has no form for it: a timestamp outside the years 1 to 9999, a message of an unknown type in an Any.
    case notRepresentable(type: String)
  }

  package var reason: Reason

  package init(_ reason: Reason) { self.reason = reason }
}
