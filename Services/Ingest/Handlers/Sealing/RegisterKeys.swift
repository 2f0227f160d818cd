// The keys of the registers: what seals records, what makes tokens, what authenticates indexes (DESIGN section 7).

import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Synchronization
import Vocabulary

/// The keys of one register.
struct RegisterKeySet: Sendable {
  /// Seals what comes, and makes the tokens of the index.
  let current: KeyVersion
  /// Still opens what was not sealed anew since a rotation.
  let previous: KeyVersion?
  /// Packs documents that no public rule packs. It lies below the tokens and is not rotated: packed documents are seen by nobody.
  let documents: HMACSHA256
  let index: HMACSHA256

  var version: Int { current.number }
  var seal: SealKey { current.seal }
  var token: TokenKey { current.token }

  /// The keys under which a piece was sealed; `nil` where they are not here any more.
  func keys(of version: Int) -> KeyVersion? {
    version == current.number ? current : previous.flatMap { $0.number == version ? $0 : nil }
  }

  /// Tokens of a stored piece as those of the current version.
  func currentTokens(_ tokens: [UInt8], under version: Int) throws -> [UInt8] {
    if version == current.number { return tokens }
    guard let keys = keys(of: version) else { throw UnreadableContent(what: "key version") }
    return try current.tokens(tokens, from: keys)
  }

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
  private let suite: SealSuite
  private let known = Mutex<[Int64: RegisterKeySet]>([:])
  /// Seals manifests of disclosures, and whom a destruction is about.
  let manifests: TableSeal
  /// Seals planted identifiers.
  let canaries: TableSeal
  /// Makes pseudonyms of subjects, for quotas.
  let pseudonyms: HMACSHA256
  /// Names in manifests whoever was asked for. No register's key: those rotate and are destroyed, and evidence must still tell who was
  /// looked at (AC-93).
  let subjects: TokenKey

