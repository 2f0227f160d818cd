// ListDuties: what waits for the caller in Share, due and overdue, with its article (weir todo).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  /// The lists that make up a person's duties, in the order in which they are told.
  private enum Section: Int64, CaseIterable {
    case applications, grants, verifications, cases, endings
  }

  package func listDuties(
    _ request: CommonV1.ListDutiesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListDutiesResponse {
    try await call.answering(outside.refusals) {
      guard let token = PageToken(request.pageToken, count: 3),
        let start = Section(rawValue: token.numbers[0])
      else { throw RequestRefusal.pageTokenUnknown }
      let size = PageSize.bounded(request.pageSize)
      let actor = actor(
        of: try await call.standing(inFor: request.department) {
          try await outside.peers.department(ResourceName.department($0).text)
        })
      var reply = CommonV1.ListDutiesResponse()
      var after = (token.numbers[1], token.numbers[2])
      for section in Section.allCases where section.rawValue >= start.rawValue {
        let wanted = size - reply.duties.count
        let (duties, last) = try await duties(section, of: actor, after: after, limit: wanted)
        reply.duties += duties
        if let last {
          reply.nextPageToken = PageToken([section.rawValue, last.0, last.1]).text
          return reply
        }
        after = (0, 0)
      }
      return reply
    }
  }

  /// - Returns: Duties, and the place of the last row read where there may be more.
  private func duties(
    _ section: Section, of actor: Actor, after: (Int64, Int64), limit: Int
  ) async throws -> ([CommonV1.Duty], (Int64, Int64)?) {
    if limit <= 0 { return ([], after) }
    let department = actor.department
    switch section {
    case .applications:
      let found = try await database.read {
        try $0.waitingApplications(of: department, after: after.0, limit: limit)
      }
      return (
        try found.compactMap { try duty($0, of: actor) },
        found.count == limit ? found.last.map { ($0.number, 0) } : nil
      )
    case .grants:
      guard actor.roles.contains(.departmentSecurity) || actor.isOfficerOrHead else {
        return ([], nil)
      }
      let found = try await database.read {
        try $0.grantsToAccept(of: department, after: after.0, limit: limit)
      }
      return (
        try found.compactMap { try duty($0, of: actor) },
        found.count == limit ? found.last.map { ($0.number, 0) } : nil
      )
    case .verifications:
      guard actor.isOfficerOrHead else { return ([], nil) }
      let found = try await database.read {
        try $0.waitingVerifications(of: department, after: after.0, limit: limit)
      }
      return (
        try found.map { try duty($0) },
        found.count == limit ? found.last.map { ($0.number, 0) } : nil
      )
    case .endings:
      guard actor.isOfficerOrHead else { return ([], nil) }
      let last = today.adding(days: Self.longestNotice)
      let found = try await database.read {
        try $0.endingGrants(of: department, until: last, after: after.0, limit: limit)
      }
      return (
        try found.compactMap { try endingDuty($0, of: actor) },
        found.count == limit ? found.last.map { ($0.number, 0) } : nil
      )
    case .cases:
      guard actor.isOfficerOrHead else { return ([], nil) }
      let found = try await database.read {
        try $0.openCases(of: department, after: (after.0, after.1), limit: limit, outside.vault)
      }
      return (
        found.compactMap { duty($0, of: actor) },
        found.count == limit ? found.last.map { ($0.comparison, $0.number) } : nil
      )
    }
  }

  /// What an application wants of a person; `nil` where it waits for somebody else.
  private func duty(_ application: Application, of actor: Actor) throws -> CommonV1.Duty? {
    let profile = try profile(application.profile)
    let due = application.answerReading(
      under: profile, calendar: outside.calendar, today: today
    ).map { CommonV1.DueDate($0) }
    func duty(_ action: String, _ chinese: String, _ english: String) -> CommonV1.Duty {
      CommonV1.Duty(
        resource: application.name, action: action,
        summary: CommonV1.BilingualText(
          chinese: "\(chinese)：\(application.applicant.text)，\(application.entryName)",
          english: "\(english): \(application.applicant.text), \(application.entryName)"),
        due: due, department: actor.department.text)
    }
    if application.state == .forwarded {
      return actor.department == application.forwarder && actor.roles.contains(.authority)
        ? duty("forward", "转报申请", "hand on the application") : nil
    }
    if let proposal = application.proposal, proposal.by != actor.department,
      actor.department == application.applicant
    {
      return duty("agree-date", "确认答复时间", "agree to the day of reply")
    }
    if application.awaits(actor, under: profile), actor.department != application.applicant {
      return duty("review", "审核申请", "review the application")
    }
    // What is late is the authority's to urge, whether or not it decides with the source (policies.md a.1).
    guard let due, due.overdueDays > 0, actor.department == application.authority,
      actor.roles.contains(.authority)
    else { return nil }
    return duty("urge", "督促答复申请", "urge the answer to the application")
  }

  /// What a grant that has not begun wants of a person: to accept it, or to file how it is used (luyi-2019/13).
  private func duty(_ grant: Grant, of actor: Actor) throws -> CommonV1.Duty? {
    let isFiled = try profile(grant.profile).grantActivation?.value == .filing
    guard isFiled ? actor.isOfficerOrHead : actor.roles.contains(.departmentSecurity) else {
      return nil
    }
    let summary =
      isFiled
      ? CommonV1.BilingualText(
        chinese: "备案访问方式：\(grant.entryName)",
        english: "file the access mode of the grant on \(grant.entryName)")
      : CommonV1.BilingualText(
        chinese: "接受授权责任：\(grant.entryName)", english: "accept the grant on \(grant.entryName)")
    return CommonV1.Duty(
      resource: grant.name, action: isFiled ? "file-modes" : "accept", summary: summary,
      department: grant.grantee.text)
  }

  /// More days than the longest reminder of a profile has (60 working days).
  private static let longestNotice = 120

  /// That a grant is about to end, told to both sides; `nil` while that is further off.
  private func endingDuty(_ grant: Grant, of actor: Actor) throws -> CommonV1.Duty? {
    let profile = try profile(grant.profile)
    guard grant.isEnding(on: today, under: profile, calendar: outside.calendar) else { return nil }
    let isUser = grant.grantee == actor.department
    return CommonV1.Duty(
      resource: grant.name, action: isUser ? "renew" : "grant-ends",
      summary: isUser
        ? CommonV1.BilingualText(
          chinese: "授权将到期，仍需使用的请重新申请：\(grant.entryName)",
          english: "the grant ends; apply anew if the data are still needed: \(grant.entryName)")
        : CommonV1.BilingualText(
          chinese: "对 \(grant.grantee.text) 的授权将到期：\(grant.entryName)",
          english: "the grant to \(grant.grantee.text) ends: \(grant.entryName)"),
      due: CommonV1.DueDate(
        date: grant.until, citation: profile.cite(.shareGrantElements, else: .accessRule(41)),
        isProvisional: false, overdueDays: 0), department: actor.department.text)
  }

  private func duty(_ verification: Verification) throws -> CommonV1.Duty {
    let profile = try profile(verification.profile)
    return CommonV1.Duty(
      resource: verification.name, action: "decide",
      summary: CommonV1.BilingualText(
        chinese: "答复核实申请：\(verification.requester.text)，\(verification.item)",
        english: "decide on the claim of \(verification.requester.text): \(verification.item)"),
      due: message(verification, under: profile).due, department: verification.source.text)
  }

  /// What a case wants of a person; `nil` where it waits for somebody else.
  private func duty(_ checked: ComparisonCase, of actor: Actor) -> CommonV1.Duty? {
    let isSecond = checked.state == .awaitingConfirmation
    if isSecond, checked.concludedBy == actor.name { return nil }
    let (action, chinese, english) =
      if isSecond {
        ("confirm", "第二人确认违规领取", "confirm the irregular receipt")
      } else if checked.isReopened {
        ("recheck", "数据已召回，重新核查", "check again: its record was recalled")
      } else {
        ("check", "核查线索", "check the lead")
      }
    return CommonV1.Duty(
      resource: checked.name, action: action,
      summary: CommonV1.BilingualText(chinese: chinese, english: english),
      department: checked.department.text)
  }
}
