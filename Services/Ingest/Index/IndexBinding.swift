// The state of the database that an index was made from, as it stands in the index's header.

/// Binds an index to one resource in one state. The database keeps the same values; an index that differs in any is stale.
package struct IndexBinding: Hashable, Sendable {
  /// `entries/E-1`.
  package let resource: String
  /// The version of the token key under which the tokens were made.
  package let keyVersion: UInt64
  /// Counts the rebuilds; a replayed older file is refused by it.
  package let generation: UInt64
  /// The root over the resource's rows, 32 bytes.
  package let databaseRoot: [UInt8]
  package let rowCount: Int

  package init(
    resource: String, keyVersion: UInt64, generation: UInt64, databaseRoot: [UInt8], rowCount: Int
  ) {
    precondition(resource.utf8.count <= Self.longestResource, "a resource name is short")
    precondition(databaseRoot.count == 32, "a root is 32 bytes")
    self.resource = resource
    self.keyVersion = keyVersion
    self.generation = generation
    self.databaseRoot = databaseRoot
    self.rowCount = rowCount
  }

  static let longestResource = 128

  /// The first field in which another binding differs, in the order of the cases; `nil` when none does.
  func difference(from other: IndexBinding) -> IndexBindingField? {
    if resource != other.resource { return .resource }
    if keyVersion != other.keyVersion { return .keyVersion }
    if generation != other.generation { return .generation }
    if databaseRoot != other.databaseRoot { return .databaseRoot }
    if rowCount != other.rowCount { return .rowCount }
    return nil
  }
}
