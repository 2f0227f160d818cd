// What Ingest says no to where sealed records are asked for (AC-41 to AC-53).

package import Vocabulary

/// A refusal of a data call; the order in which they are tried stands at each rule.
package enum DataRefusal: Refusal, Hashable {
  /// Share's signature is missing or wrong, or what it signs cannot be read.
  case grantInvalid
  /// Whoever signed it, its reviewers did not decide it so (AC-43).
  case grantNotReviewed(grant: String, BilingualText)
  case otherGrantee(grant: String)
  case systemNotGranted(grant: String, system: String)
  /// Abroad, or somebody else, whom the grant does not name.
  case recipientNotGranted(grant: String, recipient: String)
  case recipientLapsed(grant: String, recipient: String, until: CivilDate)
  case recipientItem(grant: String, recipient: String, item: String)
  case otherEntry(grant: String, entry: String)
  case useNotGranted(grant: String, use: DataUse)
  case purposeDiffers(grant: String)
  case itemNotGranted(grant: String, item: String)
  case grantExpired(grant: String, until: CivilDate)
  case grantSuspended(grant: String, reason: String)
  case grantEnded(grant: String, reason: String)
  case quotaUsed(grant: String, limit: Int)
  /// Persons of one area and day of birth, one after the other.
  case tooManyNeighbours(grant: String, limit: Int)
  case rollTooLarge(grant: String, limit: Int)
  case rollRowsExceeded(stated: Int)
  /// The month has had its run (AC-53).
  case rollRepeated(grant: String, run: String)
  case rollGrew(grant: String, limit: Int, last: Int)
  /// No payout of these months is due.
  case rollPeriod(grant: String)
  case comparisonDiffers(comparison: String)
  case chunkContentDiffers(number: Int)
  /// Nothing was ever delivered to the entry.
  case nothingDelivered(entry: String)
  case entryWithdrawn(entry: String)
  /// What is stored is not what was committed.
  case registerDamaged(entry: String)
  /// A key under which the register lies is missing, or is another one.
  case registerKeysMissing(entry: String)
  case notOwner(entry: String)
  case recordUnknown
  /// Not open on this entry, or not about this record (AC-31, policies e.3).
  case issueNotOpen(issue: String)
  case subjectMalformed(field: String)
  case correctionItemUnknown(item: String)
  case claimItemUnknown(item: String)
  /// The asserted value is none that the item could have.
  case claimMalformed(item: String)
  /// No person of the source signed that it be answered (AC-42).
  case claimNotAccepted(request: String, BilingualText)
  /// No two persons signed that somebody be traced (AC-93).
  case subjectNotNamed(act: String, BilingualText)
  /// The corrected record breaks a rule itself.
  case correctionRejected(item: String, rule: String)
  case canaryPlanted
  case tooManyCanaries(limit: Int)

  package var reason: String {
    switch self {
    case .grantInvalid: "ingest.grant_invalid"
    case .grantNotReviewed: "ingest.grant_not_reviewed"
    case .otherGrantee: "ingest.grant_of_another_department"
    case .systemNotGranted: "ingest.system_not_granted"
    case .recipientNotGranted: "ingest.recipient_not_granted"
    case .recipientLapsed: "ingest.recipient_lapsed"
    case .recipientItem: "ingest.recipient_item_not_granted"
    case .otherEntry: "ingest.grant_of_another_entry"
    case .useNotGranted: "ingest.use_not_granted"
    case .purposeDiffers: "ingest.purpose_differs"
    case .itemNotGranted: "ingest.item_not_granted"
    case .grantExpired: "ingest.grant_expired"
    case .grantSuspended: "ingest.grant_suspended"
    case .grantEnded: "ingest.grant_ended"
    case .quotaUsed: "ingest.quota_used"
    case .tooManyNeighbours: "ingest.too_many_neighbours"
    case .rollTooLarge: "ingest.roll_too_large"
    case .rollRowsExceeded: "ingest.roll_rows_exceeded"
    case .rollRepeated: "ingest.roll_repeated"
    case .rollGrew: "ingest.roll_grew"
    case .rollPeriod: "ingest.roll_period"
    case .comparisonDiffers: "ingest.comparison_differs"
    case .chunkContentDiffers: "ingest.roll_chunk_content_differs"
    case .nothingDelivered: "ingest.nothing_delivered"
    case .entryWithdrawn: "ingest.entry_withdrawn"
    case .registerDamaged: "ingest.register_damaged"
    case .registerKeysMissing: "ingest.register_keys_missing"
    case .notOwner: "ingest.not_the_source"
    case .recordUnknown: "ingest.record_unknown"
    case .issueNotOpen: "ingest.issue_not_open"
    case .subjectMalformed: "ingest.subject_malformed"
    case .correctionItemUnknown: "ingest.correction_item_unknown"
    case .claimItemUnknown: "ingest.claim_item_unknown"
    case .claimMalformed: "ingest.claim_malformed"
    case .claimNotAccepted: "ingest.claim_not_accepted"
    case .subjectNotNamed: "ingest.subject_not_named"
    case .correctionRejected: "ingest.correction_rejected"
    case .canaryPlanted: "ingest.canary_planted_already"
    case .tooManyCanaries: "ingest.too_many_canaries"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .grantInvalid, .grantNotReviewed, .otherGrantee, .systemNotGranted, .otherEntry,
      .useNotGranted, .purposeDiffers, .itemNotGranted, .grantExpired, .grantSuspended, .grantEnded,
      .notOwner, .claimNotAccepted, .subjectNotNamed:
      .notAllowed
    case .quotaUsed, .tooManyNeighbours, .rollTooLarge, .rollRowsExceeded, .rollRepeated,
      .rollGrew, .rollPeriod, .tooManyCanaries:
      .tooMuch
    case .recipientNotGranted, .recipientLapsed, .recipientItem: .notAllowed
    case .comparisonDiffers, .chunkContentDiffers, .canaryPlanted: .alreadyExists
    case .nothingDelivered, .entryWithdrawn, .issueNotOpen: .wrongState
    case .registerDamaged, .registerKeysMissing: .damaged
    case .recordUnknown: .notFound
    case .subjectMalformed, .correctionItemUnknown, .correctionRejected, .claimItemUnknown,
      .claimMalformed:
      .malformed
    }
  }

  package var field: String? {
    switch self {
    case .grantInvalid, .grantNotReviewed, .otherGrantee, .systemNotGranted, .otherEntry,
      .grantExpired, .grantSuspended, .grantEnded, .useNotGranted:
      "grant"
    case .purposeDiffers: "purpose"
    case .itemNotGranted, .recipientItem: "items"
    case .recipientNotGranted, .recipientLapsed: "recipient"
    case .quotaUsed, .tooManyNeighbours, .canaryPlanted, .tooManyCanaries: "subject"
    case .rollTooLarge, .rollRowsExceeded, .rollGrew: "roll_rows"
    case .rollRepeated, .rollPeriod: "period"
    case .comparisonDiffers: "comparison"
    case .chunkContentDiffers: "number"
    case .nothingDelivered, .entryWithdrawn, .registerDamaged, .registerKeysMissing, .notOwner:
      "entry"
    case .issueNotOpen: "issue"
    case .recordUnknown: "record"
    case .subjectMalformed(let field): field
    case .correctionItemUnknown, .correctionRejected: "values"
    case .claimItemUnknown: "item"
    case .claimMalformed: "asserted_value"
    case .claimNotAccepted: "decision"
    case .subjectNotNamed: "decisions"
    }
  }

  /// Share knows the profile and refuses first; what comes here has only our own rules behind it.
  package var citation: Citation? {
    switch self {
    case .recipientNotGranted, .recipientItem: .accessRule(46)
    case .recipientLapsed: .accessRule(51)
    case .grantNotReviewed: .accessRule(43)
    case .otherGrantee, .systemNotGranted, .otherEntry, .useNotGranted, .itemNotGranted,
      .grantInvalid:
      .accessRule(41)
    case .grantExpired, .grantSuspended, .grantEnded: .accessRule(52)
    case .purposeDiffers: .accessRule(45)
    case .quotaUsed, .tooManyNeighbours: .accessRule(47)
    case .rollTooLarge, .rollRowsExceeded, .rollRepeated, .rollGrew, .rollPeriod: .accessRule(53)
    case .notOwner, .claimNotAccepted: .accessRule(42)
    case .subjectNotNamed: .accessRule(93)
    case .issueNotOpen: .accessRule(31)
    default: nil
    }
  }
}
