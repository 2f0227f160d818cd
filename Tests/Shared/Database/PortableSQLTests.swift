// The tokenizer that turns portable SQL into PostgreSQL's.

import Testing

@testable import Database

@Suite("Portable SQL becomes PostgreSQL's")
struct PortableSQLTests {
  @Test(
    "arguments are rewritten, quoted text is not",
    arguments: [
      ("SELECT ?1, ?2", "SELECT $1, $2", 2),
      ("SELECT ?12+?1", "SELECT $12+$1", 12),
      ("SELECT '?1', ?1", "SELECT '?1', $1", 1),
      ("SELECT 'it''s ?1' || ?1", "SELECT 'it''s ?1' || $1", 1),
      (#"SELECT "a?1""b?2" FROM t"#, #"SELECT "a?1""b?2" FROM t"#, 0),
      ("SELECT 1 -- ?1\n, ?1", "SELECT 1 -- ?1\n, $1", 1),
      ("SELECT 1 -- ?1", "SELECT 1 -- ?1", 0),
      ("SELECT /* ?1 ' \" */ ?1", "SELECT /* ?1 ' \" */ $1", 1),
      ("SELECT $$ ?1 ' $$, ?1", "SELECT $$ ?1 ' $$, $1", 1),
      ("SELECT $a$ ?1 $$ $b$ $a$, ?1", "SELECT $a$ ?1 $$ $b$ $a$, $1", 1),
      ("SELECT $1", "SELECT $1", 0),
      (#"SELECT E'\'?1', ?1"#, #"SELECT E'\'?1', $1"#, 1),
      (#"SELECT '\', ?1"#, #"SELECT '\', $1"#, 1),
      ("SELECT X'00fF', ?1", #"SELECT '\x00fF'::bytea, $1"#, 1),
      ("SELECT 1/2-3, ?1", "SELECT 1/2-3, $1", 1),
      ("SELECT '堰?1', 堰, ?1", "SELECT '堰?1', 堰, $1", 1),
      ("SELECT CAST(?1 AS INTEGER)", "SELECT CAST($1 AS BIGINT)", 1),
      (
        "SELECT CAST(?1 as blob), CAST(?2 AS TEXT)", "SELECT CAST($1 as BYTEA), CAST($2 AS TEXT)", 2
      ),
      ("SELECT integer, blob FROM text", "SELECT integer, blob FROM text", 0),
      ("SELECT a AS \"INTEGER\"", "SELECT a AS \"INTEGER\"", 0),
      ("", "", 0),
    ])
  func rewriting(portable: String, expected: String, count: Int) throws {
    let rewritten = try PortableSQL.postgres(portable)
    #expect(rewritten == PortableSQL.Rewritten(text: expected, argumentCount: count))
  }

  @Test(
    "types are mapped in schema steps",
    arguments: [
      (
        "CREATE TABLE t (a INTEGER NOT NULL, b TEXT, c blob, integers TEXT)",
        "CREATE TABLE t (a BIGINT NOT NULL, b TEXT COLLATE \"C\", c BYTEA, integers TEXT COLLATE \"C\")"
      ),
      (
        "CREATE TABLE t (a INTEGER CHECK (a <> CAST('1' AS TEXT)), \"TEXT\" TEXT DEFAULT 'TEXT')",
        "CREATE TABLE t (a BIGINT CHECK (a <> CAST('1' AS TEXT)), \"TEXT\" TEXT COLLATE \"C\" DEFAULT 'TEXT')"
      ),
      ("ALTER TABLE t ADD COLUMN d TEXT", "ALTER TABLE t ADD COLUMN d TEXT COLLATE \"C\""),
    ])
  func types(portable: String, expected: String) throws {
    #expect(try PortableSQL.postgres(portable, .schema).text == expected)
  }

  @Test(
    "what is not portable is refused",
    arguments: [
      "SELECT ?", "SELECT ?0", "SELECT ?a", "SELECT ?32767", "SELECT ?99999999999999999999",
      "SELECT 'a", "SELECT \"a", "SELECT /* a", "SELECT /* a /* b */ */ 1", "SELECT $a",
      "SELECT $a$ b $A$", "SELECT X'00", "SELECT E'\\'",
    ])
  func refusing(sql: String) {
    #expect(throws: DatabaseError.self) { try PortableSQL.postgres(sql) }
  }

  @Test("tables are strict on SQLite, other steps are left alone")
  func strictTables() {
    #expect(
      PortableSQL.sqliteSchema("create  table t (a TEXT) ; ") == "create  table t (a TEXT) STRICT")
    #expect(PortableSQL.sqliteSchema("CREATE INDEX i ON t (a)") == "CREATE INDEX i ON t (a)")
  }
}

@Suite("The cache of prepared statements is bounded")
struct StatementCacheTests {
  @Test("a statement is out while it runs, and the stale ones go first")
  func replacing() {
    var cache = StatementCache<Int, String>(limit: 2)
    #expect(cache.take(1) == nil)
    #expect(cache.putBack("one", 1) == [])
    #expect(cache.take(1) == "one")
    #expect(cache.take(1) == nil)
    #expect(cache.putBack("one", 1) == [])
    #expect(cache.putBack("another one", 1) == ["another one"])
    #expect(cache.putBack("two", 2) == [])
    // All are fresh: any one goes, the other is stale from now on unless it is used.
    let dropped = cache.putBack("three", 3)
    #expect(dropped.count == 1)
    let kept = dropped == ["one"] ? 2 : 1
    #expect(cache.putBack("four", 4) == [kept == 2 ? "two" : "one"])
    #expect(Set(cache.removeAll()) == ["three", "four"])
  }
}
