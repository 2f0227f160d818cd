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
      let number = try entryNumber(request.name, field: "name").entry
      let actor = try await actor(of: call)
      let owner = try await owner(of: number, named: request.name)
      let time = now()
      return try await change(call, requestID: request.requestID, content: request) { transaction in
        let current = try transaction.newest(number, named: request.name)
        guard request.version == 0 || Int(request.version) == current.number,
          request.etag.isEmpty || request.etag == current.etag
        else { throw RequestRefusal.changedMeanwhile(name: current.name) }
        let next = try current.published(
          by: actor, owner: owner, at: time, under: profiles.profile(current.profile))
        if let former = try transaction.entryStanding(number)?.publishedVersion,
          let old = try transaction.entryVersion(number, former)
        {
          try transaction.save(old.superseded(at: time), wasHistory: old.history.count)
        }
        try transaction.save(next, wasHistory: current.history.count)
        try transaction.publish(next) { sequence in
          resourceCode(
            category: next.content.category, region: owner.region, sequence: sequence)
        }
        try append("catalog.entry_published", next, call, to: transaction)
        return next
      }
    }
  }

  package func withdrawEntry(
    _ request: CatalogV1.WithdrawEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let number = try entryNumber(request.name, field: "name").entry
      let basis = try request.basis.map { try Basis($0, path: "basis") }
      let actor = try await actor(of: call)
      let owner = try await owner(of: number, named: request.name)
      let time = now()
      return try await change(call, requestID: request.requestID, content: request) { transaction in
        let current = try transaction.shown(number, named: request.name)
        guard request.etag.isEmpty || request.etag == current.etag else {
          throw RequestRefusal.changedMeanwhile(name: current.name)
        }
        let profile = try profiles.profile(current.profile)
        let next =
          try request.cancel
          ? current.withdrawalEnded(
            reason: request.reason, by: actor, owner: owner, at: time, under: profile)
          : current.withdrawn(
            reason: request.reason, basis: basis, by: actor, owner: owner, at: time, under: profile)
        try transaction.save(next, wasHistory: current.history.count)
        if next.state == .withdrawn { try transaction.withdraw(number) }
        let action = next.history.last?.action?.rawValue
        try append("catalog.\(action ?? "entry_withdrawn")", next, call, to: transaction)
        return next
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
      return try await change(call, requestID: request.requestID, content: request) { transaction in
        let current = try transaction.newest(number, named: request.name)
        guard current.content.owner == actor.department.code else {
          throw CatalogRefusal.notOwner(entry: current.name)
        }
        try transaction.mount(number, system: system.isEmpty ? nil : system)
        try append(
          system.isEmpty ? "catalog.entry_unmounted" : "catalog.entry_mounted", current, call,
          to: transaction)
        return current
      }
    }
  }

  private func owner(of entry: Int64, named name: String) async throws -> DepartmentFacts {
    guard let standing = try await database.read({ try $0.entryStanding(entry) }) else {
      throw RequestRefusal.unknownResource(field: "name", name: name)
    }
    return try await facts(of: standing.owner)
  }
}
