// Who stands behind a call under a system's certificate: the person whom the system states, or a scheduled run (AC-03).

package import Vocabulary

/// The person behind a statement of a system.
package struct Stated: Hashable, Sendable {
  package let person: RegisteredPerson
  /// The run for which the person answers, where one was stated.
  package let run: RunName?
}

/// Why a statement is not taken.
package enum StatementRefusal: Error, Hashable, Sendable {
  /// Not of the system's department.
  case foreign(StatedActor)
  case unknown(StatedActor)
  case disabled(StatedActor, successor: PersonID?)
  case runElsewhere(StatedActor, SystemName)
  /// Nobody active answers for the run.
  case runUnanswered(StatedActor)
}

extension RegistrySnapshot {
  /// The person whom a system states (AC-03 `luyi-2019/18.2b`: systems and users are identified and authorised;
  /// AC-92 `meizhou-public-2023/39.2b`: a leaver's access ends at once).
  ///
  /// A scheduled run's duties pass to the successor of who answers for it; a person who is gone is never acted for.
  ///
  /// Order of precedence: another department, not registered, the run of another system, disabled, nobody answers.
  package func stated(
    _ actor: StatedActor, by system: SystemName, of department: DepartmentCode
  ) -> Result<Stated, StatementRefusal> {
    switch actor {
    case .person(let code, let id):
      guard code == department else { return .failure(.foreign(actor)) }
      guard let person = persons[.person(code, id)] else { return .failure(.unknown(actor)) }
      guard person.state == .active else {
        return .failure(.disabled(actor, successor: person.successor))
      }
      return .success(Stated(person: person, run: nil))
    case .run(let code, let name):
      guard code == department else { return .failure(.foreign(actor)) }
      guard let run = runs[actor] else { return .failure(.unknown(actor)) }
      guard run.system == system else { return .failure(.runElsewhere(actor, run.system)) }
      guard run.state == .active else { return .failure(.disabled(actor, successor: nil)) }
      guard let person = dutyHolder(of: run.responsible, in: code) else {
        return .failure(.runUnanswered(actor))
      }
      return .success(Stated(person: person, run: name))
    }
  }
}

/// Checks a scheduled run to be registered. Order of precedence: the manager's reach, the name is taken, title, the system, who
/// answers for it (`luyi-2019/18.2b`).
package func requireRegistrable(
  _ run: ScheduledRun, in department: RegisteredDepartment, existing: ScheduledRun?,
  system: RegisteredSystem?, responsible: RegisteredPerson?, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(of: department, by: manager)
  let name = run.actor.name
  guard existing == nil else { throw .exists(name) }
  try requireTitle(run.title, field: "run.title")
  guard let system, system.name == run.system, !system.isWorkstation else {
    throw .unknown(ResourceName.system(run.department, run.system).text)
  }
  guard let responsible, responsible.id == run.responsible, responsible.state == .active else {
    throw .responsibleUnfit(field: "run.responsible_person")
  }
}

/// A run in another state; starting one again asks that somebody answers for it (`luyi-2019/18.2b`).
package func changed(
  _ run: ScheduledRun, to state: RegistryState, reason: String, responsible: RegisteredPerson?,
  in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) -> ScheduledRun {
  try requireManagement(of: department, by: manager)
  try requireReason(reason)
  if state == .active, responsible?.state != .active { throw .responsibleUnfit(field: "name") }
  var changed = run
  changed.state = state
  return changed
}
