// The methods about duties of bodies: who does them, who has nobody, and the security file.

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import Regulation
import Vocabulary

extension RegistryService {
  package func fileDuty(
    _ request: RegistryV1.FileDutyRequest, _ call: CallContext
  ) async throws -> RegistryV1.DutyFiling {
    try await answering(call) {
      let filing = try DutyFiling(
        request.filing ?? RegistryV1.DutyFiling(), by: call.principal, at: civil())
      return try await change(
        request, requestID: request.requestID, call, reach: managing(filing.department)
      ) { transaction, manager in
        let held = try transaction.currentDuties(of: filing.department)
          .first { $0.post == filing.post }
        try requireFileable(
          filing, newest: held?.version ?? 0,
          staff: try transaction.persons(of: filing.department),
          in: try transaction.known(filing.department), by: manager)
        try transaction.save(filing)
        return RegistryOutcome(
          reply: filing.message, rows: [], event: filing.event("registry.duty_filed"))
      }
    }
  }

  package func confirmDuty(
    _ request: RegistryV1.ConfirmDutyRequest, _ call: CallContext
  ) async throws -> RegistryV1.DutyFiling {
    try await answering(call) {
      let (code, post) = try dutyName(request.name, field: "name")
      let time = civil()
      return try await change(
        request, requestID: request.requestID, call, reach: governing(code)
      ) { transaction, manager in
        let department = try transaction.known(code)
        guard
          let held = try transaction.currentDuties(of: code).first(where: { $0.post == post })
        else { throw RegistryRefusal.unknown(request.name) }
        guard held.version == Int64(request.version) else {
          throw RequestRefusal.changedMeanwhile(name: request.name)
        }
        let next = try held.confirmed(by: manager, in: department, at: time)
        try transaction.save(next)
        return RegistryOutcome(
          reply: next.message, rows: [], event: next.event("registry.duty_confirmed"))
      }
    }
  }

  package func listDutyFilings(
    _ request: RegistryV1.ListDutyFilingsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListDutyFilingsResponse {
    try await answering(call) {
      let code = try departmentCode(request.parent, field: "parent")
      let caller = call.caller
      let rows = try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        return try transaction.dutyFilings(of: code)
      }
      return RegistryV1.ListDutyFilingsResponse(filings: rows.map(\.message))
    }
  }

  package func listDutyGaps(
    _ request: RegistryV1.ListDutyGapsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListDutyGapsResponse {
    try await answering(call) {
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let (roles, department, profile) = (call.caller.roles, call.caller.department, governing)
      let (next, gaps) = try await store.database.read { transaction in
        let reader = try transaction.known(department)
        let (shown, next) = page.cut(try transaction.departments(page.page), key: \.code.text)
        var gaps: [DutyGap] = []
        // The auditor inspects all; an authority those whom it governs (meizhou-public-2023/5.i1).
        for body in shown where body.state == .active {
          guard roles.contains(.auditor) || governs(reader, body) else { continue }
          gaps += try transaction.duties(of: body.code, under: profile).gaps
        }
        return (next, gaps)
      }
      return RegistryV1.ListDutyGapsResponse(gaps: gaps.map(\.message), nextPageToken: next)
    }
  }

  package func recordSafeguard(
    _ request: RegistryV1.RecordSafeguardRequest, _ call: CallContext
  ) async throws -> RegistryV1.Safeguard {
    try await answering(call) {
      let safeguard = try Safeguard(
        request.safeguard ?? RegistryV1.Safeguard(), by: call.principal, at: civil())
      return try await change(
        request, requestID: request.requestID, call, reach: managing(safeguard.department)
      ) { transaction, manager in
        let department = try transaction.known(safeguard.department)
        try requireRecordable(safeguard, in: department, by: manager)
        try transaction.save(safeguard)
        return RegistryOutcome(
          reply: safeguard.message, rows: [],
          event: RegistryEvent(
            topic: "registry.safeguard_recorded", subject: department.name,
            fields: [("kind", safeguard.kind.rawValue), ("date", safeguard.day.iso)]))
      }
    }
  }

  package func getSecurityFile(
    _ request: RegistryV1.GetSecurityFileRequest, _ call: CallContext
  ) async throws -> RegistryV1.SecurityFile {
    try await answering(call) {
      let code = try departmentCode(request.parent, field: "parent")
      let (caller, profile) = (call.caller, governing)
      return try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        let duties = try transaction.duties(of: code, under: profile)
        return try .with {
          $0.department = ResourceName.department(code).text
          $0.rules = try transaction.governanceDocuments(of: code)
            .first { $0.kind == .securityRules }?.message
          $0.responsible = duties.filings.first { $0.post == .security }?.message
          $0.lastCheck = try transaction.lastSafeguard(.check, of: code)?.message
          $0.lastBackup = try transaction.lastSafeguard(.backup, of: code)?.message
          $0.gaps = duties.gaps.filter { $0.post == .security }.map(\.message)
        }
      }
    }
  }

