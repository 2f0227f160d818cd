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
      current.content, category: knownCategory(current.content.category),
      owner: actor.department, claims: claims, under: profile)
    return (try current.submitted(by: actor, at: time, under: profile), current)
  }
}
