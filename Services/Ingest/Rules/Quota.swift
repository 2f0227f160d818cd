// How much a grant may be used: distinct subjects a day, rows of a roll once a run (AC-47, AC-53; meizhou-public-2023/21).

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
    guard let rollRows else { throw .useNotGranted(grant: name, use: .comparison) }
    guard stated <= rollRows else { throw .rollTooLarge(grant: name, limit: rollRows) }
    guard sent <= stated else { throw .rollRowsExceeded(stated: stated) }
  }
}
