// What entries are found by: pairs of neighbouring characters, and words for state, owner and category.

import CatalogRules
import Database
import Vocabulary

/// A version's place in the index; in the order of entries and versions. Callers send such numbers: none is too large.
func searchKey(_ entry: Int64, _ version: Int) -> Int64 {
  min(max(entry, 0), Int64.max / versionsPerEntry - 1) * versionsPerEntry
    + min(max(Int64(version), 0), versionsPerEntry - 1)
}

let versionsPerEntry: Int64 = 1 << 20

/// What must stand in the index for a version to be of a list. Necessary, not sufficient: the columns decide on what is left.
struct SearchTerms {
  /// All of these.
  private var all: [String] = []
  /// And one of each of these.
  private var groups: [[String]] = []

  init(of filter: EntryFilter, visibleTo visibility: EntryVisibility) {
    all = pairs(ofQuery: filter.query)
    if let state = filter.state { all.append(stateTerm(state)) }
    if let owner = filter.owner { all.append(ownerTerm(owner)) }
    if filter.only == .filed { all.append(filedTerm) }
    if !filter.category.isEmpty, let term = categoryTerm(filter.category) { all.append(term) }
    if let categories = filter.categories {
      let terms = categories.compactMap(categoryTerm)
      if terms.count == categories.count, !terms.isEmpty { groups.append(terms) }
    }
    var visible = [ownerTerm(visibility.department), stateTerm(.published)]
    if !visibility.seats.isEmpty {
      let inside: [EntryState] = [.submitted, .approved, .superseded, .withdrawn]
      visible += inside.map(stateTerm)
    }
    groups.append(visible)
  }

  /// The condition on `search`.
  func condition(
    in dialect: SQLDialect, bind: (any SQLConvertible) -> String
  ) -> String {
    switch dialect {
    case .sqlite:
      let one = groups.map { "(\(quoted($0).joined(separator: " OR ")))" }
      return "search MATCH \(bind((quoted(all) + one).joined(separator: " AND ")))"
    case .postgres:
      func holds(_ operation: String, _ terms: [String]) -> String {
        let terms = "string_to_array(\(bind(terms.joined(separator: " "))), ' ')"
        return "string_to_array(search.grams, ' ') \(operation) \(terms)"
      }
      return ([holds("@>", all)] + groups.map { holds("&&", $0) }).joined(separator: " AND ")
    }
  }

  /// As FTS5 reads them: no term has a quote in it.
  private func quoted(_ terms: [String]) -> [String] { terms.map { "\"\($0)\"" } }
}

extension WriteTransaction {
  func index(_ version: EntryVersion) throws {
    try execute(
      "INSERT INTO search (rowid, grams) VALUES (?1, ?2)",
      [searchKey(version.entry, version.number), version.grams])
  }

  /// Most steps change the state alone; one that changes nothing here writes nothing.
  func reindex(_ version: EntryVersion) throws {
    try execute(
      "UPDATE search SET grams = ?2 WHERE rowid = ?1 AND grams <> ?2",
      [searchKey(version.entry, version.number), version.grams])
  }
}

extension EntryVersion {
  fileprivate var grams: String {
    var found: Set<String> = []
    for text in [content.title, content.summary] + content.items.map(\.title) {
      for word in words(in: text) {
        found.formUnion(word.map { String($0) })
        found.formUnion(pairs(in: word))
      }
    }
    var terms = [stateTerm(state), ownerTerm(content.owner)]
    if filing != nil { terms.append(filedTerm) }
    if let category = categoryTerm(content.category) { terms.append(category) }
    return (terms + found.sorted()).joined(separator: " ")
  }
}

/// Of each word of a query its pairs, or the word itself where it is one character. Chinese has no blanks between words: pairs find
/// what is written, whatever a word is.
///
/// At most 32, so that a long question costs no more than a short one.
private func pairs(ofQuery text: String) -> [String] {
  var found: Set<String> = []
  for word in words(in: text) {
    found.formUnion(word.count == 1 ? [String(word)] : pairs(in: word))
  }
  return Array(found.sorted().prefix(32))
}

private func pairs(in word: [Character]) -> [String] {
  zip(word, word.dropFirst()).map { String([$0, $1]) }
}

/// Letters and digits of any script between blanks and signs, in compatibility form and lower case: full width is half width.
private func words(in text: String) -> [[Character]] {
  Array(compatible(text).lowercased()).split { !$0.isLetter && !$0.isNumber }.map(Array.init)
}

private let filedTerm = "only:filed"

private func stateTerm(_ state: EntryState) -> String { "state:\(state.rawValue)" }

private func ownerTerm(_ owner: DepartmentCode) -> String { "owner:\(owner.text)" }

/// `nil` for what is no slug: a draft may have anything there.
private func categoryTerm(_ category: String) -> String? {
  let isSlug = category.utf8.allSatisfy {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
  }
  return isSlug ? "category:\(category)" : nil
}
