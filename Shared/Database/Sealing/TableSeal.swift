// Contents that lie sealed in columns of a service's tables, under a key that the database names: the one rule for all that is sealed
// beside registers and the log (DESIGN section 7).

package import Crypto

/// A column whose values are envelopes.
package struct SealedColumn: Sendable {
  let table: String
  /// The columns of the primary key, in its order.
  let keys: [String]
  let column: String
  /// Further columns that the place is made from.
  let others: [String]
  /// Where the value of a row is bound to.
  let place: @Sendable (Row) throws -> SealContext

  package init(
    table: String, keys: [String], column: String, others: [String] = [],
    place: @escaping @Sendable (Row) throws -> SealContext
  ) {
    self.table = table
    self.keys = keys
    self.column = column
    self.others = others
    self.place = place
  }
}

/// Seals under the key that is in use for a resource, and opens under whichever of the keyring's keys sealed.
///
/// The key in use stands in the database, and sealing asks for it in the transaction that stores: from the commit on that names another,
/// nothing more is stored under the one before, by no replica. So a rotation knows when it is through.
package struct TableSeal: Sendable {
  package let purpose: KeyPurpose
  package let resource: String
  let columns: [SealedColumn]
  let keyring: Keyring
  private let random: any RandomSource

  /// Makes the key where there is none; called once at the start, as it may wait for the disk.
  ///
  /// - Parameters:
  ///   - columns: Everything that is sealed with it: what is not named here is lost with the first rotation.
  ///   - now: Real time, milliseconds since 1970.
  package init(
    keyring: Keyring, resource: String, purpose: KeyPurpose = .identity, columns: [SealedColumn],
    random: any RandomSource, now: Int64
  ) throws(KeyFileError) {
    self.purpose = purpose
    self.resource = resource
    self.columns = columns
    self.keyring = keyring
    self.random = random
    _ = try keyring.currentOrNewKey(
      purpose, resource: resource, suite: .aes256GCM, createdAt: now)
  }

  /// The content, bound to its place: it opens nowhere else.
  package func seal(
    _ content: [UInt8], at place: SealContext, in transaction: borrowing WriteTransaction
  ) throws -> [UInt8] {
    try seal(content, at: place, under: try transaction.sealingKey(of: self))
  }

  func seal(_ content: [UInt8], at place: SealContext, under key: KeyRecord) throws -> [UInt8] {
    try Sealer(key: try key.sealKey(), random: random).seal(content, context: place)
  }

  package func open(_ sealed: [UInt8], at place: SealContext) throws -> [UInt8] {
    guard let header = SealEnvelope.header(of: sealed) else { throw SealError.truncated }
    guard let key = try keyring.key(named: header.keyID), key.purpose == purpose,
      key.resource == resource
    else { throw SealError.wrongKey }
    return try Sealer(key: try key.sealKey(), random: random).open(sealed, context: place)
  }
}

extension SQLReading where Self: ~Copyable {
  /// The key that is in use for a seal.
  func sealingKey(of seal: TableSeal) throws -> KeyRecord {
    try storedRotation(of: seal)?.key
      ?? seal.keyring.sealingKey(seal.purpose, resource: seal.resource)
  }
}

extension Keyring {
  /// A key that is here, or that another replica has made meanwhile.
  func key(named id: KeyID) throws(KeyFileError) -> KeyRecord? {
    if let key = key(id) { return key }
    try reload()
    return key(id)
  }

  /// The key in use where there was no rotation.
  func sealingKey(_ purpose: KeyPurpose, resource: String) throws(KeyFileError) -> KeyRecord {
    guard let key = currentKey(purpose, resource: resource) else { throw .notCreated }
    return key
  }
}
