// The first tables of the identity database, which lies apart from the records (hebi-2021/27, AC-33).

package import Database

/// The steps of the identity store's schema: salts alone, in the places that the record store's rows have.
package let identitySchema: [SchemaStep] = [
  SchemaStep(
    number: 1, name: "salts",
    sql: [
      """
      CREATE TABLE staged_salts (
        batch INTEGER NOT NULL, part INTEGER NOT NULL, chunk INTEGER NOT NULL,
        attempt INTEGER NOT NULL, salts BLOB NOT NULL,
        PRIMARY KEY (batch, part, chunk, attempt))
      """,
      """
      CREATE TABLE salt_blocks (
        id INTEGER NOT NULL PRIMARY KEY, batch INTEGER NOT NULL, salts BLOB NOT NULL)
      """,
      "CREATE INDEX salt_blocks_batch ON salt_blocks (batch)",
    ])
]
