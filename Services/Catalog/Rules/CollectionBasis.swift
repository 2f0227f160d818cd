// How data are obtained, on what ground, and why that is necessary (meizhou-specific-2021/16, 17; hebi-2021/11.1; guangdong-2018/12, 13.1).

package import Regulation
import Vocabulary

/// Checks that an entry says how and why its data are obtained, as far as the profile asks: one of the ways of the text, with
/// what it rests on, then the legal instrument and the necessity.
///
/// Whether it is necessary indeed, persons judge; the catalogue keeps what they judge by.
package func checkCollection(
  _ content: EntryContent, under profile: Profile
) throws(CatalogRefusal) {
  try checkAcquisition(content, under: profile)
  guard let grounds = profile.collectionGrounds else { return }
  for ground in grounds.value {
    let (path, isStated): (String, Bool) =
      switch ground {
      case .basis: ("entry.acquisition_basis", isInstrument(content.acquisitionBasis))
      case .necessity: ("entry.necessity", !content.necessity.isEmpty)
      }
    if !isStated { throw .fieldMissing(path: path, term: ground.term, citation: grounds.citation) }
  }
}

private func checkAcquisition(
  _ content: EntryContent, under profile: Profile
) throws(CatalogRefusal) {
  guard let modes = profile.acquisitionModes else { return }
  guard let mode = content.acquisitionMode, modes.value.contains(mode) else {
    throw .fieldMissing(
      path: "entry.acquisition_mode", term: BilingualText("获取方式", "way of obtaining"),
      citation: modes.citation)
  }
  guard let rule = profile.acquisitionReferenceRequired, rule.value else { return }
  switch mode {
  case .byLaw:
    guard let basis = content.acquisitionBasis, basis.isComplete,
      [.law, .regulation].contains(basis.kind)
    else {
      throw .fieldMissing(
        path: "entry.acquisition_basis", term: BilingualText("所依据的法律、法规", "law or regulation"),
        citation: rule.citation)
    }
  case .generated, .byAgreement:
    guard content.acquisitionReference.isEmpty else { return }
    throw .fieldMissing(
      path: "entry.acquisition_reference",
      term: mode == .generated
        ? BilingualText("产生数据的系统", "producing system") : BilingualText("所依据的约定", "agreement"),
      citation: rule.citation)
  }
}

/// An internal rule is no instrument of law, here as elsewhere.
private func isInstrument(_ basis: Basis?) -> Bool {
  guard let basis else { return false }
  return basis.isComplete && basis.kind != .internalRule
}
