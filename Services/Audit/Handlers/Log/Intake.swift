// Taking entries of an origin into the log: checked, sealed, appended.

package import AuditRules
import AuditStore
import Crypto
package import Database
package import Integrity
package import Vocabulary

/// An entry as an outbox gave it.
package struct ArrivedEvent: Sendable {
  package let sequence: UInt64
  package let topic: String
  package let salt: [UInt8]
  package let payload: [UInt8]
  package let leaf: [UInt8]
  package let chain: [UInt8]

  package init(
    sequence: UInt64, topic: String, salt: [UInt8], payload: [UInt8], leaf: [UInt8],
    chain: [UInt8]
  ) {
    self.sequence = sequence
    self.topic = topic
    self.salt = salt
    self.payload = payload
    self.leaf = leaf
    self.chain = chain
  }
}

/// The clocks of this service.
package struct AuditClocks: Sendable {
  /// What entries and alarms are dated with.
  package let civil: @Sendable () -> Instant
  /// By which terms run and months change.
  package let real: @Sendable () -> Instant

  package init(civil: @escaping @Sendable () -> Instant, real: @escaping @Sendable () -> Instant) {
    self.civil = civil
    self.real = real
  }
}

/// The one way into the log.
package struct Intake: Sendable {
  package let database: SQLDatabase
  package let keys: MonthKeys
  package let board: OriginBoard
  private let appender: Int64
  private let grace: DisclosureGrace
  private let clocks: AuditClocks

  package init(
    database: SQLDatabase, keys: MonthKeys, board: OriginBoard, appender: Int64,
    grace: DisclosureGrace, clocks: AuditClocks
  ) {
    self.database = database
    self.keys = keys
    self.board = board
    self.appender = appender
    self.grace = grace
    self.clocks = clocks
  }

  /// Notes an origin that has just been heard of.
  ///
  /// - Parameter newest: What it says is its last sequence.
  /// - Throws: `OriginRefusal` when it was set back.
  package func meet(_ origin: Origin, newest: UInt64) async throws {
    let time = try now()
    let met = try await database.write { try $0.meet(origin, newest: newest, at: time) }
    board.holds(met.held)
    if let refusal = met.refusal { throw refusal }
  }

  /// Appends entries of one origin; returns when they are durable.
  ///
  /// - Throws: `OriginRefusal` when one does not continue the origin. Those before it are appended all the same.
  package func take(_ events: [ArrivedEvent], of origin: Origin) async throws {
    let time = try now()
    let sealer = try keys.sealer(time.month)
    let entries = try events.map { event in
      let leaf = Leaf(salt: event.salt, payload: event.payload)
      let payload = try? CanonicalJSON.decodeCanonical(event.payload)
      return SealedEntry(
        arrived: ArrivedEntry(
          sequence: event.sequence, leaf: event.leaf,
          computedLeaf: Self.isOf(event.topic, payload) ? leaf?.commitment : nil,
          chain: event.chain),
        sealed: try leaf.map {
          try MonthKeys.seal(
            $0, topic: event.topic, origin: origin, sequence: event.sequence, with: sealer)
        } ?? [],
        facts: EntryFacts(
          topic: event.topic, payload: payload?.object ?? [:], from: origin.service))
    }
    let (appender, grace, keys) = (appender, grace, keys)
    let outcome = try await database.write { transaction in
      try transaction.append(
        entries, of: origin, at: time, appender: appender, grace: grace, blinding: keys)
    }
    board.holds(outcome.held)
    if outcome.appended > 0 { board.growth.tell() }
    if let refusal = outcome.refusal { throw refusal }
  }

  /// Whether a payload is JSON of ours and does not say that it is of another topic.
  private static func isOf(_ topic: String, _ payload: JSONValue?) -> Bool {
    guard let payload else { return false }
    guard let stated = payload["topic"] else { return true }
    return stated.string == topic
  }

  private func now() throws -> AppendTime {
    let received = clocks.real()
    let month = MonthKeys.month(of: received)
    try keys.prepare(month, at: received)
    return AppendTime(received: received, civil: clocks.civil(), month: month)
  }
}
