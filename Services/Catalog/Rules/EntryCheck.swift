// Everything that is checked when a draft is handed to review, in its order of precedence (policies e.1).

package import Regulation
package import Vocabulary

/// Checks a draft as a whole; the first thing wrong is told.
///
/// - Parameters:
///   - category: What the taxonomies know of its category; `nil` when they know none of that name.
///   - claims: Items of other entries of the same category and region.
///   - registers: What the catalogue's registers say of it.
/// - Returns: The content with its share types settled.
package func checkEntry(
  _ content: EntryContent, category: KnownCategory?, owner: DepartmentFacts, claims: [ItemClaim],
  registers: RegisterFacts = RegisterFacts(), under profile: Profile
) throws(CatalogRefusal) -> EntryContent {
  // AC-18 goes before all: what must not be on the platform is not discussed there (hebi-2021/24b, luyi-2019/5).
  if content.secrecy?.isStateSecret == true { throw .stateSecret }
  try checkTexts(of: content)
  try checkScope(content, owner: owner, under: profile)
  try checkDuties(content, owner: owner, under: profile)
  let settled = settleShareTypes(
    content, isBaseData: category?.isBaseData ?? false, under: profile)
  try checkTypedItems(settled, under: profile)
  try checkRequiredElements(settled, under: profile)
  try checkGuides(settled, guides: registers.guides, on: registers.day, under: profile)
  try checkCategory(category, of: settled, owner: owner, registers: registers, under: profile)
  try checkCollection(settled, under: profile)
  try checkItems(settled)
  try checkCommonMistakes(settled)
  try checkIdentityItems(
    settled, isSpecificPopulation: category?.isSpecificPopulation ?? false, under: profile)
  try checkShareTypes(settled, isBaseData: category?.isBaseData ?? false, under: profile)
  try checkSpecialLaw(settled, under: profile)
  try checkActiveSharing(settled, registers: registers, under: profile)
  try checkShareScope(settled, under: profile)
  try checkSingleSource(
    settled, claims: claims, assigned: registers.assignments, in: owner.region,
    under: profile)
  return settled
}

/// What the catalogue's registers say where an entry is handed in.
package struct RegisterFacts: Hashable, Sendable {
  /// "entries/E-1": the entry itself.
  package var entry = ""
  package var day = CivilDate(dayNumber: 0)
  /// Who owns which datum by decision.
  package var assignments: [Assignment] = []
  /// Standards in force.
  package var guides: [Listing] = []
  /// Meetings of the construction group.
  package var meetings: [Listing] = []

  package init() {}

  /// Whether the meeting that an entry names permits something.
  func permits(_ decision: String, _ permit: (Permit) -> Bool) -> Bool {
    meetings.contains { $0.name == decision && $0.content.permits.contains(where: permit) }
  }
}

/// What even a draft must satisfy before it is kept: no state secret and nobody's number enters, and the items can be stored.
package func checkDraft(_ content: EntryContent) throws(CatalogRefusal) {
  if content.secrecy?.isStateSecret == true { throw .stateSecret }
  try checkTexts(of: content)
  if content.title.isEmpty {
    throw .fieldMissing(
      path: "entry.title", term: BilingualText("名称", "title"),
      citation: Citation(document: Citation.productDocument, article: "catalog"))
  }
  try checkItems(content)
}
