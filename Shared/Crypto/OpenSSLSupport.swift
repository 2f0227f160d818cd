// How this module calls OpenSSL: errors taken from its queue, memory BIOs, and the one owner of a key.

import COpenSSL

/// The error that OpenSSL just put in this thread's queue. The queue is emptied, because a left-over error would be
/// taken for a failure of TLS by `SSL_get_error` on the same thread.
func libraryError(_ function: String) -> CryptoError {
  let code = ERR_get_error()
  ERR_clear_error()
  return .library(function: function, code: UInt(code))
}

/// Throws unless OpenSSL answered 1, its sign of success.
func check(_ answer: Int32, _ function: String) throws(CryptoError) {
  if answer != 1 { throw libraryError(function) }
}

/// The pointer, or the error of the function that failed to make it.
func unwrap<Pointer>(_ pointer: Pointer?, _ function: String) throws(CryptoError) -> Pointer {
  guard let pointer else { throw libraryError(function) }
  return pointer
}

/// A parsed input, or `malformed`; what OpenSSL said about it is dropped.
func parsed<Pointer>(_ pointer: Pointer?, _ what: String) throws(CryptoError) -> Pointer {
  guard let pointer else {
    ERR_clear_error()
    throw .malformed(what)
  }
  return pointer
}

/// What `write` writes into a memory BIO.
func written(_ function: String, by write: (OpaquePointer) -> Int32) throws(CryptoError) -> [UInt8]
{
  let bio = try unwrap(BIO_new(BIO_s_mem()), "BIO_new")
  defer { BIO_free(bio) }
  try check(write(bio), function)
  return contents(of: bio)
}

/// Everything waiting in a memory BIO.
func contents(of bio: OpaquePointer) -> [UInt8] {
  let count = BIO_ctrl_pending(bio)
  // BIO_read fills at most `count` bytes of the array's own storage and says how many.
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    initialized = max(0, Int(BIO_read(bio, buffer.baseAddress, Int32(buffer.count))))
  }
}

/// What `read` reads from a memory BIO over the bytes.
func read<Value>(_ bytes: [UInt8], _ read: (OpaquePointer) -> Value?) -> Value? {
  bytes.withUnsafeBytes { buffer in
    // The BIO only reads the buffer and ends before it does.
    guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else { return nil }
    defer { BIO_free(bio) }
    return read(bio)
  }
}

/// The DER form that an `i2d_…` function writes.
func encoded(
  _ function: String, _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) throws(CryptoError) -> [UInt8] {
  let count = encode(nil)
  guard count > 0 else { throw libraryError(function) }
  // The function advances its own copy of the pointer and writes exactly the `count` bytes it announced.
  let bytes = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
    var cursor = buffer.baseAddress
    initialized = max(0, Int(encode(&cursor)))
  }
  guard bytes.count == Int(count) else { throw libraryError(function) }
  return bytes
}

/// A value that a `d2i_…` function reads from the whole of the bytes, nothing left over.
func decoded<Pointer>(
  _ der: [UInt8],
  _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> Pointer?,
  free: (Pointer) -> Void
) -> Pointer? {
  der.withUnsafeBufferPointer { buffer in
    var cursor = buffer.baseAddress
    guard let value = decode(&cursor, buffer.count) else { return nil }
    guard cursor == buffer.baseAddress.map({ $0 + buffer.count }) else {
      free(value)
      return nil
    }
    return value
  }
}

/// The owner of an `EVP_PKEY`.
///
/// `@unchecked Sendable` is sound: the key is complete before this object exists and is never changed after, and
/// OpenSSL allows any number of threads to use one unchanging key (openssl-threads(7)). Freeing it wipes the private part.
final class OpenSSLKey: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes the reference over.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }

  /// Whether the key is of this kind ("EC", "ED25519").
  func isKind(_ name: String) -> Bool { EVP_PKEY_is_a(pointer, name) == 1 }

  /// A PKCS#8 or older PEM private key without a password.
  static func privateKey(pem: String) throws(CryptoError) -> OpenSSLKey {
    let pointer = read(Array(pem.utf8)) { bio in
      // The callback refuses: without it OpenSSL would ask for a password on the terminal.
      PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
    }
    return OpenSSLKey(owning: try parsed(pointer, "private key"))
  }

  static func privateKey(pkcs8 der: [UInt8]) throws(CryptoError) -> OpenSSLKey {
    let pointer = decoded(
      der, { d2i_AutoPrivateKey(nil, $0, $1) }, free: { EVP_PKEY_free($0) })
    return OpenSSLKey(owning: try parsed(pointer, "private key"))
  }

  /// A SubjectPublicKeyInfo in PEM.
  static func publicKey(pem: String) throws(CryptoError) -> OpenSSLKey {
    let pointer = read(Array(pem.utf8)) { PEM_read_bio_PUBKEY($0, nil, nil, nil) }
    return OpenSSLKey(owning: try parsed(pointer, "public key"))
  }

  /// A SubjectPublicKeyInfo in DER.
  static func publicKey(der: [UInt8]) throws(CryptoError) -> OpenSSLKey {
    let pointer = decoded(der, { d2i_PUBKEY(nil, $0, $1) }, free: { EVP_PKEY_free($0) })
    return OpenSSLKey(owning: try parsed(pointer, "public key"))
  }

  func privatePEM() throws(CryptoError) -> String {
    let bytes = try written("PEM_write_bio_PrivateKey") {
      PEM_write_bio_PrivateKey($0, pointer, nil, nil, 0, nil, nil)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func publicPEM() throws(CryptoError) -> String {
    let bytes = try written("PEM_write_bio_PUBKEY") { PEM_write_bio_PUBKEY($0, pointer) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func publicDER() throws(CryptoError) -> [UInt8] {
    try encoded("i2d_PUBKEY") { i2d_PUBKEY(pointer, $0) }
  }

  /// Signs the message; `digest` is nil for Ed25519, which hashes for itself.
  func sign(_ message: [UInt8], digest: OpaquePointer?) throws(CryptoError) -> [UInt8] {
    let context = try unwrap(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
    defer { EVP_MD_CTX_free(context) }
    try check(EVP_DigestSignInit(context, nil, digest, nil, pointer), "EVP_DigestSignInit")
    var count = 0
    try check(EVP_DigestSign(context, nil, &count, message, message.count), "EVP_DigestSign")
    var answer: Int32 = 0
    // OpenSSL writes at most the `count` bytes it asked for and lowers `count` to what it wrote.
    let signature = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      answer = EVP_DigestSign(context, buffer.baseAddress, &count, message, message.count)
      initialized = answer == 1 ? count : 0
    }
    try check(answer, "EVP_DigestSign")
    return signature
  }

  /// Whether the signature is this key's over the message. A malformed signature is simply not valid.
  func verifies(_ signature: [UInt8], of message: [UInt8], digest: OpaquePointer?) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    guard EVP_DigestVerifyInit(context, nil, digest, nil, pointer) == 1 else { return false }
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}

/// Lets OpenSSL stand until the process is gone; asked before anything else of it.
///
/// By itself it takes its state apart in `exit`, while threads that nobody joins, as those of Swift's own pool, may still be
/// inside (OPENSSL_init_crypto(3)): a process that ends could crash in its last moment.
package func keepLibraryUntilProcessEnds() {
  OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
}
