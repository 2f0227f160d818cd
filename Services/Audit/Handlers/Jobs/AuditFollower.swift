// Following a service's outbox into the log.

package import AuditRules
import AuditStore
package import Contracts
import Integrity
import RPC

/// Pulls what one service writes, for ever. Where it goes on is what the log holds; the service keeps the rest until then.
package struct AuditFollower: Sendable {
  /// What is worth telling the operator.
  package enum Report: Sendable {
    /// Entries were refused; an alarm is on record.
    case refused(OriginRefusal)
    /// The stream broke off for another reason than the service being away.
    case interrupted(cause: String)
  }

  /// Whose outboxes go into the log, beside Audit's own.
  package static let services = ["gateway", "catalog", "ingest", "share", "feedback"]

  /// How many entries may wait for the database; beyond it the service is not read on.
  private static let waitingLimit = 4_096
  /// How many entries go into the log in one transaction.
  private static let batchLimit = 1_000
  /// A stream is begun anew after so long, so that none is followed for ever without a fresh look.
  private static let streamTime = Duration.seconds(86_400)

  private let service: String
  private let client: EventsV1.EventsClient
  private let intake: Intake
  private let report: @Sendable (Report) -> Void

  /// - Parameter service: Whose outbox it is; entries of any other origin are refused.
  package init(
    service: String, transport: any MessageTransport, intake: Intake,
    report: @escaping @Sendable (Report) -> Void
  ) {
    self.service = service
    client = EventsV1.EventsClient(transport)
    self.intake = intake
    self.report = report
  }

  /// Runs until the task is cancelled. After a stream that brought nothing, the pause before the next one grows.
  package func run() async throws {
    var pause = Duration.milliseconds(50)
    while !Task.isCancelled {
      let before = intake.board.progress(of: service)
      do {
        try await follow()
      } catch let refusal as OriginRefusal {
        report(.refused(refusal))
        pause = .seconds(5)
      } catch let status as Status {
        let isAway: [StatusCode] = [.unavailable, .cancelled, .deadlineExceeded]
        if !isAway.contains(status.code) {
          report(.interrupted(cause: "\(status.code): \(status.message)"))
        }
      }
      if intake.board.progress(of: service) != before { pause = .milliseconds(50) }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(5))
    }
  }

  private func follow() async throws {
    let request = EventsV1.SubscribeRequest(
      consumer: "audit",
      positions: intake.board.progress(of: service).map {
        EventsV1.Position(origin: $0.held.name, sequence: Int64(clamping: $0.held.sequence))
      })
    let options = CallOptions(timeout: Self.streamTime, waitsForReady: true)
    try await client.subscribe(request, options) { events in
      let backlog = Backlog<EventsV1.Event>(limit: Self.waitingLimit)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await read(events, into: backlog) }
        group.addTask { try await store(backlog) }
        // The first that fails ends both.
        try await group.waitForAll()
      }
    }
  }

  private func read(
    _ events: MessageReader<EventsV1.Event>, into backlog: Backlog<EventsV1.Event>
  ) async throws {
    do {
      while true {
        let arrived = try await events.nextAll()
        if arrived.isEmpty { break }
        guard await backlog.put(arrived) else { return }
      }
    } catch {
      await backlog.end()
      throw error
    }
    await backlog.end()
  }

  private func store(_ backlog: Backlog<EventsV1.Event>) async throws {
    do {
      while true {
        let events = await backlog.takeAll()
        if events.isEmpty { return }
        try await store(events)
      }
    } catch {
      await backlog.end()
      throw error
    }
  }

  /// Stores what waits, in order, one transaction for each run of entries of one origin.
  private func store(_ events: [EventsV1.Event]) async throws {
    var rest = events[...]
    while let first = rest.first {
      guard let origin = Origin(text: first.origin), origin.service == service,
        first.sequence >= 0
      else { throw Status(.dataLoss, "an event names a wrong origin") }
      if first.topic.isEmpty {
        try await intake.meet(origin, newest: UInt64(first.sequence))
        rest = rest.dropFirst()
        continue
      }
      let batch = rest.prefix(Self.batchLimit).prefix {
        $0.origin == first.origin && !$0.topic.isEmpty && $0.sequence > 0
      }
      guard !batch.isEmpty else { throw Status(.dataLoss, "an event has no sequence") }
      try await intake.take(batch.map(ArrivedEvent.init), of: origin)
      rest = rest.dropFirst(batch.count)
    }
  }
}

extension ArrivedEvent {
  fileprivate init(_ event: EventsV1.Event) {
    self.init(
      sequence: UInt64(max(0, event.sequence)), topic: event.topic, salt: event.salt,
      payload: event.payload, leaf: event.leaf, chain: event.chain)
  }
}
