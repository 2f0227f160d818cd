// The methods about persons and their roles (AC-72, AC-92).

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import RPC
import Vocabulary

extension RegistryService {
  package func registerPerson(
    _ request: RegistryV1.RegisterPersonRequest, _ call: CallContext
  ) async throws -> RegistryV1.Person {
    try await answering(call) {
      let message = request.person ?? RegistryV1.Person()
      let (code, id) = try personName(message.name, field: "person.name")
      let roles = try readRoles(message.roles, field: "person.roles")
      let (now, profile) = (civil(), governing)
      return try await change(
        request, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        var row = RegisteredPerson(
          department: code, id: id, title: message.title, roles: roles, state: .active,
          created: now)
        try requireRegistrable(
          row, in: try transaction.known(code), existing: try transaction.person(code, id),
          by: manager)
        try requireRoles(roles, fitting: try transaction.known(code), under: profile)
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.person(row), version: row.version)],
          event: RegistryEvent(
            topic: "registry.person_registered", subject: row.principal.name,
            fields: [("roles", row.message.roles.joined(separator: ","))]))
      }
    }
  }

  package func listPersons(
    _ request: RegistryV1.ListPersonsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListPersonsResponse {
    try await answering(call) {
      let code = try departmentCode(request.parent, field: "parent")
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let caller = call.caller
      let rows = try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        return try transaction.persons(of: code, page.page)
      }
      let (shown, next) = page.cut(rows, key: \.id.text)
      return RegistryV1.ListPersonsResponse(persons: shown.map(\.message), nextPageToken: next)
    }
  }

  package func setPersonRoles(
    _ request: RegistryV1.SetPersonRolesRequest, _ call: CallContext
  ) async throws -> RegistryV1.Person {
    try await answering(call) {
      let (code, id) = try personName(request.name, field: "name")
      let roles = try readRoles(request.roles, field: "roles")
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let (old, next) = try transaction.reassigned(
            code, id, roles, by: try transaction.manager(caller), now: real())
          try requireRoles(roles, fitting: try transaction.known(code), under: governing)
          var reply = next.message
          reply.statement = statement(of: decision(toSet: old, as: next), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        var (old, row) = try transaction.reassigned(code, id, roles, by: manager, now: real())
        try requireRoles(roles, fitting: try transaction.known(code), under: governing)
        let signed = try take(
          request.signed, for: decision(toSet: old, as: row), call, in: transaction)
        row.version = try transaction.nextRegistryVersion()
        try tellOpenDuties(after: row, call, in: transaction)
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.person(row), version: row.version)],
          event: RegistryEvent(
            topic: "registry.roles_changed", subject: row.principal.name,
            fields: [
              ("former", old.message.roles.joined(separator: ",")),
              ("roles", row.message.roles.joined(separator: ",")),
            ], signed: signed))
      }
    }
  }

  package func disablePerson(
    _ request: RegistryV1.DisablePersonRequest, _ call: CallContext
  ) async throws -> RegistryV1.Person {
    try await answering(call) {
      let (code, id) = try personName(request.name, field: "name")
      var successor: PersonID?
      if !request.successor.isEmpty {
        let (owner, named) = try personName(request.successor, field: "successor")
        guard owner == code else { throw RegistryRefusal.successorUnfit(request.successor) }
        successor = named
      }
      let named = successor
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let (old, next) = try transaction.disabled(
            code, id, successor: named, reason: request.reason,
            by: try transaction.manager(caller))
          var reply = next.message
          reply.statement = statement(of: decision(toDisable: old, request), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call, reach: managing(code)
      ) { transaction, manager in
        var (old, row) = try transaction.disabled(
          code, id, successor: named, reason: request.reason, by: manager)
        let signed = try take(
          request.signed, for: decision(toDisable: old, request), call, in: transaction)
        row.version = try transaction.nextRegistryVersion()
        try refileDuties(after: row, call, in: transaction)
        try tellOpenDuties(after: row, call, in: transaction)
        return RegistryOutcome(
          reply: row.message, rows: [try transaction.save(.person(row), version: row.version)],
          event: RegistryEvent(
            topic: "registry.person_disabled", subject: row.principal.name,
            fields: [("reason", request.reason), ("successor", request.successor)],
            signed: signed))
      }
    }
  }

  /// Tells the log which demanded roles nobody of an active department holds any more, as a person loses his (AC-91): Audit raises an
  /// alarm, and the authority sees to it.
  private func tellOpenDuties(
    after next: RegisteredPerson, _ call: CallContext, in transaction: borrowing WriteTransaction
  ) throws {
    let department = try transaction.known(next.department)
    guard department.state == .active else { return }
    let before = try transaction.persons(of: next.department)
    let after = before.map { $0.id == next.id ? next : $0 }
    let open = openDuties(department, persons: before, demand: demand)
    let lost = openDuties(department, persons: after, demand: demand).filter { !open.contains($0) }
    if lost.isEmpty { return }
    let event = RegistryEvent(
      topic: "registry.duty_open", subject: department.name,
      fields: [("roles", lost.map(\.slug).joined(separator: ","))])
    try transaction.append(topic: event.topic, payload: event.payload(call, now: civil()))
  }

  package func whoAmI(
    _ request: RegistryV1.WhoAmIRequest, _ call: CallContext
  ) async throws -> RegistryV1.WhoAmIResponse {
    try await answering(call) {
      let caller = call.caller
      let certificate = call.rpc.peer.certificate
      return .with {
        $0.department = ResourceName.department(caller.department).text
        $0.system = ResourceName.system(caller.department, caller.system).text
        $0.person = caller.personName ?? ""
        $0.roles = Role.allCases.filter(caller.roles.contains).map(\.slug)
        $0.certificateSerial = certificate?.serialHex.lowercased() ?? ""
        $0.certificateNotAfter = certificate.map { GoogleProtobuf.Timestamp(seconds: $0.notAfter) }
        $0.registryVersion = directory.version
        $0.run =
          caller.stated?.run.map { ResourceName.run(caller.department, $0).text } ?? ""
      }
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// A person as he is and with other roles; refused where he may not have them.
  fileprivate func reassigned(
    _ code: DepartmentCode, _ id: PersonID, _ roles: Set<Role>, by manager: RegistryManager,
    now: Instant
  ) throws -> (old: RegisteredPerson, next: RegisteredPerson) {
    let old = try known(code, id)
    let next = try GatewayRules.reassigned(
      old, roles: roles, isCertified: try isCertified(old.principal, now: now),
      in: try known(code), by: manager)
    return (old, next)
  }

  /// A person as he is and as he would be disabled; refused where he may not be.
  fileprivate func disabled(
    _ code: DepartmentCode, _ id: PersonID, successor: PersonID?, reason: String,
    by manager: RegistryManager
  ) throws -> (old: RegisteredPerson, next: RegisteredPerson) {
    let old = try known(code, id)
    let next = try GatewayRules.disabled(
      old, successor: successor, colleagues: try persons(of: code), reason: reason,
      in: try known(code), by: manager)
    return (old, next)
  }

  /// Whether the caller may list a department's rows.
  func requireListing(of code: DepartmentCode, by caller: Caller) throws {
    try GatewayRules.requireListing(
      of: try known(code), by: try known(caller.department), roles: caller.roles)
  }
}
