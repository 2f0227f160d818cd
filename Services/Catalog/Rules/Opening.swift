// What may be opened to society, and as what (hebi-2021/18, 19; meizhou-public-2023/31).

package import Regulation
import Vocabulary

/// Checks that a department lists an entry of its own for opening, as it is published, with a type that its marks allow.
///
/// Order of precedence: whose it is, the version, the type, the marks (hebi-2021/18.2c), what the entry itself says of opening
/// (meizhou-public-2023/31a), the items.
package func requireOpenable(
  _ content: ListingContent, _ version: EntryVersion, by actor: Actor, under profile: Profile
) throws(CatalogRefusal) {
  let citation = ListingKind.opening.citation(under: profile)
  try version.requireOwner(actor)
  guard content["entry_version"].isEmpty || Int(content["entry_version"]) == version.number else {
    throw .wrongState(
      entry: version.versionName, state: version.state,
      action: BilingualText("以旧版本开放", "opened in another version"))
  }
  guard let type = OpeningType(rawValue: content["opening_type"]) else {
    throw .fieldMissing(
      path: "record.opening.opening_type", term: BilingualText("开放类型", "opening type"),
      citation: citation)
  }
  if type == .notOpen {
    // What is not opened is told with its ground (hebi-2021/18.3).
    guard content.basis?.isComplete == true || version.content.bases.contains(where: \.isComplete)
    else {
      throw .fieldMissing(
        path: "record.opening.basis", term: BilingualText("不予开放的依据", "ground of not opening"),
        citation: citation)
    }
    return
  }
  if let mark = version.content.secrecy, mark != .none {
    throw .notOpenable(path: "record.opening.opening_type", mark: mark.term, citation: citation)
  }
  if version.content.openAttribute == .notOpen {
    throw .notOpenable(
      path: "record.opening.entry", mark: OpeningType.notOpen.term, citation: citation)
  }
  let known = Set(version.content.items.map(\.title))
  for item in content.lists["items"] ?? [] where !known.contains(item) {
    throw .itemUnknown(path: "record.opening.items", name: item)
  }
}
