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
    let decision: UInt64?
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
      var used: Set<UInt64> = []
      var judged: [Judged] = []
      for disclosure in open {
        let terms = try months.map { month in
          try keys.term(LogTerm.decision(disclosure.call), month: month)
        }
        let decision = try keys.decision(
          behind: disclosure, ofTerms: terms, from: first, except: used, transaction)
        let state = judge(
          disclosure.state, isDecided: decision != nil, due: disclosure.due, now: now)
        if let decision { used.insert(decision) }
        if state == disclosure.state { continue }
        judged.append(Judged(disclosure: disclosure, state: state, decision: decision))
      }
      return judged
    }
    if judged.isEmpty { return }
    try await database.write { transaction in
      for one in judged {
        try transaction.settle(one.disclosure, as: one.state, by: one.decision, at: civil)
      }
    }
  }
}

extension MonthKeys {
  /// The decision behind a disclosure: of the same call, on the same grant, entry, grantee, items and chunk, and behind no other.
  fileprivate func decision(
    behind disclosure: StoredDisclosure, ofTerms terms: [Int64], from first: UInt64,
    except used: Set<UInt64>, _ transaction: borrowing ReadTransaction
  ) throws -> UInt64? {
    var disclosed: DisclosedMatter?
    return try transaction.place(ofTerms: terms, from: first) { position in
      if used.contains(position) { return false }
      if try transaction.isUsed(decision: position) { return false }
      if disclosed == nil { disclosed = try matter(at: disclosure.position, transaction)?.matter }
      guard let disclosed, let found = try matter(at: position, transaction) else { return false }
      return found.isDecision && found.matter.decides(disclosed)
    }
  }

  /// What an entry says of data that go out; `nil` where its contents are gone.
  private func matter(
    at position: UInt64, _ transaction: borrowing ReadTransaction
  ) throws -> (matter: DisclosedMatter, isDecision: Bool)? {
    let stored = try transaction.entries(from: position, limit: 1)
    guard stored.first?.position == position, let entry = try open(stored).first else {
      return nil
    }
    return (DisclosedMatter(entry.payload), entry.topic == "share.decision")
  }
}
