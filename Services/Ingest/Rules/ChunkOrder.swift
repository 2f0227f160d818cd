// In which order chunks of a batch come, and what a repetition is (FORMATS, file chunk; AC-31).

/// The measures of one chunk as it arrived.
package struct ChunkOffer: Hashable, Sendable {
  /// From 1 on.
  package let number: Int
  package let firstLine: Int
  package let rowCount: Int
  package let byteCount: Int
  /// Of number, first line, row count and content, so that a repetition is known.
  package let digest: [UInt8]

  package init(number: Int, firstLine: Int, rowCount: Int, byteCount: Int, digest: [UInt8]) {
    self.number = number
    self.firstLine = firstLine
    self.rowCount = rowCount
    self.byteCount = byteCount
    self.digest = digest
  }
}

/// How far a batch has come.
package struct BatchProgress: Hashable, Sendable {
  package let state: BatchState
  /// The number that comes next; 1 at the start.
  package let nextNumber: Int

  package init(state: BatchState, nextNumber: Int) {
    self.state = state
    self.nextNumber = nextNumber
  }
}

/// What is to be done with a chunk.
package enum ChunkDecision: Hashable, Sendable {
  case take
  /// The same chunk again: the same answer, nothing is stored or counted twice.
  case repeatAnswer
  /// The first chunk after a failed pre-check: drop what was loaded, then take it.
  case restart
}

package enum ChunkLimits {
  package static let rows = 32_768
  package static let bytes = 1 << 20
}

/// Whether a chunk is the next, a repetition, or neither. The refusals, in their order of precedence:
///
/// 1. too many rows or bytes, or none (whatever the state, for it can never be taken)
/// 2. a number below 1
/// 3. another content under a number already taken
/// 4. the batch is closed
/// 5. not the expected number
///
/// - Parameter stored: The digest of the chunk taken under this number in the current loading, if there is one.
package func decideChunk(
  _ offer: ChunkOffer, progress: BatchProgress, stored: [UInt8]?
) throws(IngestRefusal) -> ChunkDecision {
  guard offer.byteCount <= ChunkLimits.bytes, offer.rowCount <= ChunkLimits.rows else {
    throw .chunkTooLarge(rows: offer.rowCount, bytes: offer.byteCount)
  }
  guard offer.rowCount > 0, offer.byteCount > 0 else { throw .chunkEmpty }
  guard offer.number >= 1 else {
    throw .chunkOutOfOrder(expected: progress.nextNumber, found: offer.number)
  }
  if progress.state == .qualityFailed {
    // Chunk 1 begins the repaired file, changed or not: most files are wrong further on. A later chunk that was taken before
    // is a repetition whose answer was lost.
    if offer.number == 1 { return .restart }
    guard let stored, stored == offer.digest else {
      throw .chunkOutOfOrder(expected: 1, found: offer.number)
    }
    return .repeatAnswer
  }
  if let stored {
    guard stored == offer.digest else { throw .chunkContentDiffers(number: offer.number) }
    return .repeatAnswer
  }
  _ = try progress.state.after(.chunk)
  guard offer.number == progress.nextNumber else {
    throw .chunkOutOfOrder(expected: progress.nextNumber, found: offer.number)
  }
  return .take
}
