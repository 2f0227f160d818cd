// ListCategories and ListDuties: what may be catalogued, and what waits for whom.

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func listCategories(
    _ request: CatalogV1.ListCategoriesRequest, _ call: CallContext
  ) async throws -> CatalogV1.ListCategoriesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let region = try await actor(of: call).department.region
      let added = try await database.read {
        try $0.listingsInForce([.category], reaching: region)
      }
      let known = taxonomies.values.sorted { $0.key < $1.key }
        .filter { request.taxonomy.isEmpty || $0.key == request.taxonomy }
        .flatMap { taxonomy in
          taxonomy.categories.flatMap { category in
            [(taxonomy, category)]
              + added.filter { $0.content["parent"] == category.slug }.map {
                (taxonomy, KnownCategory(category, in: taxonomy).extended(by: $0.content).category)
              }
          }
        }
      let size = PageSize.bounded(request.pageSize)
      let start = min(known.count, max(0, Int(clamping: token.numbers[0])))
      let end = min(known.count, start + size)
      return CatalogV1.ListCategoriesResponse(
        categories: known[start..<end].map { taxonomy, category in
          CatalogV1.Category(
            slug: category.slug, title: category.term.text(in: call.language),
            taxonomy: taxonomy.key, group: category.group ?? "", ownerKinds: category.sources,
            assignedByText: category.isAssignedByText,
            article: taxonomy.citation(of: category).text,
            excludesMinors: category.rule == "no_minors")
        }, nextPageToken: end < known.count ? PageToken([Int64(end)]).text : "")
    }
  }

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
      if !page.isAtChanges { try await addVersions(to: &page, for: actor) }
      if page.isAtChanges { try await addChanges(to: &page, for: actor) }
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
        page.isLast = true
        return
      }
    }
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

/// A page of duties as it fills: versions first, then changes.
private struct DutyPage {
  static let lookLimit = 200

  /// Whether at changes (1), and after which entry and version or change.
  var place: [Int64]
  let size: Int
  var duties: [CommonV1.Duty] = []
  var isLast = false

  var isAtChanges: Bool { place[0] == 1 }

  init(place: [Int64], size: Int) {
    self.place = place
    self.size = size
  }
}
