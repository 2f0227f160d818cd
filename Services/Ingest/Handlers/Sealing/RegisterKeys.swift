// The keys of the registers: what seals records, what makes tokens, what authenticates indexes (DESIGN section 7).

import Crypto
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

  /// The keys of an entry's register; made when there are none and `creates`.
  func keys(_ entry: Int64, creates: Bool) throws -> RegisterKeySet? {
    try known.withLock { known in
      if let set = known[entry] { return set }
      let name = ResourceName.entry(entry).text
      guard creates || keyring.currentKey(.resource, resource: name) != nil else { return nil }
      let now = real().milliseconds
      let record = try keyring.currentOrNewKey(
        .resource, resource: name, suite: .aes256GCM, createdAt: now)
      let set = RegisterKeySet(
        version: 1, seal: try record.sealKey(), token: try tokenKey(name, createdAt: now),
        documents: try keyring.currentOrNewKey(
          .identity, resource: name, suite: .hmacSHA256, createdAt: now
        ).hmacKey(),
        index: try keyring.currentOrNewKey(
          .index, resource: name, suite: .hmacSHA256, createdAt: now
        ).hmacKey())
      known[entry] = set
      return set
    }
  }

  private func tokenKey(_ resource: String, createdAt: Int64) throws -> TokenKey {
    if let key = try tokens.keys().last(where: { $0.resource == resource }) {
      return try key.tokenKey()
    }
    return try tokens.create(
      resource: resource, version: 1, suite: .aes256, createdAt: createdAt, random: random
    ).tokenKey()
  }
}
