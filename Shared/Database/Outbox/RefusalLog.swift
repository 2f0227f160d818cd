// Refusals are logged as the first of each minute and then a count, so that being refused costs little.

package import Integrity
import Synchronization
package import Vocabulary

/// Who was refused what, and why.
package struct RefusalKey: Sendable, Hashable {
  package let principal: String
  package let method: String
  /// The stable reason: `share.item_not_granted`.
  package let reason: String

  package init(principal: String, method: String, reason: String) {
    self.principal = principal
    self.method = method
    self.reason = reason
  }
}

/// What is written of refusals.
package enum RefusalRecord: Sendable, Equatable {
  /// The first of its kind in this minute.
  case first(RefusalKey, at: Instant)
  /// How many more came in the minute that began then.
  case more(RefusalKey, count: Int, minute: Instant)
  /// How many more ways of being refused one principal found than are told apart.
  case rest(principal: String, count: Int, at: Instant)
  /// How many were not told apart, because there were too many kinds, or no room.
  case other(count: Int)
}

/// Logs refusals into their own share of the outbox (DESIGN.md, section 9).
package final class RefusalLog: Sendable {
  private struct Window {
    var minute: Int64
    var count = 0
  }

  private struct State {
    /// By principal.
    var windows: [String: [RefusalKey: Window]] = [:]
    /// In all windows.
    var kinds = 0
    /// By principal.
    var rest: [String: Int] = [:]
    var other = 0
  }

  /// How many kinds are told apart within a minute.
  static let kinds = 10_000
  /// How many of them may be one principal's, so that none hides another behind its own.
  static let kindsOfOne = 50
  private static let minuteMilliseconds: Int64 = 60_000

  private let database: SQLDatabase
  private let topic: String
  private let now: @Sendable () -> Instant
  private let encode: @Sendable (RefusalRecord) -> JSONValue
  private let state = Mutex(State())

  /// - Parameter encode: Makes the payload of an entry.
  package init(
    database: SQLDatabase, topic: String, now: @escaping @Sendable () -> Instant,
    encode: @escaping @Sendable (RefusalRecord) -> JSONValue
  ) {
    self.database = database
    self.topic = topic
    self.now = now
    self.encode = encode
  }

  /// A refusal happened. Writes an entry for the first of its kind in a minute, and otherwise counts.
  package func record(_ key: RefusalKey) async throws {
    let now = now()
    let minute = now.milliseconds / Self.minuteMilliseconds
    let records = state.withLock { state -> [RefusalRecord] in
      let window = state.windows[key.principal]?[key]
      if let window, window.minute == minute {
        state.windows[key.principal]?[key]?.count += 1
        return []
      }
      if window == nil {
        guard state.windows[key.principal]?.count ?? 0 < Self.kindsOfOne else {
          state.rest[key.principal, default: 0] += 1
          return []
        }
        guard state.kinds < Self.kinds else {
          state.other += 1
          return []
        }
        state.kinds += 1
      }
      let ended = state.windows[key.principal, default: [:]]
        .updateValue(Window(minute: minute), forKey: key)
      return [.first(key, at: now)] + Self.counts(key, ended)
    }
    try await write(records)
  }

  /// Writes the counts of all minutes that have ended. Called every minute, and when the service stops.
  ///
  /// - Parameter all: Also of the minute that runs.
  package func flush(all: Bool = false) async throws {
    let now = now()
    let minute = now.milliseconds / Self.minuteMilliseconds
    let records = state.withLock { state in
      var records: [RefusalRecord] = []
      for (principal, windows) in state.windows {
        let ended = windows.filter { all || $0.value.minute < minute }
        for (key, window) in ended { records += Self.counts(key, window) }
        let left = windows.filter { ended[$0.key] == nil }
        state.windows[principal] = left.isEmpty ? nil : left
        state.kinds -= ended.count
      }
      for (principal, count) in state.rest {
        records.append(.rest(principal: principal, count: count, at: now))
      }
      state.rest = [:]
      if state.other > 0 { records.append(.other(count: state.other)) }
      state.other = 0
      return records
    }
    try await write(records)
  }

  private static func counts(_ key: RefusalKey, _ window: Window?) -> [RefusalRecord] {
    guard let window, window.count > 0 else { return [] }
    let start = Instant(milliseconds: window.minute * minuteMilliseconds)
    return [.more(key, count: window.count, minute: start)]
  }

  private func write(_ records: [RefusalRecord]) async throws {
    if records.isEmpty { return }
    let (topic, encode) = (topic, encode)
    do {
      let written = try await database.write { transaction in
        var written = 0
        for record in records {
          let sequence = try transaction.appendRefusal(topic: topic, payload: encode(record))
          if sequence == nil { return written }
          written += 1
        }
        return written
      }
      keep(records.dropFirst(written))
    } catch {
      keep(records[...])
      throw error
    }
  }

  /// What could not be written is not forgotten, only no longer told apart.
  private func keep(_ records: ArraySlice<RefusalRecord>) {
    let count = records.reduce(0) { sum, record in
      switch record {
      case .first: sum + 1
      case .more(_, let count, _), .rest(_, let count, _), .other(let count): sum + count
      }
    }
    state.withLock { $0.other += count }
  }
}
