// A certificate signing request (PKCS #10, RFC 2986): systems and persons make their own keys.

import COpenSSL

/// A request whose own signature has been verified, so that its sender holds the key.
///
/// The names are what the sender would like. The authority decides what the certificate says.
package struct CertificateRequest: Sendable, Hashable {
  package let der: [UInt8]
  package let commonName: String
  package let names: CertificateNames
  package let publicKey: P256PublicKey

  /// Makes a request under the key.
  package init(
    subject: SubjectName, names: CertificateNames, key: P256PrivateKey
  ) throws(CryptoError) {
    let request = try unwrap(X509_REQ_new(), "X509_REQ_new")
    defer { X509_REQ_free(request) }
    try check(X509_REQ_set_version(request, 0), "X509_REQ_set_version")
    try subject.write(
      to: try unwrap(X509_REQ_get_subject_name(request), "X509_REQ_get_subject_name"))
    try check(X509_REQ_set_pubkey(request, key.key.pointer), "X509_REQ_set_pubkey")
    if !names.isEmpty {
      try names.withGeneralNames { (list) throws(CryptoError) in
        try check(weir_request_add_names(request, list), "X509_REQ_add_extensions")
      }
    }
    guard X509_REQ_sign(request, key.key.pointer, EVP_sha256()) > 0 else {
      throw libraryError("X509_REQ_sign")
    }
    try self.init(der: try encoded("i2d_X509_REQ") { i2d_X509_REQ(request, $0) })
  }

  /// Reads a request and verifies its signature.
  package init(der: [UInt8]) throws(CryptoError) {
    let pointer = decoded(der, { d2i_X509_REQ(nil, $0, $1) }, free: { X509_REQ_free($0) })
    let request = try parsed(pointer, "certificate request")
    defer { X509_REQ_free(request) }
    let key = OpenSSLKey(owning: try parsed(X509_REQ_get_pubkey(request), "certificate request"))
    guard X509_REQ_verify(request, key.pointer) == 1 else {
      ERR_clear_error()
      throw .badSignature("certificate request")
    }
    let list = weir_request_names(request)
    defer { weir_names_free(list) }
    self.der = der
    commonName = SubjectName.commonName(of: X509_REQ_get_subject_name(request))
    names = try CertificateNames(reading: list)
    publicKey = try P256PublicKey(checking: key)
    ERR_clear_error()
  }

  package init(pem: String) throws(CryptoError) {
    guard let block = try PEM.blocks(in: pem).first, block.label == "CERTIFICATE REQUEST" else {
      throw .malformed("certificate request")
    }
    try self.init(der: block.bytes)
  }

  package var pem: String { PEM.encode(der, label: "CERTIFICATE REQUEST") }
}
