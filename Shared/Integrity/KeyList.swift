// The list of evidence keys, signed by the offline root.

import Crypto

/// The keys under which a domain's evidence is signed, with their terms.
///
/// The note's text: `weir-keys/1`, the domain, the list's number, the second of its making, then a line `<from> <until>
/// <name+hash+key>` for each key, seconds since 1970, `-` for no end. The root's key is named `<domain>/root`, the log's
/// `<domain>/audit`, a service's `<domain>/<service>/evidence`. A list with a higher number replaces an earlier one, also to
/// end the term of a key that leaked.
package struct KeyList: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package let verifier: NoteVerifier
    /// Seconds since 1970 UTC, inclusive.
    package let notBefore: Int64
    /// Exclusive; nil while the key is in use.
    package let notAfter: Int64?

    package init(verifier: NoteVerifier, notBefore: Int64, notAfter: Int64? = nil) {
      self.verifier = verifier
      self.notBefore = notBefore
      self.notAfter = notAfter
    }

    package func isInTerm(at seconds: Int64) -> Bool {
      notBefore <= seconds && notAfter.map { seconds < $0 } ?? true
    }
  }

  private static let label = "weir-keys/1"

  package let domain: String
  package let number: UInt64
  /// Seconds since 1970 UTC.
  package let issuedAt: Int64
  package let entries: [Entry]

  package init(domain: String, number: UInt64, issuedAt: Int64, entries: [Entry]) {
    self.domain = domain
    self.number = number
    self.issuedAt = issuedAt
    self.entries = entries
  }

  package static func rootName(_ domain: String) -> String { "\(domain)/root" }
  package static func auditName(_ domain: String) -> String { "\(domain)/audit" }
  package static func evidenceName(_ domain: String, service: String) -> String {
    "\(domain)/\(service)/evidence"
  }

  package var text: String {
    let head = [Self.label, domain, String(number), String(issuedAt)]
    let keys = entries.map {
      "\($0.notBefore) \($0.notAfter.map { String($0) } ?? "-") \($0.verifier.text)"
    }
    return (head + keys).map { $0 + "\n" }.joined()
  }

  package func signed(by root: NoteSigner) throws(SignedNoteError) -> SignedNote {
    guard root.verifier.name == Self.rootName(domain) else { throw .badName }
    return try SignedNote(text: text, signers: [root])
  }

  /// The list of a note that the root signed; the root's name says the domain.
  package init(verifying note: SignedNote, by root: NoteVerifier) throws(SignedNoteError) {
    try note.verified(by: [root])
    guard let list = KeyList(text: note.text) else { throw .malformed }
    guard root.name == Self.rootName(list.domain) else { throw .badName }
    self = list
  }

  /// The domain that a list states, when it is another than the root's. Nothing is verified: it only says why a list is not
  /// believed.
  static func foreignDomain(of note: SignedNote, to root: NoteVerifier) -> String? {
    guard let domain = KeyList(text: note.text)?.domain, rootName(domain) != root.name else {
      return nil
    }
    return domain
  }

  /// nil when the text is not exactly a list's.
  init?(text: String) {
    guard var lines = NoteLines(text), lines.takes(Self.label), let domain = lines.next(),
      let number = lines.number(), let issuedAt = lines.number().flatMap({ Int64(exactly: $0) })
    else { return nil }
    var entries: [Entry] = []
    while let line = lines.next() {
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      guard fields.count == 3,
        let from = NoteLines.number(fields[0]).flatMap({ Int64(exactly: $0) }),
        let verifier = try? NoteVerifier(text: fields[2])
      else { return nil }
      let until = NoteLines.number(fields[1]).flatMap { Int64(exactly: $0) }
      guard until != nil || fields[1] == "-" else { return nil }
      entries.append(Entry(verifier: verifier, notBefore: from, notAfter: until))
    }
    self.init(domain: String(domain), number: number, issuedAt: issuedAt, entries: entries)
  }

  /// The keys of a name.
  package func entries(named name: String) -> [Entry] {
    entries.filter { $0.verifier.name == name }
  }
}
