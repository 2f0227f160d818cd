// The methods about departments.

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import Regulation
import Vocabulary

extension RegistryService {
  package func registerDepartment(
    _ request: RegistryV1.RegisterDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let message = request.department ?? RegistryV1.Department()
      let draft = try DepartmentDraft(message)
      let row = try draftedDepartment(draft, demand: demand, now: civil())
      let profile = governing
      if request.validateOnly {
        let caller = call.caller
        try await store.database.read { transaction in
          try transaction.requireRegistrable(row, by: try transaction.manager(caller))
          try requireScope(of: row, under: profile)
        }
        var reply = self.message(row, under: profile)
        reply.statement = statement(of: decision(toRegister: row), call)
        return reply
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call, reach: governing(row.code)
      ) { transaction, manager in
        try transaction.requireRegistrable(row, by: manager)
        try requireScope(of: row, under: profile)
        let signed = try take(
          request.signed, for: decision(toRegister: row), call, in: transaction)
        let version = try transaction.nextRegistryVersion()
        var rows = [try transaction.save(.department(row), version: version)]
        if let station = workstation(of: row) {
          rows.append(try transaction.save(.system(station), version: version))
        }
        var kept = row
        kept.version = version
        return RegistryOutcome(
          reply: self.message(kept, under: profile), rows: rows,
          event: RegistryEvent(
            topic: "registry.department_registered", subject: row.name,
            fields: [("level", String(row.level.rawValue)), ("region", row.region.text)],
            signed: signed))
      }
    }
  }

  package func updateDepartment(
    _ request: RegistryV1.UpdateDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let message = request.department ?? RegistryV1.Department()
      let draft = try DepartmentDraft(message)
      let code = try departmentCode(message.name, field: "department.name")
      let fields = try DepartmentField.mask(request.updateMask)
      let now = civil()
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let (former, next) = try correction(
            of: code, fields, as: draft, request, by: try transaction.manager(caller), transaction)
          var reply = next.message
          reply.statement = statement(
            of: decision(toCorrect: former, as: next, reason: request.reason), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call, reach: governing(code)
      ) { transaction, manager in
        var (former, next) = try correction(
          of: code, fields, as: draft, request, by: manager, transaction)
        let signed = try take(
          request.signed, for: decision(toCorrect: former, as: next, reason: request.reason), call,
          in: transaction)
        let corrections = next.corrections(
          since: former, reason: request.reason, by: manager, at: now)
        try transaction.record(corrections, of: code)
        next.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: next.message,
          rows: [try transaction.save(.department(next), version: next.version)],
          event: RegistryEvent(
            topic: "registry.department_corrected", subject: next.name,
            fields: [("reason", request.reason)]
              + corrections.flatMap {
                [("former_" + $0.field.rawValue, $0.former), ($0.field.rawValue, $0.corrected)]
              }, signed: signed))
      }
    }
  }

  /// The department as it is and as it would be corrected; refused where it may not be.
  private func correction(
    of code: DepartmentCode, _ fields: [DepartmentField], as draft: DepartmentDraft,
    _ request: RegistryV1.UpdateDepartmentRequest, by manager: RegistryManager,
    _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> (former: RegisteredDepartment, next: RegisteredDepartment) {
    let former = try transaction.known(code)
    let next = try former.corrected(fields, as: draft)
    try requireCorrectable(
      former, as: next, reason: request.reason,
      authority: try next.authority.flatMap { try transaction.department($0) },
      rival: next.isAuthority ? try transaction.authority(at: next.level, of: next.region) : nil,
      subjects: try transaction.departments(under: code),
      hasSuperior: directory.superior(of: former) != nil, by: manager)
    if next.body != former.body || next.instrument != former.instrument {
      try requireScope(of: next, under: governing)
    }
    let etag = request.department?.etag ?? ""
    guard etag.isEmpty || etag == String(former.version) else {
      throw RequestRefusal.changedMeanwhile(name: former.name)
    }
    return (former, next)
  }

  package func getDepartment(
    _ request: RegistryV1.GetDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let code = try departmentCode(request.name, field: "name")
      let profile = governing
      return try await store.database.read { transaction in
        var message = self.message(try transaction.known(code), under: profile)
        message.corrections = try transaction.corrections(of: code).map(\.message)
        let duties = try transaction.duties(of: code, under: profile)
        message.duties = duties.held.map(\.rawValue)
        message.dutyGaps = duties.gaps.map(\.message)
        return message
      }
    }
  }

  /// Asked by services alone, often, and therefore answered from memory, but for what was corrected, by which alone is told who was
  /// whose authority when something was signed, and for who does its duties.
  package func resolveDepartment(
    _ request: RegistryV1.GetDepartmentRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let code = try departmentCode(request.name, field: "name")
      guard let row = directory.department(code) else {
        throw RegistryRefusal.unknown(request.name)
      }
      var message = self.message(row, under: governing)
      message.superior = directory.superior(of: row)?.name ?? ""
      message.regionalRoles = directory.regionalHolders(for: row).map { role, holders in
        RegistryV1.RegionalRole(
          role: role.slug, departments: holders.map { ResourceName.department($0).text })
      }
      (message.corrections, message.duties) = try await store.database.read {
        (
          try $0.corrections(of: code).map(\.message),
          try $0.duties(of: code, under: nil).held.map(\.rawValue)
        )
      }
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
        departments: shown.map { self.message($0, under: governing) }, nextPageToken: next)
    }
  }

  package func setDepartmentState(
    _ request: RegistryV1.SetDepartmentStateRequest, _ call: CallContext
  ) async throws -> RegistryV1.Department {
    try await answering(call) {
      let code = try departmentCode(request.name, field: "name")
      let state = try registryState(request.state)
      let demand = demand
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let former = try transaction.known(code)
          let next = try transaction.changed(
            former, to: state, reason: request.reason, demand: demand,
            by: try transaction.manager(caller))
          var reply = next.message
          reply.statement = statement(
            of: decision(toSet: former, as: next, reason: request.reason), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call, reach: governing(code)
      ) { transaction, manager in
        let former = try transaction.known(code)
        var row = try transaction.changed(
          former, to: state, reason: request.reason, demand: demand, by: manager)
        let signed = try take(
          request.signed, for: decision(toSet: former, as: row, reason: request.reason), call,
          in: transaction)
        row.version = try transaction.nextRegistryVersion()
        return RegistryOutcome(
          reply: row.message,
          rows: [try transaction.save(.department(row), version: row.version)],
          event: RegistryEvent(
            topic: state == .active
              ? "registry.department_activated" : "registry.department_disabled",
            subject: row.name,
            fields: [
              ("reason", request.reason),
              // Who sees to what it owes while it is disabled (AC-92).
              (
                "authority",
                (row.authority.map { ResourceName.department($0).text }
                  ?? directory.superior(of: row)?.name) ?? ""
              ),
            ], signed: signed))
      }
    }
  }
}

