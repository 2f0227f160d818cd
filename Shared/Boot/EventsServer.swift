// A service's outbox as a stream for Audit and for the services that must know of its doings (weir.events.v1).

package import Access
package import Contracts
package import Database
package import Integrity
import RPC

/// Serves the outboxes of one database: this replica's, and those of the others, whichever of them still run.
///
/// A subscriber names what it has applied; that also confirms it, so that entries which everyone has can go. A stream that
/// skips topics still tells how far it has looked, as an event without a topic.
package struct EventsServer: EventsV1.EventsService {
  /// The state that a new consumer starts from, as events; made in one read of the database.
  package typealias Snapshot = @Sendable (_ topics: Set<String>) async throws -> [SnapshotEvent]

  private let outbox: Outbox
  private let consumers: Set<String>
  private let snapshotOf: Snapshot
  /// What consumers confirm.
  private let board: ConsumerBoard

  /// - Parameters:
  ///   - consumers: Services that may subscribe: Audit, and those whom the outbox is configured to wait for.
  ///   - board: Notes how far consumers say they are.
  package init(
    outbox: Outbox, consumers: Set<String>, board: ConsumerBoard = ConsumerBoard(),
    snapshot: @escaping Snapshot
  ) {
    self.board = board
    self.outbox = outbox
    self.consumers = consumers
    snapshotOf = snapshot
  }

  package func subscribe(
    _ request: EventsV1.SubscribeRequest, _ replies: MessageWriter<EventsV1.Event>,
    _ call: CallContext
  ) async throws {
    let consumer = try admitted(call)
    var positions: [String: UInt64] = [:]
    for position in request.positions {
      positions[position.origin] = UInt64(max(0, position.sequence))
    }
    if consumer != "audit" { try await confirm(positions, by: consumer) }
    let topics = Set(request.topics)
    var met: Set<String> = []
    for await _ in outbox.changes() {
      for (origin, newest) in try await outbox.heads() {
        // Audit hears first how far an outbox is: it learns of an origin that has written nothing yet, which then gets its
        // answer, and of one that was set back behind what the log holds.
        if consumer == "audit", met.insert(origin.text).inserted {
          try await replies.write(
            EventsV1.Event(origin: origin.text, sequence: Int64(clamping: newest)))
        }
        positions[origin.text] = try await send(
          origin, after: positions[origin.text] ?? 0, through: newest, topics, to: replies)
      }
    }
  }

  private func confirm(_ positions: [String: UInt64], by consumer: String) async throws {
    for (origin, _) in try await outbox.heads() {
      guard let position = positions[origin.text], position > 0 else { continue }
      try await outbox.confirm(consumer, through: position, of: origin)
    }
  }

  /// - Returns: How far the stream is.
  private func send(
    _ origin: Origin, after sequence: UInt64, through newest: UInt64, _ topics: Set<String>,
    to replies: MessageWriter<EventsV1.Event>
  ) async throws -> UInt64 {
    var position = sequence
    while position < newest {
      let entries = try await outbox.read(after: position, limit: 256, of: origin)
      guard let last = entries.last else { break }
      for entry in entries where topics.isEmpty || topics.contains(entry.topic) {
        try await replies.write(event(entry))
      }
      if !topics.isEmpty, !topics.contains(last.topic) {
        try await replies.write(
          EventsV1.Event(origin: origin.text, sequence: Int64(clamping: last.sequence)))
      }
      position = last.sequence
    }
    return position
  }

  package func confirm(
    _ request: EventsV1.ConfirmRequest, _ call: CallContext
  ) async throws -> EventsV1.ConfirmResponse {
    let consumer = try admitted(call)
    let origin = outbox.origin.text
    let sequence = request.positions.first { $0.origin == origin }?.sequence ?? 0
    board.note(consumer, through: UInt64(max(0, sequence)))
    return .init(newest: .init(origin: origin, sequence: Int64(clamping: outbox.lastSequence)))
  }

  package func snapshot(
    _ request: EventsV1.SnapshotRequest, _ replies: MessageWriter<EventsV1.SnapshotItem>,
    _ call: CallContext
  ) async throws {
    _ = try admitted(call)
    // The positions first: what happens while the state is read is then told again, and applying twice does no harm.
    let positions = try await outbox.heads().map {
      EventsV1.Position(origin: $0.origin.text, sequence: Int64(clamping: $0.sequence))
    }
    for event in try await snapshotOf(Set(request.topics)) {
      try await replies.write(
        EventsV1.SnapshotItem(topic: event.topic, payload: CanonicalJSON.encode(event.payload)))
    }
    for position in positions {
      try await replies.write(EventsV1.SnapshotItem(position: position))
    }
  }

  /// The name that the caller's certificate proves; what a request says of itself is not believed.
  private func admitted(_ call: CallContext) throws -> String {
    guard let service = call.service, consumers.contains(service) else {
      throw Status(.permissionDenied, "this service is no consumer of these events")
    }
    return service
  }

  private func event(_ entry: OutboxEntry) -> EventsV1.Event {
    EventsV1.Event(
      origin: entry.origin.text, sequence: Int64(clamping: entry.sequence), topic: entry.topic,
      payload: entry.leaf.payload, salt: entry.leaf.salt, leaf: entry.commitment,
      chain: entry.chain)
  }
}

/// One piece of state, told as the event that would have made it.
package struct SnapshotEvent: Sendable {
  package let topic: String
  package let payload: JSONValue

  package init(topic: String, payload: JSONValue) {
    self.topic = topic
    self.payload = payload
  }
}
