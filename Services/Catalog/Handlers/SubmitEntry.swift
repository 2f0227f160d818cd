// SubmitEntry: the source hands a draft to review; every demand of its profile is checked here (meizhou-public-2023/7.1b).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func submitEntry(
    _ request: CatalogV1.SubmitEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let number = try entryNumber(request.name, field: "name").entry
      let actor = try await actor(of: call)
      let time = now()
      if request.validateOnly {
        return try await database.read { transaction in
          let (next, _) = try submitted(number, request, actor, time, transaction)
          guard let standing = try transaction.entryStanding(number) else {
            throw RequestRefusal.unknownResource(field: "name", name: request.name)
          }
          return next.message(standing, showsInside: true)
        }
      }
      return try await change(call, requestID: request.requestID, content: request) { transaction in
        let (next, history) = try submitted(number, request, actor, time, transaction)
        try transaction.save(next, wasHistory: history)
        try append("catalog.entry_submitted", next, call, to: transaction)
        return next
      }
    }
  }

  /// The newest version as it is after submission, and how long its history was before.
  private func submitted(
    _ number: Int64, _ request: CatalogV1.SubmitEntryRequest, _ actor: Actor, _ time: Instant,
    _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> (EntryVersion, Int) {
    var current = try transaction.newest(number, named: request.name)
    guard current.content.owner == actor.department.code else {
      throw CatalogRefusal.notOwner(entry: current.name)
    }
    if !request.etag.isEmpty, request.etag != current.etag {
      throw RequestRefusal.changedMeanwhile(name: current.name)
    }
    let profile = try profiles.profile(current.profile)
    let claims = try transaction.itemClaims(
      category: current.content.category, region: actor.department.region, except: number)
    current.content = try checkEntry(
      current.content, category: knownCategory(current.content.category),
      owner: actor.department, claims: claims, under: profile)
    let next = try current.submitted(by: actor, at: time, under: profile, calendar: calendar)
    return (next, current.history.count)
  }
}

extension SQLReading where Self: ~Copyable {
  /// The version that everybody sees, else the newest.
  func shown(_ entry: Int64, named name: String) throws -> EntryVersion {
    guard let standing = try entryStanding(entry),
      let version = try entryVersion(entry, standing.publishedVersion ?? standing.newestVersion)
    else { throw RequestRefusal.unknownResource(field: "name", name: name) }
    return version
  }

  /// The newest version of an entry, or the refusal that there is none.
  func newest(_ entry: Int64, named name: String) throws -> EntryVersion {
    guard let standing = try entryStanding(entry),
      let version = try entryVersion(entry, standing.newestVersion)
    else { throw RequestRefusal.unknownResource(field: "name", name: name) }
    return version
  }
}
