// A project of information technology and the data that it is about, read from its listing (policies.md e.23;
// meizhou-public-2023/41, hebi-2021/30, guangdong-2018/11, meizhou-specific-2021/15).

package import Regulation
package import Vocabulary

/// What a project is for.
package enum ProjectKind: String, ClosedList {
  case newSystem = "new_system"
  case upgrade, operation

  package var term: BilingualText {
    switch self {
    case .newSystem: BilingualText("新建系统", "new system")
    case .upgrade: BilingualText("升级改造", "upgrade")
    case .operation: BilingualText("运维", "operation")
    }
  }
}

/// A registered project.
package struct Project: Hashable, Sendable {
  package let listing: Listing
  package let kind: ProjectKind
  /// "entries/E-1", of the department itself.
  package let entries: [String]
  /// The data list, by titles.
  package let data: [String]
  /// Built by the state or the province, and deployed here.
  package let isUpperLevel: Bool
  package let isDeployedHere: Bool

  /// `nil` where the listing is no project.
  package init?(_ listing: Listing) {
    let said = listing.content
    guard said.kind == .project, let kind = ProjectKind(rawValue: said["kind"]) else { return nil }
    self.listing = listing
    self.kind = kind
    entries = said.lists["entries"] ?? []
    data = said.lists["data"] ?? []
    isUpperLevel = said["upper_level"] == Self.yes
    isDeployedHere = said["deployed_here"] == Self.yes
  }

  /// How a listing says that a mark is set.
  package static let yes = "true"
  /// The field with the second profile that governs it, where there is one.
  package static let secondProfile = "second_profile"

  package var name: String { listing.name }

  /// The profiles that governed it when it was registered: it keeps them (D43).
  package var profiles: [ProfileReference] {
    [listing.profile] + [ProfileReference(listing.content[Self.secondProfile])].compactMap { $0 }
  }
}

/// An entry that is bound to a project, as it stands.
package struct BoundEntry: Hashable, Sendable {
  package let name: String
  /// What the newest version says.
  package let newest: EntryContent
  /// What everybody sees; `nil` while nothing is published.
  package let published: EntryContent?
  package let isMounted: Bool
  /// Whether the catalogue of the highest level has it (guangdong-2018/11b).
  package let isInParentCatalogue: Bool

  package init(
    name: String, newest: EntryContent, published: EntryContent?, isMounted: Bool,
    isInParentCatalogue: Bool
  ) {
    self.name = name
    self.newest = newest
    self.published = published
    self.isMounted = isMounted
    self.isInParentCatalogue = isInParentCatalogue
  }
}

/// Something that is past its day.
package struct LateThing: Hashable, Sendable {
  /// "entries/E-1", "issues/I-1".
  package let name: String
  package let due: DueDate
  package let overdueDays: Int

  package init(name: String, due: DueDate, overdueDays: Int) {
    self.name = name
    self.due = due
    self.overdueDays = overdueDays
  }
}

/// Everything by which a project is judged at a checkpoint.
package struct GateFacts: Hashable, Sendable {
  package var entries: [BoundEntry]
  /// Names of the department's entries to which data were delivered.
  package var delivered: Set<String>
  /// Deliveries and issues of the department that are past due; in other services their own clocks say so.
  package var lateDeliveries: [LateThing]
  package var lateIssues: [LateThing]
  /// How many published entries and open cases of the department were looked at.
  package var entriesLookedAt: Int

  package init(
    entries: [BoundEntry] = [], delivered: Set<String> = [], lateDeliveries: [LateThing] = [],
    lateIssues: [LateThing] = [], entriesLookedAt: Int = 0
  ) {
    self.entries = entries
    self.delivered = delivered
    self.lateDeliveries = lateDeliveries
    self.lateIssues = lateIssues
    self.entriesLookedAt = entriesLookedAt
  }
}

/// One datum of a project with the entry that has it.
struct ProjectDatum: Hashable, Sendable {
  let title: String
  /// The published entry with an item of this title; `nil` while there is none.
  let entry: BoundEntry?
  let item: Item?
}

extension GateFacts {
  /// The data of a project: its list, and where it has none the items of its entries.
  func data(of project: Project) -> [ProjectDatum] {
    var titles = project.data
    if titles.isEmpty {
      for title in entries.flatMap({ $0.newest.items.map(\.title) }) where !titles.contains(title) {
        titles.append(title)
      }
    }
    return titles.map { title in
      for entry in entries {
        let found = entry.published?.items.first { sameDatum($0.title, title) }
        if let found { return ProjectDatum(title: title, entry: entry, item: found) }
      }
      return ProjectDatum(title: title, entry: nil, item: nil)
    }
  }
}
