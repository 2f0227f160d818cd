// Ed25519 and P-256 against published vectors, and every way in which a signature or key is refused.

import Crypto
import Testing

@Suite("Ed25519 gives the signatures of RFC 8032")
struct Ed25519Tests {
  /// RFC 8032 section 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc).
  static let vectors: [(seed: String, key: String, message: String, signature: String)] = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      """
      e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
      5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
      """
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      """
      92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
      085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
      """
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      """
      6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac
      18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
      """
    ),
    (
      "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      """
      ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
      2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
      """,
      """
      dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589
      09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704
      """
    ),
  ]

  @Test("key, signature and verification of each vector", arguments: 0..<vectors.count)
  func vector(_ index: Int) throws {
    let vector = Self.vectors[index]
    let key = try Ed25519PrivateKey(rawBytes: hex(vector.seed))
    #expect(key.publicKey.rawBytes == hex(vector.key))
    let signature = try key.sign(hex(vector.message))
    #expect(signature == hex(vector.signature))
    #expect(key.publicKey.isValid(signature, of: hex(vector.message)))
    #expect(!key.publicKey.isValid(signature, of: hex(vector.message) + [0]))
  }

  @Test("a signature with any byte changed, cut or lengthened is not valid")
  func tampered() throws {
    let key = try Ed25519PrivateKey(random: SeededRandom(seed: 3))
    let signature = try key.sign([1, 2, 3])
    for index in signature.indices {
      var changed = signature
      changed[index] ^= 0x01
      #expect(!key.publicKey.isValid(changed, of: [1, 2, 3]))
    }
    #expect(!key.publicKey.isValid(Array(signature.dropLast()), of: [1, 2, 3]))
    #expect(!key.publicKey.isValid(signature + [0], of: [1, 2, 3]))
    #expect(!key.publicKey.isValid([], of: [1, 2, 3]))
  }

  @Test("keys survive PEM and raw bytes, and keys of another kind are refused")
  func forms() throws {
    let key = try Ed25519PrivateKey(random: SeededRandom(seed: 4))
    #expect(try Ed25519PrivateKey(pem: try key.pem()).publicKey == key.publicKey)
    #expect(try Ed25519PrivateKey(rawBytes: try key.rawBytes()).publicKey == key.publicKey)
    #expect(try Ed25519PublicKey(pem: try key.publicKey.pem()) == key.publicKey)
    let other = try P256PrivateKey(random: SeededRandom(seed: 5))
    #expect(throws: CryptoError.wrongKeyKind(expected: "Ed25519")) {
      try Ed25519PrivateKey(pem: try other.pem())
    }
    #expect(throws: CryptoError.wrongKeyKind(expected: "Ed25519")) {
      try Ed25519PublicKey(pem: try other.publicKey.pem())
    }
    #expect(throws: CryptoError.wrongLength(what: "Ed25519 private key", expected: 32, actual: 31))
    {
      try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 31))
    }
    #expect(throws: CryptoError.malformed("private key")) { try Ed25519PrivateKey(pem: "nonsense") }
  }
}

@Suite("ECDSA on P-256 with SHA-256")
struct P256Tests {
  /// RFC 6979 appendix A.2.5: the key, and its signature of "sample" with SHA-256.
  static let scalar = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
  static let x = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
  static let y = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
  static let r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
  static let s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

  @Test("the signature of RFC 6979 appendix A.2.5 verifies, and its key follows from its scalar")
  func vector() throws {
    let key = try P256PrivateKey(scalar: hex(Self.scalar))
    #expect(key.publicKey.point == [4] + hex(Self.x) + hex(Self.y))
    let signature = hex("3046022100") + hex(Self.r) + hex("022100") + hex(Self.s)
    let message = Array("sample".utf8)
    #expect(key.publicKey.isValid(signature, of: message))
    #expect(!key.publicKey.isValid(signature, of: Array("Sample".utf8)))
    #expect(try P256PublicKey(point: key.publicKey.point) == key.publicKey)
  }

  @Test("what a key signs, it verifies, and no other key does")
  func signing() throws {
    let key = try P256PrivateKey(random: SeededRandom(seed: 1))
    let other = try P256PrivateKey(random: SeededRandom(seed: 2))
    let signature = try key.sign([9, 9])
    #expect(key.publicKey.isValid(signature, of: [9, 9]))
    #expect(!other.publicKey.isValid(signature, of: [9, 9]))
    #expect(!key.publicKey.isValid(signature, of: [9]))
    #expect(!key.publicKey.isValid([], of: [9, 9]))
    #expect(!key.publicKey.isValid(signature + [0], of: [9, 9]))
  }

  @Test("a seed makes the same key again")
  func seeded() throws {
    let first = try P256PrivateKey(random: SeededRandom(seed: 6))
    #expect(try P256PrivateKey(random: SeededRandom(seed: 6)).publicKey == first.publicKey)
  }

  @Test(
    "scalars outside 1 ..< order are refused",
    arguments: [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ])
  func badScalar(_ scalar: String) {
    #expect(throws: CryptoError.malformed("private key")) {
      try P256PrivateKey(scalar: hex(scalar))
    }
  }

  @Test("the first and the last scalar are keys")
  func boundaryScalars() throws {
    let one = try P256PrivateKey(scalar: [UInt8](repeating: 0, count: 31) + [1])
    let last = try P256PrivateKey(
      scalar: hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"))
    // order - 1 is the negative of 1: the same x.
    #expect(one.publicKey.point[1...32] == last.publicKey.point[1...32])
    #expect(one.publicKey != last.publicKey)
  }

  @Test("keys survive PEM, in PKCS #8, and other kinds are refused")
  func forms() throws {
    let key = try P256PrivateKey(random: SeededRandom(seed: 7))
    #expect(try key.pem().hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try P256PrivateKey(pem: try key.pem()).publicKey == key.publicKey)
    #expect(try P256PublicKey(pem: try key.publicKey.pem()) == key.publicKey)
    #expect(try P256PublicKey(der: key.publicKey.der) == key.publicKey)
    #expect(throws: CryptoError.malformed("public key")) {
      try P256PublicKey(der: key.publicKey.der + [0])
    }
    #expect(throws: (any Error).self) {
      try P256PublicKey(point: [4] + [UInt8](repeating: 1, count: 64))
    }
    let other = try Ed25519PrivateKey(random: SeededRandom(seed: 8))
    #expect(throws: CryptoError.wrongKeyKind(expected: "P-256")) {
      try P256PrivateKey(pem: try other.pem())
    }
  }
}
