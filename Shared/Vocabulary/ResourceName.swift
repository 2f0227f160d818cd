// Resource names, as they stand on the wire: `entries/E-1/items/name` (FORMATS "Names").

/// A folder of resources and the form of the ids in it.
package enum ResourceCollection: String, CaseIterable, Sendable {
  case departments, persons, systems, runs, entries, versions, items, changes, batches
  case applications, grants
  case comparisons, cases, issues, recalls, records
  case verificationRequests = "verification-requests"
  case destructions
  case canaries
  case listings

  /// What an id in this folder looks like.
  package enum IDForm: Hashable, Sendable {
    /// `[a-z][a-z0-9-]{1,39}`
    case slug
    /// A letter, a hyphen and a number from 1 on: `E-17`
    case lettered(Character)
    /// A number from 1 on: `17`
    case number
    /// The name of a data item: `[a-z][a-z0-9_-]{0,39}`
    case itemName
  }

  package var idForm: IDForm {
    switch self {
    case .departments, .persons, .systems, .runs: .slug
    case .versions, .cases, .records, .changes, .canaries: .number
    case .items: .itemName
    case .entries: .lettered("E")
    case .batches: .lettered("B")
    case .applications: .lettered("A")
    case .grants: .lettered("G")
    case .comparisons: .lettered("C")
    case .issues: .lettered("Q")
    case .recalls: .lettered("R")
    case .verificationRequests: .lettered("V")
    case .destructions: .lettered("D")
    case .listings: .lettered("L")
    }
  }

  /// The folder this one stands under, `nil` at the top.
  package var parent: ResourceCollection? {
    switch self {
    case .persons, .systems, .runs: .departments
    case .versions, .items, .records, .changes: .entries
    case .cases: .comparisons
    default: nil
    }
  }
}

/// The name of one resource: its folders and ids from the top.
package struct ResourceName: Hashable, Sendable {
  package let collection: ResourceCollection
  /// The id in its own folder: `E-1`, `name`, `7`.
  package let id: String
  /// The id of the parent, where the collection has one.
  package let parentID: String?

  /// Reads any known name; `nil` when the folders, their nesting or an id are wrong.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 || parts.count == 4,
      let collection = ResourceCollection(rawValue: parts[parts.count - 2]),
      collection.idForm.admits(parts[parts.count - 1])
    else { return nil }
    if let parent = collection.parent {
      guard parts.count == 4, parts[0] == parent.rawValue, parent.idForm.admits(parts[1]) else {
        return nil
      }
    } else {
      guard parts.count == 2 else { return nil }
    }
    self.init(
      collection: collection, id: parts[parts.count - 1],
      parentID: parts.count == 4 ? parts[1] : nil)
  }

  /// Reads a name that must be of one kind.
  package init?(_ text: String, in collection: ResourceCollection) {
    guard let name = ResourceName(text), name.collection == collection else { return nil }
    self = name
  }

  private init(collection: ResourceCollection, id: String, parentID: String?) {
    self.collection = collection
    self.id = id
    self.parentID = parentID
  }

  /// The number in the id (`E-17` and `17` both give 17); `nil` for slugs and item names.
  package var number: Int64? { ResourceName.number(id, collection.idForm) }

  /// The number in the parent's id.
  package var parentNumber: Int64? {
    guard let parentID, let parent = collection.parent else { return nil }
    return ResourceName.number(parentID, parent.idForm)
  }

  package var text: String {
    guard let parentID, let parent = collection.parent else {
      return "\(collection.rawValue)/\(id)"
    }
    return "\(parent.rawValue)/\(parentID)/\(collection.rawValue)/\(id)"
  }

  fileprivate static func number(_ id: String, _ form: ResourceCollection.IDForm) -> Int64? {
    let digits: Substring
    switch form {
    case .slug, .itemName: return nil
    case .number: digits = id[...]
    case .lettered(let letter):
      guard id.first == letter, id.dropFirst().first == "-" else { return nil }
      digits = id.dropFirst(2)
    }
    // One spelling for each number: no sign, no leading zero.
    guard let first = digits.utf8.first, first != UInt8(ascii: "0"), digits.utf8.count <= 18,
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int64(digits)
  }
}

extension ResourceName {
  package static func department(_ code: DepartmentCode) -> ResourceName {
    ResourceName(collection: .departments, id: code.text, parentID: nil)
  }
  package static func person(_ department: DepartmentCode, _ id: PersonID) -> ResourceName {
    ResourceName(collection: .persons, id: id.text, parentID: department.text)
  }
  package static func system(_ department: DepartmentCode, _ name: SystemName) -> ResourceName {
    ResourceName(collection: .systems, id: name.text, parentID: department.text)
  }
  package static func run(_ department: DepartmentCode, _ name: RunName) -> ResourceName {
    ResourceName(collection: .runs, id: name.text, parentID: department.text)
  }
  package static func entry(_ number: Int64) -> ResourceName { lettered(.entries, number) }
  package static func canary(_ number: Int64) -> ResourceName {
    ResourceName(collection: .canaries, id: String(number), parentID: nil)
  }
  package static func batch(_ number: Int64) -> ResourceName { lettered(.batches, number) }
  package static func destruction(_ number: Int64) -> ResourceName {
    lettered(.destructions, number)
  }
  package static func application(_ number: Int64) -> ResourceName {
    lettered(.applications, number)
  }
  package static func grant(_ number: Int64) -> ResourceName { lettered(.grants, number) }
  package static func comparison(_ number: Int64) -> ResourceName { lettered(.comparisons, number) }
  package static func issue(_ number: Int64) -> ResourceName { lettered(.issues, number) }
  package static func recall(_ number: Int64) -> ResourceName { lettered(.recalls, number) }
  package static func record(_ entry: Int64, _ number: Int64) -> ResourceName {
    ResourceName(collection: .records, id: String(number), parentID: "E-\(entry)")
  }
  package static func verificationRequest(_ number: Int64) -> ResourceName {
    lettered(.verificationRequests, number)
  }
  package static func entryVersion(_ entry: Int64, _ version: Int64) -> ResourceName {
    ResourceName(collection: .versions, id: String(version), parentID: "E-\(entry)")
  }
  /// `nil` when the item's name is not one.
  package static func item(_ entry: Int64, _ name: String) -> ResourceName? {
    guard isItemName(name) else { return nil }
    return ResourceName(collection: .items, id: name, parentID: "E-\(entry)")
  }
  package static func comparisonCase(_ comparison: Int64, _ number: Int64) -> ResourceName {
    ResourceName(collection: .cases, id: String(number), parentID: "C-\(comparison)")
  }

  private static func lettered(_ collection: ResourceCollection, _ number: Int64) -> ResourceName {
    guard case .lettered(let letter) = collection.idForm else {
      preconditionFailure("a lettered name is asked of a folder with lettered ids")
    }
    return ResourceName(collection: collection, id: "\(letter)-\(number)", parentID: nil)
  }
}

extension ResourceName: CustomStringConvertible {
  package var description: String { text }
}

/// Whether a text can name a data item of an entry: `[a-z][a-z0-9_-]{0,39}`.
package func isItemName(_ text: String) -> Bool {
  let bytes = text.utf8
  guard (1...40).contains(bytes.count), let first = bytes.first,
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
  else { return false }
  return bytes.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default:
      false
    }
  }
}

extension ResourceCollection.IDForm {
  /// Whether a text is an id of this form.
  package func admits(_ id: String) -> Bool {
    switch self {
    case .slug: isSlug(id)
    case .itemName: isItemName(id)
    case .number, .lettered: ResourceName.number(id, self) != nil
    }
  }
}
