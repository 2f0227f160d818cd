// What each register's listings must say, who writes them and who must agree (hebi-2021/8, 9, 11, 19, 29; meizhou-public-2023/5, 11, 31;
// luyi-2019/4, 6; meizhou-specific-2021/5.3d, 9b).

package import Regulation
package import Vocabulary

extension ListingKind {
  /// Whether an authority writes it; the rest are a department's own.
  package var isAuthoritys: Bool {
    switch self {
    case .demand, .collection, .jointCollection, .opening, .project: false
    case .responsibility, .standard, .meeting, .category, .duplicate: true
    }
  }

  /// The article of the governing text that asks for the register; ours where it says nothing of it.
  func citation(under profile: Profile) -> Citation {
    let articles: [String: String] =
      switch self {
      case .demand: ["hebi-2021": "8.1b"]
      case .collection: ["meizhou-public-2023": "11a"]
      case .jointCollection: ["hebi-2021": "11.2b"]
      case .responsibility: ["meizhou-public-2023": "5.i4", "hebi-2021": "9a"]
      case .standard:
        [
          "meizhou-specific-2021": "9b", "meizhou-public-2023": "7.1a", "hebi-2021": "29.2",
          "luyi-2019": "6.i6",
        ]
      case .opening: ["hebi-2021": "19.1a", "meizhou-public-2023": "31a"]
      case .meeting: ["luyi-2019": "4.2"]
      case .category: ["meizhou-specific-2021": "5.3d"]
      case .duplicate: ["hebi-2021": "11.1b", "guangdong-2018": "13.2"]
      case .project:
        [
          "meizhou-specific-2021": "15", "meizhou-public-2023": "41.1", "hebi-2021": "30.1a",
          "guangdong-2018": "11",
        ]
      }
    return articles[profile.key].map { Citation(document: profile.key, article: $0) }
      ?? Citation(document: Citation.productDocument, article: "registers")
  }

  /// The fields that must say something, with their names for people.
  private var required: [(field: String, term: BilingualText)] {
    switch self {
    case .demand:
      [
        ("datum", BilingualText("所需数据", "datum")),
        ("provider", BilingualText("希望提供的部门", "wanted provider")),
        ("duty", BilingualText("履职依据", "duty")),
        ("frequency", BilingualText("更新频率", "frequency")),
      ]
    case .collection:
      [("datum", BilingualText("数据", "datum")), ("duty", BilingualText("职责", "duty"))]
    case .jointCollection:
      [("title", BilingualText("名称", "title")), ("category", BilingualText("分类", "category"))]
    case .responsibility:
      [
        ("datum", BilingualText("数据", "datum")),
        ("department", BilingualText("责任部门", "responsible department")),
      ]
    case .standard:
      [
        ("kind", BilingualText("种类", "kind")), ("title", BilingualText("名称", "title")),
        ("number", BilingualText("编号", "number")), ("edition", BilingualText("版本", "edition")),
        ("effective_from", BilingualText("施行日期", "first day")),
      ]
    case .opening:
      [
        ("year", BilingualText("年度", "year")), ("entry", BilingualText("目录条目", "entry")),
        ("domain", BilingualText("领域", "domain")), ("abstract", BilingualText("摘要", "abstract")),
        ("format", BilingualText("格式", "format")),
        ("opening_type", BilingualText("开放类型", "opening type")),
        ("update_frequency", BilingualText("更新频率", "update frequency")),
      ]
    case .meeting:
      [
        ("date", BilingualText("日期", "date")),
        ("decision", BilingualText("决定", "decision record")),
      ]
    case .category:
      [
        ("parent", BilingualText("上级分类", "parent")), ("slug", BilingualText("代码", "slug")),
        ("title", BilingualText("名称", "title")),
      ]
    case .duplicate:
      [
        ("department", BilingualText("采集部门", "collecting department")),
        ("datum", BilingualText("数据", "datum")),
        ("entry", BilingualText("已共享的目录条目", "entry that shares it")),
        ("reason", BilingualText("理由", "reason")),
      ]
    case .project:
      [("title", BilingualText("名称", "title")), ("kind", BilingualText("类型", "kind"))]
    }
  }

  /// Whether a legal ground goes with it (meizhou-public-2023/5.i4, 11a; meizhou-specific-2021/5.3d).
  fileprivate var needsBasis: Bool {
    self == .collection || self == .responsibility || self == .category
  }

