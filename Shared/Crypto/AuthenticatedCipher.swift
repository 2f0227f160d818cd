// The primitives under a seal: AES-256-GCM, and SM4-CTR with HMAC-SM3.

import COpenSSL

/// Authenticated encryption with a context that is reused. `Sealer` chooses nonces and associated data; whoever calls
/// this directly (tests against published vectors) must never use a nonce twice under one key.
package final class AuthenticatedCipher {
  private let suite: SealSuite
  private let context: OpaquePointer
  private let mac: HMACSM3?
  /// The whole key: OpenSSL takes it together with the next nonce, because each initialisation has its price.
  private var key: [UInt8] = []
  private var isKeyNew = false

  package init(suite: SealSuite) throws(CryptoError) {
    self.suite = suite
    mac = suite == .sm4CTRHMACSM3 ? try HMACSM3() : nil
    context = try unwrap(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
    let cipher = suite == .aes256GCM ? EVP_aes_256_gcm() : EVP_sm4_ctr()
    try check(EVP_CipherInit_ex(context, cipher, nil, nil, nil, 1), "EVP_CipherInit_ex")
  }

  deinit {
    // Freeing the context wipes the key schedule.
    EVP_CIPHER_CTX_free(context)
    wipe(&key)
  }

  /// 32 bytes for AES-256-GCM; 16 for SM4 followed by 32 for HMAC-SM3 otherwise.
  package func setKey(_ key: [UInt8]) throws(CryptoError) {
    let expected = suite == .aes256GCM ? 32 : 48
    guard key.count == expected else {
      throw .wrongLength(what: "record key", expected: expected, actual: key.count)
    }
    wipe(&self.key)
    self.key = key
    isKeyNew = true
    try mac?.setKey(key.span.bytes.extracting(last: 32))
  }

  private func begin(nonce: RawSpan, isEncrypting: Bool) throws(CryptoError) {
    precondition(nonce.byteCount == suite.nonceByteCount, "a nonce has the length of its suite")
    precondition(!key.isEmpty, "a key comes before a nonce")
    let direction: Int32 = isEncrypting ? 1 : 0
    // OpenSSL reads as many bytes of key and nonce as the suite says, which both have.
    let answer = nonce.withUnsafeBytes { nonce in
      let nonce = nonce.bindMemory(to: UInt8.self).baseAddress
      return isKeyNew
        ? EVP_CipherInit_ex(context, nil, nil, key, nonce, direction)
        : EVP_CipherInit_ex(context, nil, nil, nil, nonce, direction)
    }
    try check(answer, "EVP_CipherInit_ex")
    isKeyNew = false
  }

  /// Appends ciphertext and tag.
  package func encrypt(
    _ content: RawSpan, nonce: RawSpan, associated: RawSpan, into output: inout [UInt8]
  ) throws(CryptoError) {
    try begin(nonce: nonce, isEncrypting: true)
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: content.byteCount))
    if suite == .aes256GCM {
      try authenticate(associated)
      try transform(content, into: &output, at: start)
      try appendTag(to: &output)
    } else {
      try transform(content, into: &output, at: start)
      let tag = try tag(
        associated: associated, nonce: nonce,
        ciphertext: output.span.bytes.extracting(start..<output.count))
      output.append(contentsOf: tag)
    }
  }

  /// Appends the content and answers true, or appends nothing and answers false when the tag does not hold.
  package func decrypt(
    _ sealed: RawSpan, nonce: RawSpan, associated: RawSpan, into output: inout [UInt8]
  ) throws(CryptoError) -> Bool {
    guard sealed.byteCount >= suite.tagByteCount else { return false }
    let end = sealed.byteCount - suite.tagByteCount
    let ciphertext = sealed.extracting(0..<end)
    let tag = sealed.extracting(end..<sealed.byteCount)
    if suite == .sm4CTRHMACSM3 {
      // Encrypt-then-MAC: nothing is decrypted before the tag holds.
      let expected = try self.tag(associated: associated, nonce: nonce, ciphertext: ciphertext)
      guard ConstantTime.equal(expected, tag.withUnsafeBytes { Array($0) }) else { return false }
    }
    try begin(nonce: nonce, isEncrypting: false)
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: end))
    if suite == .aes256GCM { try authenticate(associated) }
    try transform(ciphertext, into: &output, at: start)
    guard suite == .aes256GCM, try !isTag(tag) else { return true }
    // What was decrypted without being authentic is wiped, not only dropped.
    for index in start..<output.count { output[index] = 0 }
    output.removeLast(end)
    return false
  }

  private func appendTag(to output: inout [UInt8]) throws(CryptoError) {
    var count: Int32 = 0
    var answer: Int32 = 0
    output.append(contentsOf: repeatElement(0, count: 16))
    // The last 16 bytes were just added for the tag; GCM writes nothing else at the end.
    output.withUnsafeMutableBufferPointer { buffer in
      let tag = buffer.baseAddress.map { $0 + (buffer.count - 16) }
      answer = EVP_CipherFinal_ex(context, tag, &count)
      if answer == 1 { answer = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag) }
    }
    try check(answer, "EVP_CTRL_AEAD_GET_TAG")
  }

  /// Whether GCM, having seen everything, comes to this tag.
  private func isTag(_ tag: RawSpan) throws(CryptoError) -> Bool {
    // OpenSSL copies the 16 bytes; its signature only fails to say that it does not write them.
    let answer = tag.withUnsafeBytes { tag in
      EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, 16, UnsafeMutableRawPointer(mutating: tag.baseAddress))
    }
    try check(answer, "EVP_CTRL_AEAD_SET_TAG")
    var none: UInt8 = 0
    var count: Int32 = 0
    if EVP_CipherFinal_ex(context, &none, &count) == 1 { return true }
    ERR_clear_error()
    return false
  }

  private func authenticate(_ associated: RawSpan) throws(CryptoError) {
    guard associated.byteCount > 0 else { return }
    var count: Int32 = 0
    // A nil output tells OpenSSL that these bytes are authenticated only; it reads exactly `count` of them.
    let answer = associated.withUnsafeBytes {
      EVP_CipherUpdate(
        context, nil, &count, $0.bindMemory(to: UInt8.self).baseAddress, Int32($0.count))
    }
    try check(answer, "EVP_CipherUpdate")
  }

  /// Encrypts or decrypts into the bytes of the output from `start` on, which are as many as the input's.
  private func transform(
    _ input: RawSpan, into output: inout [UInt8], at start: Int
  ) throws(CryptoError) {
    guard input.byteCount > 0 else { return }
    var count: Int32 = 0
    // Both ciphers are stream modes: they write exactly as many bytes as they read, and the output has room for them.
    let answer = input.withUnsafeBytes { source in
      output.withUnsafeMutableBufferPointer { target in
        EVP_CipherUpdate(
          context, target.baseAddress.map { $0 + start }, &count,
          source.bindMemory(to: UInt8.self).baseAddress, Int32(source.count))
      }
    }
    try check(answer, "EVP_CipherUpdate")
  }

  /// HMAC-SM3 over `length of the associated data (8 bytes) ‖ associated data ‖ nonce ‖ ciphertext`.
  private func tag(
    associated: RawSpan, nonce: RawSpan, ciphertext: RawSpan
  ) throws(CryptoError) -> [UInt8] {
    guard let mac else { preconditionFailure("only the SM suite has a separate code") }
    try mac.restart()
    let length = UInt64(associated.byteCount).bigEndianBytes
    try mac.update(length.span.bytes)
    try mac.update(associated)
    try mac.update(nonce)
    try mac.update(ciphertext)
    return try mac.finish()
  }
}

