// A mutation that is sent twice is done once: what each `request_id` was answered.

package import Integrity
package import Vocabulary

/// Names one request of one caller (DESIGN.md, section 5).
package struct RequestKey: Sendable, Equatable {
  package let caller: String
  package let method: String
  package let requestID: String

  package init(caller: String, method: String, requestID: String) {
    self.caller = caller
    self.method = method
    self.requestID = requestID
  }
}

/// What is known of a request.
package enum Replay: Sendable, Equatable {
  /// It comes for the first time, or again after 24 hours: do it.
  case new
  /// It was done. The answer that was kept; nil when it is to be computed again, as answers with personal data are.
  case same(answer: [UInt8]?)
  /// The same `request_id` stood for other content.
  case conflict
}

extension WriteTransaction {
  /// How long a request is remembered.
  package static var requestTermMilliseconds: Int64 { 24 * 3_600_000 }
  /// How many expired ones each new one sweeps: more than it adds, so that the table does not grow for ever.
  private static var sweptRequests: Int { 4 }

  /// Asks whether a request was done before, and notes it if not. A replay is authorised and logged anew by the caller.
  ///
  /// - Parameter digest: Of the request's content.
  package func replay(of key: RequestKey, digest: [UInt8]) throws(DatabaseError) -> Replay {
    let known = try queryOne(
      """
      SELECT digest, answer, expires_at FROM answered_request
      WHERE caller = ?1 AND method = ?2 AND request = ?3
      """, [key.caller, key.method, key.requestID])
    if let known {
      let expires: Int64 = try known[2]
      if expires > now.milliseconds {
        let kept: [UInt8] = try known[0]
        return kept == digest ? .same(answer: try known[1]) : .conflict
      }
    }
    try execute(
      """
      DELETE FROM answered_request WHERE (caller, method, request) IN (
        SELECT caller, method, request FROM answered_request WHERE expires_at <= ?1
        ORDER BY expires_at LIMIT ?2)
      """, [now.milliseconds, Self.sweptRequests])
    try execute(
      """
      INSERT INTO answered_request (caller, method, request, digest, answer, expires_at)
      VALUES (?1, ?2, ?3, ?4, NULL, ?5)
      ON CONFLICT (caller, method, request) DO UPDATE
      SET digest = excluded.digest, answer = NULL, receipt = NULL, expires_at = excluded.expires_at
      """,
      [
        key.caller, key.method, key.requestID, digest,
        now.milliseconds + Self.requestTermMilliseconds,
      ])
    return .new
  }

  /// The same, a replay being logged as the first request was (DESIGN.md, section 5).
  ///
  /// - Parameters:
  ///   - topic: `feedback.replayed`.
  ///   - time: As entries bear it.
  package func loggedReplay(
    of key: RequestKey, digest: [UInt8], as topic: String, call: String, at time: Instant
  ) throws -> Replay {
    let known = try replay(of: key, digest: digest)
    guard case .same = known else { return known }
    try append(
      topic: topic,
      payload: [
        "actor": .string(key.caller), "method": .string(key.method),
        "request": .string(key.requestID), "call": .string(call),
        "time": .integer(time.milliseconds),
      ])
    return known
  }

  /// Keeps the answer of a request that was new in this transaction. Never one with personal data.
  ///
  /// - Parameter keyList: Where the answer goes out with the receipt of the body's first entry, the key list that goes with it:
  ///   then the receipt is kept in this transaction, too, as soon as it is signed.
  package func keep(
    answer: [UInt8], of key: RequestKey, receiptUnder keyList: SignedNote? = nil
  ) throws(DatabaseError) {
    let changed = try execute(
      """
      UPDATE answered_request SET answer = ?4 WHERE caller = ?1 AND method = ?2 AND request = ?3
      """, [key.caller, key.method, key.requestID, answer])
    guard changed == 1 else { throw .misuse("an answer is kept after replay(of:digest:)") }
    if let keyList { session.keepReceipt(of: key, under: keyList) }
  }

  /// The receipt that went out with the kept answer of a request; nil where none did.
  package func keptReceipt(of key: RequestKey) throws -> Receipt? {
    let row = try queryOne(
      "SELECT receipt FROM answered_request WHERE caller = ?1 AND method = ?2 AND request = ?3",
      [key.caller, key.method, key.requestID])
    let bytes: [UInt8]? = try row?[0] ?? nil
    return try bytes.map { try Receipt($0) }
  }
}

/// A kept answer that waits for its group's signature.
struct WaitingReceipt {
  let key: RequestKey
  let keyList: SignedNote

  /// Stores the receipt of a body's first entry, as the transaction's last act.
  func store(_ evidence: CommittedEvidence, on connection: any Connection) throws(DatabaseError) {
    guard let receipt = evidence.receipts(keys: keyList).first else { return }
    _ = try connection.execute(
      """
      UPDATE answered_request SET receipt = ?4 WHERE caller = ?1 AND method = ?2 AND request = ?3
      """,
      [.text(key.caller), .text(key.method), .text(key.requestID), .blob(receipt.encoded())])
  }
}
