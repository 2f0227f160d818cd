// Whom a system states as acting: a person, or a scheduled run for which a person answers (AC-03).

/// What stands behind a call under a system's certificate (`luyi-2019/18.2b`).
package enum StatedActor: Hashable, Sendable {
  case person(DepartmentCode, PersonID)
  /// A run that was registered beforehand; its responsible person answers for it.
  case run(DepartmentCode, RunName)

  /// Reads `departments/d/persons/p` or `departments/d/runs/r`.
  package init?(_ text: String) {
    guard let name = ResourceName(text), let parent = name.parentID,
      let department = DepartmentCode(parent)
    else { return nil }
    switch name.collection {
    case .persons:
      guard let id = PersonID(name.id) else { return nil }
      self = .person(department, id)
    case .runs:
      guard let run = RunName(name.id) else { return nil }
      self = .run(department, run)
    default: return nil
    }
  }

  package var name: String {
    switch self {
    case .person(let department, let id): ResourceName.person(department, id).text
    case .run(let department, let run): ResourceName.run(department, run).text
    }
  }
}
