// A legal ground as a department states it: behind a share type, a withdrawal, an application, a refusal.

/// A law, regulation or rule with its article (meizhou-public-2023/10, meizhou-public-2023/19; AC-44).
package struct LegalBasis: Hashable, Sendable {
  package var kind: BasisKind
  /// "中华人民共和国统计法"
  package var title: String
  /// "第九条"
  package var article: String
  /// The wording of the article, where the instrument is none that the governing text names (hebi-2021/1); else empty.
  package var text: String

  package init(kind: BasisKind, title: String, article: String, text: String = "") {
    self.kind = kind
    self.title = title
    self.article = article
    self.text = text
  }

  /// A kind alone is no ground: the document and its article can be looked up only when both are named.
  package var isComplete: Bool { !title.isEmpty && !article.isEmpty }
}
