// The code of a published resource: minted once, never reused, in one registry (GB/T 21063.4; the national compilation guide;
// meizhou-specific-2021/9a).

package import Regulation
import Vocabulary

/// Mints the code of an entry at its first publication.
///
/// Its form is `<class>-<region>-<sequence>-<check>`: the category's slug in capitals cut to its group, the owner's GB/T 2260
/// region, seven digits of the node's own sequence, and a check character (ISO/IEC 7064 MOD 37-2 over all before it), so
/// that a code typed from paper with one wrong character is refused.
package func resourceCode(category: String, region: String, sequence: Int64) -> String {
  let group = category.split(separator: ".").first.map(String.init) ?? "general"
  let plain = "\(group.uppercased())-\(region)-\(digits(sequence, 7))"
  return "\(plain)-\(checkCharacter(of: plain))"
}

/// Whether a code is whole: its check character fits.
package func isResourceCode(_ code: String) -> Bool {
  guard let last = code.last, code.dropLast().last == "-" else { return false }
  return checkCharacter(of: String(code.dropLast(2))) == last
}

/// Checks that a code which an entry comes with is no other entry's: all departments register in one catalogue
/// (meizhou-specific-2021/9a).
///
/// - Parameters:
///   - entry: Whose code it may be; `nil` for a new entry.
///   - holder: Whose code it is; `nil` where it is nobody's.
package func checkCode(
  _ code: String, of entry: Int64?, holder: EntryStanding?, under profile: Profile
) throws(CatalogRefusal) {
  guard let holder, holder.entry != entry else { return }
  throw .codeTaken(
    code, by: "entries/E-\(holder.entry)", owner: "departments/\(holder.owner.text)",
    citation: profile.cite(
      .catalogOneRegistry, else: Citation(document: Citation.productDocument, article: "catalog")))
}

/// ISO/IEC 7064 MOD 37-2: digits, then letters, then `*` as check character for 36. Hyphens do not count.
private func checkCharacter(of text: String) -> Character {
  let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*")
  var sum = 0
  for character in text where character != "-" {
    let value = alphabet.firstIndex(of: character) ?? 36
    sum = (sum + value) * 2 % 37
  }
  return alphabet[(38 - sum) % 37]
}

private func digits(_ number: Int64, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
