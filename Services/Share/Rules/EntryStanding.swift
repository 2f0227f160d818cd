// What the catalogue says of an entry now, and what follows for its grants (AC-42; policies e.1, e.4).

package import Regulation
package import Vocabulary

/// An entry as the catalogue's events tell it: how each item of its published version is shared.
package struct EntryStanding: Hashable, Sendable {
  package let version: Int
  package let isPublished: Bool
  package let types: [String: ShareType]
  /// No system of its source stands behind it any more (meizhou-specific-2021/7c).
  package var isUnmounted: Bool

  package init(
    version: Int, isPublished: Bool, types: [String: ShareType], isUnmounted: Bool = false
  ) {
    self.version = version
    self.isPublished = isPublished
    self.types = types
    self.isUnmounted = isUnmounted
  }

  /// The first of these items that may not be used in this way, and how it is shared.
  ///
  /// - Parameter atOnce: Whether they are used without an application, as unconditional items are.
  func forbidden(_ items: [String], atOnce: Bool) -> (item: String, type: ShareType)? {
    for item in items {
      guard let type = types[item] else { continue }
      if type == .notShared || atOnce && type == .conditional { return (item, type) }
    }
    return nil
  }
}

/// Checks that what was fetched from the catalogue before still holds: nothing is granted on an entry that was withdrawn, or an
/// item that is shared another way since.
///
/// - Parameter standing: `nil` while the catalogue has told nothing of the entry.
package func checkStanding(
  _ standing: EntryStanding?, entry: String, items: [String], atOnce: Bool, under profile: Profile
) throws(ShareRefusal) {
  guard let standing else { return }
  guard standing.isPublished else { throw .entryNotPublished(entry: entry) }
  switch standing.forbidden(items, atOnce: atOnce) {
  case (let item, .notShared)?: throw ShareRules.notShared(item, under: profile)
  case (let item, _)?: throw .applicationNeeded(item: item)
  case nil: break
  }
}

/// The refusal of an item that is not shared: with the profile's own next step.
func notShared(_ item: String, under profile: Profile) -> ShareRefusal {
  .notShared(
    item: item, steps: profile.notSharedPath?.value ?? [],
    citation: profile.cite(.shareNotSharedRequestPath, else: .accessRule(42)))
}

extension Grant {
  /// Ends where a new version of its entry no longer shares one of its items in this way; `nil` where it goes on.
  package func retyped(_ standing: EntryStanding, at time: Instant) -> Grant? {
    guard let (item, type) = standing.forbidden(items, atOnce: application == nil) else {
      return nil
    }
    return ended(
      reason: "\(item): \(type.rawValue), \(entryName)/versions/\(standing.version)", at: time)
  }
}
