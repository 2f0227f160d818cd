// Every way in which Share says no (AC-40 to AC-55); the articles stand in ShareCitations.

package import Regulation
package import Vocabulary

/// A refusal of Share. Cases stand in their order of precedence: of several, the first is told.
package enum ShareRefusal: Refusal, Hashable {
  // Who asks, and for what.
  case notGovernmentBody
  case notParty(resource: String)
  case ownEntry(entry: String)
  case ownApplication(resource: String)
  case notReviewer(resource: String, expected: [Reviewer], citation: Citation?)
  case noAuthorityAbove(entry: String, side: Reviewer, citation: Citation?)
  case opinionGiven(resource: String, side: Reviewer)
  case samePerson(resource: String, citation: Citation)
  case headNeeded(resource: String)
  case securityOfficerNeeded(resource: String)
  case officerMustAccept(resource: String)
  case authorityMustResume(grant: String)
  case authorityNeeded(resource: String, citation: Citation)
  // In which state it is.
  case wrongState(resource: String, state: BilingualText, action: BilingualText)
  case noProfileInForce(resourceClass: String)
  case entryNotPublished(entry: String)
  // By which way data can be had.
  case notShared(item: String, steps: [NotSharedStep], citation: Citation)
  case applicationNeeded(item: String)
  /// - openTo: The departments to which the entry's conditional items are open.
  case outsideConditions(entry: String, openTo: [String], conditions: String)
  case applicationNotNeeded(entry: String)
  case verificationNotProvided(steps: [NotSharedStep], citation: Citation?)
  case verificationNotNeeded(item: String, citation: Citation)
  case attemptsExhausted(limit: Int, citation: Citation)
  // What is said, and how.
  case fieldTooLong(path: String, limit: Int)
  case identityNumberInText(path: String)
  case fieldMissing(path: String, term: BilingualText, citation: Citation)
  case fieldMalformed(path: String, rule: BilingualText)
  case itemUnknown(entry: String, item: String)
  case itemRepeated(String)
  case untilPassed(CivilDate, citation: Citation)
  case decisionBeyondRequest(item: String)
  case decisionMissing(item: String)
  case rowRuleNeedsItem(item: String)
  case reasonMissing(path: String, citation: Citation)
  case basisMissing(path: String, allowed: [BasisKind], citation: Citation)
  case basisInvalid(path: String, kind: BasisKind, allowed: [BasisKind], citation: Citation)
  case basisIncomplete(path: String, citation: Citation)
  case clock(ClockRefusal)
  // To whom data may go on, how much of them, with whose word.
  case safeguard(SafeguardRefusal)
  // Whether a call fits its grant.
  case notGrantee(grant: String)
  case systemNotGranted(grant: String, system: String)
  case accessModeNotFiled(grant: String, mode: AccessMode?, citation: Citation)
  case filingNotProvided(grant: String)
  case grantPending(grant: String)
  case entryUnmounted(entry: String)
  /// It rests until the department that holds it acts again (AC-92).
  case granteeDisabled(grant: String)
  /// Its source is disabled; the authority that sees to its duties refuses, and does not grant in its name (AC-92, AC-43).
  case sourceDisabled(resource: String)
  case grantSuspended(grant: String)
  case grantExpired(grant: String, until: CivilDate)
  case grantRevoked(grant: String)
  case grantEnded(grant: String)
  case modeNotGranted(grant: String, mode: UseMode)
  case itemNotGranted(grant: String, item: String, granted: [String])
  case purposeMissing(grant: String)
  case purposeDiffers(grant: String)
  // Rolls and their leads.
  case rollDiffers(grant: String, roll: String)
  case rollTooLarge(grant: String, limit: Int64)
  case runRepeated(grant: String, frequency: RollFrequency, run: String)
  case rollGrew(grant: String, limit: Int, last: Int64)
  case chunkTooLarge(limit: Int)
  case chunkDiffers(number: Int)
  case rollExceeded(declared: Int64)
  case chunksMissing(missing: [Int], received: Int)
  case rowsDiffer(declared: Int64, received: Int64)
  case comparisonTooOld(resource: String, days: Int, citation: Citation)
  case recordUnderCheck(resource: String, issue: String)
  case evidenceMissing(path: String)

  package var reason: String {
    switch self {
    case .notGovernmentBody: "share.not_government_body"
    case .notParty: "share.not_party"
    case .ownEntry: "share.own_entry"
    case .ownApplication: "share.own_application"
    case .notReviewer: "share.not_reviewer"
    case .noAuthorityAbove: "share.no_authority_above"
    case .opinionGiven: "share.opinion_given"
    case .samePerson: "share.second_person_needed"
    case .headNeeded: "share.head_needed"
    case .securityOfficerNeeded: "share.security_officer_needed"
    case .officerMustAccept: "share.officer_must_accept"
    case .authorityMustResume: "share.authority_must_resume"
    case .authorityNeeded: "share.authority_needed"
    case .wrongState: "share.wrong_state"
    case .noProfileInForce: "share.no_profile_in_force"
    case .entryNotPublished: "share.entry_not_published"
    case .notShared: "share.not_shared"
    case .applicationNeeded: "share.application_needed"
    case .outsideConditions: "share.outside_conditions"
    case .applicationNotNeeded: "share.application_not_needed"
    case .verificationNotProvided: "share.verification_not_provided"
    case .verificationNotNeeded: "share.verification_not_needed"
    case .attemptsExhausted: "share.attempts_exhausted"
    case .clock(let refusal): refusal.reason
    case .safeguard(let refusal): refusal.reason
    default: reasonOfContent ?? reasonOfUse
    }
  }

  private var reasonOfContent: String? {
    switch self {
    case .fieldTooLong: "share.field_too_long"
    case .identityNumberInText: "share.identity_number_in_text"
    case .fieldMissing: "share.field_missing"
    case .fieldMalformed: "share.field_malformed"
    case .itemUnknown: "share.item_unknown"
    case .itemRepeated: "share.item_repeated"
    case .untilPassed: "share.until_passed"
    case .decisionBeyondRequest: "share.decision_beyond_request"
    case .decisionMissing: "share.decision_missing"
    case .rowRuleNeedsItem: "share.row_rule_needs_item"
    case .reasonMissing: "share.reason_missing"
    case .basisMissing: "share.basis_missing"
    case .basisInvalid: "share.basis_invalid"
    case .basisIncomplete: "share.basis_incomplete"
    default: nil
    }
  }

  private var reasonOfUse: String {
    switch self {
    case .notGrantee: "share.not_grantee"
    case .systemNotGranted: "share.system_not_granted"
    case .accessModeNotFiled: "share.access_mode_not_filed"
    case .filingNotProvided: "share.filing_not_provided"
    case .grantPending: "share.grant_pending"
    case .entryUnmounted: "share.entry_unmounted"
    case .granteeDisabled: "share.grantee_disabled"
    case .sourceDisabled: "share.source_disabled"
    case .grantSuspended: "share.grant_suspended"
    case .grantExpired: "share.grant_expired"
    case .grantRevoked: "share.grant_revoked"
    case .grantEnded: "share.grant_ended"
    case .modeNotGranted: "share.mode_not_granted"
    case .itemNotGranted: "share.item_not_granted"
    case .purposeMissing: "share.purpose_missing"
    case .purposeDiffers: "share.purpose_differs"
    case .rollDiffers: "share.roll_differs"
    case .rollTooLarge: "share.roll_too_large"
    case .runRepeated: "share.run_repeated"
    case .rollGrew: "share.roll_grew"
    case .chunkTooLarge: "share.chunk_too_large"
    case .chunkDiffers: "share.chunk_differs"
    case .rollExceeded: "share.roll_exceeded"
    case .chunksMissing: "share.chunks_missing"
    case .rowsDiffer: "share.rows_differ"
    case .comparisonTooOld: "share.comparison_too_old"
    case .recordUnderCheck: "share.record_under_check"
    case .evidenceMissing: "share.evidence_missing"
    default: "share.refused"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .notGovernmentBody, .notParty, .ownEntry, .ownApplication, .notReviewer, .samePerson,
      .headNeeded, .securityOfficerNeeded, .officerMustAccept, .authorityMustResume,
      .authorityNeeded, .systemNotGranted, .accessModeNotFiled, .filingNotProvided, .notShared,
      .applicationNeeded, .outsideConditions, .verificationNotProvided, .verificationNotNeeded,
      .notGrantee,
      .grantPending, .entryUnmounted, .granteeDisabled, .sourceDisabled,
      .grantSuspended, .grantExpired, .grantRevoked, .grantEnded, .modeNotGranted,
      .itemNotGranted, .purposeDiffers, .rollDiffers:
      .notAllowed
    case .chunkDiffers, .opinionGiven, .runRepeated: .alreadyExists
    case .wrongState, .noAuthorityAbove, .rowRuleNeedsItem, .noProfileInForce, .entryNotPublished,
      .applicationNotNeeded, .chunksMissing,
      .rowsDiffer, .comparisonTooOld, .recordUnderCheck:
      .wrongState
    case .attemptsExhausted, .rollTooLarge, .rollGrew, .rollExceeded, .chunkTooLarge: .tooMuch
    case .clock(let refusal): refusal.kind
    case .safeguard(let refusal): refusal.kind
    default: .malformed
    }
  }

  package var field: String? {
    switch self {
    case .fieldTooLong(let path, _), .identityNumberInText(let path), .fieldMissing(let path, _, _),
      .fieldMalformed(let path, _),
      .reasonMissing(let path, _), .basisMissing(let path, _, _),
      .basisInvalid(let path, _, _, _), .basisIncomplete(let path, _), .evidenceMissing(let path):
      path
    case .itemUnknown, .itemRepeated, .itemNotGranted, .notShared, .applicationNeeded,
      .outsideConditions:
      "items"
    case .decisionBeyondRequest, .decisionMissing, .rowRuleNeedsItem: "decisions"
    case .untilPassed: "until"
    case .purposeMissing, .purposeDiffers: "purpose"
    case .rollDiffers: "comparison.roll"
    case .rollTooLarge, .rollGrew: "comparison.roll_rows"
    case .chunkTooLarge: "ids"
    case .chunkDiffers: "number"
    case .verificationNotNeeded: "item"
    case .officerMustAccept: "security_officer"
    case .safeguard(let refusal): refusal.field
    default: nil
    }
  }
}
