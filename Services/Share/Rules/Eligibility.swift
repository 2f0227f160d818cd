// By which way data can be had at all: at once, by application, or not (AC-40, AC-41, AC-42).

package import Regulation
package import Vocabulary

/// Checks that an application is the way to these items.
///
/// Not-shared items cannot be applied for: the refusal names the profile's own next step (meizhou-public-2023/21.4: a
/// verification request; hebi-2021/15.2: negotiation). Where all items are unconditional nothing is to be applied for
/// (meizhou-specific-2021/21a, guangdong-2018/19.1a), but for what the source must allow expressly: sensitive items (AC-55),
/// and data that go on to others (AC-46, AC-48).
///
/// Where conditional items are open to some bodies alone, no other applies for them (meizhou-public-2023/9.4).
func checkApplicable(
  _ use: UseRequest, of entry: SharedEntry, by actor: Actor, under profile: Profile
) throws(ShareRefusal) {
  try checkReachable(entry, by: actor)
  let types = use.items.compactMap { entry.item($0) }
  if let item = types.first(where: { $0.shareType == .notShared }) {
    throw ShareRules.notShared(item.name, under: profile)
  }
  if types.contains(where: { $0.shareType == .conditional }), !entry.openTo.isEmpty,
    !entry.openTo.contains(actor.department)
  {
    throw .outsideConditions(
      entry: entry.name, openTo: entry.openTo.map(\.text).sorted(), conditions: entry.conditions)
  }
  if !types.isEmpty, types.allSatisfy({ $0.shareType == .unconditional }),
    use.recipients.isEmpty, entry.sensitive(use.items, under: profile).isEmpty
  {
    throw .applicationNotNeeded(entry: entry.name)
  }
}

/// Checks that items can be taken into use without an application: all of them unconditional.
func checkSubscribable(
  _ items: [String], of entry: SharedEntry, by actor: Actor, under profile: Profile
) throws(ShareRefusal) {
  try checkReachable(entry, by: actor)
  for item in items.compactMap({ entry.item($0) }) {
    switch item.shareType {
    case .unconditional: continue
    case .conditional: throw .applicationNeeded(item: item.name)
    case .notShared: throw ShareRules.notShared(item.name, under: profile)
    }
  }
  try checkAuthorised(items, of: entry, under: profile)
}

/// A government department other than the source, and an entry that is published.
func checkReachable(_ entry: SharedEntry, by actor: Actor) throws(ShareRefusal) {
  guard actor.isGovernmentBody else { throw .notGovernmentBody }
  guard entry.isPublished else { throw .entryNotPublished(entry: entry.name) }
  guard entry.source.code != actor.department else { throw .ownEntry(entry: entry.name) }
}

/// The profile that governs a new case about an entry on a day.
package func governingProfile(
  of entry: SharedEntry, in profiles: ProfileSet, on day: CivilDate
) throws(ShareRefusal) -> Profile {
  guard let profile = profiles.governing([entry.resourceClass], on: day) else {
    throw .noProfileInForce(resourceClass: entry.resourceClass)
  }
  return profile
}

/// What to do when data were refused or are not shared, as the profile has it (meizhou-public-2023/21.4, hebi-2021/15.2).
package func nextStepText(_ steps: [NotSharedStep]) -> BilingualText? {
  if steps.isEmpty { return nil }
  return BilingualText(
    steps.map(\.told.chinese).joined(separator: "；再") + "。",
    steps.map(\.told.english).joined(separator: ", then ") + ".")
}

extension NotSharedStep {
  /// The step, with the command that takes it where this program has one.
  fileprivate var told: BilingualText {
    guard self == .verification else { return term }
    return BilingualText(
      term.chinese + "（weir share verify-request create）",
      term.english + " (weir share verify-request create)")
  }
}