  fileprivate func missing(in content: ListingContent) -> (field: String, term: BilingualText)? {
    if let missing = required.first(where: { content[$0.field].isEmpty }) { return missing }
    switch self {
    case .jointCollection where content.parties.count < 2:
      return ("parties", BilingualText("参与部门", "parties"))
    case .jointCollection where content.parties.contains { $0.items.isEmpty }:
      return ("parties.items", BilingualText("各部门采集的数据项", "items of each party"))
    case .meeting where (content.lists["matters"] ?? []).isEmpty:
      return ("matters", BilingualText("议题", "matters"))
    case .standard where !Self.standardKinds.contains(content["kind"]):
      return ("kind", BilingualText("标准种类", "kind of standard"))
    case .standard
    where content["kind"] == "guide"
      ? !content["field"].isEmpty : !Self.standardFields.contains(content["field"]):
      return ("field", BilingualText("标准领域", "field of standards"))
    case .opening where (content.lists["items"] ?? []).isEmpty:
      return ("items", BilingualText("数据项", "items"))
    case .opening
    where content["opening_type"] == OpeningType.conditional.rawValue
      && content["conditions"].isEmpty:
      return ("conditions", BilingualText("开放条件", "conditions"))
    default: return nil
    }
  }

  /// luyi-2019/6.i6, with the guides of meizhou-public-2023/7.1a.
  private static let standardKinds: Set<String> = [
    "guide", "data_standard", "specification", "management_system",
  ]

  /// The six fields of hebi-2021/29.2.
  package static let standardFields: [String] = [
    "catalog_classification", "collection", "sharing_exchange", "opening", "platform_interfacing",
    "network_security",
  ]

  /// The name of its message on the wire.
  package var wireName: String { rawValue }
}

/// Checks what a listing says, field by field.
func checkFields(_ content: ListingContent, under profile: Profile) throws(CatalogRefusal) {
  let kind = content.kind
  let citation = kind.citation(under: profile)
  let path = "record.\(kind.wireName)"
  if let missing = kind.missing(in: content) {
    throw .fieldMissing(path: "\(path).\(missing.field)", term: missing.term, citation: citation)
  }
  if kind.needsBasis {
    guard let basis = content.basis else {
      throw .fieldMissing(
        path: path + ".basis", term: BilingualText("法律依据", "legal reference"), citation: citation)
    }
    guard basis.isComplete, basis.kind != .internalRule else {
      throw .basisIncomplete(path: path + ".basis")
    }
  }
  for (field, text) in content.texts.sorted(by: { $0.key < $1.key }) {
    try checkTexts([("\(path).\(field)", text)])
  }
  for (field, texts) in content.lists.sorted(by: { $0.key < $1.key }) {
    guard texts.count <= EntryLimits.items else { throw .tooManyItems(limit: EntryLimits.items) }
    try checkTexts(texts.map { ("\(path).\(field)", $0) })
  }
  if let basis = content.basis { try checkTexts(of: basis, path: path + ".basis") }
}

/// Who must agree before it holds.
func confirmations(
  for content: ListingContent, by actor: Actor, parties: [DepartmentFacts], under profile: Profile
) -> [Confirmation] {
  let owner = actor.department
  let seats: [Seat?]
  switch content.kind {
  case .demand:
    // Neither list takes effect before the review (hebi-2021/8.2a).
    seats = (profile.entryReviewers(isUpdate: false)?.value.prefix(1) ?? []).map(owner.seat(of:))
  case .jointCollection: seats = content.parties.map { .owner($0.department) }
  case .responsibility: seats = [.authority(owner.code), .staffingOffice(region: owner.region)]
  case .opening: seats = profile.openReview.map { [owner.seat(of: $0.value)] } ?? []
  // What the group's decision lets in or shares is not the bureau's word alone (luyi-2019/3.2, 4.1, 10.i3).
  case .meeting where !content.permits.isEmpty: seats = [.leadingGroup(region: owner.region)]
  case .collection, .standard, .meeting, .category, .duplicate, .project: seats = []
  }
  return seats.compactMap { $0 }.map { Confirmation(seat: $0) }
}

