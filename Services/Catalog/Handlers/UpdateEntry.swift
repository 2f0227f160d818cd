// UpdateEntry: changes a draft or a returned version, or opens the next version of a published entry (luyi-2019/9.1).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func updateEntry(
    _ request: CatalogV1.UpdateEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      guard let wire = request.entry else { throw RequestRefusal.missing(field: "entry") }
      let number = try entryNumber(wire.name, field: "entry.name").entry
      let actor = try await actor(of: call)
      let time = now()
      return try await change(
        call, requestID: request.requestID, content: request,
        authorise: { try $0.newest(number, named: wire.name).requireOwner(actor) }
      ) { transaction in
        let current = try transaction.newest(number, named: wire.name)
        if !wire.etag.isEmpty, wire.etag != current.etag {
          throw RequestRefusal.changedMeanwhile(name: current.name)
        }
        let content = try EntryContent(wire, owner: current.content.owner)
          .classified(
            by: knownCategory(
              wire.category, in: actor.department.region,
              added: try transaction.listingsInForce([.category], reaching: actor.department.region)
            ))
        try checkDraft(content)
        let profile = try profile(for: content, on: time.civilDate)
        try checkCode(
          wire.resourceCode, of: number,
          holder: try transaction.entryStanding(code: wire.resourceCode), under: profile)
        try checkScope(content, owner: actor.department, under: profile)
        try checkDerived(content, under: profile, in: transaction)
        guard current.state == .published || current.state == .withdrawn else {
          let next = try current.edited(
            content, by: actor, at: time,
            governing: profile.reference)
          try save(next, after: current, of: actor.department, call, to: transaction)
          try append("catalog.entry_changed", next, since: current, call, to: transaction)
          return next
        }
        // Readers keep the published version until this one is approved.
        let next = EntryVersion(
          entry: current.entry, number: current.number + 1, content: content, state: .draft,
          profile: profile.reference, created: time)
        try transaction.insertNextVersion(next)
        try append("catalog.entry_drafted", next, since: nil, call, to: transaction)
        try followChanges(next, of: actor.department, call, to: transaction)
        return next
      }
    }
  }
}
