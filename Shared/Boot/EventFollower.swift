// Following another service's events: each applied once, in order, with the position in the same transaction.

import Contracts
package import Database
package import Integrity
package import Logging
package import RPC
import Vocabulary

/// An event of another service, checked and ready to be applied.
package struct ForeignEvent: Sendable {
  package let origin: Origin
  package let sequence: UInt64
  package let topic: String
  package let payload: JSONObject
}

/// Follows one service for one consumer, for ever.
package struct EventFollower: Sendable {
  /// Applies an event in a write transaction. It is called again for one that was not acknowledged, never for one that was.
  package typealias Apply =
    @Sendable (_ event: ForeignEvent, _ transaction: borrowing WriteTransaction) throws -> Void

  private let producer: String
  private let topics: [String]
  private let channel: Channel
  private let database: SQLDatabase
  private let log: Logger
  private let health: HealthBoard
  private let apply: Apply
  private let confirmation: FollowerConfirmation?

  /// - Parameters:
  ///   - producer: The service followed.
  ///   - topics: Those of its topics that matter here.
  ///   - confirmation: Told of what was applied, where somebody asks whether it is all.
  ///   - health: Says under `events/<producer>` whether its events are applied.
  package init(
    producer: String, topics: [String], channel: Channel, database: SQLDatabase, log: Logger,
    health: HealthBoard, confirmation: FollowerConfirmation? = nil, apply: @escaping Apply
  ) {
    self.confirmation = confirmation
    self.producer = producer
    self.topics = topics
    self.channel = channel
    self.database = database
    self.log = log
    self.health = health
    self.apply = apply
  }

  /// Runs until the task is cancelled.
  package func run() async throws {
    let (producer, log) = (producer, log)
    let loop = FollowingLoop(producer: producer, health: health) { error in
      log.critical(
        "events not applied", metadata: ["producer": "\(producer)", "cause": "\(error)"])
    }
    try await loop.run { progressed in try await follow(progressed) }
  }

  private func follow(_ progressed: () -> Void) async throws {
    let client = EventsV1.EventsClient(channel)
    let positions = try await database.read { try $0.positions() }
    let known = positions.filter { $0.key.hasPrefix(producer + "/") }
    for (origin, sequence) in known { confirmation?.note(origin, through: sequence) }
    var request = EventsV1.SubscribeRequest()
    request.positions = known.map {
      EventsV1.Position(origin: $0.key, sequence: Int64(clamping: $0.value))
    }
    request.topics = topics
    try await client.subscribe(request, CallOptions(timeout: followingTime, waitsForReady: true)) {
      events in
      while let event = try await events.next() {
        try await take(event)
        progressed()
      }
    }
  }

  private func take(_ event: EventsV1.Event) async throws {
    guard let origin = Origin(text: event.origin), origin.service == producer, event.sequence > 0
    else { throw Status(.dataLoss, "an event names a wrong origin") }
    let sequence = UInt64(event.sequence)
    let foreign: ForeignEvent? =
      event.topic.isEmpty ? nil : try decoded(event, origin, sequence)
    let apply = apply
    try await database.write { transaction in
      guard try transaction.advance(origin, to: sequence) else { return }
      if let foreign { try apply(foreign, transaction) }
    }
    confirmation?.note(event.origin, through: sequence)
  }

  private func decoded(
    _ event: EventsV1.Event, _ origin: Origin, _ sequence: UInt64
  ) throws -> ForeignEvent {
    guard let leaf = Leaf(salt: event.salt, payload: event.payload), leaf.commitment == event.leaf,
      case .object(let payload) = try CanonicalJSON.decodeCanonical(event.payload)
    else { throw Status(.dataLoss, "an event does not match its leaf") }
    return ForeignEvent(origin: origin, sequence: sequence, topic: event.topic, payload: payload)
  }
}
