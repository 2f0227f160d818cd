// How many persons may be looked for in a register because somebody reported a wrong value (hebi-2021/13; meizhou-public-2023/39.1d).

package import Regulation
import Vocabulary

/// Reports name any person in any register, and who may report is decided elsewhere: how many are answered on one civil day is decided
/// where the register lies. Which department reports is Feedback's word, so that the bound is the register's.
package struct ReportBound: Hashable, Sendable {
  /// Distinct persons of one register and day. The number is ours: counters of a city report some dozens.
  package static let dailySubjects = 500

  private let entry: String
  private let neighbours: Int?

  package init(entry: String, law: ProfileSet) {
    self.entry = entry
    neighbours = law.profile(named: ProfileDocument.productDefaults)?.dailyNeighbours?.value
  }

  /// Under what they are counted, beside grants.
  package var use: String { "reports on \(entry)" }

  /// - Parameter subjects: Distinct persons of the day, the present one included.
  package func check(subjects: Int) throws(DataRefusal) {
    guard subjects <= Self.dailySubjects else {
      throw .quotaUsed(grant: use, limit: Self.dailySubjects)
    }
  }

  /// - Parameter neighbours: Distinct persons of one area and day of birth, the present one included.
  package func check(neighbours count: Int) throws(DataRefusal) {
    guard let neighbours, count > neighbours else { return }
    throw .tooManyNeighbours(grant: use, limit: neighbours)
  }
}
