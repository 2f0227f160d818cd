// How long two persons' word to trace somebody counts (AC-93; meizhou-public-2023/34).

package import Vocabulary

/// The terms of an act of two persons as Audit has them, held again where a person is named. Both are ours.
package enum TraceTerm {
  /// An act waits so long for the second person, a trace can be read so long after; and a quarter of an hour for a clerk who signs.
  private static let waitingMilliseconds: Int64 = 7 * 86_400_000
  private static let readingMilliseconds: Int64 = 24 * 3_600_000
  private static let signingMilliseconds: Int64 = 15 * 60_000
  /// By how much the clocks of two machines of a node may differ.
  private static let aheadMilliseconds: Int64 = 60_000

  /// - Parameters:
  ///   - asked: When the first person signed, by real time, as are the others.
  ///   - approved: When the second did.
  package static func isOpen(asked: Instant, approved: Instant, now: Instant) -> Bool {
    let (asked, approved, now) = (asked.milliseconds, approved.milliseconds, now.milliseconds)
    return now <= approved + readingMilliseconds + signingMilliseconds
      && approved <= now + aheadMilliseconds && asked <= approved + aheadMilliseconds
      && approved <= asked + waitingMilliseconds + signingMilliseconds
  }
}
