// For which area and by which function a body provides data (meizhou-specific-2021/7; luyi-2019/5.i2), and what it may collect
// (meizhou-public-2023/11c).

import Regulation
import Vocabulary

/// Checks that an entry covers regions of the owner's area alone: a city's body acts for the whole city in its line of business, a
/// county's for its own county (meizhou-specific-2021/7a, 7b; AC-12).
func checkCoverage(
  _ content: EntryContent, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  guard content.coverage.count <= EntryLimits.items else {
    throw .tooManyItems(limit: EntryLimits.items)
  }
  let digits = owner.level.regionDigits
  for (index, region) in content.coverage.enumerated() {
    let isCode = region.utf8.count == 6 && region.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isCode, region.prefix(digits) == owner.region.prefix(digits) else {
      throw .coverageOutsideArea(
        path: "entry.coverage[\(index)]", area: owner.region,
        citation: profile.cite(.scopeAreaAndLine, else: .accessRule(12)))
    }
  }
}

/// Checks that who covers more than its own region does so in its line of business (meizhou-specific-2021/7a). Which kind of body has which
/// category is our reading of article 5; where that reading is in doubt, nobody is judged by it.
func checkLine(
  _ known: KnownCategory, of content: EntryContent, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  let sources = known.category.sources
  guard let rule = profile.provision(.scopeAreaAndLine),
    content.coverage.contains(where: { $0 != owner.region }), !sources.isEmpty,
    known.category.note == nil, !sources.contains(where: owner.kinds.contains)
  else { return }
  throw .categoryNotYours(
    content.category, owners: sources, origin: known.citation, citation: rule.citation)
}

/// Checks that the owner provides the data by a function of its own, where functions of it are recorded (luyi-2019/5.i2).
func checkFunction(
  _ content: EntryContent, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  guard let rule = profile.functionsBind, !owner.functions.isEmpty,
    !owner.functions.contains(content.function)
  else { return }
  throw .functionNotRecorded(content.function, citation: rule.citation)
}

/// Whether an owner's collection list names what an entry has: the entry by its title, or each item that is not there to say whom the
/// data are about (meizhou-public-2023/11c). A body that has drawn up no list is not judged by it.
///
/// - Parameter list: The owner's collection list, as it holds.
package func isOffCollectionList(_ content: EntryContent, list: [Listing]) -> Bool {
  let data = list.map { $0.content["datum"] }
  func isListed(_ title: String) -> Bool { data.contains { sameDatum($0, title) } }
  if data.isEmpty || isListed(content.title) { return false }
  return !content.items.allSatisfy {
    $0.role == .subject || $0.role == .subjectName || isListed($0.title)
  }
}