/// That a datum is one department's by decision: of authority and staffing office (meizhou-public-2023/5.i4, 11b), or by how parties
/// split a collection (hebi-2021/11.2b).
package struct Assignment: Hashable, Sendable {
  package let title: String
  /// Empty for any category.
  package let category: String
  package let department: DepartmentCode
  /// "listings/L-1".
  package let listing: String
  /// Of who wrote the listing.
  package let region: String
  /// Whom an agreement binds; `nil` for a decision, which binds all of its region.
  package let parties: Set<DepartmentCode>?

  /// How near a decision is to a department: 0 of its own region, more of one above; `nil` where it does not bind it.
  ///
  /// Each authority decides with its own staffing office of its own administrative area (meizhou-public-2023/5.i4); parties agree for
  /// themselves (hebi-2021/11.2b).
  fileprivate func distance(to department: DepartmentCode, in region: String) -> Int? {
    if let parties { return parties.contains(department) ? Int.max : nil }
    return catalogueRegions(of: region).firstIndex(of: self.region)
  }

  fileprivate func isAbout(_ title: String, category: String) -> Bool {
    sameDatum(self.title, title) && (self.category.isEmpty || self.category == category)
  }

  /// Whether both say whose the same datum is, to somebody whom both bind: then the second is refused.
  ///
  /// A decision goes before what others have agreed, and each level decides for itself.
  fileprivate func stands(against next: Assignment) -> Bool {
    guard
      isAbout(next.title, category: next.category)
        || next.category.isEmpty
          && next.isAbout(title, category: category)
    else { return false }
    switch (parties, next.parties) {
    case (nil, nil): return region == next.region
    case (nil, _?):
      return department != next.department && catalogueRegions(of: next.region).contains(region)
    case (let ours?, let others?):
      return department != next.department && !ours.isDisjoint(with: others)
    case (_?, nil): return false
    }
  }
}

extension Listing {
  /// What this listing assigns while it holds, or would assign.
  package var assignments: [Assignment] {
    guard isLive else { return [] }
    switch content.kind {
    case .responsibility:
      guard let department = content.department("department") else { return [] }
      return [
        Assignment(
          title: content["datum"], category: content["category"], department: department,
          listing: name, region: region, parties: nil)
      ]
    case .jointCollection:
      let parties = Set(content.parties.map(\.department))
      return content.parties.flatMap { party in
        party.items.map {
          Assignment(
            title: $0, category: content["category"], department: party.department, listing: name,
            region: region, parties: parties)
        }
      }
    default: return []
    }
  }
}

extension [Assignment] {
  /// Whose a datum of a category is to a department of a region; `nil` where nobody has decided.
  ///
  /// The decision of the nearest level goes before those above, and any decision before what parties have agreed.
  package func holder(
    of title: String, category: String, for department: DepartmentCode, in region: String
  ) -> Assignment? {
    filter { $0.isAbout(title, category: category) }
      .compactMap { assignment in
        assignment.distance(to: department, in: region).map { (assignment, $0) }
      }
      .min { $0.1 < $1.1 }?.0
  }
}

/// Checks that what a listing would assign is not assigned already: who wants it otherwise ends or revises the first
/// (meizhou-public-2023/5.i4, 11b; hebi-2021/11.2b).
package func checkAssignments(
  of listing: Listing, held: [Assignment], under profile: Profile
) throws(CatalogRefusal) {
  let field = listing.content.kind == .responsibility ? "datum" : "parties.items"
  for next in listing.assignments {
    guard let first = held.first(where: { $0.listing != listing.name && $0.stands(against: next) })
    else { continue }
    throw .assignedAlready(
      path: "record.\(listing.content.kind.wireName).\(field)", item: next.title,
      by: first.listing, to: "departments/\(first.department.text)",
      citation: listing.content.kind.citation(under: profile))
  }
}

/// The elements that the guides in force on a day ask of an entry, with the guide that does (meizhou-specific-2021/9b,
/// meizhou-public-2023/7.1a).
package func checkGuides(
  _ content: EntryContent, guides: [Listing], on day: CivilDate, under profile: Profile
) throws(CatalogRefusal) {
  for guide in guides where guide.content["kind"] == "guide" {
    guard let from = CivilDate(iso: guide.content["effective_from"]), from <= day else { continue }
    for name in guide.content.lists["required_fields"] ?? [] {
      guard let field = EntryField(rawValue: name), !isFilled(field, content) else { continue }
      throw .guideNotMet(
        path: path(of: field), term: field.term,
        guide: "\(guide.content["number"]) \(guide.content["edition"])",
        citation: ListingKind.standard.citation(under: profile))
    }
  }
}

/// What a meeting of the construction group permits (luyi-2019/3.2, 10.i3).
package struct Permit: Hashable, Sendable {
  /// "active_sharing", "source".
  package let kind: String
  package let entry: String
  package let department: String
  package let category: String
}

extension ListingContent {
  package var permits: [Permit] {
    (lists["permits"] ?? []).compactMap { line in
      let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 4 else { return nil }
      return Permit(kind: parts[0], entry: parts[1], department: parts[2], category: parts[3])
    }
  }
}
