// How an item is typed for sharing, and on what ground (meizhou-public-2023/9, 10; hebi-2021/14; guangdong-2018/17, 18).

package import Regulation
package import Vocabulary

/// The content with every item's type settled: its own, else the entry's, else what the profile says of a type without
/// ground (`catalog.default_without_basis`; silent in meizhou-public-2023, where the source must complete it, D09).
///
/// - Parameter isBaseData: Whether the category is one of the bases, whose identifying items are shared by rule (luyi-2019/10.i1).
package func settleShareTypes(
  _ content: EntryContent, isBaseData: Bool = false, under profile: Profile
) -> EntryContent {
  var settled = content
  if settled.shareType == nil, settled.activeSharing != nil, profile.activeSharing != nil {
    settled.shareType = .unconditional
  }
  // Another law decides of its own data; no rule of sharing holds of itself (meizhou-public-2023/2.3).
  if settled.shareType == nil, !settled.followsOtherLaw(under: profile),
    let fallback = profile.typeWithoutBasis
  {
    settled.shareType = fallback.value
  }
  if settled.shareType == nil { settled.takeTypeOfItems(under: profile) }
  if isBaseData, !settled.followsOtherLaw(under: profile),
    profile.activeSharing?.value.contains(.identifying) == true
  {
    for index in settled.items.indices where settled.items[index].shareType == nil {
      let role = settled.items[index].role
      guard role == .subject || role == .subjectName else { continue }
      settled.items[index].shareType = .unconditional
    }
  }
  return settled
}

extension Profile {
  /// Where each item bears its own type (meizhou-public-2023/9.1, luyi-2019/8.1b).
  fileprivate var typesItems: Provision<String>? {
    word(.catalogShareTypeGranularity).flatMap { $0.value == "item" ? $0 : nil }
  }
}

extension EntryContent {
  /// An entry without a type whose items all have one has theirs; where they differ it can be given in part only, which is conditional
  /// (meizhou-public-2023/9.4), with ground and conditions of the items that are held back.
  fileprivate mutating func takeTypeOfItems(under profile: Profile) {
    let types = Set(items.compactMap(\.shareType))
    guard profile.typesItems != nil, !items.isEmpty, let first = types.first,
      items.allSatisfy({ $0.shareType != nil })
    else { return }
    shareType = types.count == 1 ? first : .conditional
    let held = items.filter { $0.shareType != .unconditional }
    if bases.isEmpty { bases = held.first { !$0.bases.isEmpty }?.bases ?? [] }
    if conditions.isEmpty {
      conditions = held.first { !$0.conditions.isEmpty }?.conditions ?? ""
    }
    if conditions.isEmpty, shareType == .conditional, !types.contains(.conditional) {
      let given = items.filter { $0.shareType != .notShared }.map(\.title)
      conditions = "仅共享：" + given.joined(separator: "、")
    }
  }
}

/// Checks the types of an entry and of each of its items, with their bases and conditions.
///
/// An item may state its own basis and conditions; where it does not, the entry's count for it. An internal rule is never a
/// basis (meizhou-specific-2021/20, guangdong-2018/16).
///
/// - Parameter isBaseData: Whether the category is one of the base databases, whose data no department may restrict (AC-17).
package func checkShareTypes(
  _ content: EntryContent, isBaseData: Bool, under profile: Profile
) throws(CatalogRefusal) {
  try checkEntryType(content, isBaseData: isBaseData, path: "entry", under: profile)
  for (index, item) in content.items.enumerated() {
    try checkItemType(
      item, of: content, isBaseData: isBaseData, path: "entry.items[\(index)]", under: profile)
  }
}

/// Where the entry states no type and its items are typed one after the other, none is left out (meizhou-public-2023/9.1).
func checkTypedItems(_ content: EntryContent, under profile: Profile) throws(CatalogRefusal) {
  guard content.shareType == nil, let rule = profile.typesItems,
    content.items.contains(where: { $0.shareType != nil }),
    let index = content.items.firstIndex(where: { $0.shareType == nil })
  else { return }
  let title = content.items[index].title
  throw .fieldMissing(
    path: "entry.items[\(index)].share_type",
    term: BilingualText("“\(title)”的共享类型", "share type of \"\(title)\""),
    citation: rule.citation)
}

/// - Parameter path: Of what states the type in the request.
func checkEntryType(
  _ content: EntryContent, isBaseData: Bool, path: String, under profile: Profile
) throws(CatalogRefusal) {
  guard let type = content.shareType else {
    throw .fieldMissing(
      path: path + ".share_type", term: BilingualText("共享类型", "share type"),
      citation: profile.shareTypes?.citation
        ?? Citation(document: Citation.productDocument, article: "catalog"))
  }
  try check(
    type: type, bases: content.bases, conditions: content.conditions, path: path,
    isLocked: isBaseData
      && !content.followsOtherLaw(
        thanThatOf: profile.baseDataUnconditional?.citation, under: profile)
      && profile.baseDataUnconditional?.value == .wholeBaseDatabases, profile)
}

