// Reminders and escalations sent to a department's own address: in order, again and again until taken, each with one id.

package import Database
import GatewayRules
import GatewayStore
import Crypto
import Integrity
package import Vocabulary

/// A notice as it is sent.
package struct SentNotice: Sendable, Equatable {
  /// `meizhou.example/notices/12`: the same however often it is sent, so that it takes effect once.
  package let id: String
  /// RFC 8785 JSON. Names cases and departments, never a person.
  package let body: [UInt8]
}

/// Sends a department's notices to one address. Where it has come to lies in the database, so a restart goes on there.
package struct NoticeWebhook: Sendable {
  /// The first pause after a failure, and the longest.
  private static let pauses = (first: Duration.seconds(1), longest: Duration.seconds(300))
  private static let idle = Duration.seconds(1)
  private static let page = 100

  private let department: DepartmentCode
  private let domain: String
  private let database: SQLDatabase
  private let place: Origin
  private let send: @Sendable (SentNotice) async throws -> Int
  private let report: @Sendable (_ fault: String?) -> Void

  /// - Parameters:
  ///   - target: The address; another address begins with the first notice that is kept.
  ///   - send: Sends a notice and answers the status of HTTP.
  ///   - report: Called when sending begins to fail, and with `nil` when it works again.
  package init(
    department: DepartmentCode, target: String, domain: String, database: SQLDatabase,
    send: @escaping @Sendable (SentNotice) async throws -> Int,
    report: @escaping @Sendable (_ fault: String?) -> Void
  ) {
    self.department = department
    self.domain = domain
    self.database = database
    self.send = send
    self.report = report
    let mark = SHA256.hash(Array("\(department.text)\n\(target)".utf8))
    guard let place = Origin(service: "webhook", replica: "r1", incarnation: Array(mark[..<16]))
    else { preconditionFailure("two names and sixteen bytes are an origin") }
    self.place = place
  }

  /// Sends what there is and what comes, until cancelled.
  package func run() async throws {
    var pause = Self.pauses.first
    var isFailing = false
    while true {
      do {
        let sent = try await sendNext()
        if isFailing, sent > 0 {
          report(nil)
          isFailing = false
        }
        pause = Self.pauses.first
        if sent < Self.page { try await Task.sleep(for: Self.idle) }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        if !isFailing { report("\(error)") }
        isFailing = true
        try await Task.sleep(for: pause)
        pause = min(pause * 2, Self.pauses.longest)
      }
    }
  }

  /// Sends one page of what has not been taken, in order, and stops at the first that is not.
  ///
  /// - Returns: How many were taken.
  @discardableResult
  package func sendNext() async throws -> Int {
    let (department, place) = (department, place)
    let waiting = try await database.read { transaction in
      try transaction.notices(
        for: department, after: Int64(clamping: transaction.position(of: place)), limit: Self.page)
    }
    for (number, notice) in waiting {
      let status = try await send(sent(number, notice))
      guard (200..<300).contains(status) else { throw WebhookRefused(status: status) }
      _ = try await database.write { try $0.advance(place, to: UInt64(clamping: number)) }
    }
    return waiting.count
  }

  private func sent(_ number: Int64, _ notice: DutyNotice) -> SentNotice {
    let id = "\(domain)/notices/\(number)"
    let body = JSONObject([
      ("article", .string(notice.article)), ("clock", .string(notice.clock)),
      ("department", .string(ResourceName.department(notice.department).text)),
      ("due", .string(notice.due)), ("id", .string(id)), ("notice", .string(notice.notice)),
      ("number", .integer(number)), ("overdue_days", .integer(notice.overdueDays)),
      ("recipient", .string(ResourceName.department(department).text)),
      ("resource", .string(notice.resource)), ("time", .string(notice.time.rfc3339)),
    ])
    return SentNotice(id: id, body: CanonicalJSON.encode(.object(body)))
  }
}

/// The receiver answered, and not that it has taken the notice.
private struct WebhookRefused: Error, CustomStringConvertible {
  let status: Int
  var description: String { "HTTP \(status)" }
}
