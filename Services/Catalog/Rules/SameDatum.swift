// Whether two titles mean the same datum, written another way (hebi-2021/11.1b, guangdong-2018/13.2), and what follows for a second
// collection of it.

package import Regulation
package import Vocabulary

/// Whether two titles differ by width, case, blanks or punctuation alone. For comparing only: titles are kept as they were sent.
package func sameDatum(_ first: String, _ second: String) -> Bool {
  first == second || comparable(first) == comparable(second)
}

/// A title without what does not tell data apart: full-width forms become the plain ones, brackets and their kin go.
package func comparable(_ title: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in title.unicodeScalars {
    var plain = scalar
    // Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space, as compatibility decomposition has them.
    if (0xFF01...0xFF5E).contains(scalar.value),
      let narrow = Unicode.Scalar(scalar.value - 0xFEE0)
    {
      plain = narrow
    }
    let properties = plain.properties
    if properties.isAlphabetic || properties.numericType != nil { scalars.append(plain) }
  }
  return String(scalars).lowercased()
}

/// An item of a published entry that others may have by sharing.
package struct SharedItem: Hashable, Sendable {
  package let entry: String
  package let owner: DepartmentCode
  package let title: String

  package init(entry: String, owner: DepartmentCode, title: String) {
    self.entry = entry
    self.owner = owner
    self.title = title
  }
}

/// A second collection of what another department shares.
package struct Duplicate: Hashable, Sendable {
  package let item: String
  package let entry: String
  package let citation: Citation
}

/// Checks that nothing is collected that can be had by sharing.
///
/// Where the text forbids it, the authority's leave alone lets it pass (hebi-2021/11.1b); where the text would avoid it, the source says
/// why (guangdong-2018/13.2).
///
/// - Parameters:
///   - shared: Items of other departments' published entries of the same category.
///   - leaves: The authority's leaves in force.
/// - Returns: What was found and let pass, to be told.
package func checkDuplicates(
  _ content: EntryContent, shared: [SharedItem], leaves: [Listing], under profile: Profile
) throws(CatalogRefusal) -> [Duplicate] {
  guard let rule = profile.duplicateRule else { return [] }
  var found: [Duplicate] = []
  for (index, item) in content.items.enumerated()
  where item.role != .subject && item.role != .subjectName {
    let same = shared.first { $0.owner != content.owner && sameDatum($0.title, item.title) }
    guard let same else { continue }
    let path = "entry.items[\(index)].title"
    switch rule.value {
    case .refused:
      let isLeft = leaves.contains {
        $0.content.department("department") == content.owner
          && sameDatum($0.content["datum"], item.title) && $0.content["entry"] == same.entry
      }
      guard isLeft else {
        throw .sharedAlready(
          path: path, item: item.title, by: same.entry, isBarred: true, citation: rule.citation)
      }
    case .reasoned:
      guard !content.duplicateReason.isEmpty else {
        throw .sharedAlready(
          path: path, item: item.title, by: same.entry, isBarred: false, citation: rule.citation)
      }
    }
    found.append(Duplicate(item: item.title, entry: same.entry, citation: rule.citation))
  }
  return found
}
