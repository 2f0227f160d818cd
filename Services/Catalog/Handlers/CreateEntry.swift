// CreateEntry: a department drafts an entry of its own (AC-10, AC-12).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func createEntry(
    _ request: CatalogV1.CreateEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      guard let wire = request.entry else { throw RequestRefusal.missing(field: "entry") }
      let actor = try await actor(of: call)
      let owner = wire.owner.isEmpty ? "departments/\(actor.department.code.text)" : wire.owner
      guard let name = ResourceName(owner, in: .departments), let code = DepartmentCode(name.id)
      else {
        throw RequestRefusal.malformed(
          field: "entry.owner", expected: BilingualText("部门名称", "the name of a department"))
      }
      let content = try EntryContent(wire, owner: code)
      let time = now()
      return try await change(
        call, requestID: request.requestID, content: request,
        authorise: { _ in try checkWriteScope(owner: code, actor: actor) }
      ) { transaction in
        let content = try content.classified(
          by: knownCategory(
            content.category, in: actor.department.region,
            added: try transaction.listingsInForce([.category], reaching: actor.department.region)))
        try checkDraft(content)
        let profile = try profile(for: content, on: time.civilDate)
        try checkCode(
          wire.resourceCode, of: nil,
          holder: try transaction.entryStanding(code: wire.resourceCode),
          under: profile)
        try checkScope(content, owner: actor.department, under: profile)
        try checkDerived(content, under: profile, in: transaction)
        let version = try transaction.insertEntry(
          content, owner: actor.department, profile: profile.reference, at: time)
        try append("catalog.entry_drafted", version, since: nil, call, to: transaction)
        return version
      }
    }
  }
}
