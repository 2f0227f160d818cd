// Writing evidence from a transaction's body, and keeping the place in somebody else's.

package import Integrity

extension WriteTransaction {
  /// Appends an entry to the outbox, in this transaction: it is stored with it or not at all.
  ///
  /// - Parameters:
  ///   - topic: What kind of event it is, by which consumers choose: `share.grant_approved`.
  ///   - payload: RFC 8785 JSON, at most 1 MiB; persons only as pseudonyms (FORMATS.md, Evidence). A member `time`
  ///     (milliseconds) is checked against the term of the signing key when a receipt is verified. An object gets the topic
  ///     as its member `topic`.
  /// - Returns: The sequence that the entry has once this try is committed; another try may get another.
  @discardableResult
  package func append(topic: String, payload: JSONValue) throws(DatabaseError) -> UInt64 {
    try append(topic, payload, isRefusal: false)
  }

  /// Appends a refusal, which counts toward a share of its own, so that nobody can stop a service by being refused.
  ///
  /// - Returns: nil when the share is used up: nothing is written, and the caller counts it.
  @discardableResult
  package func appendRefusal(topic: String, payload: JSONValue) throws(DatabaseError) -> UInt64? {
    guard session.outbox?.hasRoomForRefusal ?? true else { return nil }
    return try append(topic, payload, isRefusal: true)
  }

  private func append(_ topic: String, _ payload: JSONValue, isRefusal: Bool)
    throws(DatabaseError) -> UInt64
  {
    try session.guarded { _ throws(DatabaseError) in
      guard let outbox = session.outbox else {
        throw .misuse("the database was opened without an outbox")
      }
      return try outbox.append(topic: topic, payload: payload, isRefusal: isRefusal)
    }
  }
}

// MARK: - Positions in other outboxes

extension SQLReading where Self: ~Copyable {
  /// The sequence of the last event of this origin that was applied; 0 before the first.
  package func position(of origin: Origin) throws(DatabaseError) -> UInt64 {
    let row = try queryOne(
      "SELECT sequence FROM consumed_position WHERE origin = ?1", [origin.text])
    let sequence: Int64 = try row?[0] ?? 0
    return UInt64(max(0, sequence))
  }

  /// All positions, by the text of the origin.
  package func positions() throws(DatabaseError) -> [String: UInt64] {
    var positions: [String: UInt64] = [:]
    for row in try query("SELECT origin, sequence FROM consumed_position") {
      let sequence: Int64 = try row[1]
      positions[try row[0]] = UInt64(max(0, sequence))
    }
    return positions
  }
}

extension WriteTransaction {
  /// Notes that an event is applied, in the transaction that applies it: so each is applied once, whatever is redelivered.
  ///
  /// - Returns: false when this event, or a later one, was applied before; the caller does nothing then.
  package func advance(_ origin: Origin, to sequence: UInt64) throws(DatabaseError) -> Bool {
    try execute(
      """
      INSERT INTO consumed_position (origin, sequence) VALUES (?1, ?2)
      ON CONFLICT (origin) DO UPDATE SET sequence = excluded.sequence
      WHERE consumed_position.sequence < excluded.sequence
      """, [origin.text, Int64(clamping: sequence)]) == 1
  }
}
