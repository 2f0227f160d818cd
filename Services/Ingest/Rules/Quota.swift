// How much a grant may be used: distinct subjects a day, rows of a roll once a run (AC-47, AC-53; meizhou-public-2023/21).

package import Vocabulary

/// Counts as they stand in the register of uses.
package struct QuotaState: Hashable, Sendable {
  /// Distinct subjects of this grant on this civil day, the present one included.
  package let subjects: Int

  package init(subjects: Int) {
    self.subjects = subjects
  }
}

extension GrantTerms {
  /// A look-up of one more subject, or of one that was looked up today already. No grant is without a quota: 0 lets nothing out.
  package func checkQuota(_ state: QuotaState) throws(DataRefusal) {
    guard state.subjects <= dailySubjects else {
      throw .quotaUsed(grant: name, limit: dailySubjects)
    }
  }

  /// A chunk of a run.
  ///
  /// - Parameters:
  ///   - stated: Rows of the whole run, as charged or to be charged.
  ///   - sent: Rows of all chunks so far, this one included.
  package func checkRoll(stated: Int, sent: Int) throws(DataRefusal) {
    guard let roll else { throw .useNotGranted(grant: name, use: .comparison) }
    guard stated <= roll.rows else { throw .rollTooLarge(grant: name, limit: roll.rows) }
    guard sent <= stated else { throw .rollRowsExceeded(stated: stated) }
  }

  /// The month that a run is for, of which there is one run; empty where each payout has its own.
  package func turn(of period: PaymentPeriod) -> String {
    roll?.frequency == .monthly ? String(period.firstDay.iso.prefix(7)) : ""
  }

  /// The first chunk of a run: how often a roll is compared, and by how much it grows, is the grant's to say and not the service's that
  /// hands it on (AC-53; meizhou-specific-2021/24.1b). Share refuses first, and as strictly or more.
  ///
  /// - Parameter earlier: The runs of the same grant that began before.
  package func checkRun(
    stated: Int, period: PaymentPeriod, earlier: EarlierRolls, today: CivilDate
  ) throws(DataRefusal) {
    guard let roll else { throw .useNotGranted(grant: name, use: .comparison) }
    guard stated <= roll.rows else { throw .rollTooLarge(grant: name, limit: roll.rows) }
    // A run may be sent a month after it was prepared for the month before.
    let months = [period.firstDay, period.lastDay].map { $0.monthNumber - today.monthNumber }
    guard months.allSatisfy((-2...1).contains) else { throw .rollPeriod(grant: name) }
    switch roll.frequency {
    case .monthly:
      if let run = earlier.sameTurn { throw .rollRepeated(grant: name, run: run) }
    case .perBatch:
      guard stated <= roll.rows - earlier.dayRows else {
        throw .rollTooLarge(grant: name, limit: roll.rows)
      }
    }
    // Both factors are bounded by the grant, so that nothing runs over.
    if let most = earlier.mostRows, stated * 100 > most * (100 + roll.growthPercent) {
      throw .rollGrew(grant: name, limit: roll.growthPercent, last: most)
    }
  }
}

/// How often a roll may be compared: before each monthly payout, or each batch of payouts (meizhou-specific-2021/24.1b).
package enum RollTurn: String, Sendable {
  case monthly
  case perBatch = "per-batch"
}

/// The department's own roll that a grant lets be compared.
package struct RollBound: Hashable, Sendable {
  package let rows: Int
  package let growthPercent: Int
  package let frequency: RollTurn

  package init(rows: Int, growthPercent: Int, frequency: RollTurn) {
    self.rows = rows
    self.growthPercent = growthPercent
    self.frequency = frequency
  }
}

/// The runs of a grant before one that begins.
package struct EarlierRolls: Hashable, Sendable {
  /// The run of the same month, where there is one.
  package let sameTurn: String?
  /// Rows of those that began on the same civil day.
  package let dayRows: Int
  /// Rows of the largest; `nil` before the first.
  package let mostRows: Int?

  package init(sameTurn: String?, dayRows: Int, mostRows: Int?) {
    self.sameTurn = sameTurn
    self.dayRows = dayRows
    self.mostRows = mostRows
  }
}

extension CivilDate {
  fileprivate var monthNumber: Int { year * 12 + month }
}
