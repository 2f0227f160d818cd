// ListCategories: what may be catalogued.

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
}
