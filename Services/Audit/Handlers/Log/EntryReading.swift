// What an entry is about, read from its payload: whom it concerns, which grant, which call.

package import AuditStore
package import Integrity
import Vocabulary

extension EntryFacts {
  /// Members that name a department by its code alone.
  private static let departmentMembers: Set<String> = [
    "owner", "grantee", "department", "provider", "applicant", "reporter", "source", "user",
  ]

  /// Reads what services write (weir.events.v1): `entry`, `grant`, `call`, and departments wherever they stand.
  package init(topic: String, payload: JSONObject) {
    self.init(topic: topic)
    call = payload["call"]?.string ?? ""
    entry = payload["entry"]?.string.flatMap { Self.id($0, in: .entries) }
    grant = payload["grant"]?.string.flatMap { Self.id($0, in: .grants) }
    for member in payload.members { collect(member.value, under: member.name, depth: 0) }
    if topic == "catalog.entry_published" {
      provider = payload["owner"]?.string.flatMap(Self.department)
    }
    isDisclosure = topic == "ingest.disclosure"
    isDecision = topic == "share.decision"
  }

  private mutating func collect(_ value: JSONValue, under name: String, depth: Int) {
    switch value {
    case .string(let text):
      let isNamed = Self.departmentMembers.contains(name) || text.hasPrefix("departments/")
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
    guard text.hasPrefix("departments/") else { return DepartmentCode(text) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return DepartmentCode(String(parts[1]))
  }

  /// `E-1` of `E-1`, `entries/E-1` or `entries/E-1/versions/2`.
  static func id(_ text: String, in collection: ResourceCollection) -> String? {
    let parts = text.split(separator: "/").map(String.init)
    let id = parts.count > 1 && parts[0] == collection.rawValue ? parts[1] : text
    return ResourceName("\(collection.rawValue)/\(id)") == nil ? nil : id
  }
}
