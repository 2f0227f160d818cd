// ListNotices, WatchNotices: reminders and escalations of all services, delivered to the departments whom they concern.

package import Access
package import Contracts
package import Database
import GatewayRules
import GatewayStore
package import Integrity
import Vocabulary

extension RegistryService {
  /// How often a stream looks for what is new.
  private static let noticePause: Duration = .milliseconds(200)
  private static let noticePage = 500

  package func listNotices(
    _ request: RegistryV1.ListNoticesRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListNoticesResponse {
    try await answering(call) {
      let notices = try await notices(
        after: request.after, limit: PageSize.bounded(request.pageSize), call)
      return RegistryV1.ListNoticesResponse(
        notices: notices, last: notices.last?.number ?? request.after)
    }
  }

  package func watchNotices(
    _ request: RegistryV1.WatchNoticesRequest, _ replies: MessageWriter<RegistryV1.Notice>,
    _ call: CallContext
  ) async throws {
    var last = request.after
    while true {
      let found = try await notices(after: last, limit: Self.noticePage, call)
      for notice in found {
        try await replies.write(notice)
        last = notice.number
      }
      if found.count < Self.noticePage { try await Task.sleep(for: Self.noticePause) }
    }
  }

  private func notices(
    after: Int64, limit: Int, _ call: CallContext
  ) async throws -> [RegistryV1.Notice] {
    let department = call.caller.department
    return try await store.database.read { transaction in
      try transaction.notices(for: department, after: after, limit: limit)
    }.map { number, notice in
      RegistryV1.Notice.with {
        $0.number = number
        $0.resource = notice.resource
        $0.notice = notice.notice
        $0.clock = notice.clock
        $0.due = CommonV1.DueDate(
          date: notice.due, article: notice.article,
          overdueDays: Int32(clamping: notice.overdueDays))
        $0.department = ResourceName.department(notice.department).text
        $0.time = notice.time.timestamp
      }
    }
  }
}

/// What the gateway takes from other services: notices of clocks.
package enum NoticeIntake {
  /// Who tells of clocks, and under which topics.
  package static let followed = [
    ("catalog", ["catalog.clock_notice"]), ("share", ["share.clock_notice"]),
    ("feedback", ["feedback.clock_notice"]),
  ]

  /// Keeps a notice; what is none is passed over.
  package static func apply(
    _ payload: JSONObject, to transaction: borrowing WriteTransaction
  ) throws {
    func text(_ name: String) -> String { payload[name]?.string ?? "" }
    func department(_ name: String) -> DepartmentCode? {
      ResourceName(text(name), in: .departments).flatMap { DepartmentCode($0.id) }
    }
    guard let owner = department("department"), !text("resource").isEmpty else { return }
    // What a disabled department owes is its authority's, which hears of it in time, not only once it is late (AC-92).
    let row = try transaction.department(owner)
    let caretaker = row?.state == .disabled ? row?.authority : nil
    try transaction.save(
      DutyNotice(
        resource: text("resource"), notice: text("notice"), clock: text("clock"),
        due: text("due"), article: text("article"), department: owner,
        authority: department("authority") ?? caretaker,
        overdueDays: payload["overdue_days"]?.integer ?? 0,
        time: Instant(milliseconds: payload["time"]?.integer ?? 0)))
  }
}
