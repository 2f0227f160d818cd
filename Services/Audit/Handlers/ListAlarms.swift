// What the log itself found wrong.

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity

extension AuditCalls {
  package func listAlarms(
    _ request: AuditV1.ListAlarmsRequest, _ call: CallContext
  ) async throws -> AuditV1.ListAlarmsResponse {
    try await call.answering(refusals) {
      guard let after = PageToken(request.pageToken, count: 1)?.numbers[0], after >= 0 else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let alarms = try await database.read { try $0.alarms(after: after, limit: size + 1) }
      let page = alarms.prefix(size)
      try await note("audit.alarms_read", ["count": .integer(Int64(page.count))], call)
      return AuditV1.ListAlarmsResponse(
        alarms: page.map(AuditV1.Alarm.init),
        nextPageToken: alarms.count > size ? PageToken([page.last?.id ?? 0]).text : "")
    }
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
