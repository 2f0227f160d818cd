// The catalogue's registers: what a department needs or must collect, who answers for a datum, which standard holds, what is opened.
// One record of any of them is a listing (hebi-2021/8.1b, 9a, 11.2b, 19.1a, 29.2; meizhou-public-2023/5.i4, 11a; luyi-2019/4.2).

package import Regulation
package import Vocabulary

/// Which register a listing stands in.
package enum ListingKind: String, ClosedList {
  case demand, collection
  case jointCollection = "joint_collection"
  case responsibility, standard, opening, meeting, category, duplicate, project

  package var term: BilingualText {
    switch self {
    case .demand: BilingualText("需求清单", "demand list")
    case .collection: BilingualText("采集清单", "collection list")
    case .jointCollection: BilingualText("协同采集登记", "register of joint collection")
    case .responsibility: BilingualText("数据责任部门登记", "register of responsible departments")
    case .standard: BilingualText("标准登记", "register of standards")
    case .opening: BilingualText("开放清单", "opening list")
    case .meeting: BilingualText("建设小组会议", "meetings of the construction group")
    case .category: BilingualText("增补分类", "added categories")
    case .duplicate: BilingualText("重复采集许可", "leave to collect again")
    case .project: BilingualText("信息化项目登记", "register of projects")
    }
  }
}

/// Where a listing stands.
package enum ListingState: String, ClosedList {
  case pending
  case inForce = "in_force"
  case returned, ended, replaced

  package var term: BilingualText {
    switch self {
    case .pending: BilingualText("待确认", "pending")
    case .inForce: BilingualText("有效", "in force")
    case .returned: BilingualText("退回", "returned")
    case .ended: BilingualText("终止", "ended")
    case .replaced: BilingualText("已替换", "replaced")
    }
  }
}

/// What a listing says, by the names of its fields; which there are, its kind says.
package struct ListingContent: Hashable, Sendable {
  package let kind: ListingKind
  package var texts: [String: String]
  package var lists: [String: [String]]
  package var basis: Basis?

  package init(
    _ kind: ListingKind, texts: [String: String] = [:], lists: [String: [String]] = [:],
    basis: Basis? = nil
  ) {
    self.kind = kind
    self.texts = texts.filter { !$0.value.isEmpty }
    self.lists = lists
    self.basis = basis
  }

  package subscript(_ field: String) -> String { texts[field] ?? "" }

  /// A department that a field names.
  package func department(_ field: String) -> DepartmentCode? {
    ResourceName(self[field], in: .departments).flatMap { DepartmentCode($0.id) }
  }

  /// The parties of a joint collection with the items that each collects, in the order of their names.
  package var parties: [(department: DepartmentCode, items: [String])] {
    lists.keys.sorted().compactMap { key in
      guard let name = ResourceName(key, in: .departments), let code = DepartmentCode(name.id)
      else { return nil }
      return (code, lists[key] ?? [])
    }
  }
}

/// Somebody who must agree before a listing holds.
package struct Confirmation: Hashable, Sendable {
  package let seat: Seat
  /// "departments/d/persons/p"; `nil` while it is open.
  package var person: String?
  package var time: Instant?

  package init(seat: Seat, person: String? = nil, time: Instant? = nil) {
    self.seat = seat
    self.person = person
    self.time = time
  }
}

package struct ListingStep: Hashable, Sendable {
  package let to: ListingState
  package let actor: String
  package let time: Instant
  package let reason: String

  package init(to: ListingState, actor: String, time: Instant, reason: String) {
    self.to = to
    self.actor = actor
    self.time = time
    self.reason = reason
  }
}

/// A version of a listing.
package struct Listing: Hashable, Sendable {
  package let number: Int64
  package let version: Int
  package let owner: DepartmentCode
  /// The owner's, GB/T 2260.
  package let region: String
  package let profile: ProfileReference
  package let content: ListingContent
  package var state: ListingState
  package var confirmations: [Confirmation]
  package var history: [ListingStep]
  /// Of the owner's list of this kind, when this version came to hold or ended.
  package var listVersion: Int

  package init(
    number: Int64, version: Int, owner: DepartmentCode, region: String, profile: ProfileReference,
    content: ListingContent, state: ListingState, confirmations: [Confirmation],
    history: [ListingStep], listVersion: Int = 0
  ) {
    self.number = number
    self.version = version
    self.owner = owner
    self.region = region
    self.profile = profile
    self.content = content
    self.state = state
    self.confirmations = confirmations
    self.history = history
    self.listVersion = listVersion
  }

  package var name: String { "listings/L-\(number)" }
  package var isLive: Bool { state == .pending || state == .inForce }

  /// Whether it counts for the bodies of a region: who wrote it is of that region or of one above.
  package func reaches(_ region: String) -> Bool {
    catalogueRegions(of: region).contains(self.region)
  }

  /// Whether there are bodies for whom both it counts and what is written in a region.
  package func overlaps(_ region: String) -> Bool {
    reaches(region) || catalogueRegions(of: self.region).contains(region)
  }

  /// Whether an actor reads it: what holds is for all bodies, the rest for those who write it or must agree (hebi-2021/8.2a).
  package func isVisible(to actor: Actor) -> Bool {
    state == .inForce || state == .replaced || state == .ended
      || actor.department.code == owner
      || confirmations.contains { actor.seats.contains($0.seat) }
  }
}

