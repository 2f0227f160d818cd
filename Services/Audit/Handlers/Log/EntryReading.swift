// What an entry is about, read from its payload: whom it concerns, which grant, which call.

import Access
import AuditRules
package import AuditStore
import Crypto
package import Integrity
import Vocabulary

extension EntryFacts {
  /// Whether a member names a department by its code alone.
  private static func isDepartment(_ member: String) -> Bool {
    switch member {
    case "owner", "grantee", "department", "provider", "applicant", "reporter", "source", "user":
      true
    default: false
    }
  }

  /// Reads what services write (weir.events.v1): `entry`, `grant`, `call`, and departments wherever they stand.
  ///
  /// - Parameter service: Whose outbox it came from; only the service of its topic is believed about disclosures, decisions
  ///   and providers.
  package init(topic: String, payload: JSONObject, from service: String) {
    self.init(topic: topic)
    call = payload["call"]?.string ?? ""
    entry = payload["entry"]?.string.flatMap { Self.id($0, in: .entries) }
    grant = payload["grant"]?.string.flatMap { Self.id($0, in: .grants) }
    batch = payload["batch"]?.string.flatMap { Self.id($0, in: .batches) }
    subject = payload["subject"]?.string.flatMap { Pseudonym(text: $0) }
    for member in payload.members { collect(member.value, under: member.name, depth: 0) }
    isForeign = AuditRules.isForeign(topic: topic, from: service)
    if isForeign { return }
    if topic == "catalog.entry_published" {
      provider = payload["owner"]?.string.flatMap(Self.department)
    }
    isDisclosure = topic == "ingest.disclosure" || topic == "ingest.claim_verified"
    isDecision = topic == "share.decision"
    signer = SignedStatement(payload["signed"]).map { SHA256.hash($0.certificate) }
    switch topic {
    case "registry.certificate_issued", "registry.certificate_renewed":
      issued = [payload["certificate"]].compactMap { $0?.string.flatMap { Hex.decode($0) } }
    case "registry.founded":
      issued = (payload["fingerprints"]?.array ?? []).compactMap {
        $0.string.flatMap { Hex.decode($0) }
      }
    default: break
    }
  }

  private mutating func collect(_ value: JSONValue, under name: String, depth: Int) {
    switch value {
    case .string(let text):
      let isNamed = Self.isDepartment(name) || text.hasPrefix("departments/")
      if isNamed, let code = Self.department(text) { departments.insert(code) }
    case .array(let values):
      for value in values { collect(value, under: name, depth: depth + 1) }
    case .object(let object):
      for member in object.members { collect(member.value, under: member.name, depth: depth + 1) }
    default: break
    }
  }

  /// The code of `departments/d`, of `departments/d/persons/p`, or of `d` alone.
  static func department(_ text: String) -> DepartmentCode? {
    DepartmentCode(element(of: text, after: "departments/") ?? text)
  }

  /// `E-1` of `E-1`, `entries/E-1` or `entries/E-1/versions/2`.
  static func id(_ text: String, in collection: ResourceCollection) -> String? {
    let id = element(of: text, after: collection.rawValue + "/") ?? text
    return collection.idForm.admits(id) ? id : nil
  }

  /// What stands between a prefix and the next slash; `nil` where the prefix is another. Asked for every text of every entry.
  private static func element(of text: String, after prefix: String) -> String? {
    guard text.hasPrefix(prefix) else { return nil }
    return String(text.utf8.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "/") })
  }
}

extension OpenedEntry {
  package var facts: EntryFacts {
    EntryFacts(
      topic: topic, payload: payload, from: String(stored.origin.prefix { $0 != "/" }))
  }
}

extension DisclosedMatter {
  /// Of a disclosure, or of a decision.
  init(_ payload: JSONObject) {
    func text(_ name: String) -> String { payload[name]?.string ?? "" }
    self.init(
      call: text("call"), grant: text("grant").isEmpty ? text("request") : text("grant"),
      entry: text("entry"), grantee: EntryFacts.department(text("grantee")),
      items: Set((payload["items"]?.array ?? []).compactMap(\.string)),
      comparison: text("comparison"), chunk: payload["chunk"]?.integer ?? 0)
  }
}
