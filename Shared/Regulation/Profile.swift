// Looking a parameter up: the profile's own row, its parents, national law, the product's default.

package import Vocabulary

/// A value that governs, with what it rests on.
package struct Provision<Value: Hashable & Sendable>: Hashable, Sendable {
  package let value: Value
  package let citation: Citation
  package let origin: ProfileOrigin
  package let note: String?

  package init(value: Value, citation: Citation, origin: ProfileOrigin, note: String? = nil) {
    self.value = value
    self.citation = citation
    self.origin = origin
    self.note = note
  }

  /// The profile in whose file the row stands: the own one, a parent, or the product's defaults.
  package var profile: String { citation.document }

  package func map<Other: Hashable & Sendable>(_ transform: (Value) -> Other) -> Provision<Other> {
    Provision<Other>(value: transform(value), citation: citation, origin: origin, note: note)
  }
}

/// Which profile, in which version, with the versions of all that is asked after it.
///
/// A case stores this text when it begins and keeps it: a later version of the profile, of a parent or of the product's
/// defaults changes nothing for it (DESIGN 8).
package struct ProfileReference: Hashable, Sendable {
  package struct Part: Hashable, Sendable {
    package let key: String
    package let version: Int

    package init(key: String, version: Int) {
      self.key = key
      self.version = version
    }
  }

  /// The profile itself, then its parents, national law and the defaults.
  package let chain: [Part]

  init(chain: [Part]) {
    precondition(!chain.isEmpty, "a reference names at least the profile itself")
    self.chain = chain
  }

  package var key: String { chain[0].key }
  package var version: Int { chain[0].version }

  /// `meizhou-public-2023@1+national-law@1+weir-default@1`.
  package var text: String { chain.map { "\($0.key)@\($0.version)" }.joined(separator: "+") }

  package init?(_ text: String) {
    var chain: [Part] = []
    for piece in text.split(separator: "+", omittingEmptySubsequences: false) {
      let halves = piece.split(separator: "@", omittingEmptySubsequences: false)
      guard halves.count == 2, isSlug(String(halves[0])), let version = Int(halves[1]), version > 0,
        String(version) == halves[1]
      else { return nil }
      chain.append(Part(key: String(halves[0]), version: version))
    }
    guard !chain.isEmpty else { return nil }
    self.init(chain: chain)
  }
}

/// A profile with its whole chain: what governs a case. A value, so that a rule needs nothing else.
package struct Profile: Hashable, Sendable {
  /// The document itself, its parents, national law, the product's defaults, in the order they are asked.
  package let chain: [ProfileDocument]

  /// - Precondition: The chain is not empty; ``ProfileSet`` makes no other.
  init(chain: [ProfileDocument]) {
    precondition(!chain.isEmpty, "a profile has at least its own document")
    self.chain = chain
  }

  package var document: ProfileDocument { chain[0] }
  package var key: String { document.key }
  package var reference: ProfileReference {
    ProfileReference(chain: chain.map { .init(key: $0.key, version: $0.version) })
  }

  /// What a look-up finds.
  package enum Finding: Hashable, Sendable {
    case provision(Provision<ProfileValue>)
    /// A row says that the parameter is not to be set; nobody further down the chain was asked.
    case setAside(Citation)
    /// No text and no default sets it.
    case silent
  }

  /// Own row, parents, product default; the value `none` stops, a missing row goes on (FORMATS "Profiles and clocks").
  package func look(up key: ProfileKey) -> Finding {
    for document in key.isOfItsDocument ? chain.prefix(1) : chain[...] {
      guard let row = document.row(key) else { continue }
      let citation = Citation(document: document.key, article: row.article)
      if row.value == .none { return .setAside(citation) }
      return .provision(
        Provision(value: row.value, citation: citation, origin: row.origin, note: row.note))
    }
    return .silent
  }

  /// Whether the profile rests on a document: its own, a parent, national law or the defaults. A refusal cites no other.
  package func rests(on document: String) -> Bool { chain.contains { $0.key == document } }

  package func provision(_ key: ProfileKey) -> Provision<ProfileValue>? {
    guard case .provision(let found) = look(up: key) else { return nil }
    return found
  }

  /// On what a refusal rests: the article of this profile, or of a text behind it, that sets the parameter; where no text does,
  /// our own rule (`.accessRule(41)`). Never the text of another place.
  package func cite(_ key: ProfileKey, else ours: Citation) -> Citation {
    if let found = provision(key), found.citation.isOfText { return found.citation }
    return ours
  }

  package func integer(_ key: ProfileKey) -> Provision<Int>? {
    guard let found = provision(key), case .integer(let number) = found.value else { return nil }
    return found.map { _ in number }
  }

  package func integers(_ key: ProfileKey) -> Provision<[Int]>? {
    guard let found = provision(key), case .integers(let numbers) = found.value else { return nil }
    return found.map { _ in numbers }
  }

  package func flag(_ key: ProfileKey) -> Provision<Bool>? {
    guard let found = provision(key), case .boolean(let flag) = found.value else { return nil }
    return found.map { _ in flag }
  }

  package func text(_ key: ProfileKey) -> Provision<String>? {
    guard let found = provision(key), case .text(let text) = found.value else { return nil }
    return found.map { _ in text }
  }

  /// The words of a list, as the file has them.
  package func words(_ key: ProfileKey) -> Provision<[String]>? {
    guard let found = provision(key), case .words(let words) = found.value else { return nil }
    return found.map { _ in words }
  }

  /// The one word of a key that takes one.
  package func word(_ key: ProfileKey) -> Provision<String>? {
    guard let found = words(key), let word = found.value.first else { return nil }
    return found.map { _ in word }
  }

  /// The words as members of a closed list. Loading has refused all others.
  package func list<List: ClosedList>(_ key: ProfileKey, of list: List.Type) -> Provision<[List]>? {
    words(key)?.map { $0.compactMap(List.init(rawValue:)) }
  }

  package func choice<List: ClosedList>(_ key: ProfileKey, of list: List.Type) -> Provision<List>? {
    guard let found = word(key), let member = List(rawValue: found.value) else { return nil }
    return found.map { _ in member }
  }
}
