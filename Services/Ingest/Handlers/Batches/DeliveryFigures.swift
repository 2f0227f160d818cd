// ListDeliveryFigures: how what a department owes stands, for the catalogue's gate of projects (meizhou-specific-2021/15,
// meizhou-public-2023/41.1b).

package import Access
package import Contracts
import Database
import IngestRules
import IngestStore
import Vocabulary

extension IngestService {
  package func listDeliveryFigures(
    _ request: IngestV1.ListDeliveryFiguresRequest, _ call: CallContext
  ) async throws -> IngestV1.ListDeliveryFiguresResponse {
    try await call.answering(outside.recorder) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      guard let name = ResourceName(request.department, in: .departments),
        let owner = DepartmentCode(name.id)
      else {
        throw RequestRefusal.malformed(
          field: "department", expected: BilingualText("departments/…", "departments/…"))
      }
      let size = PageSize.bounded(request.pageSize)
      let found = try await standings(of: owner, after: token.numbers[0], limit: size + 1)
      let page = found.prefix(size)
      let rows = try await database.read { transaction in
        try page.map { try transaction.register($0.entry.entry)?.rowCount ?? 0 }
      }
      let figures = zip(page, rows).map { place, rows in
        let duty = awaited(place.entry, place.standing, owner)
        return IngestV1.DeliveryFigure(
          entry: place.entry.name, delivered: place.standing.deliveredUntil != nil,
          rows: Int64(rows), action: duty?.action ?? "", due: duty?.due)
      }
      return IngestV1.ListDeliveryFiguresResponse(
        figures: figures,
        nextPageToken: found.count > size
          ? page.last.map { PageToken([$0.entry.entry]).text } ?? "" : "")
    }
  }
}
