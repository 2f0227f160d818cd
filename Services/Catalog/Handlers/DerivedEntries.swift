// What an entry declares to be derived from, looked up before it is kept or handed in (AC-46).

import Access
import CatalogRules
import CatalogStore
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  /// Refuses an entry whose data are declared to come from another department, and one that names an entry that is none.
  func checkDerived(
    _ content: EntryContent, under profile: Profile,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws {
    var owners: [Int64: DepartmentCode] = [:]
    for number in content.derivedEntries {
      guard let standing = try transaction.entryStanding(number) else {
        throw RequestRefusal.unknownResource(
          field: "entry.derived_from", name: ResourceName.entry(number).text)
      }
      owners[number] = standing.owner
    }
    try checkDerivation(content, owners: owners, under: profile)
  }
}
