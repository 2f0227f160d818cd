// Every way in which Feedback says no, with the article behind it (AC-60 to AC-63).

package import Regulation
package import Vocabulary

/// A refusal of Feedback. Cases stand in their order of precedence: of several, the first is told.
package enum FeedbackRefusal: Refusal, Hashable {
  case noProfileInForce(resourceClass: String)
  case grantMissing(Citation)
  case notHolder(grant: String, entry: String, Citation)
  case notSource(issue: String)
  case notReporter(issue: String)
  case notParty(issue: String, Citation?)
  case notReceiver(recall: String)
  case headNeeded(issue: String, Citation?)
  case wrongState(issue: String, state: IssueState, action: BilingualText)
  case alreadyAcknowledged(recall: String)
  case fieldMissing(path: String, Citation)
  case channelNotOffered(IssueChannel, allowed: [IssueChannel], Citation)
  case itemUnknown(entry: String, item: String)
  case documentMalformed
  case aliveNeedsCounter(Citation)
  case elementMissing(IssueElement, Citation)
  case tooLong(path: String, limit: Int)
  case recordForeign(record: String, entry: String)
  case identityNumberInText(path: String)
  case reasonsMissing(path: String, Citation?)
  case filingMissing(Citation)
  case outcomeUnknown
  case clock(ClockRefusal, issue: String, Citation?)

  package var reason: String {
    switch self {
    case .noProfileInForce: "feedback.no_profile_in_force"
    case .grantMissing: "feedback.grant_missing"
    case .notHolder: "feedback.not_holder"
    case .notSource: "feedback.not_source"
    case .notReporter: "feedback.not_reporter"
    case .notParty: "feedback.not_party"
    case .notReceiver: "feedback.not_receiver"
    case .headNeeded: "feedback.head_needed"
    case .wrongState: "feedback.wrong_state"
    case .alreadyAcknowledged: "feedback.already_acknowledged"
    case .fieldMissing: "feedback.field_missing"
    case .channelNotOffered: "feedback.channel_not_offered"
    case .itemUnknown: "feedback.item_unknown"
    case .documentMalformed: "feedback.document_malformed"
    case .aliveNeedsCounter: "feedback.alive_needs_counter"
    case .elementMissing: "feedback.element_missing"
    case .tooLong: "feedback.too_long"
    case .recordForeign: "feedback.record_foreign"
    case .identityNumberInText: "feedback.identity_number_in_text"
    case .reasonsMissing: "feedback.reasons_missing"
    case .filingMissing: "feedback.filing_missing"
    case .outcomeUnknown: "feedback.outcome_unknown"
    case .clock(let refusal, _, _): refusal.reason
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .notHolder, .notSource, .notReporter, .notParty, .notReceiver, .headNeeded: .notAllowed
    case .noProfileInForce, .wrongState: .wrongState
    case .alreadyAcknowledged: .alreadyExists
    case .clock(let refusal, _, _): refusal.kind
    default: .malformed
    }
  }

  package var field: String? {
    switch self {
    case .grantMissing, .notHolder: "issue.grant"
    case .fieldMissing(let path, _), .tooLong(let path, _), .identityNumberInText(let path),
      .reasonsMissing(let path, _):
      path
    case .channelNotOffered: "issue.channel"
    case .itemUnknown: "issue.item"
    case .documentMalformed: "issue.identity_document_seen"
    case .aliveNeedsCounter: "issue.person_is_alive"
    case .elementMissing(.cause, _): "issue.cause"
    case .elementMissing(.detailedList, _): "issue.details"
    case .recordForeign: "issue.records"
    case .filingMissing: "filing"
    case .outcomeUnknown: "outcome"
    case .clock(.extensionTooLong, _, _): "working_days"
    case .clock(.pastDate, _, _): "date"
    default: nil
    }
  }

  package var citation: Citation? {
    switch self {
    case .grantMissing(let citation), .notHolder(_, _, let citation),
      .fieldMissing(_, let citation), .channelNotOffered(_, _, let citation),
      .aliveNeedsCounter(let citation), .elementMissing(_, let citation),
      .filingMissing(let citation):
      citation
    case .notParty(_, let citation), .headNeeded(_, let citation),
      .reasonsMissing(_, let citation), .clock(_, _, let citation):
      citation
    // The source verifies and rectifies, the reporter gets the result.
    case .notSource, .notReporter: .accessRule(61)
    case .identityNumberInText: IdentityNumbers.citation
    default: nil
    }
  }
}
