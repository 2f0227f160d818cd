// Telling services how far the log has their entries.

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity
import RPC

extension AuditCalls {
  /// The first answer comes at once; then one whenever a checkpoint covers more. Ends when this service stops.
  package func watchOrigins(
    _ request: AuditV1.WatchOriginsRequest, _ replies: MessageWriter<AuditV1.OriginState>,
    _ call: CallContext
  ) async throws {
    // What a request says of itself is not believed: the certificate proves the service.
    guard let service = call.service, request.service.isEmpty || request.service == service else {
      throw Status(.permissionDenied, "a service follows its own origins")
    }
    var told: [String: UInt64] = [:]
    for await _ in board.coverage.stream() {
      for progress in board.progress(of: service) where told[progress.held.name] != progress.covered
      {
        try await replies.write(AuditV1.OriginState(progress))
        told[progress.held.name] = progress.covered
      }
    }
  }

  package func listOrigins(
    _ request: AuditV1.ListOriginsRequest, _ call: CallContext
  ) async throws -> AuditV1.ListOriginsResponse {
    try await call.answering(refusals) {
      let origins = try await database.read { try $0.origins() }
      try await note("audit.origins_read", ["count": .integer(Int64(origins.count))], call)
      return AuditV1.ListOriginsResponse(origins: origins.map(AuditV1.OriginState.init))
    }
  }
}

extension AuditV1.OriginState {
  fileprivate init(_ progress: OriginProgress) {
    self.init(
      origin: progress.held.name, durableSequence: Int64(clamping: progress.held.sequence),
      durableChain: progress.held.head, coveredSequence: Int64(clamping: progress.covered))
  }
}