/// A new version of a listing, whose form and writer are checked.
///
/// Order of precedence: who writes it, what it must say, its texts.
///
/// - Parameters:
///   - former: The version that it follows; `nil` for a new one.
///   - parties: What the registry says of the departments that it names.
package func listed(
  _ content: ListingContent, number: Int64, after former: Listing?, by actor: Actor,
  parties: [DepartmentFacts], at time: Instant, under profile: Profile
) throws(CatalogRefusal) -> Listing {
  let kind = content.kind
  if let former {
    guard former.content.kind == kind else { throw .itemUnknown(path: "record", name: former.name) }
    guard former.owner == actor.department.code else { throw .notOwner(entry: former.name) }
  }
  guard kind.isAuthoritys == false || actor.roles.contains(.authority) else {
    throw .listingNotYours(kind, citation: kind.citation(under: profile))
  }
  // Nobody gives himself leave (AC-11, hebi-2021/11.1b).
  if kind == .duplicate, content.department("department") == actor.department.code {
    throw .listingNotYours(kind, citation: .accessRule(11))
  }
  try checkFields(content, under: profile)
  var listing = Listing(
    number: number, version: (former?.version ?? 0) + 1, owner: actor.department.code,
    region: actor.department.region, profile: profile.reference, content: content, state: .pending,
    confirmations: confirmations(for: content, by: actor, parties: parties, under: profile),
    history: [])
  // Who writes it has agreed where he is one of those who must.
  for index in listing.confirmations.indices
  where actor.seats.contains(listing.confirmations[index].seat) {
    listing.confirmations[index].person = actor.name
    listing.confirmations[index].time = time
  }
  return listing.stepped(to: listing.isAgreed ? .inForce : .pending, by: actor, at: time, "")
}

extension Listing {
  fileprivate var isAgreed: Bool { confirmations.allSatisfy { $0.person != nil } }

  /// Agrees for the seats that the actor takes; it holds when the last has.
  package func confirmed(by actor: Actor, at time: Instant) throws(CatalogRefusal) -> Listing {
    guard state == .pending else {
      throw .listingWrongState(name, state, action: BilingualText("确认", "confirmed"))
    }
    try requireParty(actor)
    var next = self
    for index in next.confirmations.indices
    where next.confirmations[index].person == nil
      && actor.seats.contains(next.confirmations[index].seat)
    {
      next.confirmations[index].person = actor.name
      next.confirmations[index].time = time
    }
    guard next.confirmations != confirmations else {
      throw .listingWrongState(name, state, action: BilingualText("重复确认", "confirmed twice"))
    }
    return next.stepped(to: next.isAgreed ? .inForce : .pending, by: actor, at: time, "")
  }

  /// Sends it back, with the reason.
  package func returned(
    reason: String, by actor: Actor, at time: Instant
  ) throws(CatalogRefusal) -> Listing {
    guard state == .pending else {
      throw .listingWrongState(name, state, action: BilingualText("退回", "returned"))
    }
    try requireParty(actor)
    if reason.isEmpty { throw .reasonMissing(action: BilingualText("退回", "returned")) }
    try checkTexts([("reason", reason)])
    return stepped(to: .returned, by: actor, at: time, reason)
  }

  /// Ends what holds: its writer does, with a reason.
  package func ended(
    reason: String, by actor: Actor, at time: Instant
  ) throws(CatalogRefusal) -> Listing {
    guard actor.department.code == owner else { throw .notOwner(entry: name) }
    guard isLive else {
      throw .listingWrongState(name, state, action: BilingualText("终止", "ended"))
    }
    if reason.isEmpty { throw .reasonMissing(action: BilingualText("终止", "ended")) }
    try checkTexts([("reason", reason)])
    return stepped(to: .ended, by: actor, at: time, reason)
  }

  /// What the version before becomes when its successor holds.
  package func replaced(by successor: Listing, at time: Instant) -> Listing {
    var next = self
    next.state = .replaced
    next.history.append(ListingStep(to: .replaced, actor: "", time: time, reason: successor.name))
    return next
  }

  package func requireParty(_ actor: Actor) throws(CatalogRefusal) {
    guard confirmations.contains(where: { actor.seats.contains($0.seat) }) else {
      throw .listingNotYours(content.kind, citation: .accessRule(11))
    }
  }

  fileprivate func stepped(
    to state: ListingState, by actor: Actor, at time: Instant, _ reason: String
  ) -> Listing {
    var next = self
    next.state = state
    next.history.append(ListingStep(to: state, actor: actor.name, time: time, reason: reason))
    return next
  }
}
