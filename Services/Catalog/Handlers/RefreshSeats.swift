// Whose turn a version in flight is follows from its profile and from its owner's place in the registry; both may change while nobody
// takes a step (policies e: a duty shows at once).

import CatalogRules
import CatalogStore
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  /// Puts the seats of versions in flight, and the regions of entries, as they follow from profile and registry now.
  ///
  /// Asked when the service starts, for it may stand on other profiles than before, and every few seconds after, for a department may
  /// have been corrected.
  package func refreshSeats() async throws {
    try await refreshRegions()
    var after: (entry: Int64, version: Int) = (0, 0)
    while true {
      let place = after
      let page = try await database.read { transaction in
        let found = try transaction.versionsInFlight(after: place, limit: Self.refreshedAtOnce)
        return try transaction.entryVersions(found).map { ($0, try transaction.seats(of: $0)) }
      }
      guard let last = page.last?.0 else { return }
      after = (last.entry, last.number)
      for (version, standing) in page {
        let owner = try await facts(of: version.content.owner)
        if KeptSeats(try seats(of: version, of: owner)) != standing {
          try await refresh(version, of: owner)
        }
      }
    }
  }

  private static let refreshedAtOnce = 200

  /// As the version is by then: somebody may have taken a step since it was read.
  private func refresh(_ version: EntryVersion, of owner: DepartmentFacts) async throws {
    try await database.write { transaction in
      guard let now = try transaction.entryVersion(version.entry, version.number) else { return }
      try transaction.replaceSeats(try seats(of: now, of: owner), of: now)
    }
  }

  private func seats(of version: EntryVersion, of owner: DepartmentFacts) throws -> EntrySeats {
    version.seats(of: owner, under: try profiles.profile(version.profile))
  }

  /// Claims on one source are looked for within a region (AC-16), so an owner that was corrected takes its entries along.
  private func refreshRegions() async throws {
    for (owner, region) in try await database.read({ try $0.ownerRegions() }) {
      let facts = try await facts(of: owner)
      guard facts.region != region else { continue }
      try await database.write { try $0.setRegion(facts.region, ofEntriesOf: owner) }
    }
  }
}
