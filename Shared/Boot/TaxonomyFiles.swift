// From `deploy/taxonomies/*.yaml` to seed lists of categories.

package import Regulation
import Vocabulary

package enum TaxonomyFiles {
  /// Reads all taxonomies of a folder, by key.
  package static func load(taxonomiesFolder: String) throws(LawFileProblems) -> [String: Taxonomy] {
    var taxonomies: [String: Taxonomy] = [:]
    for path in try LawFiles.paths(in: taxonomiesFolder) {
      let taxonomy = try taxonomy(file: path, text: try LawFiles.text(of: path))
      guard taxonomies[taxonomy.key] == nil else {
        throw LawFileProblems(
          file: path, line: 0, "分类表 \(taxonomy.key) 重复", "the taxonomy \(taxonomy.key) stands twice"
        )
      }
      taxonomies[taxonomy.key] = taxonomy
    }
    return taxonomies
  }

  /// One taxonomy.
  package static func taxonomy(file: String, text: String) throws(LawFileProblems) -> Taxonomy {
    let top = try YAMLMapping(file: file, text: text)
    try top.refuseUnknownFields([
      "taxonomy", "version", "document", "title", "extensible", "categories",
    ])
    var categories: [TaxonomyCategory] = []
    for mapping in try top.mappings("categories") { categories.append(try category(mapping)) }
    let (key, version, document) = (
      try top.text("taxonomy"), try top.integer("version"), try top.text("document")
    )
    let title = try LawFiles.bilingual(top, "title")
    let isExtensible = try top.flag("extensible", default: false)
    do throws(TaxonomyProblem) {
      return try Taxonomy(
        key: key, version: version, document: document, title: title, isExtensible: isExtensible,
        categories: categories)
    } catch {
      throw LawFileProblems([
        LawFileProblem(file: file, line: error.line, sentence: error.sentence)
      ])
    }
  }

  private static func category(
    _ mapping: YAMLMapping
  ) throws(LawFileProblems) -> TaxonomyCategory {
    try mapping.refuseUnknownFields([
      "slug", "group", "zh", "en", "article", "sources", "assigned_by_text", "rule", "note",
    ])
    return TaxonomyCategory(
      slug: try mapping.text("slug"),
      term: BilingualText(try mapping.text("zh"), try mapping.text("en")),
      group: try mapping.optionalText("group"), article: try mapping.text("article"),
      sources: try mapping.texts("sources"),
      isAssignedByText: try mapping.flag("assigned_by_text", default: false),
      rule: try mapping.optionalText("rule"), note: try mapping.optionalText("note"),
      line: mapping.line)
  }
}
