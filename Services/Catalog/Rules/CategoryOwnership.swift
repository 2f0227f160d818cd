// Who may own data of a category, and that no datum has two sources (AC-12, AC-15, AC-16, AC-21).

package import Regulation
package import Vocabulary

/// A category with the taxonomy it stands in.
package struct KnownCategory: Hashable, Sendable {
  package let taxonomy: String
  package let category: TaxonomyCategory
  package let citation: Citation
  /// Department kinds that stand for the sources which the text names; empty where anybody may own it.
  package let ownerKinds: [String]

  package init(_ category: TaxonomyCategory, in taxonomy: Taxonomy) {
    self.taxonomy = taxonomy.key
    self.category = category
    citation = taxonomy.citation(of: category)
    if category.isAssignedByText {
      // "The issuing body" is whoever issues: no kind of department.
      ownerKinds = category.sources.filter { $0 != "发证机构" }
    } else if taxonomy.key == Self.specificPopulation {
      // Article 5 names ten kinds of source and does not say which of them has which category.
      ownerKinds = Set(taxonomy.categories.flatMap(\.sources)).sorted()
    } else {
      ownerKinds = []
    }
  }

  private static let specificPopulation = "specific-population"

  /// The taxonomies that hold categories of entries. The others are lists of words, some of which are words of these, too.
  package static let taxonomies: Set<String> = ["base-data", "luyi-bases", specificPopulation]

  /// meizhou-specific-2021/5.
  package var isSpecificPopulation: Bool { taxonomy == Self.specificPopulation }

  /// The class of its resources, by which the governing profile is found (D43).
  package var resourceClass: String {
    isSpecificPopulation ? "specific_population" : Self.generalClass
  }

  /// The class of what no category says otherwise of.
  package static let generalClass = "public"

  /// The four base databases (meizhou-public-2023/14.2, hebi-2021/12.2, guangdong-2018/17).
  package var isBaseData: Bool { !isSpecificPopulation }
}

extension EntryContent {
  /// The content with the class that its category has. It decides which law governs, so it is nobody's to choose (D43).
  ///
  /// - Parameter category: `nil` where none is stated yet, or where no taxonomy knows it.
  package func classified(by category: KnownCategory?) throws(CatalogRefusal) -> EntryContent {
    let own = category?.resourceClass ?? KnownCategory.generalClass
    guard resourceClass.isEmpty || resourceClass == own else {
      throw .classNotOfCategory(category: self.category, expected: own)
    }
    var content = self
    content.resourceClass = own
    return content
  }
}

/// Checks that a department may own an entry of a category, and what the text wants of the category itself.
///
/// Where the text assigns the category, only its listed bodies may own it (AC-15, meizhou-public-2023/15 to 17); of the
/// specific population only the ten kinds of source (meizhou-specific-2021/5).
package func checkCategory(
  _ known: KnownCategory?, of content: EntryContent, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  guard let known else { throw .unknownCategory(content.category) }
  _ = try content.classified(by: known)
  guard known.ownerKinds.isEmpty || known.ownerKinds.contains(where: owner.kinds.contains) else {
    throw .categoryNotYours(
      content.category, owners: known.ownerKinds, origin: known.citation,
      citation: known.cited(under: profile, else: .accessRule(15)))
  }
  switch known.category.rule {
  case "no_minors" where !content.excludesMinors:
    throw .fieldMissing(
      path: "entry.excludes_minors", term: BilingualText("不含未成年人", "without minors"),
      citation: known.cited(
        under: profile, else: Citation(document: Citation.productDocument, article: "c.1")))
  case "needs_decision" where content.acquisitionBasis?.isComplete != true:
    // Others in hardship are whom a government of county level or above has decided on (AC-21).
    throw .fieldMissing(
      path: "entry.acquisition_basis",
      term: BilingualText("县级以上人民政府的决定", "decision of a county or higher government"),
      citation: known.cited(under: profile, else: .accessRule(21)))
  default: break
  }
}

/// A datum that an entry already claims: the item's title within a category and region.
package struct ItemClaim: Hashable, Sendable {
  package let title: String
  package let owner: DepartmentCode

  package init(title: String, owner: DepartmentCode) {
    self.title = title
    self.owner = owner
  }
}

extension KnownCategory {
  /// The article that made the category, where the governing profile rests on its text, else the rule of ours that goes on.
  fileprivate func cited(under profile: Profile, else ours: Citation) -> Citation {
    profile.rests(on: citation.document) ? citation : ours
  }
}

/// Checks that no other department is the source of one of these items already (AC-16), where the profile has the one source
/// (meizhou-public-2023/11b).
///
/// Identity number and name stand in every register and identify, they are not its datum; they are claimed by none.
///
/// - Parameter claims: Items of published or submitted entries of the same category and region.
package func checkSingleSource(
  _ content: EntryContent, claims: [ItemClaim], under profile: Profile
) throws(CatalogRefusal) {
  guard let rule = profile.singleSource, rule.value else { return }
  let others = Dictionary(
    claims.filter { $0.owner != content.owner }.map { ($0.title, $0.owner) },
    uniquingKeysWith: { first, _ in first })
  for item in content.items where item.role != .subject && item.role != .subjectName {
    if let owner = others[item.title] {
      throw .claimedByOther(
        item: item.title, by: "departments/\(owner.text)", citation: rule.citation)
    }
  }
}

/// Checks that a department writes for itself alone (AC-10, AC-12; meizhou-specific-2021/7a, 7b): a county source for its own
/// department and county, a city source for its line of business under its own name.
package func checkWriteScope(owner: DepartmentCode, actor: Actor) throws(CatalogRefusal) {
  guard actor.department.code == owner else {
    throw .outsideJurisdiction(owner: "departments/\(owner.text)")
  }
}
