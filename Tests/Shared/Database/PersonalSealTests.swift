// What people write about persons: sealed to its place, known again by a code.

import Crypto
import Database
import TestSupport
import Testing
import Vocabulary

@Suite("DESIGN 7 what names persons is sealed, and known again by a keyed code alone")
struct PersonalSealTests {
  @Test("opens at its own place alone; the digest is no plain hash, and another key gives another")
  func seal() async throws {
    let folder = try TemporaryFolder()
    let random = SeededRandom(seed: 5)
    let keyring = try Keyring(folder: folder.path("keys"), creates: true, random: random)
    func made(_ resource: String, now: Int64 = 1) throws -> PersonalSeal {
      try PersonalSeal(
        keyring: keyring, resource: resource, columns: [], random: random, now: now)
    }
    let (seal, other) = (try made("share"), try made("feedback"))
    let content = Array("张三".utf8)
    let place = SealContext(kind: .attachment, resource: "share", recordID: 1)
    let database = try await TestDatabase(.sqlite).open(schema: [])
    let kept = try await database.write { transaction in
      try seal.sealing.seal(content, at: place, in: transaction)
    }
    await database.close()
    #expect(try seal.sealing.open(kept, at: place) == content)
    #expect(throws: (any Error).self) {
      try seal.sealing.open(
        kept, at: SealContext(kind: .attachment, resource: "share", recordID: 2))
    }
    // Not with a key of another use, though the keyring has it.
    #expect(throws: SealError.wrongKey) { try other.sealing.open(kept, at: place) }
    let digest = seal.digest(ofRequest: content)
    #expect(digest == seal.digest(ofRequest: content))
    #expect(digest != SHA256.hash(content))
    #expect(digest != other.digest(ofRequest: content))
    // Made once, the keys stay.
    let again = try made("share", now: 2)
    #expect(again.digest(ofRequest: content) == digest)
    #expect(try again.sealing.open(kept, at: place) == content)
  }
}
