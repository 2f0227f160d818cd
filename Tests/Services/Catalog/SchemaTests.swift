// What the catalogue's tables hold.

import CatalogStore
import Database
import TestSupport
import Testing

@Suite("The catalogue's tables hold nothing that nobody reads")
struct CatalogSchemaTests {
  @Test("an entry has no authority of its own: seats say who decides", arguments: Backend.allCases)
  func columns(_ backend: Backend) async throws {
    let place = try TestDatabase(backend)
    let database = try await place.open(schema: catalogSchema)
    _ = try await database.read { try $0.query("SELECT owner FROM entries") }
    await #expect(throws: DatabaseError.self) {
      try await database.read { try $0.query("SELECT authority FROM entries") }
    }
    await database.close()
  }
}
