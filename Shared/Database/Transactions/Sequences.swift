// Numbers of the things that a service makes: `entries/E-1`, `grants/G-2`.

extension WriteTransaction {
  /// The next of a sequence, or the first of several, from the table that each schema makes in its first step:
  /// `sequences (name TEXT PRIMARY KEY, next INTEGER)`. A number is taken when the transaction commits, and never given twice.
  package func nextNumber(_ name: String, count: Int64 = 1) throws(DatabaseError) -> Int64 {
    let row = try queryOne(
      """
      INSERT INTO sequences (name, next) VALUES (?1, 1 + ?2)
      ON CONFLICT (name) DO UPDATE SET next = sequences.next + ?2 RETURNING next - ?2 AS number
      """, [name, count])
    guard let row else { throw .misuse("a sequence gives a number") }
    return try row["number"]
  }
}
