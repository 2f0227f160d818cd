// What Ingest and Feedback tell of a department, for the gate of its projects (meizhou-specific-2021/15, meizhou-public-2023/41.1b).

import CatalogRules
package import Contracts
import RPC
import Regulation
package import Vocabulary

/// How a department's deliveries and issues stand today, by the clocks of the services that keep them.
package struct DepartmentFigures: Sendable {
  package var deliveries: [IngestV1.DeliveryFigure]
  package var lateIssues: [FeedbackV1.LateIssue]

  package init(
    deliveries: [IngestV1.DeliveryFigure] = [], lateIssues: [FeedbackV1.LateIssue] = []
  ) {
    self.deliveries = deliveries
    self.lateIssues = lateIssues
  }

  private static let pageSize: Int32 = 200
  /// Twenty thousand entries of one department.
  private static let pages = 100

  /// Asks both services, page by page.
  package static func gathered(
    of department: DepartmentCode, from ingest: IngestV1.IngestClient,
    and feedback: FeedbackV1.FeedbackClient
  ) async throws -> DepartmentFigures {
    let name = "departments/\(department.text)"
    let options = CallOptions(timeout: .seconds(10))
    return DepartmentFigures(
      deliveries: try await all { token in
        let page = try await ingest.listDeliveryFigures(
          .init(department: name, pageSize: pageSize, pageToken: token), options)
        return (page.figures, page.nextPageToken)
      },
      lateIssues: try await all { token in
        let page = try await feedback.listLateIssues(
          .init(department: name, pageSize: pageSize, pageToken: token), options)
        return (page.issues, page.nextPageToken)
      })
  }

  private static func all<Element>(
    _ page: (_ token: String) async throws -> (found: [Element], next: String)
  ) async throws -> [Element] {
    var found: [Element] = []
    var token = ""
    for _ in 0..<pages {
      let part = try await page(token)
      found += part.found
      if part.next.isEmpty { return found }
      token = part.next
    }
    throw Status(.resourceExhausted)
  }

  /// The same for the rules, with the entries that are bound.
  func facts(entries: [BoundEntry]) -> GateFacts {
    GateFacts(
      entries: entries, delivered: Set(deliveries.filter(\.delivered).map(\.entry)),
      lateDeliveries: deliveries.compactMap { LateThing($0.entry, $0.due) },
      lateIssues: lateIssues.compactMap { LateThing($0.issue, $0.due) },
      entriesLookedAt: deliveries.count)
  }
}

extension LateThing {
  /// `nil` where it is in time.
  fileprivate init?(_ name: String, _ due: CommonV1.DueDate?) {
    guard let due, due.overdueDays > 0, let date = CivilDate(iso: due.date),
      let citation = Citation(due.article)
    else { return nil }
    self.init(
      name: name,
      due: DueDate(date: date, citation: citation, isProvisional: due.provisional),
      overdueDays: Int(due.overdueDays))
  }
}

/// Tells how a department stands.
package typealias FiguresDirectory =
  @Sendable (_ department: DepartmentCode) async throws -> DepartmentFigures
