// Reminders and escalations of reviews and of changes to follow, each told once (meizhou-public-2023/7.1c, policies.md a.2).

import Database
import Regulation
import CatalogRules
import CatalogStore
import Vocabulary

extension CatalogServer {
  /// Looks at every open case and tells what its clock asks for today.
  ///
  /// - Returns: How many notices were told.
  @discardableResult
  package func tellClocks() async throws -> Int {
    var told = 0
    var last: (Int64, Int64) = (0, 0)
    while true {
      let after = last
      let (found, versions) = try await database.read { transaction in
        let found = try transaction.versionsInFlight(
          after: (after.0, Int(clamping: after.1)), limit: 200)
        return (found, try transaction.entryVersions(found))
      }
      var clocks: [CaseClock] = []
      for version in versions {
        if let clock = try await caseClock(version) { clocks.append(clock) }
      }
      told += try await tell(clocks)
      guard let end = found.last, found.count == 200 else { break }
      last = (end.entry, Int64(end.version))
    }
    last = (0, 0)
    while true {
      let after = last
      let found = try await database.read { try $0.openChanges(after: after, limit: 200) }
      var clocks: [CaseClock] = []
      for change in found {
        if let clock = try await caseClock(change) { clocks.append(clock) }
      }
      told += try await tell(clocks)
      guard let end = found.last, found.count == 200 else { break }
      last = (end.entry, end.number)
    }
    return told
  }

  private func tell(_ clocks: [CaseClock]) async throws -> Int {
    let time = now()
    var told = 0
    for clock in clocks {
      guard let notice = clock.notice(on: calendar, today: time.civilDate) else { continue }
      let telling = Telling(
        topic: "catalog.clock_notice", resource: clock.resource, kind: notice.kind.word,
        due: notice.due.date.dayNumber, overdueDays: notice.overdueDays,
        members: clock.members(of: notice))
      if try await database.tellOnce(telling, by: "catalog", at: time) { told += 1 }
    }
    return told
  }

  /// The review is the authority's to do; where none decides, the owner is told.
  private func caseClock(_ version: EntryVersion) async throws -> CaseClock? {
    let profile = try profiles.profile(version.profile)
    guard version.state == .submitted, let clock = version.reviewClock(under: profile) else {
      return nil
    }
    let owner = try await facts(of: version.content.owner)
    return CaseClock(
      resource: version.name,
      name: version.isUpdate ? .catalogReviewUpdate : .catalogReviewNew, clock: clock,
      profile: profile, department: owner.authority ?? owner.code, authority: nil)
  }

  private func caseClock(_ change: ChangeEvent) async throws -> CaseClock? {
    let profile = try profiles.profile(change.profile)
    guard let clock = change.runningClock(under: profile) else { return nil }
    return CaseClock(
      resource: change.name, name: .catalogChange, clock: clock, profile: profile,
      department: change.owner, authority: try await facts(of: change.owner).authority)
  }
}
