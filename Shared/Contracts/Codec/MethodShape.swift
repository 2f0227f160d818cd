// What a method takes and gives, for whoever treats all methods alike: the gateway, the command line.

/// The types of one method.
package struct MethodShape: Sendable {
  /// `/weir.catalog.v1.Catalog/GetEntry`.
  package let path: String
  /// `weir.catalog.v1.Catalog`.
  package let service: String
  package let request: any Message.Type
  package let reply: any Message.Type
  package let streamsRequests: Bool
  package let streamsReplies: Bool
  /// It changes nothing: it may be sent again, and in copies (`idempotency_level = NO_SIDE_EFFECTS`).
  package var readsOnly = false

  package var isUnary: Bool { !streamsRequests && !streamsReplies }

  /// The bytes of a request that came as JSON.
  package func requestBytes(fromJSON json: [UInt8]) throws -> [UInt8] {
    try request.init(jsonBytes: json, limits: .request).serialized()
  }

  /// The JSON of a reply.
  package func replyJSON(from bytes: [UInt8]) throws -> [UInt8] {
    try reply.init(serialized: bytes).jsonBytes()
  }
}
