// Which bodies and data a text is about, as a rule where entries are drafted (meizhou-public-2023/2, 44; hebi-2021/2, 33; guangdong-2018/33).

package import Regulation
import Vocabulary

/// Checks that the governing text takes in the owner and its data.
///
/// Order of precedence: the kind of body (meizhou-public-2023/2.1), what a public enterprise's data come from (2.2), the other law
/// (2.3), whose area and whose functions the data are of.
package func checkScope(
  _ content: EntryContent, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  if let accepted = profile.bodyKinds, !accepted.value.contains(owner.body) {
    throw .bodyOutsideScope(owner.body, citation: accepted.citation)
  }
  if let rule = profile.utilitiesExcluded, owner.body == .publicEnterprise {
    switch content.businessClass {
    case .publicService: break
    case .nonPublicService: throw .businessOutsideScope(citation: rule.citation)
    case nil:
      throw .fieldMissing(
        path: "entry.business_class", term: BilingualText("业务类别", "business class"),
        citation: rule.citation)
    }
  }
  try checkCoverage(content, owner: owner, under: profile)
  try checkFunction(content, owner: owner, under: profile)
  guard let law = content.specialLaw else { return }
  guard law.isComplete else { throw .basisIncomplete(path: "entry.special_law") }
  // 法律法规对公共数据管理另有规定的 (2.3): nothing less goes before the text.
  guard law.kind == .law || law.kind == .regulation else {
    throw .basisInvalid(
      path: "entry.special_law", kind: law.kind, allowed: [.law, .regulation],
      citation: profile.otherLawFollowed?.citation ?? .accessRule(17))
  }
}

extension EntryContent {
  /// Whether another law is followed instead of a rule of sharing: where the text says so, and of its own rules alone. A department's
  /// word lifts no other text's lock (AC-17).
  func followsOtherLaw(thanThatOf rule: Citation? = nil, under profile: Profile) -> Bool {
    guard specialLaw != nil, let followed = profile.otherLawFollowed else { return false }
    return rule.map { $0.document == followed.citation.document } ?? true
  }
}

/// Checks that what another law governs is shared on application or not at all: nothing opens it of itself (meizhou-public-2023/2.3).
func checkSpecialLaw(
  _ content: EntryContent, under profile: Profile
) throws(CatalogRefusal) {
  guard content.specialLaw != nil else { return }
  let citation =
    profile.otherLawFollowed?.citation ?? profile.cite(.scopeDataKinds, else: .accessRule(18))
  let isOpen =
    content.shareType == .unconditional
    || content.items.contains { content.shareType(of: $0) == .unconditional }
  if isOpen { throw .specialLawNotOpen(citation: citation) }
  if content.activeSharing != nil { throw .specialLawNotOpen(citation: citation) }
}