extension RegistryService {
  /// What governs the registry itself today; `nil` where nothing is in force.
  var governing: Profile? { law.law.profiles.governing([], on: civil().civilDate) }

  /// A department with whether the governing text holds for it by reference only.
  func message(_ row: RegisteredDepartment, under profile: Profile?) -> RegistryV1.Department {
    var message = row.message
    message.byReference = profile?.byReferenceKinds?.value.contains(row.body) ?? false
    return message
  }

  package func listRegions(
    _ request: RegistryV1.ListRegionsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListRegionsResponse {
    try await answering(call) {
      let (roles, department) = (call.caller.roles, call.caller.department)
      let found = try await store.database.read { transaction in
        let reader = try transaction.known(department)
        return regions(
          of: try transaction.allDepartments().filter {
            roles.contains(.auditor) || governs(reader, $0)
          })
      }
      return RegistryV1.ListRegionsResponse(
        regions: found.map { region in
          RegistryV1.Region(
            code: region.code.text, level: RegistryV1.Level(rawValue: Int32(region.level.rawValue)),
            authority: region.authority.map { ResourceName.department($0).text } ?? "",
            departments: Int32(clamping: region.departments),
            lacksAuthority: region.authority == nil)
        })
    }
  }
}

extension DepartmentDraft {
  fileprivate init(_ message: RegistryV1.Department) throws(RegistryRefusal) {
    self.init(
      code: try departmentCode(message.name, field: "department.name").text,
      title: message.title, level: Int64(message.level.rawValue), region: message.region,
      kinds: message.kinds,
      authority: message.authority.isEmpty
        ? "" : try departmentCode(message.authority, field: "department.authority").text,
      body: message.body,
      instrument: try message.instrument.map { basis throws(RegistryRefusal) in
        guard let kind = basis.kind.kind else {
          throw .malformed(field: "department.instrument", .title)
        }
        return LegalBasis(kind: kind, title: basis.title, article: basis.article)
      }, functions: message.functions)
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

  /// A department as it would be activated or disabled; refused where it may not be.
  fileprivate func changed(
    _ row: RegisteredDepartment, to state: RegistryState, reason: String,
    demand: ActivationDemand?, by manager: RegistryManager
  ) throws -> RegisteredDepartment {
    try requireStateChange(of: row, reason: reason, by: manager)
    if state == .active {
      try requireActivation(row, persons: try persons(of: row.code), demand: demand)
    }
    var next = row
    next.state = state
    return next
  }
}
