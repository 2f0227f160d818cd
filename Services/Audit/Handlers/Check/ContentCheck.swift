// What entries hold and how they are found again: contents under their leaves, months, search terms, disclosures.

import AuditRules
import AuditStore
import Database
import Integrity

extension StoreCheck {
  /// Opens every entry whose month is kept.
  ///
  /// - Returns: What was found of contents, search terms and disclosures.
  func checkContents() async -> [PartReport] {
    let keys = keys
    do {
      return try await database.read { transaction in
        var check = try ContentCheck(keys: keys, transaction)
        try check.run(transaction)
        return [check.contents, check.search, check.disclosures]
      }
    } catch {
      var contents = PartReport(.contents)
      contents.add(Self.finding(error))
      return [contents, PartReport(.search), PartReport(.disclosures)]
    }
  }
}

private struct ContentCheck {
  private static let page = 500

  private let keys: MonthKeys
  private let months: [StoredMonth]
  private let destroyed: Set<String>
  private(set) var contents = PartReport(.contents)
  private(set) var search = PartReport(.search)
  private(set) var disclosures = PartReport(.disclosures)
  /// The calls for which the log has a decision of Share's.
  private var decided: Set<String> = []
  private var decisions: [UInt64: DisclosedMatter] = [:]
  private var disclosed: [UInt64: DisclosedMatter] = [:]
  /// Entries that are alarms by themselves.
  private var alarming: [(kind: AlarmKind, entry: StoredEntry, call: String)] = []
  private var numbers: [String: Int64] = [:]

  init(keys: MonthKeys, _ transaction: borrowing ReadTransaction) throws {
    self.keys = keys
    months = try transaction.storedMonths()
    destroyed = try transaction.destroyedMonths()
  }

  mutating func run(_ transaction: borrowing ReadTransaction) throws {
    for month in destroyed.sorted() where keys.isKept(month) {
      contents.add(.keysKept(month: month))
    }
    let size = try transaction.logState().frontier.size
    var next: UInt64 = 0
    for run in try transaction.termRuns() {
      guard run.lowerBound == next else { break }
      let terms = try transaction.terms(ofRun: run)
      while next < run.upperBound {
        let limit = Int(min(UInt64(Self.page), run.upperBound - next))
        let entries = try transaction.entries(from: next, limit: limit)
        // A log that lacks entries is told of by another part.
        guard entries.count == limit else { return }
        check(entries, terms)
        next += UInt64(limit)
      }
    }
    if next < size { search.add(.notFindable(position: next)) }
    for late in try transaction.lateProvided() {
      let term = try? keys.term(LogTerm.department(late.provider), month: late.month)
      let found = try term.map {
        try transaction.positions(ofTerm: $0, from: late.position, limit: 1)
      }
      if found != [late.position] { search.add(.notFindable(position: late.position)) }
    }
    try checkDisclosures(transaction)
  }

  private mutating func check(_ entries: [StoredEntry], _ terms: [UInt64: Set<Int64>]) {
    contents.lookedAt += UInt64(entries.count)
    search.lookedAt += UInt64(entries.count)
    for entry in entries where month(at: entry.position) != entry.month {
      contents.add(.monthWrong(position: entry.position))
    }
    for entry in entries where destroyed.contains(entry.month) {
      if !ReadTransaction.isFound(entry.leaf, [], among: terms[entry.position]) {
        search.add(.notFindable(position: entry.position))
      }
    }
    for opened in opened(entries.filter { !destroyed.contains($0.month) }) {
      let (facts, stored) = (opened.facts, opened.stored)
      // Without the key of its month nothing is found of it.
      let wanted = try? facts.terms.map { try number($0, stored.month) }
      if wanted.map({
        !ReadTransaction.isFound(stored.leaf, $0, among: terms[stored.position])
      }) ?? true {
        search.add(.notFindable(position: stored.position))
      }
      if facts.isDecision {
        decided.insert(facts.call)
        decisions[stored.position] = DisclosedMatter(opened.payload)
      }
      if facts.isDisclosure { disclosed[stored.position] = DisclosedMatter(opened.payload) }
      if !facts.isForeign, let kind = AlarmKind(topic: facts.topic) {
        alarming.append((kind, stored, facts.call))
      }
    }
  }

  /// All at once; one by one only where one does not open.
  private mutating func opened(_ entries: [StoredEntry]) -> [OpenedEntry] {
    if let all = try? keys.open(entries) { return all }
    return entries.compactMap { entry in
      if let opened = try? keys.open([entry]).first { return opened }
      contents.add(.unreadable(position: entry.position))
      return nil
    }
  }

  private func month(at position: UInt64) -> String? {
    months.last { $0.first <= position }?.month
  }

  private mutating func number(_ text: String, _ month: String) throws -> Int64 {
    let key = month + "\n" + text
    if let known = numbers[key] { return known }
    if numbers.count > 100_000 { numbers = [:] }
    let number = try keys.term(text, month: month)
    numbers[key] = number
    return number
  }

  private mutating func checkDisclosures(_ transaction: borrowing ReadTransaction) throws {
    let watched = try transaction.watchedDisclosures()
    disclosures.lookedAt = UInt64(disclosed.count)
    let matchedFrom = try transaction.decisionsMatchedFrom()
    let unwatched = disclosed.keys.filter { $0 >= matchedFrom }
    for position in Set(unwatched).subtracting(watched.map(\.position)).sorted() {
      disclosures.add(.unwatched(position: position))
    }
    for (kind, entry, call) in alarming
    where try !transaction.hasAlarm(
      kind, origin: entry.origin, sequence: entry.sequence, call: call)
    {
      disclosures.add(.alarmMissing(position: entry.position))
    }
    for one in watched.sorted(by: { $0.position < $1.position }) {
      switch one.state {
      // Of a month whose contents were destroyed nothing is known any more.
      case .decided where destroyed.isEmpty && !isDecided(one, from: matchedFrom):
        disclosures.add(.falselyDecided(position: one.position))
      case .alarmed
      where try !transaction.hasAlarm(
        .disclosureWithoutDecision, origin: one.origin, sequence: one.sequence, call: one.call):
        disclosures.add(.alarmMissing(position: one.position))
      default: break
      }
    }
  }

  /// Whether the decision that is named behind a disclosure is one; each is named once, by the table's own word.
  private func isDecided(_ one: StoredDisclosure, from matchedFrom: UInt64) -> Bool {
    guard let place = one.decision else {
      return one.position < matchedFrom && decided.contains(one.call)
    }
    guard let disclosure = disclosed[one.position] else { return false }
    return decisions[place]?.decides(disclosure) ?? false
  }
}
