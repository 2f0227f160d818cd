// The catalogue of a level: what was approved in a region and below it, by versions (meizhou-public-2023/5.i3, 8c; hebi-2021/8.1c, 8.2b, 10b;
// guangdong-2018/10).

package import Vocabulary

/// The regions in whose catalogues the entries of a region stand: its own, the city's, the province's (GB/T 2260).
package func catalogueRegions(of region: String) -> [String] {
  var found = [region]
  for digits in [4, 2] {
    let above = region.prefix(digits) + String(repeating: "0", count: 6 - digits)
    if !found.contains(String(above)) { found.append(String(above)) }
  }
  return found
}

/// An entry in the catalogue of a level: the version that was approved last.
package struct CatalogueLine: Hashable, Sendable {
  /// "entries/E-1", on its node.
  package let entry: String
  package let version: Int
  package let title: String
  package let owner: String
  /// The region of its owner.
  package let origin: String
  package let resourceCode: String
  /// The domain of the node that sent it; empty for this one.
  package let node: String

  package init(
    entry: String, version: Int, title: String, owner: String, origin: String,
    resourceCode: String, node: String
  ) {
    self.entry = entry
    self.version = version
    self.title = title
    self.owner = owner
    self.origin = origin
    self.resourceCode = resourceCode
    self.node = node
  }
}

/// Checks that somebody may read a region's catalogue before it is everybody's: the authority of the region or of one above, its
/// staffing office, an auditor (AC-74).
package func requireReach(_ region: String, by actor: Actor) throws(CatalogRefusal) {
  if actor.roles.contains(.auditor) { return }
  let own = actor.department.region.prefix(actor.department.level.regionDigits)
  guard region.hasPrefix(own),
    actor.roles.contains(.authority) || actor.roles.contains(.staffingOffice)
  else { throw .catalogueOutOfReach(region: region) }
}

/// Whether a version stands in the catalogue of its level.
extension EntryVersion {
  /// From its approval to its withdrawal; a version that was replaced is told by its successor.
  package var isCatalogued: Bool { state == .approved || state == .published }

  /// The version without items that went to another department in the same step (meizhou-public-2023/11b, hebi-2021/10c): it stands as
  /// it was approved, looked through and filed, for nothing else of it changes, and waits for nothing but its publication, which a
  /// person signs.
  package func relieved(
    of titles: Set<String>, number: Int, to successor: EntryVersion, at time: Instant
  ) -> EntryVersion {
    EntryVersion(
      entry: entry, number: number, content: content.without(titles), state: .approved,
      profile: profile, submitted: submitted, decided: decided, filing: filing,
      secrecyReview: secrecyReview, approvedBy: approvedBy,
      history: [.relief(nil, to: .approved, titles, successor, time)], created: time)
  }

  /// What becomes of a version in flight whose items went to another department: the source has it again, and every check with it.
  package func returned(
    for titles: Set<String>, to successor: EntryVersion, at time: Instant
  ) -> EntryVersion {
    var next = self
    next.history.append(.relief(state, to: .returned, titles, successor, time))
    next.state = .returned
    next.approvedBy = []
    return next
  }

  /// What becomes of a version that was open while another took the place of the one it had begun from.
  package func closed(for titles: Set<String>, to successor: EntryVersion, at time: Instant)
    -> EntryVersion
  {
    var next = self
    next.history.append(.relief(state, to: .superseded, titles, successor, time))
    next.state = .superseded
    return next
  }

  /// A published version of which nothing but the items that went has been left.
  package func emptied(
    of titles: Set<String>, to successor: EntryVersion, at time: Instant
  ) -> EntryVersion {
    var next = self
    next.history.append(.relief(state, to: .withdrawn, titles, successor, time))
    next.state = .withdrawn
    next.withdrawal = nil
    return next
  }

  /// Items of the version that are another's by a decision that binds its owner.
  package func items(
    goneTo successor: EntryVersion, by assigned: [Assignment], in region: String
  ) -> Set<String> {
    guard content.category == successor.content.category else { return [] }
    return Set(
      content.items.map(\.title).filter { title in
        successor.content.items.contains { sameDatum($0.title, title) }
          && assigned.holder(
            of: title, category: content.category, for: content.owner, in: region)?.department
            == successor.content.owner
      })
  }
}

extension EntryContent {
  fileprivate func without(_ titles: Set<String>) -> EntryContent {
    var content = self
    content.items.removeAll { titles.contains($0.title) }
    return content
  }
}

extension EntryStep {
  fileprivate static func relief(
    _ from: EntryState?, to state: EntryState, _ titles: Set<String>, _ successor: EntryVersion,
    _ time: Instant
  ) -> EntryStep {
    EntryStep(
      from: from, to: state, actor: "", time: time, reason: "", action: .relieved,
      detail: "\(titles.sorted().joined(separator: ", ")) -> \(successor.versionName)")
  }
}

extension EntrySeats {
  /// Of a version that the system has put where it is: its owner's turn, or nobody's. Who else sees it is found from the registry
  /// (RefreshSeats).
  package static func resting(with owner: DepartmentCode?) -> EntrySeats {
    EntrySeats(awaited: owner.map { .owner($0) }, insiders: [])
  }
}
