// What an unmounted entry does to its grants: their use rests until a system stands behind it again (policies e.1, e.5;
// meizhou-specific-2021/7c, meizhou-public-2023/12e).

package import Vocabulary

/// Nothing is granted on an entry that its source has unmounted (meizhou-public-2023/12e).
///
/// - Parameter standing: `nil` while the catalogue has told nothing of the entry.
package func checkMounted(
  _ standing: EntryStanding?, entry: String
) throws(ShareRefusal) {
  if standing?.isUnmounted == true { throw .entryUnmounted(entry: entry) }
}

extension Grant {
  /// Rests with its entry: suspended, not silently broken; `nil` where it is not in use.
  ///
  /// - Parameter reason: What the history tells beside the fact: who unmounted it.
  package func rested(because reason: String, at time: Instant) -> Grant? {
    guard state == .active else { return nil }
    var next = self
    next.step(to: .suspended, by: "", at: time, reason: reason)
    next.awaitsMounting = true
    return next
  }

  /// Goes on as its entry is mounted again; `nil` where it rests for another reason, as when a person has suspended it.
  package func remounted(because reason: String, at time: Instant) -> Grant? {
    guard state == .suspended, awaitsMounting, time.civilDate <= until else { return nil }
    var next = self
    next.step(to: .active, by: "", at: time, reason: reason)
    return next
  }
}
