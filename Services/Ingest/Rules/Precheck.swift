// The pre-check of a whole batch before it commits (meizhou-specific-2021/29, meizhou-public-2023/13b).

package import Regulation
package import Vocabulary

/// How many rows may be rejected before a batch fails as a whole.
///
/// No text sets a number: where the entry sets none, the profile's row is used (`ingest.quality_threshold_percent`), which is
/// the product's own unless a profile has one, and is shown as what it is.
package struct RejectThreshold: Hashable, Sendable {
  package let percent: Int
  package let citation: Citation
  /// Whether the number is the product's own rather than the entry's.
  package let isDefault: Bool

  /// - Parameters:
  ///   - percent: The entry's own.
  ///   - standard: The profile's row. Without either, no row may be rejected.
  package init(percent: Int?, standard: Provision<Int>?, basis: RuleBasis) {
    self.percent = percent ?? standard?.value ?? 0
    citation = percent == nil ? standard?.citation ?? basis.precheck : basis.precheck
    isDefault = citation.document == Citation.productDocument
  }

  /// Exactly the threshold still passes.
  package func admits(rejected: Int, of total: Int) -> Bool {
    // In integers, so that no rounding decides: rejected / total <= percent / 100.
    Int128(rejected) * 100 <= Int128(total) * Int128(percent)
  }
}

/// Whether a batch may be committed.
package enum PrecheckVerdict: Hashable, Sendable {
  case passed
  /// Nothing was generated since the last delivery, and the source says so.
  case nothingToDeliver
  /// The batch becomes quality_failed; the refusal is what the source is told.
  case failed(IngestRefusal)
}

/// The pre-check at commit. What the sender believes it sent is compared first, then the batch must hold a row.
///
/// - Parameter declaresNil: The source declares that there is nothing to deliver. Only an increment can be nothing, and only
///   one to which nothing was sent: an export that broke must not pass for it.
/// - Throws: Where the batch stays as it is: counts that differ, a state in which nothing commits, no row at all.
package func precheck(
  progress: BatchProgress, accepted: Int, rejected: Int, statedChunks: Int, statedRows: Int,
  kind: BatchKind, declaresNil: Bool, threshold: RejectThreshold
) throws(IngestRefusal) -> PrecheckVerdict {
  guard progress.state == .loading || progress.state == .open else {
    throw .batchState(progress.state)
  }
  let total = accepted + rejected
  guard statedChunks == progress.nextNumber - 1, statedRows == total else {
    throw .countsDiffer(
      chunks: progress.nextNumber - 1, rows: total, statedChunks: statedChunks,
      statedRows: statedRows)
  }
  if declaresNil {
    guard progress.state == .open, kind == .increment else { throw .nilOfOther }
    return .nothingToDeliver
  }
  guard total > 0 else { throw .batchEmpty }
  guard threshold.admits(rejected: rejected, of: total) else {
    return .failed(.qualityFailed(rejected: rejected, total: total, threshold: threshold))
  }
  return .passed
}

/// Looks for identity columns whose last digits a spreadsheet has thrown away; such a batch is refused whole
/// (GB 11643; what is lost cannot be restored, and row by row it would look like wrong check symbols).
///
/// - Parameter rows: The fields of a sample, the first chunk being the natural one.
package func checkDigits(
  rows: [[String]], schema: EntrySchema, order: ColumnOrder
) throws(IngestRefusal) {
  for (index, item) in schema.items.enumerated() {
    guard item.type == .personIdentifier || item.type == .organisationIdentifier,
      let column = order.columns[index]
    else { continue }
    let sample = rows.lazy.filter { column < $0.count }.map { $0[column] }
    if let lost = LostDigits.found(in: sample) {
      throw .digitsLost(item: item.name, lost)
    }
  }
}
