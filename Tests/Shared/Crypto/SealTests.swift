// Seals: the published results of their primitives, and every way in which sealed bytes are refused.

import Crypto
import Testing

@Suite("The primitives under a seal give the published results")
struct AuthenticatedCipherTests {
  /// AES-256-GCM of McGrew and Viega's submission, test cases 13 to 16 (NIST).
  static let gcm: [(key: String, nonce: String, text: String, extra: String, sealed: String)] = [
    (
      String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "",
      "530f8afbc74536b9a963b4f1c4cb738b"
    ),
    (
      String(repeating: "00", count: 32), String(repeating: "00", count: 12),
      String(repeating: "00", count: 16), "",
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    ),
    (
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888",
      """
      d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
      1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255
      """, "",
      """
      522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad
      b094dac5d93471bdec1a502270e3cc6c
      """
    ),
    (
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888",
      """
      d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
      1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
      """, "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      """
      522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
      76fc6ece0f4e1768cddf8853bb2d551b
      """
    ),
  ]

  @Test("AES-256-GCM of the NIST test cases 13 to 16", arguments: 0..<gcm.count)
  func aesGCM(_ index: Int) throws {
    let vector = Self.gcm[index]
    let cipher = try AuthenticatedCipher(suite: .aes256GCM)
    try cipher.setKey(hex(vector.key))
    let text = hex(vector.text)
    let extra = hex(vector.extra)
    let nonce = hex(vector.nonce)
    var sealed: [UInt8] = []
    try cipher.encrypt(
      text.span.bytes, nonce: nonce.span.bytes, associated: extra.span.bytes, into: &sealed)
    #expect(sealed == hex(vector.sealed))
    var opened: [UInt8] = [9]
    let isAuthentic = try cipher.decrypt(
      sealed.span.bytes, nonce: nonce.span.bytes, associated: extra.span.bytes, into: &opened)
    #expect(isAuthentic)
    #expect(opened == [9] + text)
  }

  @Test(
    "SM4 in counter mode of draft-ribose-cfrg-sm4 appendix A.2.5",
    arguments: [
      (
        "0123456789abcdeffedcba9876543210",
        """
        ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7
        f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514
        """
      ),
      (
        "fedcba98765432100123456789abcdef",
        """
        5dcccd25b95ab07417a08512ee160e2f8f661521cbbab44cc87138445bc29e5c
        0ae0297205d62704173b21239b887f6c8cb5b800917a2488284bde9e16ea2906
        """
      ),
    ])
  func sm4CTR(_ key: String, _ ciphertext: String) throws {
    let cipher = try AuthenticatedCipher(suite: .sm4CTRHMACSM3)
    try cipher.setKey(hex(key) + [UInt8](repeating: 0, count: 32))
    let text = hex(
      """
      aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd
      eeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb
      """)
    let nonce = hex("000102030405060708090a0b0c0d0e0f")
    let none: [UInt8] = []
    var sealed: [UInt8] = []
    try cipher.encrypt(
      text.span.bytes, nonce: nonce.span.bytes, associated: none.span.bytes, into: &sealed)
    #expect(Array(sealed.prefix(64)) == hex(ciphertext))
  }

  @Test("the tag of the SM suite is HMAC-SM3 over length, data, nonce and ciphertext")
  func smTag() throws {
    let key = Array(UInt8(0)...47)
    let nonce = [UInt8](repeating: 5, count: 16)
    let extra = Array("extra".utf8)
    let text = Array("content".utf8)
    let cipher = try AuthenticatedCipher(suite: .sm4CTRHMACSM3)
    try cipher.setKey(key)
    var sealed: [UInt8] = []
    try cipher.encrypt(
      text.span.bytes, nonce: nonce.span.bytes, associated: extra.span.bytes, into: &sealed)
    let mac = try HMACSM3()
    try mac.setKey(key.span.bytes.extracting(last: 32))
    let tag = try mac.code(of: UInt64(5).bigEndianBytes + extra + nonce + sealed.prefix(7))
    #expect(Array(sealed.suffix(32)) == tag)
  }

  @Test(
    "SM3 of GB/T 32905-2016 appendix A",
    arguments: [
      ("abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
      (
        String(repeating: "abcd", count: 16),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
      ),
    ])
  func sm3(_ text: String, _ digest: String) throws {
    #expect(try SM3.hash(Array(text.utf8)) == hex(digest))
  }

  @Test("HMAC-SM3 of GM/T 0042-2015 appendix D.3", arguments: 0..<4)
  func hmacSM3(_ index: Int) throws {
    let long = String(
      repeating: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", count: 2)
    let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
      (
        Array(1...32), Array(long.utf8),
        "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
      ),
      (
        Array(1...37), [UInt8](repeating: 0xcd, count: 50),
        "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"
      ),
      (
        [UInt8](repeating: 0x0b, count: 32), Array("Hi There".utf8),
        "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882"
      ),
    ]
    let mac = try HMACSM3()
    let key = vectors[index].key
    try mac.setKey(key.span.bytes)
    #expect(try mac.code(of: vectors[index].message) == hex(vectors[index].code))
  }
}

@Suite("A sealed record opens only whole, in its place, under its key")
struct SealTests {
  static let context = SealContext(
    kind: .record, resource: "entries/E-1", schemaVersion: 2, batch: "batches/B-1",
    token: Token(high: 1, low: 2), recordID: 77)
  static let salt = [UInt8](repeating: 3, count: 32)

  private func key(_ suite: SealSuite, id: UInt64 = 5, byte: UInt8 = 1) throws -> SealKey {
    try SealKey(
      id: KeyID(rawValue: id), suite: suite,
      secret: SecretBytes([UInt8](repeating: byte, count: 32)))
  }

  private func sealer(_ suite: SealSuite, seed: UInt64 = 1) throws -> Sealer {
    try Sealer(key: try key(suite), random: SeededRandom(seed: seed))
  }

  @Test("what is sealed opens", arguments: SealSuite.allCases, [0, 1, 15, 16, 17, 200, 70_000])
  func roundTrip(_ suite: SealSuite, _ count: Int) throws {
    let sealer = try sealer(suite)
    let content = SeededRandom(seed: UInt64(count)).bytes(count)
    let envelope = try sealer.seal(content, salt: Self.salt, context: Self.context)
    #expect(envelope.count == count + suite.overheadByteCount)
    #expect(try sealer.open(envelope, salt: Self.salt, context: Self.context) == content)
    let header = try #require(SealEnvelope.header(of: envelope))
    #expect(header.suite == suite && header.keyID == KeyID(rawValue: 5))
  }

  @Test("every bit of an envelope counts", arguments: SealSuite.allCases)
  func tampered(_ suite: SealSuite) throws {
    let sealer = try sealer(suite)
    let envelope = try sealer.seal(
      Array("row".utf8), salt: Self.salt, context: Self.context)
    for index in envelope.indices {
      for bit in 0..<8 {
        var changed = envelope
        changed[index] ^= 1 << UInt8(bit)
        let expected: SealError = index == 0 ? .wrongSuite : index < 9 ? .wrongKey : .notAuthentic
        #expect(throws: expected) {
          try sealer.open(changed, salt: Self.salt, context: Self.context)
        }
      }
    }
    #expect(try sealer.open(envelope, salt: Self.salt, context: Self.context) == Array("row".utf8))
  }

  @Test("an envelope that is cut or lengthened is refused", arguments: SealSuite.allCases)
  func lengths(_ suite: SealSuite) throws {
    let sealer = try sealer(suite)
    let envelope = try sealer.seal([1, 2, 3], salt: Self.salt, context: Self.context)
    for count in 0..<envelope.count {
      #expect(throws: count < suite.overheadByteCount ? SealError.truncated : .notAuthentic) {
        try sealer.open(Array(envelope.prefix(count)), salt: Self.salt, context: Self.context)
      }
    }
    #expect(throws: SealError.notAuthentic) {
      try sealer.open(envelope + [0], salt: Self.salt, context: Self.context)
    }
  }

  @Test("a row moved to any other place is refused", arguments: SealSuite.allCases)
  func places(_ suite: SealSuite) throws {
    let sealer = try sealer(suite)
    let envelope = try sealer.seal([1, 2, 3], salt: Self.salt, context: Self.context)
    var places: [SealContext] = []
    func place(_ edit: (inout SealContext) -> Void) {
      var other = Self.context
      edit(&other)
      places.append(other)
    }
    place { $0.kind = .rejectedRow }
    place { $0.resource = "entries/E-2" }
    place { $0.schemaVersion = 3 }
    place { $0.batch = "batches/B-2" }
    place { $0.token = Token(high: 1, low: 3) }
    place { $0.token = nil }
    place { $0.recordID = 78 }
    // Characters moved over the border of two fields.
    place {
      $0.resource = "entries/E-1b"
      $0.batch = "atches/B-1"
    }
    for other in places {
      #expect(throws: SealError.notAuthentic) {
        try sealer.open(envelope, salt: Self.salt, context: other)
      }
    }
  }

  @Test(
    "without the subject's salt nothing opens: deleting it erases", arguments: SealSuite.allCases)
  func salts(_ suite: SealSuite) throws {
    let sealer = try sealer(suite)
    let envelope = try sealer.seal([1, 2, 3], salt: Self.salt, context: Self.context)
    for other in [[], Array(Self.salt.dropLast()), Self.salt.dropLast() + [4], Self.salt + [0]] {
      #expect(throws: SealError.notAuthentic) {
        try sealer.open(envelope, salt: other, context: Self.context)
      }
    }
    #expect(try sealer.open(envelope, salt: Self.salt, context: Self.context) == [1, 2, 3])
  }

  @Test("the suite is the resource's, whatever a header says, and so is the key")
  func suiteAndKey() throws {
    let gcm = try sealer(.aes256GCM)
    let sm = try sealer(.sm4CTRHMACSM3)
    let envelope = try sm.seal([1], salt: Self.salt, context: Self.context)
    #expect(throws: SealError.wrongSuite) {
      try gcm.open(envelope, salt: Self.salt, context: Self.context)
    }
    // The same header over another key's bytes.
    let other = try Sealer(
      key: try key(.sm4CTRHMACSM3, byte: 2), random: SeededRandom(seed: 1))
    #expect(throws: SealError.notAuthentic) {
      try other.open(envelope, salt: Self.salt, context: Self.context)
    }
    let renamed = try Sealer(key: try key(.sm4CTRHMACSM3, id: 6), random: SeededRandom(seed: 1))
    #expect(throws: SealError.wrongKey) {
      try renamed.open(envelope, salt: Self.salt, context: Self.context)
    }
  }

  @Test("each attempt has its own nonce, across refills of the pool", arguments: SealSuite.allCases)
  func nonces(_ suite: SealSuite) throws {
    let sealer = try sealer(suite)
    var seen: Set<[UInt8]> = []
    for _ in 0..<2_000 {
      let envelope = try sealer.seal([1], salt: Self.salt, context: Self.context)
      seen.insert(Array(envelope[9..<9 + suite.nonceByteCount]))
    }
    #expect(seen.count == 2_000)
  }

  @Test("many subjects through one sealer, in any order", arguments: SealSuite.allCases)
  func subjects(_ suite: SealSuite) throws {
    let random = SeededRandom(seed: 21)
    let sealer = try sealer(suite)
    var rows: [(salt: [UInt8], content: [UInt8], envelope: [UInt8], context: SealContext)] = []
    for index in 0..<100 {
      let salt = random.bytes(32)
      let content = random.bytes(index)
      var context = Self.context
      context.recordID = Int64(index)
      rows.append((salt, content, try sealer.seal(content, salt: salt, context: context), context))
    }
    let reader = try self.sealer(suite, seed: 2)
    for row in rows.reversed() + rows {
      #expect(try reader.open(row.envelope, salt: row.salt, context: row.context) == row.content)
    }
  }

  @Test(
    "an envelope of earlier code opens today, and today's code makes it again",
    arguments: [
      (
        SealSuite.aes256GCM,
        "010000000000000005fa96999efb2d090b62b3a0e3d5d5ca60bd99d02ba133de1bbfafa6f4da4438e6f9f4"
      ),
      (
        .sm4CTRHMACSM3,
        "020000000000000005fa96999efb2d090b62b3a0e377596e572ed7316d109e8b1805497930c826f269ee6f81171698c468db0ebb3f4bfe3312ee4d17d6aa62"
      ),
    ])
  func golden(_ suite: SealSuite, _ envelope: String) throws {
    let content = Array("golden".utf8)
    let sealed = try sealer(suite).seal(content, salt: Self.salt, context: Self.context)
    #expect(Hex.encode(sealed) == envelope)
    let earlier = try #require(Hex.decode(envelope))
    #expect(try sealer(suite).open(earlier, salt: Self.salt, context: Self.context) == content)
  }
}
