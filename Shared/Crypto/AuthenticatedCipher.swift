// The primitives under a seal: AES-256-GCM, and SM4-CTR with HMAC-SM3.

import COpenSSL

/// Authenticated encryption with a context that is reused. `Sealer` chooses nonces and associated data; whoever calls
/// this directly (tests against published vectors) must never use a nonce twice under one key.
package final class AuthenticatedCipher {
  private let suite: SealSuite
  private let context: OpaquePointer
  private let mac: HMACSM3?
  private var macKey: [UInt8] = []

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
    wipe(&macKey)
  }

  /// 32 bytes for AES-256-GCM; 16 for SM4 followed by 32 for HMAC-SM3 otherwise.
  package func setKey(_ key: [UInt8]) throws(CryptoError) {
    let expected = suite == .aes256GCM ? 32 : 48
    guard key.count == expected else {
      throw .wrongLength(what: "record key", expected: expected, actual: key.count)
    }
    try check(EVP_CipherInit_ex(context, nil, nil, key, nil, -1), "EVP_CipherInit_ex")
    if suite == .sm4CTRHMACSM3 { macKey = Array(key.suffix(32)) }
  }

  /// Appends ciphertext and tag.
  package func encrypt(
    _ content: RawSpan, nonce: [UInt8], associated: RawSpan, into output: inout [UInt8]
  ) throws(CryptoError) {
    precondition(nonce.count == suite.nonceByteCount, "a nonce has the length of its suite")
    try check(EVP_CipherInit_ex(context, nil, nil, nil, nonce, 1), "EVP_CipherInit_ex")
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: content.byteCount))
    if suite == .aes256GCM {
      try authenticate(associated)
      try transform(content, into: &output, at: start)
      var tag = [UInt8](repeating: 0, count: 16)
      var count: Int32 = 0
      try check(EVP_CipherFinal_ex(context, &tag, &count), "EVP_CipherFinal_ex")
      try check(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag), "EVP_CTRL_AEAD_GET_TAG")
      output.append(contentsOf: tag)
    } else {
      try transform(content, into: &output, at: start)
      let tag = try tag(
        associated: associated, nonce: nonce.span.bytes,
        ciphertext: output.span.bytes.extracting(start..<output.count))
      output.append(contentsOf: tag)
    }
  }

  /// Appends the content and answers true, or appends nothing and answers false when the tag does not hold.
  package func decrypt(
    _ sealed: RawSpan, nonce: RawSpan, associated: RawSpan, into output: inout [UInt8]
  ) throws(CryptoError) -> Bool {
    precondition(nonce.byteCount == suite.nonceByteCount, "a nonce has the length of its suite")
    guard sealed.byteCount >= suite.tagByteCount else { return false }
    let end = sealed.byteCount - suite.tagByteCount
    let ciphertext = sealed.extracting(0..<end)
    var tag = sealed.extracting(end..<sealed.byteCount).withUnsafeBytes { Array($0) }
    if suite == .sm4CTRHMACSM3 {
      // Encrypt-then-MAC: nothing is decrypted before the tag holds.
      let expected = try self.tag(associated: associated, nonce: nonce, ciphertext: ciphertext)
      guard ConstantTime.equal(expected, tag) else { return false }
    }
    let answer = nonce.withUnsafeBytes {
      EVP_CipherInit_ex(context, nil, nil, nil, $0.bindMemory(to: UInt8.self).baseAddress, 0)
    }
    try check(answer, "EVP_CipherInit_ex")
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: end))
    guard suite == .aes256GCM else {
      try transform(ciphertext, into: &output, at: start)
      return true
    }
    try authenticate(associated)
    try transform(ciphertext, into: &output, at: start)
    try check(
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag), "EVP_CTRL_AEAD_SET_TAG")
    var count: Int32 = 0
    guard EVP_CipherFinal_ex(context, &tag, &count) == 1 else {
      ERR_clear_error()
      // What was decrypted without being authentic is wiped, not only dropped.
      for index in start..<output.count { output[index] = 0 }
      output.removeLast(end)
      return false
    }
    return true
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
    try mac.setKey(macKey)
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

/// HMAC over SM3 with a context that is reused: set the key, feed, finish.
package final class HMACSM3 {
  private let context: OpaquePointer

  package init() throws(CryptoError) {
    let algorithm = try unwrap(EVP_MAC_fetch(nil, "HMAC", nil), "EVP_MAC_fetch")
    defer { EVP_MAC_free(algorithm) }
    context = try unwrap(EVP_MAC_CTX_new(algorithm), "EVP_MAC_CTX_new")
    var name = Array("SM3".utf8CString)
    // OpenSSL copies the name during this call; the parameters are not kept.
    let answer = name.withUnsafeMutableBufferPointer { name in
      let parameters = [
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
        OSSL_PARAM_construct_end(),
      ]
      return EVP_MAC_CTX_set_params(context, parameters)
    }
    try check(answer, "EVP_MAC_CTX_set_params")
  }

  deinit { EVP_MAC_CTX_free(context) }

  package func setKey(_ key: [UInt8]) throws(CryptoError) {
    try check(EVP_MAC_init(context, key, key.count, nil), "EVP_MAC_init")
  }

  func setKey(_ key: SecretBytes) throws(CryptoError) {
    try check(key.withBytes { EVP_MAC_init(context, $0, key.count, nil) }, "EVP_MAC_init")
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
    try update(message.span.bytes)
    return try finish()
  }
}
