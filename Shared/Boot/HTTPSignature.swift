// A signature over a POST (RFC 9421, Ed25519): who receives it knows which node sent it, and that it is whole.

package import Crypto
package import RPC
package import Vocabulary

/// Signs requests with a node's evidence key, whose public half stands in the key list that the evidence root signed.
struct HTTPSignature: Sendable {
  private let key: Ed25519PrivateKey
  private let keyName: String

  /// - Parameter keyName: As in the key list: `<domain>/gateway/evidence`.
  init(key: Ed25519PrivateKey, keyName: String) {
    self.key = key
    self.keyName = keyName
  }

  /// The fields that go with the request. Signed are method, target, type and digest of the body, its idempotency key, and when.
  ///
  /// - Parameter created: Seconds since 1970, by the real clock.
  func fields(
    for place: HTTPPlace, contentType: String, idempotencyKey: String, _ body: [UInt8],
    created: Int64
  ) throws -> [(String, String)] {
    let digest = "sha-256=:\(Base64.encode(SHA256.hash(body))):"
    let covered = [
      ("@method", "POST"), ("@target-uri", place.text), ("content-type", contentType),
      ("content-digest", digest), ("idempotency-key", idempotencyKey),
    ]
    let parameters =
      "(" + covered.map { "\"\($0.0)\"" }.joined(separator: " ")
      + ");created=\(created);keyid=\"\(keyName)\";alg=\"ed25519\""
    let base =
      covered.map { "\"\($0.0)\": \($0.1)\n" }.joined() + "\"@signature-params\": \(parameters)"
    let signature = try key.sign(Array(base.utf8))
    return [
      ("Content-Digest", digest), ("Idempotency-Key", idempotencyKey),
      ("Signature-Input", "weir=\(parameters)"),
      ("Signature", "weir=:\(Base64.encode(signature)):"),
    ]
  }
}

/// An address that takes JSON from this node: by TLS with its certificate verified, within bounds, each call signed.
package struct SignedPost: Sendable {
  package let place: HTTPPlace
  private let signature: HTTPSignature
  private let tls: PlainTLSContext
  private let bounds: NetworkBounds

  /// - Parameters:
  ///   - place: Under `https:`.
  ///   - trust: The certificate authorities of the receiver, PEM.
  ///   - keyName: As in the key list: `<domain>/gateway/evidence`.
  package init(
    _ place: HTTPPlace, trust: [UInt8], within bounds: NetworkBounds, key: Ed25519PrivateKey,
    keyName: String
  ) throws(TLSError) {
    self.place = place
    self.bounds = bounds
    signature = HTTPSignature(key: key, keyName: keyName)
    tls = try PlainTLSContext(
      TLSConfiguration(certificateChainPEM: [], privateKeyPEM: [], trustRootsPEM: [trust]),
      forServer: false)
  }

  /// - Parameters:
  ///   - id: The same however often this is sent.
  ///   - now: By the real clock.
  /// - Returns: The status of HTTP.
  package func send(_ body: [UInt8], id: String, now: Instant) async throws -> Int {
    let type = "application/json"
    let fields = try signature.fields(
      for: place, contentType: type, idempotencyKey: id, body, created: now.milliseconds / 1000)
    return try await httpExchange(
      place, contentType: type, body, tls: tls, fields: fields, bounds: bounds
    ).status
  }
}
