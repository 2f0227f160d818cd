// A period as a regulation sets it: how long, counted from what, by which article.

package import Vocabulary

/// A length of time of a regulation.
package enum Period: Hashable, Sendable {
  case workingDays(Int)
  case months(Int)

  package var text: BilingualText {
    switch self {
    case .workingDays(let count):
      BilingualText("\(count)个工作日", "\(count) working \(count == 1 ? "day" : "days")")
    case .months(let count):
      BilingualText("\(count)个月", "\(count) \(count == 1 ? "month" : "months")")
    }
  }
}

/// A period with its start event and its article.
package struct ClockRule: Hashable, Sendable {
  package let period: Period
  /// The start event; `nil` where no text and no default names one.
  package let start: ClockStart?
  package let citation: Citation
  package let origin: ProfileOrigin

  package init(period: Period, start: ClockStart?, citation: Citation, origin: ProfileOrigin) {
    self.period = period
    self.start = start
    self.citation = citation
    self.origin = origin
  }
}

/// The clocks that run in Weir (policies.md a.2).
package enum RegulatedClock: String, CaseIterable, Sendable {
  case catalogReviewNew = "catalog.review_new"
  case catalogReviewUpdate = "catalog.review_update"
  case catalogChange = "catalog.change"
  /// A published entry that nobody has touched (meizhou-specific-2021/10a).
  case catalogUpkeep = "catalog.upkeep"
  case ingestStock = "ingest.stock"
  case ingestIncrement = "ingest.increment"
  case shareReply = "share.reply"
  case verificationReply = "share.verification_reply"
  case comparisonBeforePayout = "share.comparison"
  case issueVerification = "feedback.verify"
  case personVerification = "feedback.person_verify"
  case issueRectification = "feedback.rectify"
  case issueSilence = "feedback.silence"
  case usageReport = "feedback.usage_report"
  case evaluation = "audit.evaluation"
  /// What a text calls "promptly" (及时): a number of ours.
  case promptly = "clock.promptly"
}

extension Profile {
  /// The rule of a clock; `nil` where the chain sets no period, so that nothing falls due.
  package func clock(_ clock: RegulatedClock) -> ClockRule? {
    switch clock {
    case .catalogReviewNew: days(.catalogReviewNewDays, from: .catalogReviewStarts)
    case .catalogReviewUpdate: days(.catalogReviewUpdateDays, from: .catalogReviewStarts)
    case .catalogChange: days(.catalogChangeDays, from: .catalogChangeStarts)
    case .catalogUpkeep: months(.catalogReviewAgeMonths, event: .lastMaintenance)
    case .ingestStock: days(.ingestStockDays, from: .ingestStockStarts)
    case .ingestIncrement: days(.ingestIncrementDays, from: .ingestIncrementStarts)
    case .shareReply: days(.shareReplyDays, from: .shareReplyStarts)
    case .verificationReply: days(.shareVerificationReplyDays, event: .requestMade)
    case .comparisonBeforePayout: months(.shareComparisonMonths, event: .payoutBatch)
    case .issueVerification: days(.feedbackVerifyDays, from: .feedbackVerifyStarts)
    case .personVerification: days(.feedbackPersonVerifyDays, event: .reportMade)
    case .issueRectification: days(.feedbackRectifyDays, from: .feedbackRectifyStarts)
    case .issueSilence: days(.feedbackSilenceDays, event: nil)
    case .usageReport: months(.feedbackUsageReportMonths, event: .grantActivated)
    case .evaluation: months(.auditEvaluationMonths, event: .previousEvaluation)
    case .promptly: days(.clockPromptlyDays, event: nil)
    }
  }

  private func days(_ key: ProfileKey, from startKey: ProfileKey) -> ClockRule? {
    days(key, event: choice(startKey, of: ClockStart.self)?.value)
  }

  private func days(_ key: ProfileKey, event: ClockStart?) -> ClockRule? {
    integer(key).map {
      ClockRule(
        period: .workingDays($0.value), start: event, citation: $0.citation, origin: $0.origin)
    }
  }

  private func months(_ key: ProfileKey, event: ClockStart?) -> ClockRule? {
    integer(key).map {
      ClockRule(period: .months($0.value), start: event, citation: $0.citation, origin: $0.origin)
    }
  }
}
