// ListDuties: what waits for a department here: to verify, rectify, close, acknowledge, and for the authority to urge.

package import Access
package import Contracts
import Database
import FeedbackRules
import FeedbackStore
import Regulation
import Vocabulary

extension FeedbackServer {
  package func listDuties(
    _ request: CommonV1.ListDutiesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListDutiesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = Actor(try await call.standing(inFor: request.department, peers.directory))
      let size = PageSize.bounded(request.pageSize)
      let today = now().civilDate
      return try await database.read { transaction in
        let found = try transaction.findDuties(
          for: IssueVisibility(actor), today: today,
          after: (token.numbers[0], token.numbers[1]), limit: size + 1)
        let page = Array(found.prefix(size))
        let next = found.count > size ? page.last : nil
        return CommonV1.ListDutiesResponse(
          duties: try duties(page, of: actor, today: today, in: transaction),
          nextPageToken: next.map { PageToken([$0.kind.rawValue, $0.number]).text } ?? "")
      }
    }
  }

  private func duties(
    _ places: [DutyPlace], of actor: Actor, today: CivilDate,
    in transaction: borrowing some Reading
  ) throws -> [CommonV1.Duty] {
    let recalls = Dictionary(
      try transaction.recalls(
        places.filter { $0.kind == .acknowledge }.map(\.number), texts
      ).map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    let numbers = Set(places.filter { $0.kind != .acknowledge }.map(\.number))
      .union(recalls.values.map(\.issue))
    let issues = Dictionary(
      try transaction.issues(numbers.sorted(), texts).map { ($0.number, $0) },
      uniquingKeysWith: { first, _ in first })
    return try places.compactMap { place in
      if place.kind == .acknowledge {
        guard let recall = recalls[place.number], let issue = issues[recall.issue] else {
          return nil
        }
        return recall.duty(
          of: actor, under: try profiles.profile(issue.profile), calendar: calendar, today: today)
      }
      return issues[place.number]?.duty(place.kind, of: actor, calendar: calendar, today: today)
    }
  }
}

extension QualityIssue {
  fileprivate func duty(
    _ kind: DutyKind, of actor: Actor, calendar: WorkingCalendar, today: CivilDate
  ) -> CommonV1.Duty {
    var duty = CommonV1.Duty()
    duty.resource = name
    duty.due = deadline(on: calendar, today: today).map(CommonV1.DueDate.init)
    duty.department = actor.department.text
    let summary: BilingualText
    switch kind {
    case .verify:
      duty.action = "verify"
      summary =
        report.personIsAlive
        ? BilingualText("核实：本人在世（\(entryName)）", "verify: the person is alive (\(entryName))")
        : BilingualText("核实 \(entryName) 的问题", "verify an error in \(entryName)")
    case .rectify:
      duty.action = "rectify"
      summary = BilingualText("整改 \(entryName) 的问题", "rectify an error in \(entryName)")
    case .close:
      duty.action = "close"
      summary = BilingualText("确认 \(entryName) 的处理结果", "accept the result on \(entryName)")
    case .urge, .acknowledge:
      duty.action = "urge"
      summary = BilingualText(
        "督促 \(source.text)：\(entryName) 逾期", "urge \(source.text): \(entryName) is overdue")
    }
    duty.summary = CommonV1.BilingualText(summary)
    return duty
  }
}

extension Recall {
  fileprivate func duty(
    of actor: Actor, under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> CommonV1.Duty {
    var duty = CommonV1.Duty()
    duty.resource = name
    duty.action = "acknowledge"
    let entry = ResourceName.entry(entry).text
    duty.summary = CommonV1.BilingualText(
      BilingualText("处理 \(entry) 的更正", "act on the correction of \(entry)"))
    duty.due = due(under: profile, calendar: calendar, today: today).map(CommonV1.DueDate.init)
    duty.department = actor.department.text
    return duty
  }
}
