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
  /// Whether its owner's region is one whose resources bear the class (meizhou-specific-2021/2).
  package let isInRegion: Bool

  package init(_ category: TaxonomyCategory, in taxonomy: Taxonomy, isInRegion: Bool = true) {
    self.isInRegion = isInRegion
    self.taxonomy = taxonomy.key
    self.category = category
    citation = taxonomy.citation(of: category)
    if category.isAssignedByText {
      // "The issuing body" (发证机构) is a kind beside others: the authority registers who issues (meizhou-public-2023/15.i11).
      ownerKinds = category.sources
    } else if taxonomy.key == Self.specificPopulation {
      // Article 5 names ten kinds of source and does not say which of them has which category.
      ownerKinds = Set(taxonomy.categories.flatMap(\.sources)).sorted()
    } else {
      ownerKinds = []
    }
  }

  private init(_ parent: KnownCategory, _ category: TaxonomyCategory) {
    taxonomy = parent.taxonomy
    self.category = category
    citation = parent.citation
    ownerKinds = parent.ownerKinds
    isInRegion = parent.isInRegion
  }

  /// The category that an authority has added under this one (meizhou-specific-2021/5.3d): its decision is on record, so that an entry
  /// need not bring one.
  package func extended(by content: ListingContent) -> KnownCategory {
    KnownCategory(
      self,
      TaxonomyCategory(
        slug: content["slug"], term: BilingualText(content["title"], content["title"]),
        group: category.group, article: category.article, sources: category.sources,
        isAssignedByText: category.isAssignedByText, rule: nil, note: nil, line: 0))
  }

  /// Checks an addition: under a category for what governments decide on, with a name of its own, by the authority of a county or above
  /// (meizhou-specific-2021/5.3d, AC-21).
  package static func requireAddition(
    _ content: ListingContent, to parent: KnownCategory?, isTaken: Bool, by actor: Actor
  ) throws(CatalogRefusal) {
    guard let parent, parent.category.rule == "needs_decision" else {
      throw .unknownCategory(content["parent"])
    }
    guard actor.roles.contains(.authority), actor.department.level != .functionalZone else {
      throw .listingNotYours(
        .category, citation: .accessRule(21))
    }
    let own = content["slug"].dropFirst(content["parent"].count + 1)
    guard content["slug"].hasPrefix(content["parent"] + "."), isItemName(String(own)) else {
      throw .itemNameInvalid(path: "record.category.slug")
    }
    if isTaken { throw .itemRepeated(path: "record.category.slug", name: content["slug"]) }
  }

  private static let specificPopulation = "specific-population"

  /// The taxonomies that hold categories of entries. The others are lists of words, some of which are words of these, too.
  package static let taxonomies: Set<String> = ["base-data", "luyi-bases", specificPopulation]

  /// Whether its list of sources goes on for whom the construction group decides on (luyi-2019/3.2).
  var isListOpen: Bool { taxonomy == "luyi-bases" && category.slug == "legal-person" }

  /// meizhou-specific-2021/5.
  package var isSpecificPopulation: Bool { taxonomy == Self.specificPopulation }

  /// The class of its resources, by which the governing profile is found (D43).
  package var resourceClass: String {
    if isSpecificPopulation { return isInRegion ? Self.specificClass : Self.generalClass }
    return baseKind == nil ? Profile.otherClass : Self.generalClass
  }

  /// The class that meizhou-specific-2021 is about.
  package static let specificClass = "specific_population"

  /// Of which of the four bases its data are part (luyi-2019/2): the specific population is population, too.
  package var baseKind: BaseKind? {
    if isSpecificPopulation { return .population }
    let kinds: [(prefix: String, kind: BaseKind)] = [
      ("population", .population), ("person", .population), ("legal-person", .legalPerson),
      ("organisation", .legalPerson), ("economy", .economy), ("geography", .geography),
      ("space", .geography),
    ]
    let head = category.slug.split(separator: ".").first.map(String.init)
    return kinds.first { $0.prefix == head }?.kind
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
  _ known: KnownCategory?, of content: EntryContent, owner: DepartmentFacts,
  registers: RegisterFacts, under profile: Profile
) throws(CatalogRefusal) {
  guard let known else { throw .unknownCategory(content.category) }
  _ = try content.classified(by: known)
  let isListed = known.ownerKinds.isEmpty || known.ownerKinds.contains(where: owner.kinds.contains)
  if !isListed, known.isListOpen {
    // "And others" (等): whom no list names, the construction group decides on (luyi-2019/3.2).
    let isPermitted = registers.permits(content.groupDecision) {
      $0.kind == "source" && $0.category == content.category
        && $0.department == "departments/\(owner.code.text)"
    }
    guard isPermitted else {
      throw .groupDecisionMissing(
        path: "entry.group_decision", citation: known.cited(under: profile, else: .accessRule(15)))
    }
  }
  guard isListed || known.isListOpen else {
    throw .categoryNotYours(
      content.category, owners: known.ownerKinds, origin: known.citation,
      citation: known.cited(under: profile, else: .accessRule(15)))
  }
  try checkLine(known, of: content, owner: owner, under: profile)
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
/// - Parameters:
///   - claims: Items of published or submitted entries of the same category and region.
///   - assigned: Who owns which datum by decision.
///   - region: The owner's, and so that of the claims.
package func checkSingleSource(
  _ content: EntryContent, claims: [ItemClaim], assigned: [Assignment] = [], in region: String,
  under profile: Profile
) throws(CatalogRefusal) {
  let data = content.items.filter { !$0.isIdentity }
  func holder(of item: Item, for department: DepartmentCode) -> Assignment? {
    assigned.holder(
      of: item.title, category: content.category, for: department, in: region)
  }
  // What was decided of a datum goes before who claims it (meizhou-public-2023/5.i4, hebi-2021/11.2b).
  for item in data {
    guard let holder = holder(of: item, for: content.owner), holder.department != content.owner
    else { continue }
    throw .claimedByOther(
      item: item.title, by: "departments/\(holder.department.text)",
      citation: profile.cite(.catalogSingleSource, else: .accessRule(16)))
  }
  guard let rule = profile.singleSource, rule.value else { return }
  let others = Dictionary(
    grouping: claims.filter { $0.owner != content.owner }, by: { comparable($0.title) })
  for item in data {
    // Moved to the owner by a decision that binds its former source, though that one still shows it.
    let claim = others[comparable(item.title)]?.first {
      holder(of: item, for: $0.owner)?.department != content.owner
    }
    if let claim {
      throw .claimedByOther(
        item: item.title, by: "departments/\(claim.owner.text)", citation: rule.citation)
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
