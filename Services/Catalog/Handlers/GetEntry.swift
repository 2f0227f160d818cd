// GetEntry, ListEntries, ResolveEntry: reading, each within what the caller may see (AC-13, AC-20).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func getEntry(
    _ request: CatalogV1.GetEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let wanted = try entryNumber(request.name, field: "name")
      let unknown = RequestRefusal.unknownResource(field: "name", name: request.name)
      let visibility = EntryVisibility(try await actor(of: call))
      let found = try await database.read { transaction -> (EntryStanding, EntryVersion)? in
        guard let standing = try transaction.entryStanding(wanted.entry) else { return nil }
        let number = wanted.version ?? standing.publishedVersion ?? standing.newestVersion
        return try transaction.entryVersion(wanted.entry, number).map { (standing, $0) }
      }
      guard let (standing, version) = found else { throw unknown }
      let owner = try await facts(of: standing.owner)
      let insiders = version.seats(
        of: owner, under: try profiles.profile(version.profile)
      ).insiders
      guard visibility.sees(version, insiders: insiders) else { throw unknown }
      return try message(
        version, standing, showsInside: visibility.seesInside(version, insiders: insiders))
    }
  }

  package func listEntries(
    _ request: CatalogV1.ListEntriesRequest, _ call: CallContext
  ) async throws -> CatalogV1.ListEntriesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let filter = try filter(of: request)
      let actor = try await actor(of: call)
      let visibility = EntryVisibility(actor)
      let size = PageSize.bounded(request.pageSize)
      let page = try await database.read { transaction in
        let found = try transaction.findEntries(
          filter, visibleTo: visibility,
          after: (token.numbers[0], Int(clamping: token.numbers[1])), limit: size + 1)
        let shown = Array(found.prefix(size))
        let standings = try transaction.entryStandings(shown.map(\.entry))
        let versions = try transaction.entryVersions(shown)
        let next = found.count > size ? shown.last : nil
        return (
          entries: try versions.compactMap { version in
            try standings[version.entry].map { standing in
              // A list never tells why something was filed; GetEntry tells those who may know.
              try message(
                version, standing, showsInside: standing.owner == actor.department.code)
            }
          },
          next: next.map { PageToken([$0.entry, Int64($0.version)]).text } ?? ""
        )
      }
      return CatalogV1.ListEntriesResponse(entries: page.entries, nextPageToken: page.next)
    }
  }

  /// A service asks on its own account: the published version, or the one it names.
  package func resolveEntry(
    _ request: CatalogV1.ResolveEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let number = try entryNumber(request.name, field: "name").entry
      let found = try await database.read { transaction -> CatalogV1.Entry? in
        guard let standing = try transaction.entryStanding(number) else { return nil }
        let wanted =
          try request.version > 0
          ? Int(request.version)
          : standing.publishedVersion
            ?? (request.withdrawnToo ? transaction.lastPublished(number) : nil)
        guard let wanted, let version = try transaction.entryVersion(number, wanted) else {
          return nil
        }
        var reply = try message(version, standing, showsInside: false)
        reply.offCollectionList = isOffCollectionList(
          version.content, list: try transaction.collectionList(of: standing.owner))
        return reply
      }
      guard let found else {
        throw RequestRefusal.unknownResource(field: "name", name: request.name)
      }
      return found
    }
  }

  private func filter(of request: CatalogV1.ListEntriesRequest) throws -> EntryFilter {
    var filter = EntryFilter()
    filter.query = request.query
    filter.category = request.category
    filter.state = request.state.state
    filter.only = try word(request.only, "only")
    if let base: BaseKind = try word(request.baseKind, "base_kind") {
      filter.categories = taxonomies.values.flatMap { taxonomy in
        taxonomy.categories.filter { KnownCategory($0, in: taxonomy).baseKind == base }
          .map(\.slug)
      }.sorted()
    }
    if !request.owner.isEmpty {
      guard let name = ResourceName(request.owner, in: .departments),
        let code = DepartmentCode(name.id)
      else {
        throw RequestRefusal.malformed(
          field: "owner", expected: BilingualText("部门名称", "the name of a department"))
      }
      filter.owner = code
    }
    return filter
  }
}
