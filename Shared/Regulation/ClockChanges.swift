// What may be done to a running clock: pause, resume, extend, agree another day. Each is checked.

package import Vocabulary

/// Why a clock may not be changed so.
package enum ClockRefusal: Refusal, Hashable {
  case alreadyPaused
  case notPaused
  /// What is late stays late: a pause would silence it.
  case pauseTooLate(due: CivilDate, citation: Citation)
  case beforeLastEvent(CivilDate)
  /// No text of the profile lets the clock be extended.
  case noExtension
  case extensionTooLong(limit: Int, citation: Citation)
  case extensionRepeated(limit: Int, citation: Citation)
  /// hebi-2021/13.1c: consent and filing lie before the first due date.
  case extensionTooLate(due: CivilDate, citation: Citation)
  /// No text of the profile lets the parties agree another day.
  case notNegotiable
  /// AC-63: a negotiated date needs both parties.
  case oneParty(Citation)
  case pastDate(Citation)
  /// What is late stays late: an agreement afterwards would make it in time.
  case agreementTooLate(due: CivilDate, citation: Citation)

  package var reason: String {
    switch self {
    case .alreadyPaused: "clock.already_paused"
    case .notPaused: "clock.not_paused"
    case .pauseTooLate: "clock.pause_too_late"
    case .beforeLastEvent: "clock.before_last_event"
    case .noExtension: "clock.no_extension"
    case .extensionTooLong: "clock.extension_too_long"
    case .extensionRepeated: "clock.extension_repeated"
    case .extensionTooLate: "clock.extension_too_late"
    case .notNegotiable: "clock.not_negotiable"
    case .oneParty: "clock.one_party"
    case .pastDate: "clock.past_date"
    case .agreementTooLate: "clock.agreement_too_late"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .alreadyPaused, .notPaused, .pauseTooLate, .extensionRepeated, .extensionTooLate,
      .agreementTooLate:
      .wrongState
    case .beforeLastEvent, .pastDate, .extensionTooLong: .malformed
    case .noExtension, .notNegotiable, .oneParty: .notAllowed
    }
  }

  package var citation: Citation? {
    switch self {
    case .extensionTooLong(_, let citation), .extensionRepeated(_, let citation),
      .extensionTooLate(_, let citation), .oneParty(let citation), .pastDate(let citation),
      .pauseTooLate(_, let citation), .agreementTooLate(_, let citation):
      citation
    case .alreadyPaused, .notPaused, .beforeLastEvent, .noExtension, .notNegotiable: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .alreadyPaused: BilingualText("期限已暂停", "the clock is paused already")
    case .notPaused: BilingualText("期限未暂停", "the clock is not paused")
    case .pauseTooLate(let due, _):
      BilingualText("期限已于 \(due.iso) 届满，不能暂停", "the clock ran out on \(due.iso): it is not paused")
    case .beforeLastEvent(let day):
      BilingualText("日期不能早于 \(day.iso)", "the day cannot lie before \(day.iso)")
    case .noExtension: BilingualText("本办法未规定延期", "this regulation knows no extension")
    case .extensionTooLong(let limit, _):
      BilingualText(
        "延期合计不得超过\(limit)个工作日", "extensions may not exceed \(limit) working days in all")
    case .extensionRepeated(let limit, _):
      BilingualText("延期不得超过\(limit)次", "no more than \(limit) extension may be given")
    case .extensionTooLate(let due, _):
      BilingualText("延期应在 \(due.iso) 前办理", "an extension must be filed by \(due.iso)")
    case .notNegotiable: BilingualText("本办法未规定协商期限", "this regulation knows no agreed date")
    case .oneParty: BilingualText("协商期限须经双方确认", "an agreed date needs both parties")
    case .pastDate: BilingualText("协商的日期须晚于今日", "the agreed date must lie after today")
    case .agreementTooLate(let due, _):
      BilingualText(
        "期限已于 \(due.iso) 届满，不能再协商",
        "the clock ran out on \(due.iso): no other day is agreed after it")
    }
  }
}

extension LegalClock {
  /// Stops the clock, as while the applicant is waited for. The day of the pause still counts; once the due day is over nothing stops
  /// it any more.
  package mutating func pause(
    on day: CivilDate, reason: String, approver: String, calendar: WorkingCalendar
  ) throws(ClockRefusal) {
    guard !isPaused else { throw .alreadyPaused }
    let earliest = pauses.last?.to ?? started
    guard day >= earliest else { throw .beforeLastEvent(earliest) }
    let due = due(on: calendar, today: day)
    guard day <= due.date else { throw .pauseTooLate(due: due.date, citation: due.citation) }
    append(ClockPause(from: day, to: nil, reason: reason, approver: approver))
  }

  /// Lets the clock go on; the day of resumption is not counted.
  package mutating func resume(on day: CivilDate) throws(ClockRefusal) {
    guard let last = pauses.last, last.to == nil else { throw .notPaused }
    guard day >= last.from else { throw .beforeLastEvent(last.from) }
    endLastPause(on: day)
  }

  /// Gives more time.
  ///
  /// - Parameters:
  ///   - limit: The most working days of all extensions together; `nil`: the profile knows no extension
  ///     (hebi-2021/13.1c: 10, read as the total, policies.md g.10).
  ///   - times: How many extensions there may be.
  package mutating func extend(
    by workingDays: Int, filed: CivilDate, reason: String, approver: String,
    limit: Provision<Int>?, times: Provision<Int>?, calendar: WorkingCalendar
  ) throws(ClockRefusal) {
    guard let limit else { throw .noExtension }
    if let times, extensions.count >= times.value {
      throw .extensionRepeated(limit: times.value, citation: limit.citation)
    }
    let total = extensions.reduce(0) { $0 + $1.workingDays }
    guard workingDays >= 1, workingDays <= limit.value - total else {
      throw .extensionTooLong(limit: limit.value, citation: limit.citation)
    }
    let due = originalDue(on: calendar, today: filed)
    guard filed <= due else { throw .extensionTooLate(due: due, citation: limit.citation) }
    append(
      ClockExtension(
        workingDays: workingDays, citation: limit.citation, filed: filed, reason: reason,
        approver: approver))
  }

  /// Replaces the due day by one that both parties have agreed, while it is not over. May be repeated; each is kept.
  ///
  /// - Parameter permission: The profile's row (meizhou-specific-2021/21g, 31d).
  package mutating func agree(
    on date: CivilDate, agreed today: CivilDate, firstParty: String?, secondParty: String?,
    permission: Provision<Bool>?, calendar: WorkingCalendar
  ) throws(ClockRefusal) {
    guard let permission, permission.value else { throw .notNegotiable }
    guard let firstParty, let secondParty, firstParty != secondParty else {
      throw .oneParty(permission.citation)
    }
    guard date > today, date > started else { throw .pastDate(permission.citation) }
    let due = due(on: calendar, today: today).date
    guard today <= due else { throw .agreementTooLate(due: due, citation: permission.citation) }
    append(
      NegotiatedDate(
        date: date, citation: permission.citation, agreed: today, firstParty: firstParty,
        secondParty: secondParty))
  }
}
