// The keyring on a real folder: kept, changed, cut short at every step, and never lost.

import Crypto
import Foundation
import Synchronization
import Testing

@Suite("The keyring is whole after a stop at any step")
final class KeyringTests {
  private let folder: String
  private let random = SeededRandom(seed: 9)

  init() throws {
    folder = NSTemporaryDirectory() + "weir-keyring-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func open(
    creates: Bool = false,
    onStep: @escaping @Sendable (Keyring.Step) throws(KeyFileError) -> Void = { _ in }
  ) throws -> Keyring {
    try Keyring(folder: folder, creates: creates, random: random, onStep: onStep)
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  private func put(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder + "/" + name)
  }

  @Test("keys come back with all that is known of them")
  func kept() throws {
    let keyring = try open(creates: true)
    #expect(keyring.keys.isEmpty)
    let first = try keyring.add(
      .resource, resource: "entries/E-1", suite: .aes256GCM, createdAt: 100)
    let second = try keyring.add(
      .resource, resource: "entries/E-1", suite: .sm4CTRHMACSM3, createdAt: 200)
    let evidence = try keyring.add(.evidence, resource: "ingest", suite: .ed25519, createdAt: 300)
    try keyring.retire(first.id, at: 250)

    let read = try open()
    #expect(read.generation == 5)
    #expect(read.keys.map(\.id) == [first.id, second.id, evidence.id])
    #expect(read.keys.map(\.version) == [1, 2, 1])
    #expect(read.key(first.id)?.retiredAt == 250)
    #expect(read.key(first.id)?.createdAt == 100)
    #expect(read.currentKey(.resource, resource: "entries/E-1")?.id == second.id)
    #expect(read.currentKey(.resource, resource: "entries/E-2") == nil)
    #expect(
      try read.key(evidence.id)?.ed25519Key().publicKey == evidence.ed25519Key().publicKey)
    let context = SealContext(kind: .record, resource: "entries/E-1")
    let envelope = try Sealer(key: try second.sealKey(), random: random)
      .seal([1], context: context)
    let again = try #require(read.key(second.id)).sealKey()
    #expect(try Sealer(key: again, random: random).open(envelope, context: context) == [1])
    #expect(throws: CryptoError.wrongKeyKind(expected: "token")) { try second.tokenKey() }
    #expect(throws: CryptoError.wrongKeyKind(expected: "HMAC")) { try second.hmacKey() }
  }

  @Test("two files, mode 0600, and every change writes both anew")
  func filesOnDisk() throws {
    let keyring = try open(creates: true)
    let before = (try bytes("keyring"), try bytes("epoch.key"))
    _ = try keyring.add(.outbox, resource: "share", suite: .aes256GCM, createdAt: 1)
    #expect(try files() == ["epoch.key", "keyring"])
    let after = (try bytes("keyring"), try bytes("epoch.key"))
    #expect(before.0 != after.0 && before.1 != after.1)
    #expect(after.1.count == 32)
    for name in try files() {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test(
    "a change cut short has either happened or not, and the next one goes on",
    arguments: Keyring.Step.allCases)
  func cutShort(_ stop: Keyring.Step) throws {
    let kept = try open(creates: true).add(
      .resource, resource: "entries/E-1", suite: .aes256GCM, createdAt: 1)
    let failure = KeyFileError.file(operation: "stop", name: "", code: 0)
    let cut = try open { step throws(KeyFileError) in if step == stop { throw failure } }
    #expect(throws: failure) {
      try cut.add(.resource, resource: "entries/E-2", suite: .aes256GCM, createdAt: 2)
    }
    let happened = stop.rawValue >= Keyring.Step.keyringReplaced.rawValue
    let reopened = try open()
    #expect(reopened.keys.count == (happened ? 2 : 1))
    #expect(reopened.keys.first?.id == kept.id)
    #expect(try files() == ["epoch.key", "keyring"])
    _ = try reopened.add(.resource, resource: "entries/E-3", suite: .aes256GCM, createdAt: 3)
    #expect(try open().keys.count == (happened ? 3 : 2))
  }

  @Test("a first creation cut short leaves nothing or a keyring", arguments: Keyring.Step.allCases)
  func creationCutShort(_ stop: Keyring.Step) throws {
    let failure = KeyFileError.file(operation: "stop", name: "", code: 0)
    #expect(throws: failure) {
      try self.open(creates: true) { step throws(KeyFileError) in
        if step == stop { throw failure }
      }
    }
    #expect(try open(creates: true).keys.isEmpty)
    #expect(try files() == ["epoch.key", "keyring"])
  }

  @Test("half-written new files are swept", arguments: [0, 1, 31, 33])
  func tornFiles(_ count: Int) throws {
    _ = try open(creates: true).add(.month, resource: "2024-03", suite: .aes256GCM, createdAt: 1)
    try put([UInt8](repeating: 7, count: count), "epoch.key.new")
    try put(Array(try bytes("keyring").prefix(40)), "keyring.new")
    #expect(try open().keys.count == 1)
    #expect(try files() == ["epoch.key", "keyring"])
  }

  @Test("a destroyed key cannot be had back from an older copy of the keyring")
  func destroyed() throws {
    let keyring = try open(creates: true)
    let key = try keyring.add(.resource, resource: "entries/E-1", suite: .aes256GCM, createdAt: 1)
    let copy = try bytes("keyring")
    try keyring.destroy(key.id)
    #expect(keyring.key(key.id) == nil)
    #expect(try open().keys.isEmpty)
    try put(copy, "keyring")
    #expect(throws: KeyFileError.keyringDoesNotOpen) { try self.open() }
    #expect(throws: KeyFileError.keyringDoesNotOpen) { try self.open(creates: true) }
  }

  @Test("every changed byte of the keyring is refused")
  func tampered() throws {
    _ = try open(creates: true).add(.month, resource: "2024-03", suite: .aes256GCM, createdAt: 1)
    let good = try bytes("keyring")
    for index in good.indices {
      var changed = good
      changed[index] ^= 1
      try put(changed, "keyring")
      #expect(throws: KeyFileError.self) { try self.open() }
    }
    try put(good, "keyring")
    #expect(try open().keys.count == 1)
  }

  @Test("a lost keyring is not replaced by an empty one")
  func lost() throws {
    _ = try open(creates: true)
    try FileManager.default.removeItem(atPath: folder + "/keyring")
    #expect(throws: KeyFileError.keyringMissing) { try self.open(creates: true) }
    #expect(throws: KeyFileError.keyringMissing) { try self.open() }
  }

  @Test("without a keyring, opening says so")
  func absent() throws {
    #expect(throws: KeyFileError.notCreated) { try self.open() }
  }

  @Test("key files that others may read are refused")
  func permissions() throws {
    _ = try open(creates: true)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640], ofItemAtPath: folder + "/epoch.key")
    #expect(throws: KeyFileError.openToOthers(name: "epoch.key")) { try self.open() }
  }

  @Test("replicas that change one keyring lose nothing of each other")
  func replicas() throws {
    let first = try open(creates: true)
    let second = try open()
    let one = try first.add(.resource, resource: "entries/E-1", suite: .aes256GCM, createdAt: 1)
    let two = try second.add(.resource, resource: "entries/E-2", suite: .aes256GCM, createdAt: 2)
    #expect(second.key(one.id) != nil)
    #expect(first.key(two.id) == nil)
    try first.reload()
    #expect(first.key(two.id) != nil)
    let shared = try first.currentOrNewKey(
      .outbox, resource: "ingest", suite: .aes256GCM, createdAt: 3)
    let same = try second.currentOrNewKey(
      .outbox, resource: "ingest", suite: .aes256GCM, createdAt: 4)
    #expect(shared.id == same.id)
    // Of one version, as other keys bear the same number.
    let third = try first.currentOrNewKey(
      .resource, resource: "entries/E-1", version: 3, suite: .aes256GCM, createdAt: 5)
    let again = try second.currentOrNewKey(
      .resource, resource: "entries/E-1", version: 3, suite: .aes256GCM, createdAt: 6)
    #expect(third.id == again.id && third.version == 3 && third.id != one.id)
    let unknown = KeyID(rawValue: 1)
    #expect(throws: KeyFileError.unknownKey(unknown)) { try first.destroy(unknown) }
    #expect(throws: KeyFileError.unknownKey(unknown)) { try first.retire(unknown, at: 1) }
  }
}

