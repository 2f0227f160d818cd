// The whole answer of a comparison chunk, however many messages it takes.

import Contracts
import RPC

extension ShareV1.ShareClient {
  /// Sends a chunk, and again from where the answer stopped, until all its leads are here.
  ///
  /// - Returns: The last answer, with the leads of all.
  func uploadWhole(
    _ chunk: ShareV1.UploadComparisonChunkRequest, _ options: CallOptions = CallOptions()
  ) async throws -> ShareV1.UploadComparisonChunkResponse {
    var request = chunk
    var leads: [IngestV1.Lead] = []
    while true {
      var answer = try await uploadComparisonChunk(request, options)
      leads += answer.leads
      guard answer.nextRow > request.firstRow else {
        answer.leads = leads
        return answer
      }
      request.firstRow = answer.nextRow
    }
  }
}
