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
      let signing = Signing(.submitEntry, request.signed)
      if request.validateOnly {
        return try await database.read { transaction in
          let (next, current) = try submitted(number, request, actor, time, transaction)
          guard let standing = try transaction.entryStanding(number) else {
            throw RequestRefusal.unknownResource(field: "name", name: request.name)
          }
          var reply = try message(next, standing, showsInside: true)
          reply.statement = statement(signing, on: current, as: next, call)
          reply.warnings = try duplicates(
            of: current, by: actor, under: profiles.profile(current.profile), in: transaction
          ).map {
            CatalogV1.EntryWarning(
              kind: "duplicate", item: $0.item, entry: $0.entry, article: $0.citation.text)
          }
          return reply
        }
      }
      return try await change(
        call, requestID: request.requestID, content: request.unsigned,
        authorise: { try $0.newest(number, named: request.name).requireOwner(actor) }
      ) { transaction in
        let (next, current) = try submitted(number, request, actor, time, transaction)
        let signed = try take(signing, on: current, as: next, call, in: transaction)
        try save(next, after: current, of: actor.department, call, to: transaction)
        try append(
          "catalog.entry_submitted", next, since: current, call, to: transaction, more: signed)
        return next
      }
    }
  }

  /// The newest version as it is after submission, and as it was before.
  private func submitted(
    _ number: Int64, _ request: CatalogV1.SubmitEntryRequest, _ actor: Actor, _ time: Instant,
    _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> (EntryVersion, EntryVersion) {
    var current = try transaction.newest(number, named: request.name)
    try current.requireOwner(actor)
    if !request.etag.isEmpty, request.etag != current.etag {
      throw RequestRefusal.changedMeanwhile(name: current.name)
    }
    let profile = try profiles.profile(current.profile)
    try checkDerived(current.content, under: profile, in: transaction)
    let claims = try transaction.itemClaims(
      category: current.content.category, region: actor.department.region, except: number)
    current.content = try checkEntry(
      current.content,
      category: knownCategory(
        current.content.category, in: actor.department.region,
        added: try transaction.listingsInForce([.category], reaching: actor.department.region)),
      owner: actor.department, claims: claims,
      registers: try registerFacts(
        of: current, in: actor.department.region, on: time.civilDate, transaction),
      under: profile)
    _ = try duplicates(of: current, by: actor, under: profile, in: transaction)
    return (try current.submitted(by: actor, at: time, under: profile), current)
  }

  /// What the registers say of an entry that is handed in.
  private func registerFacts(
    of version: EntryVersion, in region: String, on day: CivilDate,
    _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> RegisterFacts {
    var facts = RegisterFacts()
    facts.entry = version.name
    facts.day = day
    facts.assignments = try assignments(in: transaction)
    facts.guides = try transaction.listingsInForce([.standard], reaching: region)
    facts.meetings = try transaction.listingsInForce([.meeting], reaching: region)
    return facts
  }

  /// What the entry would collect although it is shared already (hebi-2021/11.1b, guangdong-2018/13.2).
  private func duplicates(
    of version: EntryVersion, by actor: Actor, under profile: Profile,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws -> [Duplicate] {
    try checkDuplicates(
      version.content,
      shared: try transaction.sharedItems(
        category: version.content.category, except: version.entry),
      leaves: try transaction.listingsInForce(
        [.duplicate], reaching: actor.department.region),
      under: profile)
  }
}