  /// - Parameter suite: Of registers that get their first keys.
  init(
    keyring: Keyring, tokenFolder: String, suite: SealSuite, random: any RandomSource,
    real: @escaping @Sendable () -> Instant
  ) throws {
    self.keyring = keyring
    self.suite = suite
    self.random = random
    self.real = real
    tokens = try TokenKeyFolder(folder: tokenFolder, master: keyring.master)
    let now = real().milliseconds
    manifests = try .manifests(keyring, random: random, now: now)
    canaries = try .canaries(keyring, random: random, now: now)
    pseudonyms = try keyring.currentOrNewKey(
      .pseudonym, resource: "subjects", suite: .hmacSHA256, createdAt: now
    ).hmacKey()
    subjects = try keyring.currentOrNewKey(
      .pseudonym, resource: "disclosures", suite: .aes256Permutation, createdAt: now
    ).tokenKey()
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
      case .kept(let check, let version, let previous):
        guard let kept = try self.kept(entry, version, previous, check) else {
          throw DataRefusal.registerKeysMissing(entry: ResourceName.entry(entry).text)
        }
        set = kept
      }
      known[entry] = set
      return set
    }
  }

  /// Lets go of all keys of registers; they are read anew when they are needed, from the files as they are then.
  func forgetAll() throws {
    known.withLock { $0 = [:] }
    try keyring.reload()
  }

  /// What tells this folder of keys from any other, and nothing of the keys; made with the folder's first replica.
  func folderCheck() throws -> [UInt8] {
    try keyring.currentOrNewKey(
      .identity, resource: "replicas", suite: .hmacSHA256, createdAt: real().milliseconds
    ).hmacKey().code(of: Array("weir-replicas-1".utf8))
  }

  // MARK: - Rotation

  /// The next version of a register's keys, made and durable, in use by nobody yet. What a rotation left that never began is
  /// destroyed first.
  func next(_ entry: Int64, after set: RegisterKeySet, suite: SealSuite) throws -> RegisterKeySet {
    let name = ResourceName.entry(entry).text
    try destroy(entry) { $0 > set.version }
    let (version, now) = (set.version + 1, real().milliseconds)
    let token = try tokens.create(
      resource: name, version: UInt32(version), suite: suite.tokenSuite, createdAt: now,
      random: random)
    let seal = try keyring.add(
      .resource, resource: name, version: UInt32(version), suite: suite.keySuite, createdAt: now)
    let index = try keyring.add(
      .index, resource: name, version: UInt32(version), suite: .hmacSHA256, createdAt: now)
    return RegisterKeySet(
      current: KeyVersion(
        number: version, seal: try seal.sealKey(), token: try token.tokenKey()),
      previous: set.current, documents: set.documents, index: try index.hmacKey())
  }

  /// From now on these are the register's keys.
  func adopt(_ set: RegisterKeySet, of entry: Int64) { known.withLock { $0[entry] = set } }

  /// Destroys every version but those that something lies under. Once or more.
  func destroyUnused(_ entry: Int64, version: Int, previous: Int?) throws {
    try destroy(entry) { $0 != version && $0 != previous }
    if previous == nil, let set = loaded(entry), set.version == version, set.previous != nil {
      adopt(
        RegisterKeySet(
          current: set.current, previous: nil, documents: set.documents, index: set.index),
        of: entry)
    }
  }

  /// Destroys every key of a register. Once or more.
  func destroyAll(_ entry: Int64) throws {
    known.withLock { $0[entry] = nil }
    try destroy(entry) { _ in true }
    for key in keyring.keys(.identity, resource: ResourceName.entry(entry).text) {
      try keyring.destroy(key.id)
    }
  }

  /// Whether there are versions of which nothing lies here.
  func hasUnused(_ entry: Int64, version: Int, previous: Int?) throws -> Bool {
    let name = ResourceName.entry(entry).text
    return try (keyring.keys + tokens.keys()).contains { key in
      key.resource == name && [.resource, .index, .token].contains(key.purpose)
        && Int(key.version) != version && Int(key.version) != previous
    }
  }

  /// Whether the disk has no key of a register.
  func isGone(_ entry: Int64) throws -> Bool {
    let name = ResourceName.entry(entry).text
    try keyring.reload()
    return try !keyring.keys.contains { $0.resource == name }
      && !tokens.keys().contains { $0.resource == name }
  }

  private func destroy(_ entry: Int64, where isUnused: (Int) -> Bool) throws {
    let name = ResourceName.entry(entry).text
    for purpose in [KeyPurpose.resource, .index] {
      for key in keyring.keys(purpose, resource: name) where isUnused(Int(key.version)) {
        try keyring.destroy(key.id)
      }
    }
    for key in try tokens.keys() where key.resource == name && isUnused(Int(key.version)) {
      try tokens.destroy(key.id)
    }
  }

  // MARK: - Files

  private func made(_ entry: Int64) throws -> RegisterKeySet {
    let name = ResourceName.entry(entry).text
    let now = real().milliseconds
    // Keys of the same version may have been destroyed by another replica, and others made since.
    try keyring.reload()
    let token = try tokens.newestOrFirst(
      resource: name, suite: suite.tokenSuite, createdAt: now, random: random)
    func key(_ purpose: KeyPurpose, _ suite: KeySuite) throws -> KeyRecord {
      try keyring.currentOrNewKey(
        purpose, resource: name, version: token.version, suite: suite, createdAt: now)
    }
    let version = token.version
    return RegisterKeySet(
      current: KeyVersion(
        number: Int(version), seal: try key(.resource, suite.keySuite).sealKey(),
        token: try token.tokenKey()),
      previous: nil,
      documents: try keyring.currentOrNewKey(
        .identity, resource: name, suite: .hmacSHA256, createdAt: now
      ).hmacKey(),
      index: try key(.index, .hmacSHA256).hmacKey())
  }

  /// `nil` unless all that the versions need are there, and are those that were in use. Another replica may have made them since the
  /// keyring was read.
  private func kept(
    _ entry: Int64, _ version: Int, _ previous: Int?, _ check: [UInt8]?
  ) throws -> RegisterKeySet? {
    for isReread in [false, true] {
      if isReread { try keyring.reload() }
      guard let kept = try kept(entry, version: version, previous: previous),
        try check == nil || check == kept.check()
      else { continue }
      return kept
    }
    return nil
  }

  private func kept(_ entry: Int64, version: Int, previous: Int?) throws -> RegisterKeySet? {
    let name = ResourceName.entry(entry).text
    guard let current = try keyVersion(name, version),
      let documents = keyring.currentKey(.identity, resource: name),
      let index = keyring.keys(.index, resource: name).last(where: { $0.version == version })
    else { return nil }
    var earlier: KeyVersion?
    if let previous {
      guard let found = try keyVersion(name, previous) else { return nil }
      earlier = found
    }
    return RegisterKeySet(
      current: current, previous: earlier, documents: try documents.hmacKey(),
      index: try index.hmacKey())
  }

  private func keyVersion(_ resource: String, _ version: Int) throws -> KeyVersion? {
    guard
      let seal = keyring.keys(.resource, resource: resource).last(where: {
        $0.version == version
      }), let token = try tokenKey(resource, version: version)
    else { return nil }
    return KeyVersion(number: version, seal: try seal.sealKey(), token: try token.tokenKey())
  }

  private func tokenKey(_ resource: String, version: Int?) throws -> KeyRecord? {
    try tokens.keys().last {
      $0.resource == resource && (version == nil || Int($0.version) == version)
    }
  }
}

extension SealSuite {
  /// Tokens are made with the cipher that seals.
  fileprivate var tokenSuite: TokenKey.Suite { self == .aes256GCM ? .aes256 : .sm4 }
  fileprivate var keySuite: KeySuite { self == .aes256GCM ? .aes256GCM : .sm4CTRHMACSM3 }
}

extension IngestService {
  /// The keys of an entry's register; made where nothing was delivered yet.
  ///
  /// - Parameter makes: Whether they are made at all; who only reads has nothing to do with them then.
  func registerKeys(_ entry: Int64, makes: Bool = true) async throws -> RegisterKeySet {
    try await followKeys()
    let keys = keys
    if let set = keys.loaded(entry) { return set }
    let standing = try await database.read { try $0.keyStanding(entry) }
    guard makes || standing != .none else {
      throw DataRefusal.nothingDelivered(entry: ResourceName.entry(entry).text)
    }
    return try await pool.run { try keys.keys(entry, standing) }
  }
}
