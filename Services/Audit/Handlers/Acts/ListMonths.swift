// The log's months and until when their contents are kept (AC-70).

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity
import Vocabulary

extension AuditCalls {
  package func listMonths(
    _ request: AuditV1.ListMonthsRequest, _ call: CallContext
  ) async throws -> AuditV1.ListMonthsResponse {
    try await call.answering(refusals) {
      let months = try await database.read { try $0.storedMonths() }
      try await note("audit.months_read", ["count": .integer(Int64(months.count))], call)
      return AuditV1.ListMonthsResponse(
        months: months.map { month in
          AuditV1.Month(
            month: month.month, first: Int64(clamping: month.first),
            entries: Int64(clamping: month.entries),
            keptUntil: acts.retention.end(of: month.month)?.iso ?? "",
            destroyed: month.destroyed.map { GoogleProtobuf.Timestamp($0) })
        })
    }
  }
}
