// What follows for other entries where a datum has another source by decision (meizhou-public-2023/5.i4, 11b; hebi-2021/10c, 11.2b).

import Access
import CatalogRules
import CatalogStore
import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  /// Items that a decision has moved to the owner leave the entries of those who had them, in the step that approves the new source.
  ///
  /// The version that is shown has a next one without them, which waits for its publication; a version in flight goes back to its source.
  func relieveOthers(
    of next: EntryVersion, owner: DepartmentFacts, _ call: CallContext,
    in transaction: borrowing WriteTransaction
  ) throws {
    let assigned = try assignments(in: transaction)
    let isGained = next.content.items.contains { item in
      assigned.holder(
        of: item.title, category: next.content.category, for: owner.code, in: owner.region
      )?.department == owner.code
    }
    guard isGained else { return }
    let others = try transaction.entriesClaiming(
      category: next.content.category, region: owner.region, except: owner.code)
    for standing in others {
      let shown = try standing.publishedVersion.flatMap {
        try transaction.entryVersion(standing.entry, $0)
      }
      let open = try transaction.entryVersion(standing.entry, standing.newestVersion)
        .flatMap { $0.number == shown?.number ? nil : $0 }
      let relief = Relief(next: next, origin: owner.region, time: now())
      if let shown {
        let lost = shown.items(goneTo: next, by: assigned, in: owner.region)
        if !lost.isEmpty {
          try relieve(shown, open, of: lost, relief, call, in: transaction)
          continue
        }
      }
      guard let open, open.state == .submitted || open.state == .approved else { continue }
      let lost = open.items(goneTo: next, by: assigned, in: owner.region)
      if !lost.isEmpty { try giveBack(open, for: lost, relief, call, in: transaction) }
    }
  }

  /// To whom items went, and when.
  private struct Relief {
    let next: EntryVersion
    let origin: String
    let time: Instant
  }

  private func relieve(
    _ shown: EntryVersion, _ open: EntryVersion?, of lost: Set<String>, _ relief: Relief,
    _ call: CallContext, in transaction: borrowing WriteTransaction
  ) throws {
    let (next, time) = (relief.next, relief.time)
    let number = (open?.number ?? shown.number) + 1
    let left = shown.relieved(of: lost, number: number, to: next, at: time)
    guard !left.content.items.isEmpty else {
      let emptied = shown.emptied(of: lost, to: next, at: time)
      try keep(emptied, after: shown, in: transaction)
      try transaction.withdraw(shown.entry)
      try transaction.catalogue(shown.entry, version: nil, origin: relief.origin)
      try append("catalog.entry_withdrawn", emptied, since: shown, call, to: transaction)
      if let open, open.state == .submitted || open.state == .approved {
        try giveBack(open, for: lost, relief, call, in: transaction)
      }
      return
    }
    // One that is open would bring them back: it is closed, and can be read where it is.
    if let open {
      let closed = open.closed(for: lost, to: next, at: time)
      try keep(closed, after: open, in: transaction)
      try append("catalog.entry_superseded", closed, since: open, call, to: transaction)
    }
    try transaction.insertNextVersion(left)
    try transaction.save(left, wasHistory: left.history.count, seats: .resting(with: nil))
    try transaction.catalogue(left.entry, version: left.number, origin: relief.origin)
    try append("catalog.entry_relieved", left, since: nil, call, to: transaction)
  }

  /// A version in flight goes back; where it was approved, readers of the catalogue have the one that is shown.
  private func giveBack(
    _ open: EntryVersion, for lost: Set<String>, _ relief: Relief, _ call: CallContext,
    in transaction: borrowing WriteTransaction
  ) throws {
    let returned = open.returned(for: lost, to: relief.next, at: relief.time)
    try keep(returned, after: open, in: transaction)
    if open.state == .approved {
      let shown = try transaction.entryStanding(open.entry)?.publishedVersion
      try transaction.catalogue(open.entry, version: shown, origin: relief.origin)
    }
    try append("catalog.entry_returned", returned, since: open, call, to: transaction)
  }

  private func keep(
    _ next: EntryVersion, after current: EntryVersion, in transaction: borrowing WriteTransaction
  ) throws {
    try transaction.save(
      next, wasHistory: current.history.count,
      seats: .resting(with: next.state == .returned ? next.content.owner : nil))
  }
}
