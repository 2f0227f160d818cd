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
    var told: [String: AuditV1.OriginState] = [:]
    for await _ in board.coverage.stream() {
      let withheld = try await database.read { try $0.withheldOrigins() }
      let news = board.progress(of: service).map { progress in
        AuditV1.OriginState(progress, awaitsAdmission: withheld.contains(progress.held.name))
      }.filter { state in
        let former = told[state.origin]
        return former?.coveredSequence != state.coveredSequence
          || former?.awaitsAdmission != state.awaitsAdmission
      }
      for (index, state) in news.enumerated() {
        var state = state
        state.more = index + 1 < news.count
        try await replies.write(state)
        told[state.origin] = state
      }
    }
  }

  package func listOrigins(
    _ request: AuditV1.ListOriginsRequest, _ call: CallContext
  ) async throws -> AuditV1.ListOriginsResponse {
    try await call.answering(refusals) {
      let (origins, withheld) = try await database.read {
        (try $0.origins(), try $0.withheldOrigins())
      }
      try await note("audit.origins_read", ["count": .integer(Int64(origins.count))], call)
      return AuditV1.ListOriginsResponse(
        origins: origins.map {
          AuditV1.OriginState($0, awaitsAdmission: withheld.contains($0.held.name))
        })
    }
  }
}

extension AuditV1.OriginState {
  fileprivate init(_ progress: OriginProgress, awaitsAdmission: Bool) {
    self.init(
      origin: progress.held.name, durableSequence: Int64(clamping: progress.held.sequence),
      durableChain: progress.held.head, coveredSequence: Int64(clamping: progress.covered),
      awaitsAdmission: awaitsAdmission)
  }
}