/// An item's own type, or the entry's where it states none, which has been checked to be there.
func checkItemType(
  _ item: Item, of content: EntryContent, isBaseData: Bool, path: String, under profile: Profile
) throws(CatalogRefusal) {
  guard let type = content.shareType(of: item) else { return }
  let isBasic = item.role == .subject || item.role == .subjectName
  let isLocked =
    isBaseData
    && !content.followsOtherLaw(
      thanThatOf: profile.baseDataUnconditional?.citation, under: profile)
    && (profile.baseDataUnconditional?.value == .wholeBaseDatabases
      || profile.baseDataUnconditional != nil && isBasic)
  try check(
    type: type, bases: item.bases.isEmpty ? content.bases : item.bases,
    conditions: item.conditions.isEmpty ? content.conditions : item.conditions, path: path,
    isLocked: isLocked, profile)
}

private func check(
  type: ShareType, bases: [Basis], conditions: String, path: String, isLocked: Bool,
  _ profile: Profile
) throws(CatalogRefusal) {
  if let known = profile.shareTypes, !known.value.contains(type) {
    throw .shareTypeUnknown(path: path + ".share_type", type, citation: known.citation)
  }
  if type == .unconditional { return }
  if isLocked, let lock = profile.baseDataUnconditional {
    throw .baseDataLocked(path: path + ".share_type", citation: lock.citation)
  }
  if let allowed = profile.typingBasis(for: type) {
    guard !bases.isEmpty else {
      throw .basisMissing(path: path + ".bases", type, citation: allowed.citation)
    }
    for basis in bases {
      guard isBasis(basis.kind, allowed: allowed.value) else {
        throw .basisInvalid(
          path: path + ".bases", kind: basis.kind, allowed: allowed.value,
          citation: allowed.citation)
      }
      guard basis.isComplete else { throw .basisIncomplete(path: path + ".bases") }
      try checkInstrument(basis, path: path + ".bases", under: profile)
    }
  }
  if type == .conditional, !isConcrete(conditions) {
    throw .conditionsMissing(
      path: path + ".conditions",
      citation: profile.typingBasis(for: .conditional)?.citation
        ?? Citation(document: Citation.productDocument, article: "catalog"))
  }
}

/// Checks that the instrument of a ground is one that the governing text names, or comes with its wording (hebi-2021/1).
private func checkInstrument(
  _ basis: Basis, path: String, under profile: Profile
) throws(CatalogRefusal) {
  guard let known = profile.knownInstruments else { return }
  let title = plainTitle(basis.title)
  let isKnown = known.value.contains { plainTitle($0) == title }
  guard isKnown || basis.text.contains(where: { $0.isLetter }) else {
    throw .instrumentUnknown(
      path: path, title: basis.title, known: known.value, citation: known.citation)
  }
}

/// A title without its marks and the state's name: "《中华人民共和国数据安全法》" is "数据安全法".
private func plainTitle(_ title: String) -> String {
  let plain = comparable(title.filter { $0 != "《" && $0 != "》" })
  let state = comparable("中华人民共和国")
  return plain.hasPrefix(state) ? String(plain.dropFirst(state.count)) : plain
}

/// Whether conditions say anything: concrete ones are asked for (meizhou-specific-2021/19d), not a field that is filled.
private func isConcrete(_ conditions: String) -> Bool {
  let words = String(conditions.lowercased().filter { $0.isLetter || $0.isNumber })
  return !words.isEmpty && !placeholders.contains(words)
}

private let placeholders: Set<String> = [
  "无", "暂无", "没有", "无条件", "待定", "待补充", "待完善", "略", "同上", "共享条件", "有条件共享", "none", "na",
  "nil", "tbd", "conditions", "conditional",
]

/// "Relevant basis" (meizhou-public-2023/10.1) takes any kind but an internal rule.
private func isBasis(_ kind: BasisKind, allowed: [BasisKind]) -> Bool {
  if kind == .internalRule { return false }
  return allowed.contains(kind) || allowed.contains(.relevantBasis)
}

/// Whether an entry must be filed with the authority before publication: any item not shared, where the profile has the
/// filing (meizhou-public-2023/10.2b).
package func filingDuty(_ content: EntryContent, under profile: Profile) -> Provision<Reviewer>? {
  let holdsBack =
    content.shareType == .notShared
    || content.items.contains { content.shareType(of: $0) == .notShared }
  return holdsBack ? profile.notSharedFiling : nil
}
