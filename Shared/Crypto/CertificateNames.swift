// Subject names and subject alternative names, between Swift values and OpenSSL's structures.

import COpenSSL
import Glibc

/// The names a certificate speaks for (RFC 5280 section 4.2.1.6).
package struct CertificateNames: Sendable, Hashable {
  /// URIs, for identities of the form `spiffe://domain/path`.
  package var uris: [String]
  /// Host names.
  package var dnsNames: [String]
  /// Addresses in text form ("127.0.0.1", "::1").
  package var ipAddresses: [String]

  package init(uris: [String] = [], dnsNames: [String] = [], ipAddresses: [String] = []) {
    self.uris = uris
    self.dnsNames = dnsNames
    self.ipAddresses = ipAddresses
  }

  package var isEmpty: Bool { uris.isEmpty && dnsNames.isEmpty && ipAddresses.isEmpty }

  /// Lends the names as OpenSSL's list to one call.
  func withGeneralNames(
    _ body: (OpaquePointer) throws(CryptoError) -> Void
  ) throws(CryptoError) {
    let names = try unwrap(weir_names_new(), "sk_GENERAL_NAME_new_null")
    defer { weir_names_free(names) }
    for uri in uris { try Self.append(Array(uri.utf8), kind: GEN_URI, to: names) }
    for name in dnsNames { try Self.append(Array(name.utf8), kind: GEN_DNS, to: names) }
    for address in ipAddresses {
      guard let bytes = IPAddress.bytes(of: address) else { throw .malformed("IP address") }
      try Self.append(bytes, kind: GEN_IPADD, to: names)
    }
    try body(names)
  }

  private static func append(
    _ bytes: [UInt8], kind: Int32, to names: OpaquePointer
  ) throws(CryptoError) {
    guard kind == GEN_IPADD || isPlainText(bytes) else {
      throw .malformed("subject alternative name")
    }
    try check(weir_names_append(names, kind, bytes, Int32(bytes.count)), "GENERAL_NAME_set0_value")
  }

  /// Reads OpenSSL's list; names of kinds that Weir does not use are left out. The list stays the caller's.
  init(reading names: OpaquePointer?) throws(CryptoError) {
    self.init()
    guard let names else { return }
    for index in 0..<weir_names_count(names) {
      var bytes: UnsafePointer<UInt8>?
      var count: Int32 = 0
      let kind = weir_names_get(names, index, &bytes, &count)
      guard kind >= 0 else { continue }
      // OpenSSL lends `count` bytes that live as long as the list.
      let value = Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
      if kind == GEN_IPADD {
        guard let text = IPAddress.text(of: value) else { throw .malformed("IP address") }
        ipAddresses.append(text)
        continue
      }
      guard Self.isPlainText(value) else { throw .malformed("subject alternative name") }
      let text = String(decoding: value, as: UTF8.self)
      if kind == GEN_URI { uris.append(text) } else { dnsNames.append(text) }
    }
  }

  /// Printable ASCII and not empty. A NUL, a blank or a control character in a name has only ever been an attack.
  private static func isPlainText(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7e).contains($0) }
  }
}

/// IP addresses as certificates hold them: 4 or 16 bytes.
enum IPAddress {
  static func bytes(of text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
    return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
  }

  static func text(of bytes: [UInt8]) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Who a certificate is made out to, beside its alternative names.
package struct SubjectName: Sendable, Hashable {
  /// CN, for people to read; no decision rests on it.
  package var commonName: String
  /// O, where given.
  package var organization: String?

  package init(commonName: String, organization: String? = nil) {
    self.commonName = commonName
    self.organization = organization
  }

  /// Writes the name into one of OpenSSL's.
  func write(to name: OpaquePointer) throws(CryptoError) {
    if let organization { try Self.add("O", organization, to: name) }
    try Self.add("CN", commonName, to: name)
  }

  private static func add(
    _ field: String, _ value: String, to name: OpaquePointer
  ) throws(CryptoError) {
    // MBSTRING_UTF8 lets OpenSSL check the length limits of RFC 5280 appendix A.1 (64 characters for CN and O).
    try check(
      X509_NAME_add_entry_by_txt(
        name, field, MBSTRING_FLAG, Array(value.utf8), Int32(value.utf8.count), -1, 0),
      "X509_NAME_add_entry_by_txt")
  }

  /// The RFC 2253 text of one of OpenSSL's names, characters beyond ASCII kept.
  static func text(of name: OpaquePointer?) throws(CryptoError) -> String {
    let name = try unwrap(name, "X509_get_subject_name")
    let bytes = try written("X509_NAME_print_ex") { weir_name_print($0, name) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first CN of one of OpenSSL's names; empty when there is none.
  static func commonName(of name: OpaquePointer?) -> String {
    guard let name else { return "" }
    let index = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
    guard index >= 0, let entry = X509_NAME_get_entry(name, index) else { return "" }
    var text: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
    guard count >= 0, let text else {
      ERR_clear_error()
      return ""
    }
    // OpenSSL allocated `count` bytes for us; they are copied and given back here.
    defer { CRYPTO_free(text, "", 0) }
    return String(decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self)
  }
}

/// Times of certificates as seconds since 1970 UTC.
enum CertificateTime {
  static func seconds(of time: UnsafePointer<ASN1_TIME>?) throws(CryptoError) -> Int64 {
    var parts = tm()
    guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else {
      throw libraryError("ASN1_TIME_to_tm")
    }
    return Int64(timegm(&parts))
  }

  /// OpenSSL's form of the time; the caller frees it.
  static func make(_ seconds: Int64) throws(CryptoError) -> UnsafeMutablePointer<ASN1_TIME> {
    try unwrap(ASN1_TIME_set(nil, time_t(seconds)), "ASN1_TIME_set")
  }
}
