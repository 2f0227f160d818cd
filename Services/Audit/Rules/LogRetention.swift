// How long the contents of the log are kept: never shorter than the law says, and not for ever.

package import Regulation
package import Vocabulary

/// The term for which the contents of entries are kept (AC-70; `hebi-2021/13.3` asks for at least three years; no profile can be loaded
/// that says less).
package struct LogRetention: Hashable, Sendable {
  package let years: Provision<Int>

  /// The longest term that any of the profiles asks for: one log serves them all.
  ///
  /// - Returns: `nil` where none asks for any, which the product's defaults prevent.
  package init?(_ profiles: [Profile]) {
    let longest = profiles.compactMap(\.logRetentionYears).max { $0.value < $1.value }
    guard let longest else { return nil }
    years = longest
  }

  /// The first day on which a month's contents may be destroyed: the whole term after the month's last day.
  ///
  /// - Parameter month: `2021-03`, as ``isMonth(_:)`` accepts it.
  package func end(of month: String) -> CivilDate? {
    CivilDate(iso: month + "-01")?.adding(months: 1 + 12 * years.value)
  }

  package static func isMonth(_ text: String) -> Bool {
    text.utf8.count == 7 && CivilDate(iso: text + "-01") != nil
  }

  /// Refuses to destroy a month whose term runs, for anybody (AC-70; `hebi-2021/13.3`, `guangdong-2018/28.3b`).
  package func requireEnded(_ month: String, today: CivilDate) throws(AuditRefusal) {
    guard let end = end(of: month) else { throw .malformed(field: "month") }
    guard today >= end else {
      throw .retentionRuns(month: month, until: end, citation: years.citation)
    }
  }
}
