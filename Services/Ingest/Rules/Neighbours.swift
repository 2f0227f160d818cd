// Who tries identity numbers one after the other is stopped (meizhou-public-2023/39.1d, meizhou-public-2023/21; AC-47).

package import Regulation
package import Vocabulary

/// Persons of one area and one day of birth: what somebody goes through who makes up identity numbers (GB 11643).
///
/// A number is six digits of area, eight of birth, three of order and one that follows from them. Whoever tries all that may exist
/// goes through the thousand orders of an area and a day. Whoever asks about persons that came to a counter does not meet many of them:
/// of a county's 30,000 such days, a grant's 1,000 persons a day fall on the same one by twos and threes.
package struct Neighbourhood: Hashable, Sendable {
  /// The first 14 digits.
  package let number: UInt64

  /// `nil` for organisations, whose codes are public, and for other documents, whose numbers have no order.
  package init?(_ block: IdentifierBlock) {
    guard let person = block.person else { return nil }
    number = person.number / 1_000
  }

  /// What is made a keyed hash of: the number is never kept.
  package var bytes: [UInt8] {
    Array("weir-neighbourhood-1\n\(number)".utf8)
  }
}

extension GrantTerms {
  /// Distinct persons of one neighbourhood, looked up under a grant on one civil day, the present one included
  /// (`meizhou-public-2023/39.1d` asks for daily monitoring; the number is ours, `share.daily_neighbours`).
  package func checkNeighbours(_ count: Int, limit: Provision<Int>?) throws(DataRefusal) {
    guard let limit, count > limit.value else { return }
    throw .tooManyNeighbours(grant: name, limit: limit.value)
  }
}
