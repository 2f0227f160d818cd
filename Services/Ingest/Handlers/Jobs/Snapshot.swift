// The state that a new follower starts from, told as the events that would have made it.

import Database
import IngestRules
import IngestStore
package import Integrity
import Vocabulary

extension IngestService {
  /// Each register as its newest commit.
  package func snapshot() async throws -> [(topic: String, payload: JSONValue)] {
    let time = outside.civil().milliseconds
    return try await database.read { transaction in
      try transaction.registers().compactMap { register in
        guard let batch = try transaction.batch(register.newestBatch) else { return nil }
        let payload = JSONObject([
          ("batch", .string(batch.name)), ("entry", .string(register.name)),
          ("entry_version", .integer(Int64(batch.terms.entryVersion))),
          ("kind", .string(batch.terms.kind.rawValue)), ("issue", .string(batch.terms.issue)),
          ("accepted", .integer(Int64(batch.accepted))),
          ("rejected", .integer(Int64(batch.rejected))),
          ("rows", .integer(Int64(register.rowCount))), ("root", .string(hex(register.root))),
          ("time", .integer(time)), ("call", ""), ("actor", "service/ingest"),
        ])
        return ("ingest.batch_committed", .object(payload))
      }
    }
  }
}
