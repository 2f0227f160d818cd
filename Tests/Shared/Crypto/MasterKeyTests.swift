// Key files under a key in a PKCS #11 token: a copy of all of them opens nothing, and the token's key never leaves it.

import Crypto
import Foundation
import TestSupport
import Testing

@Suite(
  "Key files under a master key in a PKCS #11 token open with the token alone", .serialized,
  .enabled(if: SoftToken.isInstalled, "there is no SoftHSM2: run deploy/setup test"))
struct MasterKeyTests {
  private func made(_ label: String) throws -> TokenMasterKey {
    let key = try SoftToken.shared.get().key(label)
    try key.create()
    return key
  }

  @Test("what the token sealed it opens, changed by a bit or under another key not")
  func seals() throws {
    let (key, other) = (try made("seals-1"), try made("seals-2"))
    let secret = SystemRandom().bytes(32)
    let sealed = try key.seal(secret)
    let again = try key.seal(secret)
    #expect(sealed.count == 60 && sealed != again)
    #expect(try key.open(sealed) == secret)
    #expect(throws: CryptoError.self) { try other.open(sealed) }
    for place in [0, 12, 44, 59] {
      var bad = sealed
      bad[place] ^= 1
      #expect(throws: CryptoError.self) { try key.open(bad) }
    }
    #expect(throws: CryptoError.malformed("wrapped key")) { try key.open([1, 2, 3]) }
  }

  @Test("a wrong PIN, another token, no key, two of one name, no module: each is said")
  func faults() throws {
    let token = try SoftToken.shared.get()
    _ = try made("faults")
    func step(_ body: () throws -> some Any) -> String? {
      do {
        _ = try body()
        return nil
      } catch CryptoError.token(let step, _) { return step } catch { return "\(error)" }
    }
    #expect(step { try token.key("faults", pin: "1").seal([1]) } == "log in")
    #expect(step { try token.key("nobody's").seal([1]) } == "find the key")
    #expect(step { try token.key("faults").create() } == "find the key")
    func key(_ module: String, _ label: String) -> TokenMasterKey {
      TokenMasterKey(
        module: module, token: label, label: "faults", pin: Array(SoftToken.pin.utf8),
        random: SystemRandom())
    }
    #expect(step { try key(SoftToken.module, "elsewhere").seal([1]) } == "find the token")
    #expect(step { try key("/nowhere.so", SoftToken.label).seal([1]) } == "load the module")
    #expect(
      step { try key("/usr/lib/x86_64-linux-gnu/libz.so.1", "x").seal([1]) } == "load the module")
  }

  @Test("keyring and token keys of before go under it at once; then no copy opens without it")
  func covers() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("keys")
    let before = try Keyring(folder: path, creates: true, random: SystemRandom())
    let sealing = try before.add(
      .resource, resource: "entries/E-1", suite: .aes256GCM, createdAt: 1)
    let mapping = try TokenKeyFolder(folder: path).create(
      resource: "entries/E-1", version: 1, suite: .aes256, createdAt: 1, random: SystemRandom())
    let probe = [UInt8](repeating: 3, count: 16)
    let token = try mapping.tokenKey().token(of: probe)
    func files() throws -> [String: Data] {
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      return Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, FileManager.default.contents(atPath: path + "/" + $0) ?? Data())
        })
    }
    let plainEpoch = try #require(try files()["epoch.key"])
    #expect(plainEpoch.count == 32)

    let master = try made("covers")
    let ring = try Keyring(folder: path, master: master, creates: false, random: SystemRandom())
    let tokens = try TokenKeyFolder(folder: path, master: master)
    #expect(ring.key(sealing.id) != nil)
    #expect(try tokens.key(mapping.id)?.tokenKey().token(of: probe) == token)
    for (name, bytes) in try files() where name != "keyring" {
      #expect(bytes.starts(with: Data("weir-wrapped-1\n".utf8)), "\(name)")
    }
    // Nor is the keyring one that the epoch key of before opens.
    #expect(throws: KeyFileError.masterKeyMissing) {
      try Keyring(folder: path, creates: false, random: SystemRandom())
    }
    #expect(throws: KeyFileError.masterKeyMissing) { try TokenKeyFolder(folder: path).keys() }
    try plainEpoch.write(to: URL(filePath: path + "/epoch.key"))
    #expect(throws: KeyFileError.keyringDoesNotOpen) {
      try Keyring(folder: path, creates: false, random: SystemRandom())
    }
  }

  @Test("each change under it is durable, and a stop between any two steps loses nothing")
  func steps() throws {
    let master = try made("steps")
    for step in Keyring.Step.allCases {
      let folder = try TemporaryFolder()
      let path = folder.path("keys")
      let ring = try Keyring(folder: path, master: master, creates: true, random: SystemRandom())
      let kept = try ring.add(.month, resource: "2024-03", suite: .aes256GCM, createdAt: 1)
      let stopping = try Keyring(
        folder: path, master: master, creates: false, random: SystemRandom(),
        onStep: { (at) throws(KeyFileError) in
          if at == step { throw .alreadyExists }
        })
      #expect(throws: KeyFileError.alreadyExists) {
        try stopping.add(.month, resource: "2024-04", suite: .aes256GCM, createdAt: 1)
      }
      let again = try Keyring(folder: path, master: master, creates: false, random: SystemRandom())
      #expect(again.key(kept.id) != nil)
      let isThere = again.currentKey(.month, resource: "2024-04") != nil
      #expect(isThere == (step.rawValue >= Keyring.Step.keyringReplaced.rawValue))
    }
  }
}
