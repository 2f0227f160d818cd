// Looking for the decision behind each disclosure, and for the registry's entry behind each signer's certificate.

import AuditRules
import AuditStore
package import Database
import Vocabulary

/// Settles disclosures whose decision has come, and raises an alarm for those without one when the grace is over.
package struct DisclosureWatch: Sendable {
  private static let sweptAtOnce = 5_000
  /// A decision lies in the month of its disclosure or beside it.
  private static let monthsSearched = 2

  private let database: SQLDatabase
  private let keys: MonthKeys
  private let clocks: AuditClocks

  package init(database: SQLDatabase, keys: MonthKeys, clocks: AuditClocks) {
    self.database = database
    self.keys = keys
    self.clocks = clocks
  }

  /// Sweeps until the task is cancelled.
  package func run(every pause: Duration) async throws {
    while !Task.isCancelled {
      try await sweep()
      try await Task.sleep(for: pause)
    }
  }

  private struct Judged: Sendable {
    let disclosure: StoredDisclosure
    let state: DisclosureState
  }

  /// Looks at every disclosure and every signer that is not settled.
  package func sweep() async throws {
    try await sweepDisclosures()
    guard try await database.read({ try $0.hasWaitingSigners() }) else { return }
    let (now, civil) = (clocks.real(), clocks.civil())
    try await database.write { try $0.judgeSigners(now: now, civil: civil) }
  }

  private func sweepDisclosures() async throws {
    let (keys, now, civil) = (keys, clocks.real(), clocks.civil())
    let judged = try await database.read { transaction in
      let searched = try transaction.months().suffix(Self.monthsSearched)
      let (months, first) = (searched.map(\.month), searched.first?.first ?? 0)
      let open =
        try transaction.disclosures(.awaiting, limit: Self.sweptAtOnce)
        + transaction.disclosures(.alarmed, limit: Self.sweptAtOnce)
      return try open.compactMap { disclosure -> Judged? in
        let terms = try months.map { month in
          try keys.term(LogTerm.decision(disclosure.call), month: month)
        }
        let state = judge(
          disclosure.state, isDecided: try transaction.holdsAny(ofTerms: terms, from: first),
          due: disclosure.due, now: now)
        return state == disclosure.state ? nil : Judged(disclosure: disclosure, state: state)
      }
    }
    if judged.isEmpty { return }
    try await database.write { transaction in
      for one in judged { try transaction.settle(one.disclosure, as: one.state, at: civil) }
    }
  }
}
