// Audit's calls: proofs for everyone, entries for those whom AC-71 entitles, positions for the services.

package import Access
package import AuditRules
import AuditStore
import Contracts
package import Database
import Integrity
package import Vocabulary

/// The handlers of weir.audit.v1.
package struct AuditCalls: AuditV1.AuditService {
  /// Where a department stands, as the gateway's registry says; `nil` for one that it does not know.
  package typealias Places = @Sendable (DepartmentCode) async throws -> BodyPlace?

  let database: SQLDatabase
  let keys: MonthKeys
  let board: OriginBoard
  let keyListNote: String
  let places: Places
  let refusals: (any RefusalRecorder)?
  let acts: ActOffice
  let civil: @Sendable () -> Instant

  /// - Parameters:
  ///   - keyListNote: The key list as the offline root signed it.
  ///   - civil: What the entries about readings are dated with.
  package init(
    database: SQLDatabase, keys: MonthKeys, board: OriginBoard, keyListNote: String,
    places: @escaping Places, refusals: (any RefusalRecorder)?, acts: ActOffice,
    civil: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    self.keys = keys
    self.board = board
    self.keyListNote = keyListNote
    self.places = places
    self.refusals = refusals
    self.acts = acts
    self.civil = civil
  }

  /// Writes that somebody read the log, before the answer goes out (AC-71: every log read is logged).
  func note(
    _ topic: String, _ details: JSONObject, _ call: CallContext
  ) async throws {
    let entry = JSONValue.object(signed(details, call, at: civil()))
    try await database.write { transaction in
      try transaction.append(topic: topic, payload: entry)
    }
  }

  /// A payload with who did it, when and by which call.
  func signed(_ details: JSONObject, _ call: CallContext, at time: Instant) -> JSONObject {
    var payload = details
    payload["time"] = .integer(time.milliseconds)
    payload["call"] = .string(call.callID)
    payload["actor"] = .string(call.principal)
    payload["department"] = .string(call.caller.department.text)
    return payload
  }
}
