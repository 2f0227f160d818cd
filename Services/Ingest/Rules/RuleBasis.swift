// On which article of which regulation a rule of Ingest rests, by the profile that governs the entry.

package import Vocabulary

/// The articles behind the rules that every profile has in its own words.
///
/// Periods and closed lists come from the profile itself; here stands only where a regulation says that the source
/// delivers (AC-30), that data follow the declared format, and that they are checked before they are taken.
package struct RuleBasis: Hashable, Sendable {
  /// Who delivers the data of an entry.
  package let delivery: Citation
  /// Data follow the format declared in the catalogue.
  package let format: Citation
  /// Data are checked before they are aggregated.
  package let precheck: Citation

  package init(delivery: Citation, format: Citation, precheck: Citation) {
    self.delivery = delivery
    self.format = format
    self.precheck = precheck
  }

  /// - Parameter profile: The key of the governing profile: `meizhou-public-2023`.
  ///   A profile that is not among the five says none of this in a text we hold; the product's own rule is cited then.
  package init(profile: String) {
    let articles: (delivery: String, format: String, precheck: String)
    switch profile {
    case "meizhou-specific-2021": articles = ("7a", "13a", "29")
    case "meizhou-public-2023": articles = ("12a", "13b", "13b")
    case "hebi-2021": articles = ("12.1b", "12.1a", "12.1a")
    case "luyi-2019": articles = ("7.2", "7.1", "7.1")
    case "guangdong-2018": articles = ("15.1a", "15.1a", "15.1a")
    default: articles = ("ingest.delivery", "ingest.format", "ingest.precheck")
    }
    let isOfText = articles.delivery != "ingest.delivery"
    let document = isOfText ? profile : Citation.productDocument
    self.init(
      delivery: Citation(document: document, article: articles.delivery),
      format: Citation(document: document, article: articles.format),
      precheck: Citation(document: document, article: articles.precheck))
  }

  /// meizhou-specific-2021/5.3c: community-correction data hold no minors; it defines the category wherever it is used.
  package static let noMinors = Citation(document: "meizhou-specific-2021", article: "5.3c")
}
