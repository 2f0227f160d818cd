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
      let known = taxonomies.values.sorted { $0.key < $1.key }
        .filter { request.taxonomy.isEmpty || $0.key == request.taxonomy }
        .flatMap { taxonomy in taxonomy.categories.map { (taxonomy, $0) } }
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
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = try await actor(of: call)
      let size = PageSize.bounded(request.pageSize)
      let (waiting, next) = try await database.read { transaction in
        let found = try transaction.findWaiting(
          at: actor.seats, after: (token.numbers[0], Int(clamping: token.numbers[1])),
          limit: size + 1)
        let shown = Array(found.prefix(size))
        return (try transaction.entryVersions(shown), found.count > size ? shown.last : nil)
      }
      return CommonV1.ListDutiesResponse(
        duties: try waiting.compactMap { try duty($0, for: actor) },
        nextPageToken: next.map { PageToken([$0.entry, Int64($0.version)]).text } ?? "")
    }
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
