// Whether two titles mean the same datum, written another way (hebi-2021/11.1b, guangdong-2018/13.2), and what follows for a second
// collection of it.

package import Regulation
package import Vocabulary

/// Whether two titles differ by width, form, case, blanks or punctuation alone. For comparing only: titles are kept as they were sent.
package func sameDatum(_ first: String, _ second: String) -> Bool {
  first == second || comparable(first) == comparable(second)
}

/// A title without what does not tell data apart: every character in its plain form (NFKC; Unicode, UAX #15), in lower case, without blanks, brackets,
/// quotes and other punctuation.
///
/// A sign at a number tells data apart (PM2.5, 100%), and so does a symbol; a title of signs alone stands for itself.
package func comparable(_ title: String) -> String {
  let plain = Array(compatible(title).unicodeScalars)
  var scalars = String.UnicodeScalarView()
  for (index, scalar) in plain.enumerated() {
    if isTelling(scalar) {
      scalars.append(scalar)
      continue
    }
    guard index > 0, isDigit(plain[index - 1]) else { continue }
    if scalar == "%" || scalar == "\u{2030}" {
      scalars.append(scalar)
    } else if index + 1 < plain.count, isDigit(plain[index + 1]) {
      scalars.append(mark(scalar))
    }
  }
  return scalars.isEmpty ? title : String(scalars).lowercased()
}

/// The compatibility form of a text, but for the order of its marks, which Swift's comparison does not see.
package func compatible(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if let forms = compatibilityForms[scalar] {
      scalars.append(contentsOf: forms)
    } else {
      scalars.append(scalar)
    }
  }
  return String(scalars)
}

private let compatibilityForms: [Unicode.Scalar: [Unicode.Scalar]] = {
  func scalar(_ digits: Substring) -> Unicode.Scalar? {
    UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
  }
  var forms: [Unicode.Scalar: [Unicode.Scalar]] = [:]
  for pair in CompatibilityTable.pairs.split(separator: " ") {
    let parts = pair.split(separator: ":")
    guard parts.count == 2, let from = scalar(parts[0]) else { continue }
    forms[from] = parts[1].split(separator: ".").compactMap(scalar)
  }
  return forms
}()

private func isDigit(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.generalCategory == .decimalNumber
}

/// Letters, numbers, the marks on them, and symbols.
private func isTelling(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .mathSymbol, .currencySymbol, .otherSymbol, .nonspacingMark, .spacingMark: true
  default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}

/// What stands between two numbers keeps them apart: every dash as one, blanks and brackets as one.
private func mark(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar.properties.generalCategory {
  case .dashPunctuation: "-"
  case .otherPunctuation: scalar
  default: " "
  }
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
  where !item.isIdentity {
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
