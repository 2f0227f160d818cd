// From `deploy/policies/*.yaml` and `deploy/governance.yaml` to checked profiles. Every problem is told with file and line.

package import Regulation
import Vocabulary
import Yams

/// The law as a node reads it at start.
package enum PolicyFiles {
  /// Reads all profiles of a folder and the governance file; tells every problem of every file at once.
  package static func load(
    policiesFolder: String, governanceFile: String
  ) throws(LawFileProblems) -> ProfileSet {
    var documents: [ProfileDocument] = []
    var problems: [LawFileProblem] = []
    for path in try LawFiles.paths(in: policiesFolder) {
      do throws(LawFileProblems) {
        documents.append(try document(file: path, text: try LawFiles.text(of: path)))
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw LawFileProblems(problems) }
    let governance = try governance(
      file: governanceFile, text: try LawFiles.text(of: governanceFile))
    do throws(ProfileSetProblem) {
      return try ProfileSet(documents: documents, governance: governance)
    } catch {
      throw LawFileProblems([
        LawFileProblem(file: governanceFile, line: error.line, sentence: error.sentence)
      ])
    }
  }

  /// One profile.
  package static func document(
    file: String, text: String
  ) throws(LawFileProblems) -> ProfileDocument {
    let source = try source(file: file, text: text)
    do throws(ProfileProblems) {
      return try ProfileDocument(source)
    } catch {
      throw LawFileProblems(
        error.problems.map { problem in
          let row = source.rows.firstIndex { $0.line == problem.line }
          return LawFileProblem(
            file: file, line: problem.line, sentence: problem.sentence, row: row.map { $0 + 1 },
            article: row.flatMap { source.rows[$0].article })
        })
    }
  }

  /// A profile as written, before it is checked.
  package static func source(file: String, text: String) throws(LawFileProblems) -> ProfileSource {
    let top = try YAMLMapping(file: file, text: text)
    try top.refuseUnknownFields([
      "profile", "version", "title", "number", "short_name", "text_held", "effective_from", "rows",
      "terms",
    ])
    var rows: [ProfileSourceRow] = []
    for mapping in try top.mappings("rows") { rows.append(try row(mapping)) }
    let terms = top["terms"] == nil ? [] : try self.terms(try top.mappings("terms"))
    return ProfileSource(
      key: try top.text("profile"), version: try top.integer("version"),
      title: try top.text("title"), number: try top.text("number"),
      shortName: try LawFiles.bilingual(top, "short_name"),
      isTextHeld: try top.flag("text_held", default: true),
      effectiveFrom: try top.optionalDay("effective_from"), rows: rows, terms: terms)
  }

  /// Which profile governs what.
  package static func governance(
    file: String, text: String
  ) throws(LawFileProblems) -> [GovernanceRow] {
    let top = try YAMLMapping(file: file, text: text)
    try top.refuseUnknownFields(["governance"])
    var rows: [GovernanceRow] = []
    for mapping in try top.mappings("governance") {
      try mapping.refuseUnknownFields(["tag", "profile", "from", "to", "region"])
      let tag = try mapping.text("tag")
      rows.append(
        GovernanceRow(
          tag: tag == "any" ? nil : tag, profile: try mapping.text("profile"),
          from: try mapping.day("from"), to: try mapping.optionalDay("to"),
          region: mapping["region"] == nil ? nil : try mapping.text("region"), line: mapping.line))
    }
    return rows
  }

  /// The words of a text; each stands once and means something known.
  private static func terms(_ mappings: [YAMLMapping]) throws(LawFileProblems) -> [ProfileTerm] {
    var terms: [ProfileTerm] = []
    for mapping in mappings {
      try mapping.refuseUnknownFields(["term", "article", "means"])
      let word = try mapping.text("means")
      guard let means = TermMeaning(rawValue: word) else {
        throw mapping.problem(
          at: mapping["means"], "不知 \(word) 指什么", "nothing here is called \(word)")
      }
      let term = try LawFiles.bilingual(mapping, "term")
      guard !terms.contains(where: { $0.term.chinese == term.chinese }) else {
        throw mapping.problem(
          at: mapping["term"], "术语 \(term.chinese) 重复", "the term \(term.english) stands twice")
      }
      terms.append(ProfileTerm(term: term, article: try mapping.text("article"), means: means))
    }
    return terms
  }

  /// A row's own mistakes are told by the validator, so nothing is refused here but a field of the wrong shape.
  private static func row(_ mapping: YAMLMapping) throws(LawFileProblems) -> ProfileSourceRow {
    ProfileSourceRow(
      key: try mapping.optionalText("key"), value: mapping["value"].map(value),
      article: try mapping.optionalText("article"), origin: try mapping.optionalText("origin"),
      note: try mapping.optionalText("note"),
      unknownFields: mapping.unknownFields(["key", "value", "article", "origin", "note"]),
      line: mapping.line)
  }

  private static func value(_ node: Node) -> ProfileSourceValue {
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      return scalar.string.isEmpty && !isQuoted
        ? .nothing : .scalar(scalar.string, isQuoted: isQuoted)
    case .sequence(let sequence):
      return .list(sequence.map(value))
    case .mapping, .alias:
      return .nothing
    }
  }
}
