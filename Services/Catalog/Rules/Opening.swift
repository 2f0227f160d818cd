// What may be opened to society, and as what (hebi-2021/18, 19; meizhou-public-2023/31).

package import Regulation
package import Vocabulary

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
  if type == .conditional, let rule = profile.openBasisPublished,
    !(content.basis?.isComplete == true || version.content.bases.contains(where: \.isComplete))
  {
    throw .fieldMissing(
      path: "record.opening.basis", term: BilingualText("有条件开放的依据", "ground of the conditions"),
      citation: rule.citation)
  }
  let known = Set(version.content.items.map(\.title))
  for item in content.lists["items"] ?? [] where !known.contains(item) {
    throw .itemUnknown(path: "record.opening.items", name: item)
  }
}

/// The most of a set that is published as one file, in bytes.
package let largestOpenSetBytes = 3 << 20

/// What an opened file may be: text, so that it can be looked through.
package let openMediaTypes = ["text/csv", "application/json", "application/xml", "text/plain"]

/// Checks a file that is to stand open for a listing: the head of the body whose list it is, a listing that holds and opens something, an
/// entry that is still as it was listed, and a text in which nobody's number stands (hebi-2021/18, 19; meizhou-public-2023/31).
///
/// - Parameters:
///   - version: The entry's published version; `nil` where it has none any more.
///   - text: `nil` where the file is no UTF-8.
package func requirePublishable(
  _ listing: Listing, _ version: EntryVersion?, text: String?, sizeBytes: Int, mediaType: String,
  by actor: Actor
) throws(CatalogRefusal) {
  guard actor.department.code == listing.owner else { throw .notOwner(entry: listing.name) }
  guard listing.isOpened(version) else {
    throw .listingWrongState(
      listing.name, listing.state, action: BilingualText("开放文件", "opened with a file"))
  }
  guard openMediaTypes.contains(mediaType) else {
    throw .fieldMissing(
      path: "media_type", term: BilingualText("文件类型", "media type"),
      citation: Citation(document: Citation.productDocument, article: "open"))
  }
  guard let text, !text.isEmpty, sizeBytes <= largestOpenSetBytes else {
    throw .fieldTooLong(path: "content", limit: largestOpenSetBytes)
  }
  if IdentityNumbers.occur(in: text) { throw .identityNumberInText(path: "content") }
}

extension Listing {
  package var openingType: OpeningType? { OpeningType(rawValue: content["opening_type"]) }

  /// Whether its set is open, to all or on conditions, as the entry now is: published in the version that was listed, without a mark, and
  /// not withdrawn from opening (hebi-2021/18.2c).
  package func isOpened(_ version: EntryVersion?) -> Bool {
    guard content.kind == .opening, state == .inForce, let type = openingType, type != .notOpen,
      let version, version.state == .published, version.name == content["entry"],
      content["entry_version"].isEmpty || Int(content["entry_version"]) == version.number
    else { return false }
    return (version.content.secrecy ?? SecrecyMark.none) == SecrecyMark.none
      && version.content.openAttribute != .notOpen
  }
}

/// Checks that anybody may have the set of a listing (hebi-2021/18.2): unconditionally opened, and no other.
package func requireOpenToAll(
  _ listing: Listing, _ version: EntryVersion?, under profile: Profile
) throws(CatalogRefusal) {
  guard listing.isOpened(version), listing.openingType == .unconditional else {
    throw .notOpenToAll(
      listing.name, listing.openingType ?? .notOpen,
      citation: profile.cite(
        .openTypes, else: Citation(document: Citation.productDocument, article: "open")))
  }
}
