// Everything that is checked when a draft is handed to review, in its order of precedence (policies e.1).

package import Regulation
import Vocabulary

/// Checks a draft as a whole; the first thing wrong is told.
///
/// - Parameters:
///   - category: What the taxonomies know of its category; `nil` when they know none of that name.
///   - claims: Items of other entries of the same category and region.
/// - Returns: The content with its share types settled.
package func checkEntry(
  _ content: EntryContent, category: KnownCategory?, owner: DepartmentFacts, claims: [ItemClaim],
  under profile: Profile
) throws(CatalogRefusal) -> EntryContent {
  // AC-18 goes before all: what must not be on the platform is not discussed there (hebi-2021/24b, luyi-2019/5).
  if content.secrecy == .stateSecret { throw .stateSecret }
  try checkTexts(of: content)
  let settled = settleShareTypes(content, under: profile)
  try checkRequiredElements(settled, under: profile)
  try checkCategory(category, of: settled, owner: owner, under: profile)
  try checkCollection(settled, under: profile)
  try checkItems(settled)
  try checkIdentityItems(
    settled, isSpecificPopulation: category?.isSpecificPopulation ?? false, under: profile)
  try checkShareTypes(settled, isBaseData: category?.isBaseData ?? false, under: profile)
  try checkSingleSource(settled, claims: claims, under: profile)
  return settled
}

/// What even a draft must satisfy before it is kept: no state secret and nobody's number enters, and the items can be stored.
package func checkDraft(_ content: EntryContent) throws(CatalogRefusal) {
  if content.secrecy == .stateSecret { throw .stateSecret }
  try checkTexts(of: content)
  if content.title.isEmpty {
    throw .fieldMissing(
      path: "entry.title", term: BilingualText("名称", "title"),
      citation: Citation(document: Citation.productDocument, article: "catalog"))
  }
  try checkItems(content)
}
