// Which elements an entry must have before it goes to review (meizhou-public-2023/7.3, luyi-2019/8.1b).

package import Regulation
import Vocabulary

/// Limits on what an entry may hold; ours, so that no list or text grows without end.
package enum EntryLimits {
  package static let items = 500
  /// Entries and grants that one is derived from.
  package static let sources = 100
  package static let titleCharacters = 200
  package static let textCharacters = 4000
  package static let relatedCodes = 100
}

/// Checks that every element which the profile demands is filled in.
///
/// The title, the category and the secrecy mark are demanded always: without them neither its profile nor its owner could
/// be judged. What else must be there is the profile's (`catalog.required_fields`).
package func checkRequiredElements(
  _ content: EntryContent, under profile: Profile
) throws(CatalogRefusal) {
  let ours = Citation(document: Citation.productDocument, article: "catalog")
  try require(!content.title.isEmpty, "entry.title", BilingualText("名称", "title"), ours)
  try require(!content.category.isEmpty, "entry.category", BilingualText("分类", "category"), ours)
  try require(content.secrecy != nil, "entry.secrecy", BilingualText("涉密标识", "secrecy mark"), ours)
  try require(content.origin != nil, "entry.origin", BilingualText("系统来源", "origin"), ours)
  try require(!content.items.isEmpty, "entry.items", BilingualText("数据项", "items"), ours)
  guard let required = profile.requiredEntryFields else { return }
  for field in required.value {
    try require(isFilled(field, content), path(of: field), field.term, required.citation)
  }
}

private func require(
  _ isFilled: Bool, _ path: String, _ term: BilingualText, _ citation: Citation
) throws(CatalogRefusal) {
  if !isFilled { throw .fieldMissing(path: path, term: term, citation: citation) }
}

func isFilled(_ field: EntryField, _ content: EntryContent) -> Bool {
  switch field {
  case .dataForm: content.dataForm != nil
  case .sharedContent: !content.sharedContent.isEmpty
  case .shareType: content.shareType != nil
  // An entry that is shared unconditionally has no conditions to state.
  case .shareConditions: content.shareType != .conditional || !content.conditions.isEmpty
  case .shareScope: !content.shareScope.isEmpty
  case .openAttribute: content.openAttribute != nil
  case .updateFrequency: content.updateFrequency != nil
  case .collectingDepartment: !content.collectingDepartment.isEmpty
  case .approvingDepartment: !content.approvingDepartment.isEmpty
  case .providingDepartment: !content.providingDepartment.isEmpty
  case .itemName: content.items.allSatisfy { !$0.title.isEmpty }
  case .dataType: true
  case .standard: content.items.allSatisfy { !$0.standard.isEmpty }
  }
}

/// The field of the request that holds an element.
func path(of field: EntryField) -> String {
  switch field {
  case .shareConditions: "entry.conditions"
  case .itemName, .dataType: "entry.items"
  case .standard: "entry.items.standard"
  default: "entry.\(field.rawValue)"
  }
}
