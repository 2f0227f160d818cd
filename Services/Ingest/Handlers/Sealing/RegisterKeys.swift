// The keys of the registers: what seals records, what makes tokens, what authenticates indexes (DESIGN section 7).

import Crypto
import Database
import IngestRules
import IngestStore
import Synchronization
import Vocabulary

/// The keys of one register.
struct RegisterKeySet: Sendable {
  let version: Int
  let seal: SealKey
  let token: TokenKey
  /// Packs documents that no public rule packs.
  let documents: HMACSHA256
  let index: HMACSHA256

  /// What tells these keys from any others and nothing of themselves: kept with the register, compared when keys are loaded.
  func check() throws -> [UInt8] {
    let probe = [UInt8](repeating: 0, count: TokenKey.blockByteCount)
    var hash = SHA256()
    hash.update(Array("weir-register-keys-1\n\(seal.id.text)\n".utf8))
    hash.update(try token.token(of: probe).bytes)
    hash.update(documents.code(of: probe))
    hash.update(index.code(of: probe))
    return hash.digest()
  }
}

/// Makes and keeps keys. The token key lies in a file of its own, apart from the keyring (hebi-2021/27, AC-33).
///
/// Making a key blocks on the disk: call it from a compute thread.
final class RegisterKeys: Sendable {
  private let keyring: Keyring
  private let tokens: TokenKeyFolder
  private let random: any RandomSource
  private let real: @Sendable () -> Instant
  private let known = Mutex<[Int64: RegisterKeySet]>([:])
  /// Seals manifests of disclosures.
  let manifests: SealKey
  /// Makes pseudonyms of subjects, for quotas.
  let pseudonyms: HMACSHA256

  init(
    keyring: Keyring, tokenFolder: String, random: any RandomSource,
    real: @escaping @Sendable () -> Instant
  ) throws {
    self.keyring = keyring
    self.random = random
    self.real = real
    tokens = try TokenKeyFolder(folder: tokenFolder)
    let now = real().milliseconds
    manifests = try keyring.currentOrNewKey(
      .identity, resource: "disclosures", suite: .aes256GCM, createdAt: now
    ).sealKey()
    pseudonyms = try keyring.currentOrNewKey(
      .pseudonym, resource: "subjects", suite: .hmacSHA256, createdAt: now
    ).hmacKey()
  }

  /// The keys that were loaded before.
  func loaded(_ entry: Int64) -> RegisterKeySet? { known.withLock { $0[entry] } }

  /// The keys of an entry's register. They are made only where nothing lies under any: a key made anew would answer
  /// "not found" about everybody.
  ///
  /// - Throws: ``DataRefusal/registerKeysMissing(entry:)`` where one is missing or is not the one that was in use.
  func keys(_ entry: Int64, _ standing: KeyStanding) throws -> RegisterKeySet {
    try known.withLock { known in
      if let set = known[entry] { return set }
      let set: RegisterKeySet
      switch standing {
      case .none: set = try made(entry)
      case .kept(let check):
        guard let kept = try self.kept(entry), try check == nil || check == kept.check() else {
          throw DataRefusal.registerKeysMissing(entry: ResourceName.entry(entry).text)
        }
        set = kept
      }
      known[entry] = set
      return set
    }
  }

  private func made(_ entry: Int64) throws -> RegisterKeySet {
    let name = ResourceName.entry(entry).text
    let now = real().milliseconds
    let token =
      try tokenKey(name)
      ?? tokens.create(
        resource: name, version: 1, suite: .aes256, createdAt: now, random: random)
    return RegisterKeySet(
      version: 1,
      seal: try keyring.currentOrNewKey(
        .resource, resource: name, suite: .aes256GCM, createdAt: now
      ).sealKey(), token: try token.tokenKey(),
      documents: try keyring.currentOrNewKey(
        .identity, resource: name, suite: .hmacSHA256, createdAt: now
      ).hmacKey(),
      index: try keyring.currentOrNewKey(
        .index, resource: name, suite: .hmacSHA256, createdAt: now
      ).hmacKey())
  }

  /// `nil` unless all four are there.
  private func kept(_ entry: Int64) throws -> RegisterKeySet? {
    let name = ResourceName.entry(entry).text
    guard let seal = keyring.currentKey(.resource, resource: name),
      let token = try tokenKey(name),
      let documents = keyring.currentKey(.identity, resource: name),
      let index = keyring.currentKey(.index, resource: name)
    else { return nil }
    return RegisterKeySet(
      version: 1, seal: try seal.sealKey(), token: try token.tokenKey(),
      documents: try documents.hmacKey(), index: try index.hmacKey())
  }

  private func tokenKey(_ resource: String) throws -> KeyRecord? {
    try tokens.keys().last { $0.resource == resource }
  }
}

extension IngestService {
  /// The keys of an entry's register; made where nothing was delivered yet.
  func registerKeys(_ entry: Int64) async throws -> RegisterKeySet {
    let keys = keys
    if let set = keys.loaded(entry) { return set }
    let standing = try await database.read { try $0.keyStanding(entry) }
    return try await pool.run { try keys.keys(entry, standing) }
  }
}
