// PublishEntry, WithdrawEntry, MountEntry: what everybody sees of an entry, and what stands behind it (policies e.1).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func publishEntry(
    _ request: CatalogV1.PublishEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      try await step(
        call,
        StepRequest(
          name: request.name, version: Int(request.version), etag: request.etag,
          requestID: request.requestID),
        content: request, topic: { _ in "catalog.entry_published" },
        authorise: { try $0.requirePublisher($1.actor, owner: $1.owner, under: $2) },
        after: { next, scene, transaction in
          if let former = try transaction.entryStanding(next.entry)?.publishedVersion,
            let old = try transaction.entryVersion(next.entry, former)
          {
            try save(
              old.superseded(at: scene.time), after: old, of: scene.owner, to: transaction)
          }
          try transaction.publish(next) { sequence in
            resourceCode(
              category: next.content.category, region: scene.owner.region, sequence: sequence)
          }
        }
      ) { current, scene, profile in
        try current.published(by: scene.actor, owner: scene.owner, at: scene.time, under: profile)
      }
    }
  }

  package func withdrawEntry(
    _ request: CatalogV1.WithdrawEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let basis = try request.basis.map { try Basis($0, path: "basis") }
      return try await step(
        call,
        StepRequest(
          name: request.name, etag: request.etag, requestID: request.requestID, isOfShown: true),
        content: request,
        topic: { "catalog.\($0.history.last?.action?.rawValue ?? "entry_withdrawn")" },
        authorise: { try $0.requireWithdrawer($1.actor, owner: $1.owner, under: $2) },
        after: { next, _, transaction in
          if next.state == .withdrawn { try transaction.withdraw(next.entry) }
        }
      ) { current, scene, profile in
        try request.cancel
          ? current.withdrawalEnded(
            reason: request.reason, by: scene.actor, owner: scene.owner, at: scene.time,
            under: profile)
          : current.withdrawn(
            reason: request.reason, basis: basis, by: scene.actor, owner: scene.owner,
            at: scene.time, under: profile)
      }
    }
  }

  package func mountEntry(
    _ request: CatalogV1.MountEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let number = try entryNumber(request.name, field: "name").entry
      let actor = try await actor(of: call)
      let system = request.sourceSystem
      if !system.isEmpty {
        guard let name = ResourceName(system, in: .systems) else {
          throw RequestRefusal.malformed(
            field: "source_system", expected: BilingualText("系统名称", "the name of a system"))
        }
        guard name.parentID == actor.department.code.text else {
          throw CatalogRefusal.sourceSystemForeign
        }
      }
      return try await change(
        call, requestID: request.requestID, content: request,
        authorise: { try $0.newest(number, named: request.name).requireOwner(actor) }
      ) { transaction in
        let current = try transaction.newest(number, named: request.name)
        try transaction.mount(number, system: system.isEmpty ? nil : system)
        try append(
          system.isEmpty ? "catalog.entry_unmounted" : "catalog.entry_mounted", current, call,
          to: transaction)
        return current
      }
    }
  }
}
