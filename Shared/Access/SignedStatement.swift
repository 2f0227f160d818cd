// A person's decision as it travels, is kept and is told: statement, signature, and whose certificate that is.

package import Crypto
package import Integrity

/// A statement under a person's signature, with the certificates up to the departments' root but without it.
package struct SignedStatement: Sendable, Hashable {
  package let statement: [UInt8]
  /// ECDSA P-256 in DER.
  package let signature: [UInt8]
  /// DER; the person's own.
  package let certificate: [UInt8]
  /// DER; who issued it, the nearest first.
  package let issuers: [[UInt8]]

  package init(
    statement: [UInt8], signature: [UInt8], certificate: [UInt8], issuers: [[UInt8]]
  ) {
    self.statement = statement
    self.signature = signature
    self.certificate = certificate
    self.issuers = issuers
  }

  /// Signs a statement.
  ///
  /// - Parameter chain: The person's certificate first, then its issuers.
  package init(
    _ statement: [UInt8], key: P256PrivateKey, chain: [Certificate]
  ) throws {
    guard let own = chain.first else { throw CryptoError.malformed("certificate") }
    self.init(
      statement: statement, signature: try Statement(bytes: statement).signature(by: key),
      certificate: own.der, issuers: chain.dropFirst().map(\.der))
  }

  /// By which it is used once.
  package var hash: [UInt8] { SHA256.hash(statement) }

  /// As it is kept, and told to the log: whoever holds the departments' root can check it, years later.
  package var json: JSONValue {
    [
      "statement": .string(String(decoding: statement, as: UTF8.self)),
      "signature": .string(Base64.encode(signature)),
      "certificate": .string(Base64.encode(certificate)),
      "issuers": .array(issuers.map { .string(Base64.encode($0)) }),
    ]
  }

  /// Reads what ``json`` writes; `nil` for anything else.
  package init?(_ json: JSONValue?) {
    guard let json, let statement = json["statement"]?.string,
      let signature = json["signature"]?.string.flatMap({ Base64.decode($0) }),
      let certificate = json["certificate"]?.string.flatMap({ Base64.decode($0) }),
      let list = json["issuers"]?.array
    else { return nil }
    let issuers = list.compactMap { $0.string.flatMap { Base64.decode($0) } }
    guard issuers.count == list.count else { return nil }
    self.init(
      statement: Array(statement.utf8), signature: signature, certificate: certificate,
      issuers: issuers)
  }
}
