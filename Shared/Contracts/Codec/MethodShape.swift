// What a method takes and gives, for whoever treats all methods alike: JSON over POST, the command line.

package import RPC

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

  package var isUnary: Bool { !streamsRequests && !streamsReplies }

  /// How the method answers JSON by POST; `nil` for one that streams.
  package var json: JSONMapping? {
    isUnary
      ? JSONMapping(
        request: { try requestBytes(fromJSON: $0) }, reply: { try replyJSON(from: $0) }) : nil
  }

  /// The bytes of a request that came as JSON.
  package func requestBytes(fromJSON json: [UInt8]) throws -> [UInt8] {
    try request.init(jsonBytes: json, limits: .request).serialized()
  }

  /// The JSON of a reply.
  package func replyJSON(from bytes: [UInt8]) throws -> [UInt8] {
    try reply.init(serialized: bytes).jsonBytes()
  }
}
