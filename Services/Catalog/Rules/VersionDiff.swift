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

private func changedProperties(_ old: EntryContent, _ new: EntryContent) -> [String] {
  var changed: [String] = []
  if old.title != new.title { changed.append("title") }
  if old.summary != new.summary { changed.append("summary") }
  if old.category != new.category { changed.append("category") }
  if old.shareType != new.shareType { changed.append("share_type") }
  if old.bases != new.bases { changed.append("bases") }
  if old.conditions != new.conditions { changed.append("conditions") }
  if old.shareScope != new.shareScope { changed.append("share_scope") }
  if old.openAttribute != new.openAttribute { changed.append("open_attribute") }
  if old.updateFrequency != new.updateFrequency { changed.append("update_frequency") }
  if old.origin != new.origin { changed.append("origin") }
  if old.secrecy != new.secrecy { changed.append("secrecy") }
  if old.grade != new.grade { changed.append("grade") }
  if old.acquisitionMode != new.acquisitionMode { changed.append("acquisition_mode") }
  if old.acquisitionBasis != new.acquisitionBasis { changed.append("acquisition_basis") }
  if old.necessity != new.necessity { changed.append("necessity") }
  if old.acquisitionReference != new.acquisitionReference {
    changed.append("acquisition_reference")
  }
  if old.derivedFrom != new.derivedFrom { changed.append("derived_from") }
  if old.businessClass != new.businessClass { changed.append("business_class") }
  if old.specialLaw != new.specialLaw { changed.append("special_law") }
  if old.structure != new.structure { changed.append("structure") }
  if old.activeSharing != new.activeSharing { changed.append("active_sharing") }
  if old.shareDepartments != new.shareDepartments { changed.append("share_departments") }
  if old.coverage != new.coverage { changed.append("coverage") }
  if old.function != new.function { changed.append("function") }
  if old.providingDepartment != new.providingDepartment { changed.append("providing_department") }
  if old.format != new.format { changed.append("format") }
  if old.formatType != new.formatType { changed.append("format_type") }
  if old.shareMode != new.shareMode { changed.append("share_mode") }
  if old.relatedCodes != new.relatedCodes { changed.append("related_codes") }
  return changed
}
