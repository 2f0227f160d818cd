// PublishEntry, WithdrawEntry, MountEntry: what everybody sees of an entry, and what stands behind it (policies e.1).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Integrity
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
          requestID: request.requestID, isTrial: request.validateOnly),
        content: request.unsigned, topic: { _ in "catalog.entry_published" },
        signing: Signing(.publishEntry, request.signed),
        authorise: { try $0.requirePublisher($1.actor, owner: $1.owner, under: $2) },
        after: { next, scene, transaction in
          if let former = try transaction.entryStanding(next.entry)?.publishedVersion,
            let old = try transaction.entryVersion(next.entry, former)
          {
            let superseded = old.superseded(by: next, at: scene.time)
            try save(superseded, after: old, of: scene.owner, call, to: transaction)
            try append("catalog.entry_superseded", superseded, since: old, call, to: transaction)
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
      var words: JSONObject = [
        "decision": .string(request.cancel ? "keep" : "withdraw"),
        "reason": .string(request.reason),
      ]
      if let basis { words["basis"] = basis.stated }
      return try await step(
        call,
        StepRequest(
          name: request.name, etag: request.etag, requestID: request.requestID, isOfShown: true,
          isTrial: request.validateOnly),
        content: request.unsigned,
        topic: { "catalog.\($0.history.last?.action?.rawValue ?? "entry_withdrawn")" },
        signing: Signing(.withdrawEntry, request.signed, words),
        authorise: { try $0.requireWithdrawer($1.actor, owner: $1.owner, under: $2) },
        after: { next, scene, transaction in
          guard next.state == .withdrawn else { return }
          try transaction.withdraw(next.entry)
          // What is in flight would undo it without a word: it goes back to its source.
          let newest = try transaction.newest(next.entry, named: next.name)
          if let returned = newest.returned(with: next, by: scene.actor, at: scene.time) {
            try save(returned, after: newest, of: scene.owner, call, to: transaction)
            try append("catalog.entry_returned", returned, since: newest, call, to: transaction)
          }
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
      let system = try await mountedSystem(request.sourceSystem, request.resource)
      return try await step(
        call, StepRequest(name: request.name, requestID: request.requestID, isOfShown: true),
        content: request,
        topic: { _ in system == nil ? "catalog.entry_unmounted" : "catalog.entry_mounted" },
        authorise: { version, scene, _ in try version.requireOwner(scene.actor) },
        after: { next, _, transaction in
          try transaction.mount(next.entry, system: system?.name, resource: system?.resource)
        }
      ) { current, scene, _ in
        try current.mounted(system, by: scene.actor, at: scene.time)
      }
    }
  }

  /// The system that a request names, as the registry has it now; `nil` where it names none.
  private func mountedSystem(
    _ text: String, _ resource: CatalogV1.MountedResource?
  ) async throws -> MountedSystem? {
    if text.isEmpty { return nil }
    guard let name = ResourceName(text, in: .systems), let department = name.parentID else {
      throw RequestRefusal.malformed(
        field: "source_system", expected: BilingualText("系统名称", "the name of a system"))
    }
    return MountedSystem(
      department: department, name: text, isActive: try await isActiveSystem(text),
      resource: resource.map {
        BoundResource(
          location: $0.location, columns: $0.columns, description: $0.description)
      })
  }
}
