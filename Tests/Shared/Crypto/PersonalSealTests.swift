// What people write about persons: sealed to its place, known again by a code.

import Crypto
import TestSupport
import Testing
import Vocabulary

@Suite("DESIGN 7 what names persons is sealed, and known again by a keyed code alone")
struct PersonalSealTests {
  @Test("opens at its own place alone; the digest is no plain hash, and another key gives another")
  func seal() throws {
    let folder = try TemporaryFolder()
    let random = SeededRandom(seed: 5)
    let keyring = try Keyring(folder: folder.path("keys"), creates: true, random: random)
    let seal = try PersonalSeal(keyring: keyring, resource: "share", random: random, now: 1)
    let other = try PersonalSeal(keyring: keyring, resource: "feedback", random: random, now: 1)
    let content = Array("张三".utf8)
    let place = SealContext(kind: .attachment, resource: "share", recordID: 1)
    let kept = try seal.seal(content, at: place)
    #expect(try seal.open(kept, at: place) == content)
    #expect(throws: (any Error).self) {
      try seal.open(kept, at: SealContext(kind: .attachment, resource: "share", recordID: 2))
    }
    let digest = seal.digest(ofRequest: content)
    #expect(digest == seal.digest(ofRequest: content))
    #expect(digest != SHA256.hash(content))
    #expect(digest != other.digest(ofRequest: content))
    // Made once, the keys stay.
    let again = try PersonalSeal(keyring: keyring, resource: "share", random: random, now: 2)
    #expect(again.digest(ofRequest: content) == digest)
    #expect(try again.open(kept, at: place) == content)
  }
}
