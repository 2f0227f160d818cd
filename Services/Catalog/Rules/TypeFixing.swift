// The authority fixes the share type of what a source reports (AC-14; hebi-2021/14.4).

import Regulation
package import Vocabulary

/// A share type that a reviewer fixes, with its ground.
package struct TypeDecision: Hashable, Sendable {
  /// The name of an item; empty for the entry itself.
  package var item: String
  package var type: ShareType
  /// Takes the place of what the source stated, where not empty; so do the conditions.
  package var bases: [Basis]
  package var conditions: String

  package init(item: String, type: ShareType, bases: [Basis] = [], conditions: String = "") {
    self.item = item
    self.type = type
    self.bases = bases
    self.conditions = conditions
  }
}

extension TypeDecider {
  /// Who may put another type in the place of the source's. The others approve or return what the source proposed
  /// (meizhou-public-2023/7.1b), or decide on active sharing alone (luyi-2019/10.i3).
  var fixes: Reviewer? {
    switch self {
    case .cityAuthority: .cityAuthority
    case .sameLevelAuthority, .constructionGroup: nil
    }
  }
}

extension EntryVersion {
  /// The version with the types that the reviewer fixed, each change a step of its history with both types.
  ///
  /// Order of precedence: who may, the reason, each decision in turn, then the entry as a whole.
  func fixed(
    _ opinion: EntryOpinion, by actor: Actor, owner: DepartmentFacts, isBaseData: Bool,
    at time: Instant, under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    if opinion.types.isEmpty { return self }
    guard let reviewer = profile.typeDecider?.value.fixes, isReviewer(actor, reviewer, of: owner)
    else {
      throw .typeNotYours(
        citation: profile.typeDecider?.citation
          ?? .accessRule(14))
    }
    if opinion.reason.isEmpty {
      throw .reasonMissing(action: BilingualText("改定共享类型", "typed otherwise"))
    }
    var next = self
    var named: Set<String> = []
    for (index, decision) in opinion.types.enumerated() {
      let path = "share_types[\(index)]"
      guard named.insert(decision.item).inserted else {
        throw .itemRepeated(path: path + ".item", name: decision.item)
      }
      let former = try next.content.shareType(under: decision, path: path)
      try next.content.fix(decision, path: path, isBaseData: isBaseData, under: profile)
      if former == decision.type { continue }
      let thing = decision.item.isEmpty ? "" : decision.item + ": "
      next = next.stepped(
        to: state, by: actor, at: time, reason: opinion.reason, action: .typeFixed,
        detail: "\(thing)\(former?.rawValue ?? "-") -> \(decision.type.rawValue)",
        basis: decision.bases.first)
    }
    try checkShareTypes(next.content, isBaseData: isBaseData, under: profile)
    return next
  }
}

extension EntryContent {
  fileprivate func shareType(
    under decision: TypeDecision, path: String
  ) throws(CatalogRefusal) -> ShareType? {
    if decision.item.isEmpty { return shareType }
    guard let item = items.first(where: { $0.name == decision.item }) else {
      throw .itemUnknown(path: path + ".item", name: decision.item)
    }
    return shareType(of: item)
  }

  fileprivate mutating func fix(
    _ decision: TypeDecision, path: String, isBaseData: Bool, under profile: Profile
  ) throws(CatalogRefusal) {
    if decision.item.isEmpty {
      shareType = decision.type
      if !decision.bases.isEmpty { bases = decision.bases }
      if !decision.conditions.isEmpty { conditions = decision.conditions }
      try checkEntryType(self, isBaseData: isBaseData, path: path, under: profile)
      return
    }
    guard let index = items.firstIndex(where: { $0.name == decision.item }) else { return }
    items[index].shareType = decision.type
    if !decision.bases.isEmpty { items[index].bases = decision.bases }
    if !decision.conditions.isEmpty { items[index].conditions = decision.conditions }
    try checkItemType(items[index], of: self, isBaseData: isBaseData, path: path, under: profile)
  }
}
