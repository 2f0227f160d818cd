// Tokens: the published block cipher results, and that the permutation is one.

import Crypto
import Testing

@Suite("Tokens are a keyed permutation of identifier blocks (hebi-2021/27)")
struct TokenKeyTests {
  private func makeKey(_ suite: TokenKey.Suite, _ bytes: [UInt8]) throws -> TokenKey {
    try TokenKey(id: KeyID(rawValue: 1), suite: suite, secret: SecretBytes(bytes))
  }

  @Test("AES-256 of FIPS 197 appendix C.3")
  func aes() throws {
    let key = try makeKey(.aes256, Array(0x00...0x1f))
    let block = hex("00112233445566778899aabbccddeeff")
    let token = try key.token(of: block)
    #expect(token.bytes == hex("8ea2b7ca516745bfeafc49904b496089"))
    #expect(try key.blocks(of: token.bytes) == block)
  }

  @Test("AES-256 in ECB mode of NIST SP 800-38A F.1.5, four blocks at once")
  func aesBulk() throws {
    let key = try makeKey(
      .aes256, hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"))
    let blocks = hex(
      """
      6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51
      30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710
      """)
    let tokens = hex(
      """
      f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870
      b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7
      """)
    #expect(try key.tokens(of: blocks) == tokens)
    #expect(try key.blocks(of: tokens) == blocks)
  }

  @Test("SM4 of GB/T 32907-2016 appendix A.1, and a thousand times there and back")
  func sm4() throws {
    let block = hex("0123456789abcdeffedcba9876543210")
    let key = try makeKey(.sm4, block)
    #expect(try key.tokens(of: block) == hex("681edf34d206965e86b3e94f536e4246"))
    var value = block
    for _ in 0..<1_000 { value = try key.tokens(of: value) }
    for _ in 0..<1_000 { value = try key.blocks(of: value) }
    #expect(value == block)
  }

  @Test(
    "bulk tokens equal single ones at every edge of a piece",
    arguments: [0, 1, 4_095, 4_096, 4_097, 8_193])
  func pieces(_ count: Int) throws {
    let random = SeededRandom(seed: UInt64(count))
    let key = try makeKey(.aes256, random.bytes(32))
    let blocks = random.bytes(count * 16)
    let tokens = try key.tokens(of: blocks)
    #expect(tokens.count == blocks.count)
    for index in Set([0, count / 2, count - 1]) where index >= 0 && index < count {
      let range = index * 16..<index * 16 + 16
      #expect(try key.token(of: Array(blocks[range])).bytes == Array(tokens[range]))
    }
    #expect(try key.blocks(of: tokens) == blocks)
  }

  @Test("another key gives other tokens")
  func otherKey() throws {
    let block = [UInt8](repeating: 7, count: 16)
    let first = try makeKey(.aes256, [UInt8](repeating: 1, count: 32)).token(of: block)
    let second = try makeKey(.aes256, [UInt8](repeating: 2, count: 32)).token(of: block)
    #expect(first != second)
  }

  @Test("keys and blocks of a wrong length are refused")
  func lengths() throws {
    #expect(throws: CryptoError.wrongLength(what: "token key", expected: 32, actual: 16)) {
      try makeKey(.aes256, [UInt8](repeating: 1, count: 16))
    }
    #expect(throws: CryptoError.wrongLength(what: "token key", expected: 16, actual: 32)) {
      try makeKey(.sm4, [UInt8](repeating: 1, count: 32))
    }
    let key = try makeKey(.sm4, [UInt8](repeating: 1, count: 16))
    for count in [1, 15, 17] {
      #expect(throws: CryptoError.self) { try key.tokens(of: [UInt8](repeating: 0, count: count)) }
    }
    for count in [0, 32] {
      #expect(throws: CryptoError.self) { try key.token(of: [UInt8](repeating: 0, count: count)) }
    }
  }

  @Test("tokens are ordered as their bytes")
  func order() {
    let random = SeededRandom(seed: 11)
    let tokens = (0..<200).compactMap { _ in Token(bytes: random.bytes(16)) }
    #expect(tokens.count == 200)
    let byBytes = tokens.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    #expect(tokens.sorted() == byBytes)
    #expect(Token(bytes: random.bytes(15)) == nil)
  }
}