/// SM3 (GB/T 32905).
package enum SM3 {
  package static func hash(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    try check(EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sm3(), nil), "EVP_Digest")
    return digest
  }
}

/// HMAC over SM3 with a context that is reused: set the key, then restart, feed and finish for each message.
package final class HMACSM3 {
  private let context: OpaquePointer

  package init() throws(CryptoError) {
    let algorithm = try unwrap(EVP_MAC_fetch(nil, "HMAC", nil), "EVP_MAC_fetch")
    defer { EVP_MAC_free(algorithm) }
    context = try unwrap(EVP_MAC_CTX_new(algorithm), "EVP_MAC_CTX_new")
    var name = Array("SM3".utf8CString)
    // OpenSSL copies the name during this call; the parameters are not kept. What a parameter is called must be lent as well:
    // the macro is a String here, and C's view of it would be gone with the call that makes the parameter.
    let answer = OSSL_MAC_PARAM_DIGEST.withCString { parameter in
      name.withUnsafeMutableBufferPointer { name in
        let parameters = [
          OSSL_PARAM_construct_utf8_string(parameter, name.baseAddress, 0),
          OSSL_PARAM_construct_end(),
        ]
        return EVP_MAC_CTX_set_params(context, parameters)
      }
    }
    try check(answer, "EVP_MAC_CTX_set_params")
  }

  deinit { EVP_MAC_CTX_free(context) }

  package func setKey(_ key: RawSpan) throws(CryptoError) {
    let answer = key.withUnsafeBytes {
      EVP_MAC_init(context, $0.bindMemory(to: UInt8.self).baseAddress, $0.count, nil)
    }
    try check(answer, "EVP_MAC_init")
  }

  func setKey(_ key: SecretBytes) throws(CryptoError) {
    try check(key.withBytes { EVP_MAC_init(context, $0, key.count, nil) }, "EVP_MAC_init")
  }

  /// Begins the next message under the same key.
  package func restart() throws(CryptoError) {
    try check(EVP_MAC_init(context, nil, 0, nil), "EVP_MAC_init")
  }

  package func update(_ bytes: RawSpan) throws(CryptoError) {
    let answer = bytes.withUnsafeBytes {
      EVP_MAC_update(context, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    try check(answer, "EVP_MAC_update")
  }

  package func finish() throws(CryptoError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var count = 0
    try check(EVP_MAC_final(context, &code, &count, code.count), "EVP_MAC_final")
    return code
  }

  package func code(of message: [UInt8]) throws(CryptoError) -> [UInt8] {
    try restart()
    try update(message.span.bytes)
    return try finish()
  }
}
