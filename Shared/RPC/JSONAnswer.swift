// Answers without gRPC's frames: JSON over POST, with errors as the Connect protocol shapes them, and pages.

extension ServerCall {
  /// An answer without frames: headers, the body, and as headers with a prefix what would be trailers (Connect protocol,
  /// "Unary-Response").
  ///
  /// - Parameter contentType: JSON where it is `nil`.
  func answerWhole(
    _ code: StatusCode, _ contentType: String?, _ body: [UInt8], _ headers: Metadata,
    trailers: Metadata
  ) {
    end(code)
    guard let connection else { return }
    headersAreSent = true
    outbox.removeAll()
    outbox.isUnframed = true
    enqueue(FramedMessage(body))
    outboundIsFinished = true
    core.headers.removeAll()
    core.headers.append(":status", code.httpStatus)
    core.headers.append("content-type", contentType ?? "application/json")
    if !headers.isEmpty { core.headers.append(headers) }
    if !trailers.isEmpty { core.headers.append(trailers.prefixed("trailer-")) }
    submitHeaders(endsStream: false, on: connection)
  }

  var noJSON: Status {
    Status(.unimplemented, "\(path) does not answer JSON: call it with gRPC")
  }
}

extension StatusCode {
  /// The HTTP status of an answer without frames (Connect protocol, "Error Codes").
  var httpStatus: String {
    switch self {
    case .ok: "200"
    case .cancelled: "499"
    case .invalidArgument, .failedPrecondition, .outOfRange: "400"
    case .unauthenticated: "401"
    case .permissionDenied: "403"
    case .notFound: "404"
    case .alreadyExists, .aborted: "409"
    case .resourceExhausted: "429"
    case .unknown, .internal, .dataLoss: "500"
    case .unimplemented: "501"
    case .unavailable: "503"
    case .deadlineExceeded: "504"
    }
  }
}

extension Status {
  /// `{"code":"not_found","message":"…","details":[{"type":"google.rpc.ErrorInfo","value":"…"}]}` (Connect protocol,
  /// "Error End-Stream"; the values are base64 of the details' messages).
  var json: [UInt8] {
    var text = Array(#"{"code":"\#(code.jsonName)","message":"#.utf8)
    Self.appendQuoted(message, to: &text)
    let details = anyMessages
    if !details.isEmpty {
      text += Array(#","details":["#.utf8)
      for (index, detail) in details.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        text += Array(#"{"type":"#.utf8)
        Self.appendQuoted(detail.type, to: &text)
        text += Array(#","value":""#.utf8)
        Base64.encode(detail.value, into: &text)
        text += Array("\"}".utf8)
      }
      text.append(UInt8(ascii: "]"))
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  private static func appendQuoted(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        text += Array("\\u00\(byte < 16 ? "0" : "")\(digits)".utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  /// The `google.protobuf.Any`s in `details`, a serialized google.rpc.Status: its field 3; what is malformed is left out.
  private var anyMessages: [(type: String, value: [UInt8])] {
    var found: [(String, [UInt8])] = []
    for any in Self.fields(3, of: details[...]) {
      guard let url = Self.fields(1, of: any).first else { continue }
      let type = url.split(separator: UInt8(ascii: "/")).last ?? []
      found.append(
        (String(decoding: type, as: UTF8.self), Array(Self.fields(2, of: any).first ?? [])))
    }
    return found
  }

  /// The length-delimited fields of this number in a serialized message.
  private static func fields(_ number: UInt64, of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var rest = bytes
    func varint() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard let byte = rest.popFirst() else { return nil }
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
    var found: [ArraySlice<UInt8>] = []
    while let tag = varint() {
      switch tag & 7 {
      case 0: if varint() == nil { return found }
      case 2:
        guard let length = varint(), length <= UInt64(rest.count) else { return found }
        if tag >> 3 == number { found.append(rest.prefix(Int(length))) }
        rest = rest.dropFirst(Int(length))
      default: return found
      }
    }
    return found
  }
}

extension StatusCode {
  /// As the Connect protocol spells it: `invalid_argument`, `canceled`.
  fileprivate var jsonName: String { self == .cancelled ? "canceled" : name.lowercased() }
}