@Suite("Token keys lie in files of their own (hebi-2021/27)")
final class TokenKeyFolderTests {
  private let folder = NSTemporaryDirectory() + "weir-token-keys-" + UUID().uuidString

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test("the first key of a resource is made once, by whichever process comes first")
  func first() async throws {
    let stores = [try TokenKeyFolder(folder: folder), try TokenKeyFolder(folder: folder)]
    for resource in 0..<20 {
      let made = try await withThrowingTaskGroup(of: KeyID.self) { group in
        for store in stores + stores {
          group.addTask {
            try store.newestOrFirst(
              resource: "entries/E-\(resource)", suite: .aes256, createdAt: 1,
              random: SystemRandom()
            ).id
          }
        }
        return try await group.reduce(into: Set<KeyID>()) { $0.insert($1) }
      }
      #expect(made.count == 1)
    }
    #expect(try stores[0].keys().count == 20)
  }

  @Test("a key comes back from its file, and no longer after its destruction")
  func files() throws {
    let store = try TokenKeyFolder(folder: folder)
    let random = SeededRandom(seed: 1)
    let aes = try store.create(
      resource: "entries/E-1", version: 2, suite: .aes256, createdAt: 5, random: random)
    let sm4 = try store.create(
      resource: "entries/E-1", version: 1, suite: .sm4, createdAt: 6, random: random)
    #expect(try store.keys().map(\.id) == [sm4.id, aes.id])
    let block = [UInt8](repeating: 1, count: 16)
    let read = try #require(try store.key(aes.id))
    #expect(try read.tokenKey().token(of: block) == aes.tokenKey().token(of: block))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(Set(names) == ["token-\(aes.id.text).key", "token-\(sm4.id.text).key"])
    for name in names {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    try store.destroy(aes.id)
    #expect(try store.key(aes.id) == nil)
    #expect(throws: KeyFileError.unknownKey(aes.id)) { try store.destroy(aes.id) }
    #expect(try store.keys().count == 1)
  }

  @Test("a key file under another key's name, or cut short, is refused")
  func malformed() throws {
    let store = try TokenKeyFolder(folder: folder)
    let key = try store.create(
      resource: "r", version: 1, suite: .aes256, createdAt: 1, random: SeededRandom(seed: 2))
    let path = folder + "/token-\(key.id.text).key"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let other = KeyID(rawValue: 7)
    let otherPath = folder + "/token-\(other.text).key"
    try bytes.write(to: URL(fileURLWithPath: otherPath))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: otherPath)
    #expect(throws: KeyFileError.malformed(name: "token-\(other.text).key")) {
      try store.key(other)
    }
    for count in 0..<bytes.count {
      try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      #expect(throws: KeyFileError.self) { try store.key(key.id) }
    }
  }
}
