// ListDuties: what waits for whom.

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func listDuties(
    _ request: CommonV1.ListDutiesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListDutiesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 3) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = try await actor(
        of: try await call.standing(inFor: request.department, directory))
      var page = DutyPage(place: token.numbers, size: PageSize.bounded(request.pageSize))
      if page.isAtVersions { try await addVersions(to: &page, for: actor) }
      if page.isAtChanges { try await addChanges(to: &page, for: actor) }
      if page.isAtUpkeep { try await addIdle(to: &page, of: actor) }
      return CommonV1.ListDutiesResponse(
        duties: page.duties, nextPageToken: page.isLast ? "" : PageToken(page.place).text)
    }
  }

  private func addVersions(to page: inout DutyPage, for actor: Actor) async throws {
    let (place, size) = (page.place, page.size)
    let (found, versions) = try await database.read { transaction in
      let found = try transaction.findWaiting(
        at: actor.seats, after: (place[1], Int(clamping: place[2])), limit: size + 1)
      return (found, try transaction.entryVersions(Array(found.prefix(size))))
    }
    page.duties += try versions.compactMap { try duty($0, for: actor) }
    page.place =
      found.count > size
      ? [0, found[size - 1].entry, Int64(found[size - 1].version)] : [1, 0, 0]
  }

  /// What entries must follow: the source's own, and for the authority what is overdue.
  private func addChanges(to page: inout DutyPage, for actor: Actor) async throws {
    let filter = ChangeFilter(department: actor.department.code, seats: actor.seats)
    while page.duties.count < page.size {
      let place = page.place
      let found = try await database.read {
        try $0.findChanges(filter, after: (place[1], place[2]), limit: DutyPage.lookLimit)
      }
      for change in found where page.duties.count < page.size {
        page.place = [1, change.entry, change.number]
        if let duty = try duty(change, for: actor) { page.duties.append(duty) }
      }
      if found.last.map({ page.place == [1, $0.entry, $0.number] }) ?? true,
        found.count < DutyPage.lookLimit
      {
        page.place = [2, 0, 0]
        return
      }
    }
  }

  /// The owner's published entries that nobody has touched for longer than the review age of their law (meizhou-specific-2021/10a).
  private func addIdle(to page: inout DutyPage, of actor: Actor) async throws {
    let (time, owner) = (now(), actor.department.code)
    while page.duties.count < page.size {
      let after = page.place[1]
      // No review age is shorter than a month.
      let since = Instant(milliseconds: time.milliseconds - 28 * 86_400_000)
      let versions = try await database.read { transaction in
        try transaction.entryVersions(
          try transaction.findIdle(
            of: owner, since: since, after: after, limit: DutyPage.lookLimit))
      }
      for version in versions where page.duties.count < page.size {
        page.place = [2, version.entry, 0]
        if let duty = try upkeep(of: version, at: time.civilDate) { page.duties.append(duty) }
      }
      if versions.count < DutyPage.lookLimit,
        versions.last.map({ $0.entry == page.place[1] }) ?? true
      {
        page.isLast = true
        return
      }
    }
  }

  private func upkeep(of version: EntryVersion, at today: CivilDate) throws -> CommonV1.Duty? {
    let profile = try profiles.profile(version.profile)
    guard let clock = version.upkeepClock(under: profile)?.reading(on: calendar, at: today),
      clock.due.date < today
    else { return nil }
    return CommonV1.Duty(
      resource: version.name, action: "keep-current",
      summary: CommonV1.BilingualText(
        BilingualText(
          "目录“\(version.content.title)”久未维护，请核对后更新并重新发布",
          "Entry \"\(version.content.title)\" has not been touched for long: check it and publish it anew"
        )),
      due: CommonV1.DueDate(
        date: clock.due.date, citation: clock.due.citation, isProvisional: clock.due.isProvisional,
        overdueDays: clock.overdueDays),
      department: version.content.owner.text)
  }

  private func duty(_ change: ChangeEvent, for actor: Actor) throws -> CommonV1.Duty? {
    let due = try due(of: change)
    let isOwn = change.owner == actor.department.code
    guard isOwn || (due?.overdueDays ?? 0) > 0 else { return nil }
    return CommonV1.Duty(
      resource: change.name, action: isOwn ? "follow-change" : "urge-change",
      summary: CommonV1.BilingualText(
        BilingualText(
          "\(change.kind.term.chinese)，应更新目录：\(change.description)",
          "The \(change.kind.term.english) has changed; update the entry: \(change.description)")),
      due: due, department: actor.department.code.text)
  }

  private func duty(_ version: EntryVersion, for actor: Actor) throws -> CommonV1.Duty? {
    guard let step = version.awaitedStep(under: try profiles.profile(version.profile)) else {
      return nil
    }
    return CommonV1.Duty(
      resource: version.name, action: step.action.rawValue,
      summary: CommonV1.BilingualText(
        BilingualText(
          "目录“\(version.content.title)”\(step.action.term.chinese)",
          "Entry \"\(version.content.title)\" \(step.action.term.english)")),
      due: step.action == .review ? try reviewDue(of: version) : nil,
      department: actor.department.code.text)
  }
}

/// A page of duties as it fills: versions first, then changes, then entries that nobody has touched.
private struct DutyPage {
  static let lookLimit = 200

  /// Whether at changes (1) or at untouched entries (2), and after which entry and version or change.
  var place: [Int64]
  let size: Int
  var duties: [CommonV1.Duty] = []
  var isLast = false

  var isAtVersions: Bool { place[0] == 0 }
  var isAtChanges: Bool { place[0] == 1 }
  var isAtUpkeep: Bool { place[0] == 2 }

  init(place: [Int64], size: Int) {
    self.place = place
    self.size = size
  }
}
