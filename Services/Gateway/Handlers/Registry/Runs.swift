// The methods about scheduled runs: what systems do by themselves, and who answers for it (AC-03).

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import Vocabulary

extension RegistryService {
  package func registerRun(
    _ request: RegistryV1.RegisterRunRequest, _ call: CallContext
  ) async throws -> RegistryV1.ScheduledRun {
    try await answering(call) {
      let message = request.run ?? RegistryV1.ScheduledRun()
      let (code, name) = try runName(message.name, field: "run.name")
      let (home, system) = try systemName(message.system, field: "run.system")
      let (owner, responsible) = try personName(
        message.responsiblePerson, field: "run.responsible_person")
      guard home == code else { throw RegistryRefusal.unknown(message.system) }
      guard owner == code else {
        throw RegistryRefusal.responsibleUnfit(field: "run.responsible_person")
      }
      let now = civil()
      return try await change(
        request, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        var row = ScheduledRun(
          department: code, name: name, system: system, title: message.title,
          responsible: responsible, state: .active, created: now)
        try requireRegistrable(
          row, in: try transaction.known(code), existing: try transaction.run(code, name),
          system: try transaction.system(code, system),
          responsible: try transaction.person(code, responsible), by: manager)
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.run(row), version: row.version)],
          event: RegistryEvent(
            topic: "registry.run_registered", subject: row.actor.name,
            fields: [
              ("system", message.system), ("responsible_person", message.responsiblePerson),
            ]))
      }
    }
  }

  package func listRuns(
    _ request: RegistryV1.ListRunsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListRunsResponse {
    try await answering(call) {
      let code = try departmentCode(request.parent, field: "parent")
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let caller = call.caller
      let rows = try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        return try transaction.runs(of: code, page.page)
      }
      let (shown, next) = page.cut(rows, key: \.name.text)
      return RegistryV1.ListRunsResponse(runs: shown.map(\.message), nextPageToken: next)
    }
  }

  package func setRunState(
    _ request: RegistryV1.SetRunStateRequest, _ call: CallContext
  ) async throws -> RegistryV1.ScheduledRun {
    try await answering(call) {
      let (code, name) = try runName(request.name, field: "name")
      let state = try registryState(request.state)
      return try await change(
        request, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        guard let old = try transaction.run(code, name) else {
          throw RegistryRefusal.unknown(request.name)
        }
        var row = try changed(
          old, to: state, reason: request.reason,
          responsible: try transaction.person(code, old.responsible),
          in: try transaction.known(code), by: manager)
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.run(row), version: row.version)],
          event: RegistryEvent(
            topic: state == .active ? "registry.run_enabled" : "registry.run_disabled",
            subject: row.actor.name, fields: [("reason", request.reason)]))
      }
    }
  }
}

/// `departments/d/runs/r`.
private func runName(
  _ name: String, field: String
) throws(RegistryRefusal) -> (DepartmentCode, RunName) {
  guard case .run(let department, let run) = StatedActor(name) else {
    throw .malformed(field: field, .name)
  }
  return (department, run)
}
