// What a new version changes, item by item, so that reviewers and grantees see it (luyi-2019/9.1, meizhou-public-2023/8).

import Vocabulary

/// The difference of two versions of an entry.
package struct VersionDiff: Hashable, Sendable {
  package var added: [String] = []
  package var removed: [String] = []
  /// Items that stand in both, with the names of the properties that differ.
  package var changed: [String: [String]] = [:]
  /// Properties of the entry itself that differ.
  package var properties: [String] = []

  package var isEmpty: Bool {
    added.isEmpty && removed.isEmpty && changed.isEmpty && properties.isEmpty
  }
}

/// Compares two versions; items by their names.
package func difference(from old: EntryContent, to new: EntryContent) -> VersionDiff {
  var diff = VersionDiff()
  let before = Dictionary(old.items.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  let after = Dictionary(new.items.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  diff.added = new.items.map(\.name).filter { before[$0] == nil }
  diff.removed = old.items.map(\.name).filter { after[$0] == nil }
  for (name, item) in before {
    guard let other = after[name] else { continue }
    let properties = changedProperties(item, other)
    if !properties.isEmpty { diff.changed[name] = properties }
  }
  diff.properties = changedProperties(old, new)
  return diff
}

private func changedProperties(_ old: Item, _ new: Item) -> [String] {
  var changed: [String] = []
  if old.title != new.title { changed.append("title") }
  if old.type != new.type { changed.append("type") }
  if old.role != new.role { changed.append("role") }
  if old.isRequired != new.isRequired { changed.append("required") }
  if old.maxLength != new.maxLength { changed.append("max_length") }
  if old.codes != new.codes { changed.append("codes") }
  if old.shareType != new.shareType { changed.append("share_type") }
  if old.bases != new.bases { changed.append("bases") }
  if old.conditions != new.conditions { changed.append("conditions") }
  if old.grade != new.grade { changed.append("grade") }
  if old.mask != new.mask { changed.append("mask") }
  if old.unit != new.unit { changed.append("unit") }
  if old.standard != new.standard { changed.append("standard") }
  return changed
}

/// Everything that a source says in an entry beside its items, by its name on the wire: a reviewer sees each that differs.
///
/// The owner never changes, the items are compared one by one.
package let comparedProperties: [(name: String, value: @Sendable (EntryContent) -> AnyHashable)] = [
  ("title", { $0.title }), ("summary", { $0.summary }), ("category", { $0.category }),
  ("resource_class", { $0.resourceClass }),
  ("collecting_department", { $0.collectingDepartment }),
  ("approving_department", { $0.approvingDepartment }),
  ("providing_department", { $0.providingDepartment }), ("data_form", { $0.dataForm }),
  ("shared_content", { $0.sharedContent }), ("share_type", { $0.shareType }),
  ("bases", { $0.bases }), ("conditions", { $0.conditions }), ("share_scope", { $0.shareScope }),
  ("open_attribute", { $0.openAttribute }), ("update_frequency", { $0.updateFrequency }),
  ("origin", { $0.origin }), ("secrecy", { $0.secrecy }), ("grade", { $0.grade }),
  ("acquisition_mode", { $0.acquisitionMode }), ("acquisition_basis", { $0.acquisitionBasis }),
  ("necessity", { $0.necessity }), ("acquisition_reference", { $0.acquisitionReference }),
  ("reject_threshold_percent", { $0.rejectThresholdPercent }),
  ("membership_harmless", { $0.isMembershipHarmless }),
  ("excludes_minors", { $0.excludesMinors }), ("derived_from", { $0.derivedFrom }),
  ("business_class", { $0.businessClass }), ("special_law", { $0.specialLaw }),
  ("acquisition_source", { $0.acquisitionSource }), ("structure", { $0.structure }),
  ("active_sharing", { $0.activeSharing }), ("group_decision", { $0.groupDecision }),
  ("share_departments", { $0.shareDepartments }), ("duplicate_reason", { $0.duplicateReason }),
  ("coverage", { $0.coverage }), ("function", { $0.function }), ("format", { $0.format }),
  ("format_type", { $0.formatType }), ("share_mode", { $0.shareMode }),
  ("related_codes", { $0.relatedCodes }),
]

private func changedProperties(_ old: EntryContent, _ new: EntryContent) -> [String] {
  comparedProperties.filter { $0.value(old) != $0.value(new) }.map(\.name)
}
