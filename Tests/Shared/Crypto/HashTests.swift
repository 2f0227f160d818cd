// Published vectors for hashes, codes and texts.

import Crypto
import Testing

/// The bytes of a hexadecimal text in a test; blanks are ignored.
func hex(_ text: String) -> [UInt8] { Hex.decode(text.filter { $0 != " " && $0 != "\n" })! }

@Suite("SHA-256, HMAC and HKDF give the published results")
struct HashTests {
  @Test(
    "SHA-256 of the FIPS 180-4 examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func sha256(_ text: String, _ digest: String) {
    #expect(SHA256.hash(Array(text.utf8)) == hex(digest))
  }

  @Test("a hash fed in parts, and read in between, equals the hash of the whole")
  func incremental() {
    let message = (0..<500).map { UInt8(truncatingIfNeeded: $0) }
    var running = SHA256()
    for (count, byte) in message.enumerated() {
      #expect(running.digest() == SHA256.hash(Array(message.prefix(count))))
      if count.isMultiple(of: 2) { running.update(byte) } else { running.update([byte]) }
    }
    #expect(running.digest() == SHA256.hash(message))
  }

  /// RFC 4231 sections 4.2 to 4.8, without the truncated case 5.
  static let codes: [(key: [UInt8], data: [UInt8], code: String)] = [
    (
      [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      Array(1...25), [UInt8](repeating: 0xcd, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      Array(
        ("This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ]

  @Test("HMAC-SHA-256 of the RFC 4231 cases", arguments: 0..<codes.count)
  func hmac(_ index: Int) {
    let (key, data, code) = Self.codes[index]
    let mac = HMACSHA256(key: key)
    #expect(mac.code(of: data) == hex(code))
    var running = mac.begin()
    for byte in data { running.update(byte) }
    #expect(mac.finish(running) == hex(code))
    #expect(mac.isValid(hex(code), of: data))
    #expect(!mac.isValid(hex(code).dropLast() + [0], of: data))
    #expect(!mac.isValid(Array(hex(code).dropLast()), of: data))
  }

  @Test("HKDF-SHA-256 of RFC 5869 appendix A.1")
  func hkdfBasic() {
    let material = [UInt8](repeating: 0x0b, count: 22)
    let key = HKDFSHA256.extract(salt: Array(0...12), keyMaterial: material)
    #expect(key == hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"))
    let output = HKDFSHA256.derive(
      keyMaterial: material, salt: Array(0...12), info: Array(0xf0...0xf9), count: 42)
    #expect(
      output
        == hex(
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"))
  }

  @Test("HKDF-SHA-256 of RFC 5869 appendix A.2, long inputs")
  func hkdfLong() {
    let output = HKDFSHA256.derive(
      keyMaterial: Array(0x00...0x4f), salt: Array(0x60...0xaf), info: Array(0xb0...0xff),
      count: 82)
    #expect(
      output
        == hex(
          """
          b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c
          59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
          cc30c58179ec3e87c14c01d5c1f3434f1d87
          """))
  }

  @Test("HKDF-SHA-256 of RFC 5869 appendix A.3, no salt and no info")
  func hkdfEmpty() {
    let output = HKDFSHA256.derive(
      keyMaterial: [UInt8](repeating: 0x0b, count: 22), salt: [], info: [], count: 42)
    #expect(
      output
        == hex(
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"))
  }
}

@Suite("Bytes as text, one text for one value")
struct ByteTextTests {
  @Test(
    "Base64 of RFC 4648 section 10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func base64(_ text: String, _ encoded: String) {
    let bytes = Array(text.utf8)
    let bare = String(encoded.prefix { $0 != "=" })
    #expect(Base64.encode(bytes) == encoded)
    #expect(Base64.decode(encoded) == bytes)
    #expect(Base64.encode(bytes, .urlSafe) == bare)
    #expect(Base64.decode(bare, .urlSafe) == bytes)
  }

  @Test(
    "Base64 spelled in another way is refused",
    arguments: [
      "Zg=", "Zg", "Zg===", "Zh==", "Z===", "=", "Zm9v\n", " Zm9v", "Zm=9", "Zm9-", "Zm9v=", "Z",
    ])
  func base64Strict(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("both alphabets carry every byte value")
  func base64RoundTrip() {
    let bytes = Array(UInt8.min...UInt8.max)
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    #expect(Base64.decode(Base64.encode(bytes, .urlSafe), .urlSafe) == bytes)
    #expect(Base64.encode([0xfb, 0xff]) == "+/8=")
    #expect(Base64.encode([0xfb, 0xff], .urlSafe) == "-_8")
  }

  @Test("hexadecimal is written in lower case and read in both")
  func hexadecimal() {
    #expect(Hex.encode([0x00, 0x9a, 0xff]) == "009aff")
    #expect(Hex.decode("009aFf") == [0x00, 0x9a, 0xff])
    #expect(Hex.decode("") == [])
    for bad in ["0", "0g", "0x00", " 00", "００"] { #expect(Hex.decode(bad) == nil) }
  }

  @Test("comparison in constant time agrees with equality")
  func constantTime() {
    #expect(ConstantTime.equal([], []))
    #expect(ConstantTime.equal([1, 2], [1, 2]))
    #expect(!ConstantTime.equal([1, 2], [1, 3]))
    #expect(!ConstantTime.equal([1, 2], [1, 2, 0]))
  }
}

@Suite("Random bytes")
struct RandomSourceTests {
  @Test("a seed gives the same bytes again, in whatever portions, and another seed others")
  func seeded() {
    let first = SeededRandom(seed: 7).bytes(100)
    let again = SeededRandom(seed: 7)
    #expect(again.bytes(33) + again.bytes(67) == first)
    #expect(SeededRandom(seed: 8).bytes(100) != first)
  }

  @Test("the system's bytes do not repeat")
  func system() {
    let random = SystemRandom()
    #expect(random.bytes(32) != random.bytes(32))
    #expect(random.bytes(0).isEmpty)
  }

  @Test("numbers below a bound reach every value and none above")
  func uniform() {
    let random = SeededRandom(seed: 1)
    let numbers = (0..<2_000).map { _ in random.uniform(below: 6) }
    #expect(Set(numbers) == [0, 1, 2, 3, 4, 5])
    #expect(random.uniform(below: 1) == 0)
  }
}
