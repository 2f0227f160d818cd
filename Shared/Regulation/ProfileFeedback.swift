// What a profile says about quality issues, usage reports and the log (policies.md a.4 feedback.*, audit.*).

package import Vocabulary

/// Who receives a usage report.
package enum ReportRecipient: String, ClosedList {
  case sameLevelAuthority = "same_level_authority"
  case providingBody = "providing_body"
  case authority
  case bigDataBureau = "big_data_bureau"

  package var term: BilingualText {
    switch self {
    case .sameLevelAuthority: BilingualText("同级数据主管部门", "authority of the same level")
    case .providingBody: BilingualText("数据提供机构", "providing body")
    case .authority: BilingualText("数据主管部门", "authority")
    case .bigDataBureau: BilingualText("大数据局", "big-data bureau")
    }
  }
}

extension Profile {
  package var issueChannels: Provision<[IssueChannel]>? {
    list(.feedbackIssueChannels, of: IssueChannel.self)
  }

  /// What an issue must bring with it (meizhou-specific-2021/30).
  package var issueRequired: Provision<[IssueElement]>? {
    list(.feedbackIssueRequired, of: IssueElement.self)
  }

  /// Whether user and source may agree another day for the rectification (meizhou-specific-2021/31d).
  package var rectifyTimeNegotiable: Provision<Bool>? { flag(.feedbackRectifyTimeNegotiable) }

  /// What an extension of the checking needs (hebi-2021/13.1c); `nil`: there is no extension.
  package var extensionNeeds: Provision<[ExtensionNeed]>? {
    list(.feedbackExtensionNeeds, of: ExtensionNeed.self)
  }

  /// All extensions together may not be longer, in working days (hebi-2021/13.1c); `nil`: there is no extension.
  package var extensionLimit: Provision<Int>? { integer(.feedbackExtensionDays) }

  package var extensionTimes: Provision<Int>? { integer(.feedbackExtensionTimes) }

  package var usageReportRecipients: Provision<[ReportRecipient]>? {
    list(.feedbackUsageReportTo, of: ReportRecipient.self)
  }

  package var usageReportSections: Provision<[UsageReportSection]>? {
    list(.feedbackUsageReportSections, of: UsageReportSection.self)
  }

  /// Whether usage reports follow the grant's own half-years or those of the calendar (policies.md g.12).
  package var usageReportsFollowCalendar: Bool {
    word(.feedbackUsageReportAlignment)?.value == "half_year"
  }

  /// No log record is purged before so many years; never fewer than three (hebi-2021/13.3, D33).
  package var logRetentionYears: Provision<Int>? { integer(.auditLogRetentionYears) }

  /// The working days before a due day on which people are reminded; 0 is the due day itself.
  package var reminderDays: Provision<[Int]>? { integers(.clockReminderDays) }

  /// For how long a certificate is issued, in days.
  package var certificateDays: Provision<Int>? { integer(.securityCertificateDays) }
}
