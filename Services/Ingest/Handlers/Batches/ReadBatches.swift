// GetBatch and ListBatches: an owner's batches with their counts.

package import Access
package import Contracts
import Database
import IngestStore
import Vocabulary

extension IngestService {
  package func getBatch(
    _ request: IngestV1.GetBatchRequest, _ call: CallContext
  ) async throws -> IngestV1.Batch {
    try await call.answering(outside.recorder) {
      let id = try number(request.name, in: .batches, field: "name")
      return message(
        try await database.read { try $0.ownBatch(id, field: "name", call) })
    }
  }

  package func listBatches(
    _ request: IngestV1.ListBatchesRequest, _ call: CallContext
  ) async throws -> IngestV1.ListBatchesResponse {
    try await call.answering(outside.recorder) {
      let entry =
        request.entry.isEmpty ? nil : try number(request.entry, in: .entries, field: "entry")
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let before = token.numbers[0] == 0 ? Int64.max : token.numbers[0]
      let owner = call.caller.department
      let batches = try await database.read {
        try $0.batches(owner: owner, entry: entry, before: before, limit: size + 1)
      }
      let page = batches.prefix(size)
      return IngestV1.ListBatchesResponse(
        batches: page.map(message),
        nextPageToken: batches.count > size ? PageToken([page.last?.id ?? 0]).text : "")
    }
  }
}
