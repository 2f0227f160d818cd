// What persons signed: each statement once, kept with the thing that it decides on.

extension WriteTransaction {
  /// Keeps a statement with its signature.
  ///
  /// - Parameters:
  ///   - hash: SHA-256 of the statement, under whatever signature: one statement is one decision.
  ///   - signed: Statement, signature and certificates as the service reads them again.
  /// - Returns: The resource for which the same statement was used before; `nil` where it was not.
  package func keepStatement(
    hash: [UInt8], resource: String, action: String, signed: [UInt8]
  ) throws(DatabaseError) -> String? {
    if let known = try queryOne(
      "SELECT resource FROM signed_statement WHERE hash = ?1", [hash])
    {
      return try known["resource"]
    }
    try execute(
      """
      INSERT INTO signed_statement (hash, resource, number, action, signed)
      SELECT ?1, ?2, 1 + COALESCE(MAX(number), 0), ?3, ?4
      FROM signed_statement WHERE resource = ?2
      """, [hash, resource, action, signed])
    return nil
  }
}

extension SQLReading where Self: ~Copyable {
  /// The statements on a resource by which one action was decided, in the order in which they were taken.
  package func statements(on resource: String, action: String) throws -> [[UInt8]] {
    try query(
      "SELECT signed FROM signed_statement WHERE resource = ?1 AND action = ?2 ORDER BY number",
      [resource, action]
    ).map { try $0["signed"] }
  }
}
