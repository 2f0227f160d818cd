// The article on which a rule, a period or a refusal rests.

/// An article of a document, as `meizhou-public-2023/21.3b`.
///
/// The document is a profile's key (`meizhou-public-2023`); the article is the number of `obligations.yaml`.
/// Where the product decides because no text does, the document is ``Citation/productDocument``.
package struct Citation: Hashable, Sendable {
  /// The document of values that come from no regulation; a label, never shown as a number of a text.
  package static let productDocument = "weir-default"

  package let document: String
  package let article: String

  package init(document: String, article: String) {
    self.document = document
    self.article = article
  }

  /// An access rule of Weir (AC-nn), for a refusal that holds under every regulation and is the article of none.
  package static func accessRule(_ number: Int) -> Citation {
    Citation(document: productDocument, article: number < 10 ? "AC-0\(number)" : "AC-\(number)")
  }

  /// Reads `document/article`; both parts must be there and hold printable ASCII without spaces.
  package init?(_ text: String) {
    guard let slash = text.firstIndex(of: "/") else { return nil }
    let document = text[..<slash]
    let article = text[text.index(after: slash)...]
    let isPlain: (Substring) -> Bool = { part in
      !part.isEmpty && part.utf8.count <= 64 && part.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
    guard isPlain(document), isPlain(article) else { return nil }
    self.init(document: String(document), article: String(article))
  }

  package var text: String { "\(document)/\(article)" }

  /// Whether a regulation says it, rather than the product.
  package var isOfText: Bool { document != Citation.productDocument }
}

extension Citation: CustomStringConvertible {
  package var description: String { text }
}
