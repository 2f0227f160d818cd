// A person's signature under a decision.

package import Crypto

/// Why a statement is not believed.
package enum StatementError: Error, Equatable, Sendable {
  case notCanonical(JSONError)
  case badSignature
}

/// A decision in canonical JSON (RFC 8785), signed by the person who takes it: ECDSA P-256 in DER over
/// `"weir-statement-v1\n" ‖ bytes`.
package struct Statement: Sendable, Equatable {
  /// What stands before the bytes that are signed, so that they are taken for nothing else.
  package static let label = Array("weir-statement-v1\n".utf8)

  /// The exact bytes that are signed, kept and shown; never encoded again.
  package let bytes: [UInt8]
  package let value: JSONValue

  package init(_ value: JSONValue) {
    self.value = value
    bytes = CanonicalJSON.encode(value)
  }

  /// Reads bytes, which must be canonical: a second spelling of a decision is refused.
  package init(bytes: [UInt8]) throws(StatementError) {
    do throws(JSONError) {
      value = try CanonicalJSON.decodeCanonical(bytes)
    } catch {
      throw .notCanonical(error)
    }
    self.bytes = bytes
  }

  package func signature(by key: P256PrivateKey) throws(CryptoError) -> [UInt8] {
    try key.sign(Self.label + bytes)
  }

  /// Throws unless the signature is the key's under this statement.
  package func verify(_ signature: [UInt8], by key: P256PublicKey) throws(StatementError) {
    guard key.isValid(signature, of: Self.label + bytes) else { throw .badSignature }
  }
}
