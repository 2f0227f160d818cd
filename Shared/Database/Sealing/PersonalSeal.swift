// What a service keeps of what people write about persons: sealed, and known again by a code, under two keys of its own.

package import Crypto

/// Seals texts and claims, and gives codes by which the same content is known again.
///
/// The sealing key rotates. The naming key does not: what it named must stay linkable, and nobody has the persons any more to name them
/// anew.
package struct PersonalSeal: Sendable {
  package let sealing: TableSeal
  /// Under this key subjects get their names in counting.
  package let naming: HMACSHA256

  /// Makes the keys where there are none; called once at the start, as it may wait for the disk.
  ///
  /// - Parameters:
  ///   - columns: Everything that is sealed with it.
  ///   - now: Real time, milliseconds since 1970.
  package init(
    keyring: Keyring, resource: String, columns: [SealedColumn], random: any RandomSource,
    now: Int64
  ) throws {
    sealing = try TableSeal(
      keyring: keyring, resource: resource, columns: columns, random: random, now: now)
    naming = try keyring.currentOrNewKey(
      .pseudonym, resource: resource, suite: .hmacSHA256, createdAt: now
    ).hmacKey()
  }

  /// The digest of a request that names a person. There are too few identity numbers for a hash without a key to hide one
  /// (DESIGN.md section 7).
  package func digest(ofRequest content: [UInt8]) -> [UInt8] {
    naming.code(of: Array("weir request".utf8) + SHA256.hash(content))
  }
}
