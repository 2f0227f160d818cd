// What the log itself found wrong, for those whom it concerns.

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity
import Vocabulary

extension AuditCalls {
  package func listAlarms(
    _ request: AuditV1.ListAlarmsRequest, _ call: CallContext
  ) async throws -> AuditV1.ListAlarmsResponse {
    try await call.answering(refusals) {
      guard let after = PageToken(request.pageToken, count: 1)?.numbers[0], after >= 0 else {
        throw RequestRefusal.pageTokenUnknown
      }
      let view = try await view(of: call.caller)
      var page = AlarmPage(last: after, size: PageSize.bounded(request.pageSize))
      while try await extend(&page, view) {}
      try await note("audit.alarms_read", ["count": .integer(Int64(page.alarms.count))], call)
      return AuditV1.ListAlarmsResponse(
        alarms: page.alarms.map(AuditV1.Alarm.init),
        nextPageToken: page.hasMore ? PageToken([page.last]).text : "")
    }
  }

  /// Adds the alarms of one look.
  ///
  /// - Returns: Whether to look on.
  private func extend(_ page: inout AlarmPage, _ view: LogView) async throws -> Bool {
    let (keys, last) = (keys, page.last)
    let found = try await database.read { transaction in
      try transaction.alarms(after: last, limit: AlarmPage.lookLimit).map { alarm in
        (alarm, try transaction.departments(of: alarm, keys: keys))
      }
    }
    var known: [DepartmentCode: BodyPlace] = [:]
    for (alarm, departments) in found {
      if page.isFull { return false }
      page.last = alarm.id
      page.looked += 1
      if case .region = view {
        for department in departments where known[department] == nil {
          known[department] = try await places(department)
        }
      }
      if view.shows(alarm.kind, about: departments, place: { known[$0] }) {
        page.alarms.append(alarm)
      }
    }
    page.hasMore = found.count == AlarmPage.lookLimit
    return page.hasMore && !page.isFull
  }
}

/// A page of alarms as it fills.
private struct AlarmPage {
  static let lookLimit = 250
  /// Alarms looked at for one page, shown or not: a page may come back short, with a token to go on.
  static let lookedLimit = 5_000

  var last: Int64
  let size: Int
  var alarms: [StoredAlarm] = []
  var looked = 0
  /// Whether there may be more after `last`.
  var hasMore = true

  var isFull: Bool { alarms.count >= size || looked >= Self.lookedLimit }

  init(last: Int64, size: Int) {
    self.last = last
    self.size = size
  }
}

extension SQLReading where Self: ~Copyable {
  /// Who used whose data in the use that an alarm is about, or whose role is held by nobody; empty for an alarm about the log, and
  /// where the month's key is gone.
  fileprivate func departments(
    of alarm: StoredAlarm, keys: MonthKeys
  ) throws -> Set<DepartmentCode> {
    guard [.disclosureWithoutDecision, .enumerationSuspected, .dutyOpen].contains(alarm.kind),
      let stored = try entry(of: alarm.origin, sequence: alarm.sequence),
      let facts = try? keys.open([stored]).first?.facts
    else { return [] }
    var departments = facts.departments
    if let provider = try facts.entry.flatMap({ try provider(of: $0) }) {
      departments.insert(provider)
    }
    return departments
  }
}

extension AuditV1.Alarm {
  fileprivate init(_ alarm: StoredAlarm) {
    self.init(
      name: "alarms/\(alarm.id)", kind: alarm.kind.rawValue, origin: alarm.origin,
      sequence: Int64(clamping: alarm.sequence), callID: alarm.call,
      time: GoogleProtobuf.Timestamp(alarm.time),
      text: CommonV1.BilingualText(
        alarm.kind.sentence(
          origin: alarm.origin, sequence: alarm.sequence, call: alarm.call)))
  }
}
