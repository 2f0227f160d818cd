// Single contents sealed under the keyring: a claim, a text. Rows in bulk go through `Sealer` themselves.

/// Seals under the current key of a resource, and opens under whichever of the keyring's keys sealed.
package struct ResourceSeal: Sendable {
  private let keyring: Keyring
  private let current: KeyRecord
  private let random: any RandomSource

  /// Makes the key where there is none; called once at the start, as it may wait for the disk.
  ///
  /// - Parameter now: Real time, milliseconds since 1970.
  package init(
    keyring: Keyring, resource: String, random: any RandomSource, now: Int64
  ) throws(KeyFileError) {
    self.keyring = keyring
    self.random = random
    current = try keyring.currentOrNewKey(
      .identity, resource: resource, suite: .aes256GCM, createdAt: now)
  }

  /// The content, bound to its place: it opens nowhere else.
  package func seal(_ content: [UInt8], at place: SealContext) throws -> [UInt8] {
    try Sealer(key: try current.sealKey(), random: random).seal(content, context: place)
  }

  package func open(_ sealed: [UInt8], at place: SealContext) throws -> [UInt8] {
    guard let header = SealEnvelope.header(of: sealed) else { throw SealError.truncated }
    guard let key = keyring.key(header.keyID) else { throw SealError.wrongKey }
    return try Sealer(key: try key.sealKey(), random: random).open(sealed, context: place)
  }
}
