// The methods about departments.

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import Vocabulary

extension RegistryService {
  package func registerDepartment(
    _ request: RegistryV1.RegisterDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let message = request.department ?? RegistryV1.Department()
      let draft = DepartmentDraft(
        code: try departmentCode(message.name, field: "department.name").text,
        title: message.title, level: Int64(message.level.rawValue), region: message.region,
        kinds: message.kinds,
        authority: message.authority.isEmpty
          ? "" : try departmentCode(message.authority, field: "department.authority").text)
      let row = try draftedDepartment(draft, demand: demand, now: civil())
      if request.validateOnly {
        let caller = call.caller
        try await store.database.read { transaction in
          try transaction.requireRegistrable(row, by: try transaction.manager(caller))
        }
        return row.message
      }
      return try await change(
        request, requestID: request.requestID, call, reach: governing(row.code)
      ) { transaction, manager in
        try transaction.requireRegistrable(row, by: manager)
        let version = try transaction.nextRegistryVersion()
        var rows = [try transaction.save(.department(row), version: version)]
        if let station = workstation(of: row) {
          rows.append(try transaction.save(.system(station), version: version))
        }
        var kept = row
        kept.version = version
        return RegistryOutcome(
          reply: kept.message, rows: rows,
          event: RegistryEvent(
            topic: "registry.department_registered", subject: row.name,
            fields: [("level", String(row.level.rawValue)), ("region", row.region.text)]))
      }
    }
  }

  package func getDepartment(
    _ request: RegistryV1.GetDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let code = try departmentCode(request.name, field: "name")
      return try await store.database.read { try $0.known(code).message }
    }
  }

  /// Asked by services alone, often, and therefore answered from memory.
  package func resolveDepartment(
    _ request: RegistryV1.GetDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let code = try departmentCode(request.name, field: "name")
      guard let row = directory.department(code) else {
        throw RegistryRefusal.unknown(request.name)
      }
      var message = row.message
      message.superior = directory.superior(of: row)?.name ?? ""
      return message
    }
  }

  package func listDepartments(
    _ request: RegistryV1.ListDepartmentsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListDepartmentsResponse {
    try await answering(call) {
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let rows = try await store.database.read { try $0.departments(page.page) }
      let (shown, next) = page.cut(rows, key: \.code.text)
      return RegistryV1.ListDepartmentsResponse(
        departments: shown.map(\.message), nextPageToken: next)
    }
  }

  package func setDepartmentState(
    _ request: RegistryV1.SetDepartmentStateRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let code = try departmentCode(request.name, field: "name")
      let state = try registryState(request.state)
      let demand = demand
      return try await change(
        request, requestID: request.requestID, call, reach: governing(code)
      ) { transaction, manager in
        var row = try transaction.known(code)
        try requireStateChange(of: row, reason: request.reason, by: manager)
        if state == .active {
          try requireActivation(
            row, persons: try transaction.persons(of: code), demand: demand)
        }
        row.state = state
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message,
          rows: [try transaction.save(.department(row), version: row.version)],
          event: RegistryEvent(
            topic: state == .active
              ? "registry.department_activated" : "registry.department_disabled",
            subject: row.name, fields: [("reason", request.reason)]))
      }
    }
  }
}

extension SQLReading where Self: ~Copyable {
  fileprivate func requireRegistrable(
    _ row: RegisteredDepartment, by manager: RegistryManager
  ) throws {
    try GatewayRules.requireRegistrable(
      row, existing: try department(row.code),
      authority: try row.authority.flatMap { try department($0) },
      rival: row.isAuthority ? try authority(at: row.level, of: row.region) : nil, by: manager)
  }
}
