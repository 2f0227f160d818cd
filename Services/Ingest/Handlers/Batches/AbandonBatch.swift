// AbandonBatch: what was loaded is dropped; the batch stays in the list with its reason.

package import Access
package import Contracts
import Database
import IngestRules
import IngestStore
import Vocabulary
import Integrity

extension IngestService {
  package func abandonBatch(
    _ request: IngestV1.AbandonBatchRequest, _ call: CallContext
  ) async throws -> IngestV1.Batch {
    try await call.answering(outside.recorder) {
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      let id = try number(request.name, in: .batches, field: "name")
      let reason = try bounded(request.reason, field: "reason")
      let time = outside.civil()
      let reply = try await database.write { transaction -> IngestV1.Batch in
        if let answer = try transaction.answer(to: change) {
          return try IngestV1.Batch(serialized: answer)
        }
        let batch = try transaction.ownBatch(id, field: "name", call)
        let state = try batch.state.after(.abandon)
        try transaction.dropLoad(id)
        try transaction.setState(state, of: id, closedAt: time)
        try transaction.append(
          topic: "ingest.batch_abandoned",
          payload: event(
            call,
            [
              ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
              ("reason", .string(reason)),
            ]))
        let reply = message(try transaction.ownBatch(id, field: "name", call))
        try transaction.keep(answer: try reply.serialized(), of: change.key)
        return reply
      }
      try await identity.write { transaction in
        try transaction.deleteStagedSalts(of: id)
        try transaction.deleteSaltBlocks(of: id)
      }
      return reply
    }
  }
}
