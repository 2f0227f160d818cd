// A real resource stands behind a published entry: which system of its owner fills it (policies e.1; meizhou-specific-2021/7c).

package import Vocabulary

/// A system as it is to be mounted, with what the registry says of it.
package struct MountedSystem: Hashable, Sendable {
  package let department: String
  /// "departments/d/systems/s"
  package let name: String
  /// Registered and not disabled.
  package let isActive: Bool
  /// Its table, file or interface; `nil` where only the system is named.
  package let resource: BoundResource?

  package init(
    department: String, name: String, isActive: Bool, resource: BoundResource? = nil
  ) {
    self.resource = resource
    self.department = department
    self.name = name
    self.isActive = isActive
  }
}

/// The table, file or interface behind an entry (meizhou-specific-2021/7c).
package struct BoundResource: Hashable, Sendable {
  package let location: String
  package let columns: [String]
  /// Of what is no table (guangdong-2018/32.1).
  package let description: String

  package init(location: String, columns: [String], description: String) {
    self.location = location
    self.columns = columns
    self.description = description
  }
}

/// Checks that a resource covers the items: a table has a column for each, what is unstructured is described (guangdong-2018/32.1).
private func checkResource(
  _ resource: BoundResource?, of content: EntryContent
) throws(CatalogRefusal) {
  guard let resource else { return }
  let ours = Citation(document: Citation.productDocument, article: "e.1")
  try checkTexts([
    ("resource.location", resource.location), ("resource.description", resource.description),
  ])
  if resource.location.isEmpty {
    throw .fieldMissing(
      path: "resource.location", term: BilingualText("资源位置", "location"), citation: ours)
  }
  if content.structure == .unstructured {
    if resource.description.isEmpty {
      throw .fieldMissing(
        path: "resource.description", term: BilingualText("文件说明", "description"), citation: ours)
    }
    return
  }
  let columns = Set(resource.columns)
  let missing = content.items.filter { !columns.contains($0.title) && !columns.contains($0.name) }
  if !missing.isEmpty { throw .columnsMissing(missing.map(\.title)) }
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
    if content.secrecy?.isStateSecret == true { throw .stateSecret }
    // What is on paper is catalogued, and no system can fill it (meizhou-public-2023/3.i1).
    if content.dataForm == .nonElectronic { throw .notElectronic(entry: name) }
    guard system.department == content.owner.text else { throw .sourceSystemForeign }
    guard system.isActive else { throw .systemNotRegistered(system.name) }
    try checkResource(system.resource, of: content)
    return stepped(
      to: state, by: actor, at: time, reason: "", action: .mounted, detail: system.name)
  }
}
