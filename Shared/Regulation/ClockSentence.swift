// Why a day is due, in one sentence: "filed on Friday 13 February 2026: due …, because … gives 3 working days …".

package import Vocabulary

extension RegulatedClock {
  /// What falls due.
  package var term: BilingualText {
    switch self {
    case .catalogReviewNew: BilingualText("新目录的审核", "the review of a new entry")
    case .catalogReviewUpdate: BilingualText("目录更新的审核", "the review of an updated entry")
    case .catalogChange: BilingualText("变化后的目录更新", "the update after law or function changed")
    case .catalogUpkeep: BilingualText("目录维护", "the upkeep of an entry")
    case .ingestStock: BilingualText("存量数据汇聚", "the stock of data")
    case .ingestIncrement: BilingualText("增量数据汇聚", "new and changed data")
    case .shareReply: BilingualText("答复", "the reply")
    case .verificationReply: BilingualText("核实申请的答复", "the answer to a verification request")
    case .comparisonBeforePayout: BilingualText("发放前比对", "the comparison before payout")
    case .issueVerification: BilingualText("问题核实", "the verification of an error")
    case .personVerification: BilingualText("本人在场时的核实", "the verification with the person present")
    case .issueRectification: BilingualText("整改", "the rectification")
    case .issueSilence: BilingualText("反馈人确认", "the reporter's word")
    case .usageReport: BilingualText("使用情况报告", "the usage report")
    case .evaluation: BilingualText("评估", "the evaluation")
    case .promptly: BilingualText("“及时”办理", "what is to be done promptly")
    }
  }
}

extension CivilDate {
  /// 2026年2月13日（周五）, Friday 13 February 2026.
  package var spoken: BilingualText {
    BilingualText(
      "\(year)年\(month)月\(day)日（\(weekday.term.chinese)）",
      "\(weekday.term.english) \(day) \(CivilDate.englishMonths[month - 1]) \(year)")
  }

  private static let englishMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}

extension ClockExplanation {
  /// The count in one sentence, with the article and with every paper that moved it.
  package var sentence: BilingualText {
    let start = rule.start?.term ?? BilingualText("起算事件之日", "the start event")
    var chinese = "\(started.spoken.chinese)起算，到期日 \(due.date.spoken.chinese)："
    chinese += "\(rule.citation.text) 规定自\(start.chinese)起\(rule.period.text.chinese)，当日不计"
    var english = "filed on \(started.spoken.english), due \(due.date.spoken.english), because "
    english +=
      "\(rule.citation.text) gives \(rule.period.text.english) from \(start.english), whose day is not counted"
    for stretch in stretches {
      chinese += "；\(stretch.chinese)"
      english += "; \(stretch.english)"
    }
    if due.isProvisional {
      chinese += "；\(validThrough.iso) 以后的放假安排未定，日期暂定"
      english += "; no notice is certain beyond \(validThrough.iso), so the day is provisional"
    }
    return BilingualText(chinese + "。", english + ".")
  }

  /// Days that a paper took out of the count or put into it, side by side ones together.
  private var stretches: [BilingualText] {
    var found: [(first: CivilDate, last: CivilDate, why: BilingualText)] = []
    for day in days where day.isMarked {
      guard let why = day.reason else { continue }
      if let last = found.last, last.why == why, day.date.daysSince(last.last) == 1 {
        found[found.count - 1].last = day.date
      } else {
        found.append((day.date, day.date, why))
      }
    }
    return found.map { first, last, why in
      first == last
        ? BilingualText("\(first.iso) \(why.chinese)", "\(first.iso) is \(why.english)")
        : BilingualText(
          "\(first.iso) 至 \(last.iso) \(why.chinese)",
          "\(first.iso) to \(last.iso) is \(why.english)")
    }
  }
}

extension ClockExplanation.Day {
  /// Whether more than the week explains it: a holiday, a make-up workday, a pause.
  fileprivate var isMarked: Bool {
    guard reason != nil else { return false }
    return number == nil ? reason != date.weekday.term : date.weekday.isWeekend
  }
}