  /// What becomes of filed duties as a person leaves (hebi-2021/6.3d): with a successor they are filed anew, in his name and for the
  /// authority to confirm; without one, body and authority are reminded.
  func refileDuties(
    after next: RegisteredPerson, _ call: CallContext, in transaction: borrowing WriteTransaction
  ) throws {
    let now = civil()
    let department = try transaction.known(next.department)
    for held in try transaction.currentDuties(of: department.code)
    where held.persons.contains(next.id) {
      if let filing = held.succeeded(
        after: next.id, by: next.successor, filer: call.principal, at: now)
      {
        try transaction.save(filing)
        let event = filing.event("registry.duty_filed")
        try transaction.append(topic: event.topic, payload: event.payload(call, now: now))
        continue
      }
      let reminder = reminder(of: held, in: department, at: now)
      try transaction.save(reminder)
      let event = RegistryEvent(
        topic: "registry.duty_vacant", subject: held.name,
        fields: [("person", next.principal.name), ("article", reminder.article)])
      try transaction.append(topic: event.topic, payload: event.payload(call, now: now))
    }
  }

  /// Told to the body and to its authority: the filing follows the change promptly.
  private func reminder(
    of filing: DutyFiling, in department: RegisteredDepartment, at now: Instant
  ) -> DutyNotice {
    let today = now.civilDate
    let due = governing?.clock(.promptly).map {
      LegalClock(rule: $0, started: today).due(on: law.law.calendar, today: today).date
    }
    return DutyNotice(
      resource: filing.name, notice: "vacant", clock: "clock.promptly",
      due: (due ?? today).iso,
      article: (governing?.dutyChange ?? .accessRule(92)).text, department: department.code,
      authority: department.authority ?? directory.superior(of: department)?.code, overdueDays: 0,
      time: now)
  }
}

extension SQLReading where Self: ~Copyable {
  /// The current filings of a body, and what it lacks by the governing text.
  func duties(
    of code: DepartmentCode, under profile: Profile?
  ) throws -> (filings: [DutyFiling], held: [DutyPost], gaps: [DutyGap]) {
    let filings = try currentDuties(of: code)
    let staff = try persons(of: code)
    return (
      filings, filings.filter { $0.isHeld(among: staff) }.map(\.post),
      profile.map { dutyGaps(of: code, filings: filings, staff: staff, under: $0) } ?? []
    )
  }
}

/// `departments/d/duties/security`.
private func dutyName(
  _ name: String, field: String
) throws(RegistryRefusal) -> (DepartmentCode, DutyPost) {
  let parts = name.split(separator: "/", omittingEmptySubsequences: false)
  guard parts.count == 4, parts[0] == "departments", parts[2] == "duties",
    let code = DepartmentCode(String(parts[1])), let post = DutyPost(rawValue: String(parts[3]))
  else { throw .malformed(field: field, .duty) }
  return (code, post)
}

extension DutyFiling {
  fileprivate init(
    _ message: RegistryV1.DutyFiling, by person: String, at time: Instant
  ) throws(RegistryRefusal) {
    let (code, post) = try dutyName(message.name, field: "filing.name")
    var persons: [PersonID] = []
    for name in message.persons {
      let (department, id) = try personName(name, field: "filing.persons")
      guard department == code else { throw .dutyPersonUnfit(name) }
      persons.append(id)
    }
    self.init(
      department: code, post: post, version: Int64(message.version), unit: message.unit,
      persons: persons, filer: person, filed: time)
  }

  fileprivate func event(_ topic: String) -> RegistryEvent {
    RegistryEvent(
      topic: topic, subject: name,
      fields: [
        ("version", String(version)), ("unit", unit),
        (
          "persons", persons.map { ResourceName.person(department, $0).text }.joined(separator: ",")
        ),
      ])
  }

  fileprivate var message: RegistryV1.DutyFiling {
    .with {
      $0.name = name
      $0.version = Int32(clamping: version)
      $0.unit = unit
      $0.persons = persons.map { ResourceName.person(department, $0).text }
      $0.filer = filer
      $0.fileTime = filed.timestamp
      $0.confirmer = confirmation?.person ?? ""
      $0.confirmTime = confirmation?.time.timestamp
    }
  }
}

extension DutyGap {
  var message: RegistryV1.DutyGap {
    RegistryV1.DutyGap(
      department: ResourceName.department(department).text, duty: post.rawValue,
      gap: kind.rawValue, article: citation.text, required: isRequired)
  }
}

extension Safeguard {
  fileprivate init(
    _ message: RegistryV1.Safeguard, by person: String, at time: Instant
  ) throws(RegistryRefusal) {
    guard let kind = Kind(rawValue: message.kind) else {
      throw .malformed(field: "safeguard.kind", .safeguard)
    }
    guard let day = CivilDate(iso: message.date) else {
      throw .malformed(field: "safeguard.date", .day)
    }
    self.init(
      department: try departmentCode(message.department, field: "safeguard.department"),
      kind: kind, day: day, result: message.result, recorder: person, time: time)
  }

  fileprivate var message: RegistryV1.Safeguard {
    .with {
      $0.department = ResourceName.department(department).text
      $0.kind = kind.rawValue
      $0.date = day.iso
      $0.result = result
      $0.recorder = recorder
      $0.time = time.timestamp
    }
  }
}
