// Seed lists of the regulations: categories with their source departments and rules (policies.md c).

package import Vocabulary

/// One category of a taxonomy.
package struct TaxonomyCategory: Hashable, Sendable {
  /// `death.cremation`
  package let slug: String
  package let term: BilingualText
  /// The group it stands in, in the words of the document.
  package let group: String?
  package let article: String
  /// The departments named for it, in the words of the document.
  package let sources: [String]
  /// Whether the text names them; otherwise they are our proposal, which the authority may change.
  package let isAssignedByText: Bool
  /// A rule of the text: `no_minors`, `excludes_minimum_allowance`, `needs_decision`.
  package let rule: String?
  package let note: String?
  package let line: Int

  package init(
    slug: String, term: BilingualText, group: String?, article: String, sources: [String],
    isAssignedByText: Bool, rule: String?, note: String?, line: Int
  ) {
    self.slug = slug
    self.term = term
    self.group = group
    self.article = article
    self.sources = sources
    self.isAssignedByText = isAssignedByText
    self.rule = rule
    self.note = note
    self.line = line
  }
}

/// A taxonomy cannot be taken, with the line.
package struct TaxonomyProblem: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case empty
    case invalidSlug(String)
    case repeatedSlug(String)
    case missingArticle(String)
    case unknownRule(String)
  }

  package let kind: Kind
  package let line: Int

  package var sentence: BilingualText {
    switch kind {
    case .empty: BilingualText("分类表为空", "the taxonomy is empty")
    case .invalidSlug(let slug):
      BilingualText("代码 \(slug) 不合规", "\(slug) is no slug")
    case .repeatedSlug(let slug):
      BilingualText("代码 \(slug) 重复", "\(slug) stands twice")
    case .missingArticle(let slug):
      BilingualText("\(slug) 缺少条款", "\(slug) has no article")
    case .unknownRule(let rule):
      BilingualText("未知规则 \(rule)", "unknown rule \(rule)")
    }
  }
}

/// A list of categories of one document.
package struct Taxonomy: Hashable, Sendable {
  /// Rules that categories may carry.
  package static let rules: Set<String> = [
    "no_minors", "excludes_minimum_allowance", "needs_decision",
  ]

  package let key: String
  package let version: Int
  /// The document whose article each category cites.
  package let document: String
  package let title: BilingualText
  /// Whether the list of the text is open (等).
  package let isExtensible: Bool
  package let categories: [TaxonomyCategory]

  package init(
    key: String, version: Int, document: String, title: BilingualText, isExtensible: Bool,
    categories: [TaxonomyCategory]
  ) throws(TaxonomyProblem) {
    guard !categories.isEmpty else { throw TaxonomyProblem(kind: .empty, line: 0) }
    var seen: Set<String> = []
    for category in categories {
      let parts = category.slug.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.allSatisfy({ isItemName(String($0)) }) else {
        throw TaxonomyProblem(kind: .invalidSlug(category.slug), line: category.line)
      }
      guard seen.insert(category.slug).inserted else {
        throw TaxonomyProblem(kind: .repeatedSlug(category.slug), line: category.line)
      }
      guard Citation("\(document)/\(category.article)") != nil else {
        throw TaxonomyProblem(kind: .missingArticle(category.slug), line: category.line)
      }
      if let rule = category.rule, !Taxonomy.rules.contains(rule) {
        throw TaxonomyProblem(kind: .unknownRule(rule), line: category.line)
      }
    }
    self.key = key
    self.version = version
    self.document = document
    self.title = title
    self.isExtensible = isExtensible
    self.categories = categories
  }

  package func category(_ slug: String) -> TaxonomyCategory? {
    categories.first { $0.slug == slug }
  }

  /// The categories under a slug: `hardship` gives all whose slug begins with `hardship.`.
  package func categories(under slug: String) -> [TaxonomyCategory] {
    categories.filter { $0.slug.hasPrefix(slug + ".") }
  }

  package func citation(of category: TaxonomyCategory) -> Citation {
    Citation(document: document, article: category.article)
  }
}
