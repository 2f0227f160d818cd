// Prepared statements, kept by their text.

/// A bounded cache of prepared statements of one connection.
///
/// A statement is taken out while it runs and put back afterwards, so that the same text can run again inside a loop over
/// its own rows. When the cache is full, the statements that were not used since the last sweep go, or any one.
struct StatementCache<Key: Hashable, Statement> {
  private struct Slot {
    let statement: Statement
    var isFresh: Bool
  }

  private let limit: Int
  private var slots: [Key: Slot] = [:]

  init(limit: Int) { self.limit = limit }

  mutating func take(_ key: Key) -> Statement? {
    slots.removeValue(forKey: key)?.statement
  }

  /// - Returns: What has to be finalised, because it made room or because another took its place.
  mutating func putBack(_ statement: Statement, _ key: Key) -> [Statement] {
    if slots[key] != nil { return [statement] }
    var dropped: [Statement] = []
    if slots.count >= limit {
      let stale = slots.filter { !$0.value.isFresh }.map(\.key)
      for key in stale.isEmpty ? Array(slots.keys.prefix(1)) : stale {
        if let slot = slots.removeValue(forKey: key) { dropped.append(slot.statement) }
      }
      for key in slots.keys { slots[key]?.isFresh = false }
    }
    slots[key] = Slot(statement: statement, isFresh: true)
    return dropped
  }

  mutating func removeAll() -> [Statement] {
    defer { slots.removeAll() }
    return slots.values.map(\.statement)
  }
}
