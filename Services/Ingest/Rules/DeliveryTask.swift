// What a source owes to an entry now (policies e.3; meizhou-specific-2021/14, meizhou-public-2023/13a, luyi-2019/8.2b, 9.2).

package import Regulation
package import Vocabulary

/// A delivery that is awaited, with the clock that runs.
///
/// A profile without a delivery clock starts no task: so it is where an upper-level system delivers (guangdong-2018/15.1b).
package enum DeliveryTask: Hashable, Sendable {
  /// The first full delivery, from the publication of the entry.
  case stock(ClockRule, from: CivilDate, recordsFromYear: Int?)
  /// What was generated since the last delivery. When a row was generated the source alone knows, so the clock is counted
  /// from the day after the one to which it delivered: nothing can be due earlier.
  case increment(ClockRule, from: CivilDate)
  /// The next delivery by the entry's own declared frequency.
  case period(UpdateFrequency, due: CivilDate, Citation)
  /// The items changed: what belongs to them is supplied, promptly (our number).
  case supply(ClockRule, from: CivilDate)
}

/// How an entry and what was delivered to it stand.
package struct DeliveryStanding: Hashable, Sendable {
  /// The civil day of the first publication ("cataloging complete", policies g.4).
  package var published: CivilDate
  /// The version that is published, and since when.
  package var version: Int
  package var renewed: CivilDate
  /// The last as-of day delivered, or declared to have nothing new, and for which version; `nil` before the first delivery.
  package var deliveredUntil: CivilDate?
  package var deliveredVersion: Int?
  /// To which a profile may confine its increment clock; empty where it is not known.
  package var resourceClass: String
  /// `nil` where it is not known.
  package var frequency: UpdateFrequency?

  package init(
    published: CivilDate, version: Int, renewed: CivilDate, deliveredUntil: CivilDate?,
    deliveredVersion: Int?, resourceClass: String, frequency: UpdateFrequency?
  ) {
    self.published = published
    self.version = version
    self.renewed = renewed
    self.deliveredUntil = deliveredUntil
    self.deliveredVersion = deliveredVersion
    self.resourceClass = resourceClass
    self.frequency = frequency
  }
}

/// The task of an entry that stands open on a day. A changed item goes before what is merely new.
package func openTask(
  _ entry: DeliveryStanding, today: CivilDate, under profile: Profile
) -> DeliveryTask? {
  guard let last = entry.deliveredUntil else {
    if let rule = profile.clock(.ingestStock) {
      return .stock(rule, from: entry.published, recordsFromYear: profile.stockFromYear?.value)
    }
    return period(of: entry, after: entry.published, under: profile)
  }
  if profile.freshness?.value.contains(.afterItemApproval) == true,
    let version = entry.deliveredVersion, version < entry.version,
    let rule = profile.clock(.promptly)
  {
    return .supply(rule, from: entry.renewed)
  }
  guard last < today else { return nil }
  guard let rule = profile.clock(.ingestIncrement) else {
    return period(of: entry, after: last, under: profile)
  }
  if let scope = profile.incrementScope?.value, !entry.resourceClass.isEmpty,
    scope != entry.resourceClass
  {
    return nil
  }
  return .increment(rule, from: last.adding(days: 1))
}

private func period(
  of entry: DeliveryStanding, after day: CivilDate, under profile: Profile
) -> DeliveryTask? {
  guard let rule = profile.freshness, rule.value.contains(.updateFrequency),
    let frequency = entry.frequency, let due = frequency.next(after: day)
  else { return nil }
  return .period(frequency, due: due, rule.citation)
}

extension UpdateFrequency {
  /// The day of the next delivery; `nil` where none is set: data in real time is always new, the irregular when it comes.
  fileprivate func next(after day: CivilDate) -> CivilDate? {
    switch self {
    case .realTime, .irregular: nil
    case .daily: day.adding(days: 1)
    case .weekly: day.adding(days: 7)
    case .monthly: day.adding(months: 1)
    case .quarterly: day.adding(months: 3)
    case .halfYearly: day.adding(months: 6)
    case .yearly: day.adding(months: 12)
    }
  }
}
