// A certificate authority: roots, issuing authorities, end-entity certificates, revocation lists.

import COpenSSL

/// What an end-entity certificate shall say.
package struct CertificateTemplate: Sendable {
  /// What the holder may do in TLS (extendedKeyUsage, RFC 5280 section 4.2.1.12).
  package enum Usage: String, Sendable, CaseIterable {
    case client = "clientAuth"
    case server = "serverAuth"
  }

  package var subject: SubjectName
  package var names: CertificateNames
  package var usages: Set<Usage>
  /// Seconds since 1970 UTC.
  package var notBefore: Int64
  package var notAfter: Int64

  package init(
    subject: SubjectName, names: CertificateNames, usages: Set<Usage>, notBefore: Int64,
    notAfter: Int64
  ) {
    self.subject = subject
    self.names = names
    self.usages = usages
    self.notBefore = notBefore
    self.notAfter = notAfter
  }
}

/// A P-256 authority: its certificate and the key that signs under it.
package struct CertificateAuthority: Sendable {
  package let certificate: Certificate
  private let key: P256PrivateKey

  /// An authority read back from its files.
  package init(certificate: Certificate, key: P256PrivateKey) throws(CryptoError) {
    guard certificate.publicKeyInfo == key.publicKey.der else { throw .keyMismatch }
    self.certificate = certificate
    self.key = key
  }

  package init(certificatePEM: String, privateKeyPEM: String) throws(CryptoError) {
    try self.init(
      certificate: try Certificate(pem: certificatePEM),
      key: try P256PrivateKey(pem: privateKeyPEM))
  }

  /// A self-signed root.
  package static func root(
    subject: SubjectName, key: P256PrivateKey, notBefore: Int64, notAfter: Int64,
    random: any RandomSource
  ) throws(CryptoError) -> CertificateAuthority {
    let plan = CertificatePlan(
      subject: subject, key: key.publicKey, notBefore: notBefore, notAfter: notAfter,
      extensions: authorityExtensions(constraints: "critical,CA:TRUE"), names: nil)
    let certificate = try plan.sign(issuer: nil, issuerKey: key, random: random)
    return try CertificateAuthority(certificate: certificate, key: key)
  }

  /// The certificate of an issuing authority under this one. It may sign end-entity certificates only (pathlen 0), and
  /// lives no longer than its issuer.
  package func issueAuthority(
    subject: SubjectName, publicKey: P256PublicKey, notBefore: Int64, notAfter: Int64,
    random: any RandomSource
  ) throws(CryptoError) -> Certificate {
    try CertificatePlan(
      subject: subject, key: publicKey, notBefore: notBefore,
      notAfter: min(notAfter, certificate.notAfter),
      extensions: Self.authorityExtensions(constraints: "critical,CA:TRUE,pathlen:0"), names: nil
    ).sign(issuer: certificate, issuerKey: key, random: random)
  }

  /// A certificate for a service, a system or a person, no longer than this authority's own.
  package func issue(
    _ template: CertificateTemplate, publicKey: P256PublicKey, random: any RandomSource
  ) throws(CryptoError) -> Certificate {
    guard !template.names.isEmpty, !template.usages.isEmpty else {
      throw .malformed("certificate template")
    }
    var extensions: [(Int32, String)] = [
      (NID_basic_constraints, "critical,CA:FALSE"),
      (NID_key_usage, "critical,digitalSignature"),
      (NID_ext_key_usage, template.usages.map(\.rawValue).sorted().joined(separator: ",")),
      (NID_subject_key_identifier, "hash"),
    ]
    extensions.append((NID_authority_key_identifier, "keyid:always"))
    return try CertificatePlan(
      subject: template.subject, key: publicKey, notBefore: template.notBefore,
      notAfter: min(template.notAfter, certificate.notAfter), extensions: extensions,
      names: template.names
    ).sign(issuer: certificate, issuerKey: key, random: random)
  }

  /// A revocation list of this authority (RFC 5280 section 5). `number` grows with each list.
  package func revocationList(
    _ revoked: [RevokedCertificate], number: Int64, thisUpdate: Int64, nextUpdate: Int64
  ) throws(CryptoError) -> RevocationList {
    try RevocationList.make(
      revoked, number: number, thisUpdate: thisUpdate, nextUpdate: nextUpdate,
      issuer: certificate, key: key)
  }

  private static func authorityExtensions(constraints: String) -> [(Int32, String)] {
    [
      (NID_basic_constraints, constraints),
      (NID_key_usage, "critical,keyCertSign,cRLSign"),
      (NID_subject_key_identifier, "hash"),
      (NID_authority_key_identifier, "keyid:always"),
    ]
  }
}

/// A certificate about to be signed.
private struct CertificatePlan {
  let subject: SubjectName
  let key: P256PublicKey
  let notBefore: Int64
  let notAfter: Int64
  /// Constant texts of OpenSSL's extension syntax. Never text from outside: names go through `names`.
  let extensions: [(Int32, String)]
  let names: CertificateNames?

  /// Signs under the issuer, or under itself when there is none.
  func sign(
    issuer: Certificate?, issuerKey: P256PrivateKey, random: any RandomSource
  ) throws(CryptoError) -> Certificate {
    let certificate = try unwrap(X509_new(), "X509_new")
    defer { X509_free(certificate) }
    try check(X509_set_version(certificate, 2), "X509_set_version")
    try SerialNumber.with(SerialNumber.make(random: random)) {
      (serial) throws(CryptoError) in
      try check(X509_set_serialNumber(certificate, serial), "X509_set_serialNumber")
    }
    let start = try CertificateTime.make(notBefore)
    defer { ASN1_TIME_free(start) }
    let end = try CertificateTime.make(notAfter)
    defer { ASN1_TIME_free(end) }
    try check(X509_set1_notBefore(certificate, start), "X509_set1_notBefore")
    try check(X509_set1_notAfter(certificate, end), "X509_set1_notAfter")
    try subject.write(to: try unwrap(X509_get_subject_name(certificate), "X509_get_subject_name"))
    try check(X509_set_pubkey(certificate, key.key.pointer), "X509_set_pubkey")

    let issuerPointer = try issuer.map { (issuer) throws(CryptoError) in
      try Certificate.pointer(der: issuer.der)
    }
    defer { X509_free(issuerPointer) }
    let authority = issuerPointer ?? certificate
    try check(
      X509_set_issuer_name(certificate, X509_get_subject_name(authority)), "X509_set_issuer_name")
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, authority, certificate, nil, nil, 0)
    for (kind, value) in extensions {
      let item = try unwrap(X509V3_EXT_conf_nid(nil, &context, kind, value), "X509V3_EXT_conf_nid")
      defer { X509_EXTENSION_free(item) }
      try check(X509_add_ext(certificate, item, -1), "X509_add_ext")
    }
    try names?.withGeneralNames { (list) throws(CryptoError) in
      try check(weir_certificate_add_names(certificate, list), "X509_add1_ext_i2d")
    }
    guard X509_sign(certificate, issuerKey.key.pointer, EVP_sha256()) > 0 else {
      throw libraryError("X509_sign")
    }
    return try Certificate(der: try encoded("i2d_X509") { i2d_X509(certificate, $0) })
  }
}
