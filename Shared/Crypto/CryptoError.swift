// What can go wrong in Crypto. No case carries a key, a plain text or a row.

/// A failure of a cryptographic operation or of its input.
package enum CryptoError: Error, Equatable, Sendable {
  /// OpenSSL refused an operation; `function` is its name and `code` the packed error of `ERR_get_error`.
  case library(function: String, code: UInt)
  /// A PKCS #11 token did not do what it was asked; `code` is its CKR number.
  case token(step: String, code: UInt)
  /// Bytes or text that are not what they claim to be ("certificate", "private key", …).
  case malformed(String)
  /// A value of the wrong length.
  case wrongLength(what: String, expected: Int, actual: Int)
  /// A key of another kind than the one asked for.
  case wrongKeyKind(expected: String)
  /// The private key does not belong to the certificate.
  case keyMismatch
  /// The chain does not lead to a trusted root; `code` is OpenSSL's X509_V_ERR number.
  case untrustedChain(code: Int, depth: Int, reason: String)
  /// The signature under a certificate request or a revocation list does not verify.
  case badSignature(String)
}
