// What a service keeps of what people write about persons: sealed, and known again by a code, under two keys of its own.

/// Seals texts and claims, and gives codes by which the same content is known again.
package struct PersonalSeal: Sendable {
  private let sealing: ResourceSeal
  /// Under this key subjects get their names in counting.
  package let naming: HMACSHA256

  /// Makes the keys where there are none; called once at the start, as it may wait for the disk.
  ///
  /// - Parameter now: Real time, milliseconds since 1970.
  package init(
    keyring: Keyring, resource: String, random: any RandomSource, now: Int64
  ) throws {
    sealing = try ResourceSeal(keyring: keyring, resource: resource, random: random, now: now)
    naming = try keyring.currentOrNewKey(
      .pseudonym, resource: resource, suite: .hmacSHA256, createdAt: now
    ).hmacKey()
  }

  /// The content, bound to its place: it opens nowhere else.
  package func seal(_ content: [UInt8], at place: SealContext) throws -> [UInt8] {
    try sealing.seal(content, at: place)
  }

  package func open(_ sealed: [UInt8], at place: SealContext) throws -> [UInt8] {
    try sealing.open(sealed, at: place)
  }

  /// The digest of a request that names a person. There are too few identity numbers for a hash without a key to hide one
  /// (DESIGN.md section 7).
  package func digest(ofRequest content: [UInt8]) -> [UInt8] {
    naming.code(of: Array("weir request".utf8) + SHA256.hash(content))
  }
}
