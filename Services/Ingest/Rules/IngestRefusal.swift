// What Ingest says no to, each with its reason, article and next step (AC-30 to AC-35, policies e.3).

package import Vocabulary

/// A refusal of Ingest. Reasons are stable; the order in which they are tried stands at each rule.
package enum IngestRefusal: Refusal, Hashable {
  // Opening a batch.
  case notOwner(citation: Citation)
  case entryNotPublished
  /// The source's collection list does not name these data.
  case offCollectionList(citation: Citation)
  /// No item is the subject: a row could never be found again.
  case entryWithoutSubject
  /// No registered system fills the entry yet.
  case entryNotMounted
  case manualUploadRefused(citation: Citation)
  case manualUploadOfOrigin(DataOrigin, citation: Citation)
  case modeNotOffered(mode: DeliveryMode, citation: Citation)
  case interfaceReasonMissing(citation: Citation)
  case personNeeded(mode: DeliveryMode)
  case systemNeeded(mode: DeliveryMode)
  case otherSystem(expected: SystemName)
  case asOfInFuture(today: CivilDate)

  /// A correction opens, fills and commits its own batch.
  case batchOfCorrection
  /// What a person wrote goes to the log and to lists; nobody's number may stand there.
  case identityNumberInText(field: String)

  // Its header.
  case headerIsData(column: Int)
  case headerUnknownColumn(column: Int)
  case headerColumnTwice(item: String)
  case headerItemMissing(item: String, title: String)

  // A chunk.
  case chunkTooLarge(rows: Int, bytes: Int)
  case chunkEmpty
  case chunkContentDiffers(number: Int)
  case chunkOutOfOrder(expected: Int, found: Int)
  case digitsLost(item: String, LostDigits)

  // Committing.
  case batchState(BatchState)
  case countsDiffer(chunks: Int, rows: Int, statedChunks: Int, statedRows: Int)
  case batchEmpty
  /// Only an increment to which nothing was sent can be declared as nothing.
  case nilOfOther
  case qualityFailed(rejected: Int, total: Int, threshold: RejectThreshold)

  /// Rejected rows have a term, and it is over.
  case rejectsDeleted(kept: CivilDate, citation: Citation)

  package var reason: String {
    switch self {
    case .notOwner: "ingest.not_owner"
    case .entryNotPublished: "ingest.entry_not_published"
    case .offCollectionList: "ingest.off_collection_list"
    case .entryWithoutSubject: "ingest.entry_without_subject"
    case .entryNotMounted: "ingest.entry_not_mounted"
    case .manualUploadRefused: "ingest.manual_upload_refused"
    case .manualUploadOfOrigin: "ingest.manual_upload_of_origin"
    case .batchOfCorrection: "ingest.batch_of_correction"
    case .identityNumberInText: "ingest.identity_number_in_text"
    case .modeNotOffered: "ingest.mode_not_offered"
    case .interfaceReasonMissing: "ingest.interface_reason_missing"
    case .personNeeded: "ingest.person_needed"
    case .systemNeeded: "ingest.system_needed"
    case .otherSystem: "ingest.other_system"
    case .asOfInFuture: "ingest.as_of_in_future"
    case .headerIsData: "ingest.header_is_data"
    case .headerUnknownColumn: "ingest.header_unknown_column"
    case .headerColumnTwice: "ingest.header_column_twice"
    case .headerItemMissing: "ingest.header_item_missing"
    case .chunkTooLarge: "ingest.chunk_too_large"
    case .chunkEmpty: "ingest.chunk_empty"
    case .chunkContentDiffers: "ingest.chunk_content_differs"
    case .chunkOutOfOrder: "ingest.chunk_out_of_order"
    case .digitsLost: "ingest.digits_lost"
    case .batchState: "ingest.batch_state"
    case .countsDiffer: "ingest.counts_differ"
    case .batchEmpty: "ingest.batch_empty"
    case .nilOfOther: "ingest.nil_of_other"
    case .qualityFailed: "ingest.quality_failed"
    case .rejectsDeleted: "ingest.rejects_deleted"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .notOwner, .offCollectionList, .manualUploadRefused, .manualUploadOfOrigin,
      .modeNotOffered, .personNeeded,
      .systemNeeded, .otherSystem:
      .notAllowed
    case .identityNumberInText, .interfaceReasonMissing, .asOfInFuture, .headerIsData,
      .headerUnknownColumn,
      .headerColumnTwice, .headerItemMissing, .chunkEmpty, .digitsLost:
      .malformed
    case .chunkTooLarge: .tooMuch
    case .chunkContentDiffers: .alreadyExists
    case .rejectsDeleted: .notFound
    case .entryNotPublished, .entryWithoutSubject, .entryNotMounted, .chunkOutOfOrder, .batchState,
      .batchOfCorrection,
      .countsDiffer, .batchEmpty, .nilOfOther,
      .qualityFailed:
      .wrongState
    }
  }

  package var field: String? {
    switch self {
    case .notOwner, .offCollectionList, .entryNotPublished, .entryWithoutSubject, .entryNotMounted:
      "batch.entry"
    case .manualUploadRefused, .manualUploadOfOrigin, .modeNotOffered, .personNeeded,
      .systemNeeded, .otherSystem:
      "batch.mode"
    case .identityNumberInText(let field): field
    case .interfaceReasonMissing: "batch.mode_reason"
    case .asOfInFuture: "batch.as_of"
    case .headerIsData, .headerUnknownColumn, .headerColumnTwice, .headerItemMissing:
      "batch.header"
    case .chunkTooLarge, .chunkEmpty, .chunkContentDiffers, .digitsLost: "content"
    case .chunkOutOfOrder: "number"
    case .countsDiffer: "rows"
    case .rejectsDeleted: "batch"
    case .batchState, .batchOfCorrection, .batchEmpty, .nilOfOther, .qualityFailed: "name"
    }
  }

  package var citation: Citation? {
    switch self {
    case .notOwner(let citation), .offCollectionList(let citation),
      .manualUploadRefused(let citation),
      .manualUploadOfOrigin(_, let citation), .modeNotOffered(_, let citation),
      .interfaceReasonMissing(let citation):
      citation
    case .qualityFailed(_, _, let threshold): threshold.citation
    case .rejectsDeleted(_, let citation): citation
    case .batchOfCorrection: .accessRule(31)
    case .identityNumberInText: IdentityNumbers.citation
    // Both a registered system and a person stand behind a delivery.
    case .otherSystem, .systemNeeded, .personNeeded: .accessRule(3)
    default: nil
    }
  }
}
