// Audit's own entries: who read what. They go through its outbox into the log like everybody's.

import AuditRules
import AuditStore
package import Database
import Integrity

/// Follows Audit's own outbox, and tells it how far the log covers it.
package struct OwnEntries: Sendable {
  private let outbox: Outbox
  private let intake: Intake

  package init(outbox: Outbox, intake: Intake) {
    self.outbox = outbox
    self.intake = intake
  }

  /// Runs until the task is cancelled or the database is closed.
  package func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await follow() }
      group.addTask { try await confirm() }
      try await group.waitForAll()
    }
  }

  private func follow() async throws {
    let origin = outbox.origin
    try await intake.meet(origin, newest: outbox.lastSequence)
    var position = held?.sequence ?? 0
    for await newest in outbox.changes() {
      while position < newest {
        let entries = try await outbox.read(after: position, limit: Outbox.pageEntries)
        guard let last = entries.last else { break }
        try await intake.take(
          entries.map {
            ArrivedEvent(
              sequence: $0.sequence, topic: $0.topic, salt: $0.leaf.salt, payload: $0.leaf.payload,
              leaf: $0.commitment, chain: $0.chain)
          }, of: origin)
        position = last.sequence
      }
    }
  }

  private func confirm() async throws {
    var told: UInt64 = 0
    for await _ in intake.board.coverage.stream() {
      guard let progress, progress.covered > told else { continue }
      try await outbox.auditAnswered(
        durable: progress.held.sequence, chain: progress.held.head, covered: progress.covered)
      told = progress.covered
    }
  }

  private var progress: OriginProgress? {
    intake.board.progress(of: "audit").first { $0.held.name == outbox.origin.text }
  }

  private var held: HeldOrigin? { progress?.held }
}
