// Which witnesses must have signed a checkpoint: the policy file of C2SP tlog-policy, for the log and for those who verify it.

import Crypto
package import Vocabulary

/// Why a policy file is refused: the line, and what is wrong with it.
package struct WitnessPolicyError: Error, Equatable, Sendable {
  package let line: Int
  package let sentence: BilingualText
}

/// A policy: logs, witnesses, groups of them, and the quorum.
///
/// ```
/// log meizhou.example/audit+…
/// witness data-bureau witness.data-bureau.example+… https://10.0.0.7:7500
/// witness audit-bureau witness.audit-bureau.example+… https://10.1.0.7:7500
/// witness inspection witness.inspection.example+… https://10.2.0.7:7500
/// group offices 2 data-bureau audit-bureau inspection
/// quorum offices
/// ```
package struct WitnessPolicy: Sendable, Equatable {
  package struct Witness: Sendable, Hashable {
    /// Of use in the file alone.
    package let name: String
    package let key: NoteVerifier
    /// Its submission prefix, for the log.
    package let url: String?
  }

  /// How many of its members a group asks for.
  private struct Group: Sendable, Equatable {
    let needed: Int
    let members: [String]
  }

  private static let sizeLimitBytes = 64 << 10
  private static let none = "none"

  package private(set) var logs: [NoteVerifier] = []
  package private(set) var witnesses: [Witness] = []
  private var groups: [String: Group] = [:]
  private var quorum = WitnessPolicy.none

  /// Reads a file.
  package init(text: String) throws(WitnessPolicyError) {
    var reader = PolicyReader()
    var hasQuorum = false
    guard text.utf8.count <= Self.sizeLimitBytes else {
      throw reader.failure("文件过大。", "The file is too large.")
    }
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      reader.line += 1
      let words = String(decoding: line, as: UTF8.self)
        .split { $0 == " " || $0 == "\t" }.map(String.init)
      guard let kind = words.first, !kind.hasPrefix("#") else { continue }
      switch (kind, words.count) {
      case ("log", 2...3): try addLog(words[1], &reader)
      case ("witness", 3...4): try addWitness(words, &reader)
      case ("group", 4...): try addGroup(words, &reader)
      case ("quorum", 2) where !hasQuorum:
        hasQuorum = true
        guard words[1] == Self.none || reader.names.contains(words[1]) else {
          throw reader.unknown(words[1])
        }
        quorum = words[1]
      default: throw reader.failure("无法识别此行。", "This line is none of a policy's.")
      }
    }
    guard hasQuorum else { throw reader.failure("缺少 quorum 行。", "There is no quorum line.") }
  }

  // MARK: Judging

  /// Whether the policy asks for witnesses at all.
  package var needsWitnesses: Bool { quorum != Self.none }

  /// The witnesses whose cosignatures under the note hold. Lines of unknown keys are passed over, as are those that do not
  /// verify: whoever passes a note on can add such lines, and they take nothing from the others.
  package func cosigners(of note: SignedNote) -> [Witness] {
    witnesses.filter { witness in
      note.signatures.contains {
        $0.name == witness.key.name && $0.keyHash == witness.key.keyHash
          && witness.key.isValid($0.bytes, of: note.text)
      }
    }
  }

  /// Whether these are enough.
  package func isQuorum(_ witnesses: some Sequence<Witness>) -> Bool {
    quorum == Self.none || isSatisfied(quorum, by: Set(witnesses.map(\.name)))
  }

  /// Whether one of the logs that the policy names, where it names any, and enough witnesses have signed.
  package func isSatisfied(by note: SignedNote) -> Bool {
    (logs.isEmpty || (try? note.verified(by: logs)) != nil) && isQuorum(cosigners(of: note))
  }

  private func isSatisfied(_ name: String, by names: Set<String>) -> Bool {
    guard let group = groups[name] else { return names.contains(name) }
    return group.members.count { isSatisfied($0, by: names) } >= group.needed
  }

  // MARK: Reading

  private mutating func addLog(
    _ key: String, _ reader: inout PolicyReader
  ) throws(WitnessPolicyError) {
    logs.append(try reader.key(key, .ed25519))
  }

  private mutating func addWitness(
    _ words: [String], _ reader: inout PolicyReader
  ) throws(WitnessPolicyError) {
    try reader.define(words[1])
    let key = try reader.key(words[2], .cosignatureV1)
    witnesses.append(Witness(name: words[1], key: key, url: words.count > 3 ? words[3] : nil))
  }

  private mutating func addGroup(
    _ words: [String], _ reader: inout PolicyReader
  ) throws(WitnessPolicyError) {
    let members = Array(words[3...])
    for member in members {
      // Each counts in one way only.
      guard reader.names.contains(member) else { throw reader.unknown(member) }
      guard reader.grouped.insert(member).inserted else {
        throw reader.failure("\(member) 已属于另一组。", "\(member) is a member already.")
      }
    }
    let needed: Int? =
      switch words[2] {
      case "any": 1
      case "all": members.count
      default: NoteLines.number(words[2]).flatMap { Int(exactly: $0) }
      }
    guard let needed, (1...members.count).contains(needed) else {
      throw reader.failure("门限 \(words[2]) 不成立。", "The threshold \(words[2]) cannot be met.")
    }
    try reader.define(words[1])
    groups[words[1]] = Group(needed: needed, members: members)
  }
}

/// Where reading is, and what is known so far.
private struct PolicyReader {
  var line = 0
  var names: Set<String> = []
  var grouped: Set<String> = []
  private var keys: Set<[UInt8]> = []

  func failure(_ chinese: String, _ english: String) -> WitnessPolicyError {
    WitnessPolicyError(line: line, sentence: BilingualText(chinese, english))
  }

  func unknown(_ name: String) -> WitnessPolicyError {
    failure("前面没有定义 \(name)。", "\(name) is not defined before.")
  }

  mutating func define(_ name: String) throws(WitnessPolicyError) {
    guard name != "none", names.insert(name).inserted else {
      throw failure("名称 \(name) 已被占用。", "The name \(name) is taken.")
    }
  }

  mutating func key(
    _ text: String, _ algorithm: NoteVerifier.Algorithm
  ) throws(WitnessPolicyError) -> NoteVerifier {
    guard let key = try? NoteVerifier(text: text), key.algorithm == algorithm else {
      throw failure("公钥有误。", "The key is none of its kind.")
    }
    // One office with two names would count twice.
    guard keys.insert(key.key.rawBytes).inserted else {
      throw failure("公钥重复。", "The key stands there twice.")
    }
    return key
  }
}
