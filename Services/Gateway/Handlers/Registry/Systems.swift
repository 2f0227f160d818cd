// The methods about application systems.

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import Vocabulary

extension RegistryService {
  package func registerSystem(
    _ request: RegistryV1.RegisterSystemRequest, _ call: CallContext
  ) async throws -> RegistryV1.System {
    try await answering(call) {
      let message = request.system ?? RegistryV1.System()
      let (code, name) = try systemName(message.name, field: "system.name")
      let (owner, responsible) = try personName(
        message.responsiblePerson, field: "system.responsible_person")
      guard owner == code else {
        throw RegistryRefusal.responsibleUnfit(field: "system.responsible_person")
      }
      let now = civil()
      return try await change(
        request, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        var row = RegisteredSystem(
          department: code, name: name, title: message.title, responsible: responsible,
          state: .active, created: now, region: message.region)
        try requireRegistrable(
          row, in: try transaction.known(code), existing: try transaction.system(code, name),
          responsible: try transaction.person(code, responsible), by: manager)
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.system(row), version: row.version)],
          event: RegistryEvent(
            topic: "registry.system_registered", subject: row.principal.name,
            fields: [
              ("responsible_person", message.responsiblePerson), ("region", message.region),
            ]))
      }
    }
  }

  package func listSystems(
    _ request: RegistryV1.ListSystemsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListSystemsResponse {
    try await answering(call) {
      let code = try departmentCode(request.parent, field: "parent")
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let caller = call.caller
      let rows = try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        return try transaction.systems(of: code, page.page)
      }
      let (shown, next) = page.cut(rows, key: \.name.text)
      return RegistryV1.ListSystemsResponse(systems: shown.map(\.message), nextPageToken: next)
    }
  }

  /// Asked by services alone, and therefore answered from memory.
  package func resolveSystem(
    _ request: RegistryV1.GetSystemRequest, _ call: CallContext
  ) async throws -> RegistryV1.System {
    try await answering(call) {
      let (code, name) = try systemName(request.name, field: "name")
      guard let row = directory.system(.system(code, name)) else {
        throw RegistryRefusal.unknown(request.name)
      }
      return row.message
    }
  }

  package func setSystemState(
    _ request: RegistryV1.SetSystemStateRequest, _ call: CallContext
  ) async throws -> RegistryV1.System {
    try await answering(call) {
      let (code, name) = try systemName(request.name, field: "name")
      let state = try registryState(request.state)
      return try await change(
        request, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        let old = try transaction.known(code, name)
        var row = try changed(
          old, to: state, reason: request.reason,
          responsible: try old.responsible.flatMap { try transaction.person(code, $0) },
          in: try transaction.known(code), by: manager)
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.system(row), version: row.version)],
          event: RegistryEvent(
            topic: state == .active ? "registry.system_enabled" : "registry.system_disabled",
            subject: row.principal.name, fields: [("reason", request.reason)]))
      }
    }
  }
}
