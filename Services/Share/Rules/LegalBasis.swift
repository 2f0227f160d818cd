// What may stand behind a refusal: law, regulation or rule, with its title and article; an internal rule never
// (meizhou-specific-2021/20, meizhou-public-2023/19, guangdong-2018/16; AC-44).

import Regulation
import Vocabulary

/// Checks the ground of a refusal.
///
/// Where the profile lists kinds, one of them must be named (meizhou-specific-2021/20b, meizhou-public-2023/19.2,
/// guangdong-2018/16.1b). luyi-2019/21 asks for a due reason and hebi-2021 for nothing: there a ground may be left out. An
/// internal rule counts nowhere.
func checkRefusalBasis(
  _ basis: LegalBasis?, path: String, under profile: Profile
) throws(ShareRefusal) {
  let rule = profile.refusalBasis
  let kinds = rule?.value ?? []
  let allowed = kinds.isEmpty ? [.law, .regulation, .rule] : kinds
  let citation = rule?.citation ?? .accessRule(44)
  guard let basis else {
    if kinds.isEmpty || kinds.contains(.dueReason) { return }
    throw .basisMissing(path: path, allowed: allowed, citation: citation)
  }
  try checkTexts(of: basis, path: path)
  if basis.kind == .internalRule
    || (!kinds.isEmpty && !kinds.contains(.dueReason) && !kinds.contains(basis.kind))
  {
    throw .basisInvalid(path: path, kind: basis.kind, allowed: allowed, citation: citation)
  }
  guard basis.isComplete else { throw .basisIncomplete(path: path, citation: citation) }
}

/// Checks a ground that somebody states for himself, as an applicant may: complete, and no internal rule.
func checkStatedBasis(
  _ basis: LegalBasis?, path: String, citation: Citation
) throws(ShareRefusal) {
  guard let basis else { return }
  try checkTexts(of: basis, path: path)
  if basis.kind == .internalRule {
    throw .basisInvalid(
      path: path, kind: .internalRule, allowed: [.law, .regulation, .rule], citation: citation)
  }
  guard basis.isComplete else { throw .basisIncomplete(path: path, citation: citation) }
}

private func checkTexts(of basis: LegalBasis, path: String) throws(ShareRefusal) {
  try checkTexts([("\(path).title", basis.title), ("\(path).article", basis.article)])
}
