// Short names of departments, persons and systems. They stand in certificates and logs, so they are never
// a credit number or an identity number (FORMATS "Names").

/// Whether a text is `[a-z][a-z0-9-]{1,39}`.
package func isSlug(_ text: String) -> Bool {
  let bytes = text.utf8
  guard (2...40).contains(bytes.count), let first = bytes.first,
    first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z")
  else { return false }
  return bytes.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"):
      true
    default:
      false
    }
  }
}

/// The code of a department: `human-resources`.
package struct DepartmentCode: Hashable, Sendable {
  package let text: String

  package init?(_ text: String) {
    guard isSlug(text) else { return nil }
    self.text = text
  }
}

/// The id of a person within a department: `wang`.
package struct PersonID: Hashable, Sendable {
  package let text: String

  package init?(_ text: String) {
    guard isSlug(text) else { return nil }
    self.text = text
  }
}

/// The name of a registered system within a department: `pension-payment`.
package struct SystemName: Hashable, Sendable {
  package let text: String

  package init?(_ text: String) {
    guard isSlug(text) else { return nil }
    self.text = text
  }
}

/// The name of a registered scheduled run within a department: `nightly-payments`.
package struct RunName: Hashable, Sendable {
  package let text: String

  package init?(_ text: String) {
    guard isSlug(text) else { return nil }
    self.text = text
  }
}

extension DepartmentCode: Comparable, CustomStringConvertible {
  package static func < (left: DepartmentCode, right: DepartmentCode) -> Bool {
    left.text < right.text
  }
  package var description: String { text }
}

extension PersonID: Comparable, CustomStringConvertible {
  package static func < (left: PersonID, right: PersonID) -> Bool { left.text < right.text }
  package var description: String { text }
}

extension SystemName: Comparable, CustomStringConvertible {
  package static func < (left: SystemName, right: SystemName) -> Bool { left.text < right.text }
  package var description: String { text }
}

extension RunName: Comparable, CustomStringConvertible {
  package static func < (left: RunName, right: RunName) -> Bool { left.text < right.text }
  package var description: String { text }
}
