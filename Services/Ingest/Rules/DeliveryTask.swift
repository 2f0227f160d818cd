// What a source owes to an entry now (policies e.3; meizhou-specific-2021/14, luyi-2019/8.2b).

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
}

/// The task of an entry that stands open on a day.
///
/// - Parameters:
///   - published: The civil day of the first publication ("cataloging complete", policies g.4).
///   - deliveredUntil: The last as-of day delivered, or declared to have nothing new; `nil` before the first delivery.
///   - resourceClass: To which a profile may confine its increment clock; empty where it is not known.
package func openTask(
  published: CivilDate, deliveredUntil: CivilDate?, resourceClass: String, today: CivilDate,
  under profile: Profile
) -> DeliveryTask? {
  guard let last = deliveredUntil else {
    return profile.clock(.ingestStock).map {
      .stock($0, from: published, recordsFromYear: profile.stockFromYear?.value)
    }
  }
  guard last < today, let rule = profile.clock(.ingestIncrement) else { return nil }
  if let scope = profile.incrementScope?.value, !resourceClass.isEmpty, scope != resourceClass {
    return nil
  }
  return .increment(rule, from: last.adding(days: 1))
}
