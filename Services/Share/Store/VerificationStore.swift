// Verification requests as they are kept: the claim sealed beside them until it is decided, then wiped.

package import Database
import Integrity
import Regulation
package import ShareRules
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  package func verification(_ number: Int64) throws -> Verification? {
    try queryOne("SELECT * FROM verifications WHERE id = ?1", [number])
      .map { try Verification($0) }
  }

  /// The claim as it was sealed; `nil` once the request is decided.
  package func sealedClaim(_ number: Int64) throws -> [UInt8]? {
    let row = try queryOne("SELECT sealed FROM verifications WHERE id = ?1", [number])
    return try row?["sealed"] ?? nil
  }

  /// A page of requests that a department made or must decide.
  package func verifications(of department: DepartmentCode, after: Int64, limit: Int) throws
    -> [Verification]
  {
    try query(
      """
      SELECT * FROM verifications WHERE id > ?1 AND (requester = ?2 OR source = ?2)
      ORDER BY id LIMIT ?3
      """, [after, department.text, limit]
    ).map { try Verification($0) }
  }

  package func waitingVerifications(of source: DepartmentCode, after: Int64, limit: Int) throws
    -> [Verification]
  {
    try query(
      """
      SELECT * FROM verifications WHERE source = ?2 AND state = 'requested' AND id > ?1
      ORDER BY id LIMIT ?3
      """, [after, source.text, limit]
    ).map { try Verification($0) }
  }

  /// Requests that wait for any source.
  package func openVerifications(after: Int64, limit: Int) throws -> [Verification] {
    try query(
      """
      SELECT * FROM verifications WHERE state = 'requested' AND id > ?1
      ORDER BY id LIMIT ?2
      """, [after, limit]
    ).map { try Verification($0) }
  }

  /// Claims about one person that a department has made under an entry.
  package func claimCount(entry: Int64, requester: DepartmentCode, pseudonym: [UInt8]) throws -> Int
  {
    let row = try queryOne(
      """
      SELECT COUNT(*) AS number FROM verifications
      WHERE entry = ?1 AND requester = ?2 AND pseudonym = ?3
      """, [entry, requester.text, pseudonym])
    return try row?["number"] ?? 0
  }
}

extension WriteTransaction {
  /// Keeps a new request with its sealed claim.
  ///
  /// - Parameter pseudonym: Of the subject, under a key that no other use has.
  package func insert(_ verification: Verification, pseudonym: [UInt8], sealed: [UInt8]) throws {
    try execute(
      """
      INSERT INTO verifications
        (id, entry, requester, source, state, profile, pseudonym, sealed, created, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """,
      [
        verification.number, verification.entry, verification.requester.text,
        verification.source.text, verification.state.rawValue, verification.profile.text,
        pseudonym, sealed, verification.created.milliseconds, verification.content.stored,
      ])
  }

  /// Keeps a decided request; its claim goes.
  package func saveDecided(_ verification: Verification) throws {
    try execute(
      "UPDATE verifications SET state = ?2, content = ?3, sealed = NULL WHERE id = ?1",
      [verification.number, verification.state.rawValue, verification.content.stored])
  }
}

extension Verification {
  fileprivate var content: JSONObject {
    var object = JSONObject()
    object.set("item", item)
    object.set("purpose", purpose)
    object.set("case_number", caseNumber)
    object.set("answer", answer?.rawValue ?? "")
    object.set("legal_basis", legalBasis?.json)
    object.set("decline_basis", declineBasis?.json)
    object.set("decline_reason", declineReason)
    object.set("decided", decided)
    object.set("answered", answered?.json)
    object.set("history", history.map(\.json))
    return object
  }

  fileprivate init(_ row: Row) throws {
    let object = try JSONObject(stored: try row["content"])
    guard let state = VerificationState(rawValue: try row["state"]) else {
      throw UnreadableContent(what: "verification request")
    }
    self.init(
      number: try row["id"], entry: try row["entry"], requester: try code(try row["requester"]),
      source: try code(try row["source"]), item: object.text("item"),
      purpose: object.text("purpose"), caseNumber: object.text("case_number"),
      profile: try reference(try row["profile"]),
      created: Instant(milliseconds: try row["created"]))
    self.state = state
    answer = VerificationAnswer(rawValue: object.text("answer"))
    legalBasis = LegalBasis(object.object("legal_basis"))
    declineBasis = LegalBasis(object.object("decline_basis"))
    declineReason = object.text("decline_reason")
    decided = object.time("decided")
    answered = ClockReading(object.object("answered"))
    history = object.objects("history").map { CaseStep($0) }
  }
}
