// A real resource stands behind a published entry: which system of its owner fills it (policies e.1; meizhou-specific-2021/7c).

package import Vocabulary

/// A system as it is to be mounted, with what the registry says of it.
package struct MountedSystem: Hashable, Sendable {
  package let department: String
  /// "departments/d/systems/s"
  package let name: String
  /// Registered and not disabled.
  package let isActive: Bool

  package init(department: String, name: String, isActive: Bool) {
    self.department = department
    self.name = name
    self.isActive = isActive
  }
}

extension EntryVersion {
  /// Mounts a published entry, or unmounts it.
  ///
  /// Order of precedence: who, the state, the secrecy mark (AC-18), the form, whose system, whether it is registered (AC-03).
  ///
  /// - Parameter system: `nil` unmounts.
  package func mounted(
    _ system: MountedSystem?, by actor: Actor, at time: Instant
  ) throws(CatalogRefusal) -> EntryVersion {
    try requireOwner(actor)
    guard state == .published else {
      throw .wrongState(entry: name, state: state, action: BilingualText("挂接", "mounted"))
    }
    guard let system else {
      return stepped(to: state, by: actor, at: time, reason: "", action: .unmounted)
    }
    if content.secrecy == .stateSecret { throw .stateSecret }
    // What is on paper is catalogued, and no system can fill it (meizhou-public-2023/3.i1).
    if content.dataForm == .nonElectronic { throw .notElectronic(entry: name) }
    guard system.department == content.owner.text else { throw .sourceSystemForeign }
    guard system.isActive else { throw .systemNotRegistered(system.name) }
    return stepped(
      to: state, by: actor, at: time, reason: "", action: .mounted, detail: system.name)
  }
}
