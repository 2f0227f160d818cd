// What a version waits for, and whose turn it is (policies e.1; hebi-2021/8: the city authority; luyi-2019/9: one after the other).

package import Regulation
package import Vocabulary

/// What is to be done next with a version.
package enum AwaitedAction: String, CaseIterable, Sendable {
  case revise, review
  case secrecyReview = "secrecy-review"
  case file, publish
  /// To the withdrawal that the source asked for.
  case consent

  /// After the name of an entry: "… waits for review".
  package var term: BilingualText {
    switch self {
    case .revise: BilingualText("被退回，请修改", "returned: revise it")
    case .review: BilingualText("待审核", "waits for review")
    case .secrecyReview: BilingualText("待保密审查", "waits for its secrecy review")
    case .file: BilingualText("待备案", "waits for its filing")
    case .publish: BilingualText("已通过，待发布", "approved: publish it")
    case .consent: BilingualText("申请撤销，待同意", "is to be withdrawn: consent or decline")
    }
  }
}

package struct AwaitedStep: Hashable, Sendable {
  package let action: AwaitedAction
  package let by: Reviewer

  package init(action: AwaitedAction, by: Reviewer) {
    self.action = action
    self.by = by
  }
}

/// Who has to do with a version besides its owner: whose turn it is, and who sees it before everybody does (AC-13).
package struct EntrySeats: Hashable, Sendable {
  package let awaited: Seat?
  package let insiders: Set<Seat>

  package init(awaited: Seat? = nil, insiders: Set<Seat> = []) {
    self.awaited = awaited
    self.insiders = insiders
  }
}

extension EntryVersion {
  /// What the version waits for; `nil` where it waits for nothing.
  ///
  /// Of several reviewers the first who has not approved; what follows the approval is the last one's.
  package func awaitedStep(under profile: Profile) -> AwaitedStep? {
    let last = profile.entryReviewers(isUpdate: isUpdate)?.value.last
    switch state {
    case .returned: return AwaitedStep(action: .revise, by: .sourceDepartment)
    case .submitted:
      let awaited = awaitedReviewers(of: self, under: profile)
      if awaited.count == 1, let duty = filingDuty(content, under: profile), filing == nil {
        return AwaitedStep(action: .file, by: duty.value)
      }
      return awaited.first.map { AwaitedStep(action: .review, by: $0) }
    case .approved:
      if let last, lacksSecrecyReview(under: profile) {
        return AwaitedStep(action: .secrecyReview, by: last)
      }
      if let duty = filingDuty(content, under: profile), filing == nil {
        return AwaitedStep(action: .file, by: duty.value)
      }
      return AwaitedStep(action: .publish, by: last ?? .sourceDepartment)
    case .published where withdrawal != nil:
      return last.map { AwaitedStep(action: .consent, by: $0) }
    case .draft, .published, .superseded, .withdrawn: return nil
    }
  }

  /// The seats of a version: the owner's authority and whoever reviews under its profile see it.
  package func seats(of owner: DepartmentFacts, under profile: Profile) -> EntrySeats {
    let reviewers = profile.entryReviewers(isUpdate: isUpdate)?.value ?? []
    return EntrySeats(
      awaited: awaitedStep(under: profile).flatMap { owner.seat(of: $0.by) },
      insiders: Set(([.sameLevelAuthority] + reviewers).compactMap { owner.seat(of: $0) }))
  }
}
