// UploadChunk: one numbered piece of a batch, read, judged and sealed before anything is written.

package import Access
package import Contracts
import Crypto
import Database
import IngestFormats
import IngestRules
import IngestStore
import Vocabulary
import Integrity

extension IngestService {
  package func uploadChunk(
    _ request: IngestV1.UploadChunkRequest, _ call: CallContext
  ) async throws -> IngestV1.UploadChunkResponse {
    try await call.answering(outside.recorder) {
      let id = try number(request.batch, in: .batches, field: "batch")
      let offer = try offer(request)
      let (batch, known) = try await database.read { transaction in
        (
          try transaction.ownBatch(id, field: "batch", call),
          try transaction.chunk(id, offer.number)
        )
      }
      try checkHand(of: batch, call)
      // Asked before the work as well as in the transaction, where alone it counts.
      let decision = try decideChunk(offer, progress: batch.progress, stored: known?.digest)
      if decision == .repeatAnswer, let known { return reply(known) }
      for _ in 0..<3 {
        do {
          let sealed = try await seal(request, of: batch)
          return try await keep(sealed, offer, of: batch, call)
        } catch is StaleRegister {
          // Sealed under keys that a rotation has just replaced.
          continue
        }
      }
      throw RequestRefusal.changedMeanwhile(name: batch.name)
    }
  }

  private func offer(_ request: IngestV1.UploadChunkRequest) throws(RequestRefusal) -> ChunkOffer {
    guard request.firstLine >= 1, request.firstLine < 1 << 40 else {
      throw .malformed(field: "first_line", expected: BilingualText("从 1 起的行号", "a line from 1 on"))
    }
    var writer = ByteWriter()
    writer.append(request.number)
    writer.append(request.firstLine)
    writer.append(request.rows)
    // Keyed at last: a chunk may hold one person, of whom an unkeyed digest would tell (hebi-2021/27).
    var hash = SHA256()
    hash.update(writer.bytes)
    hash.update(request.content)
    return ChunkOffer(
      number: Int(request.number), firstLine: Int(request.firstLine),
      rowCount: Int(request.rows), byteCount: request.content.count,
      digest: keys.pseudonyms.code(of: hash.digest()))
  }

  /// Reads and seals a chunk on the compute threads, slice by slice at once.
  private func seal(
    _ request: IngestV1.UploadChunkRequest, of batch: StoredBatch
  ) async throws -> SealedChunk {
    let (day, random, canaries) = (today, outside.random, canaries)
    let doubts = identifierDoubts(of: batch.terms)
    let set = try await registerKeys(batch.terms.entry)
    let (sealing, block) = try await pool.run {
      let sealing = try ChunkSealing(
        batch: batch, keys: set, today: day, doubts: doubts, canaries: canaries, random: random)
      let block = try sealing.read(
        request.content, number: Int(request.number), firstLine: Int(request.firstLine),
        rowCount: Int(request.rows))
      return (sealing, block)
    }
    let number = Int(request.number)
    let pool = pool
    return try await withThrowingTaskGroup(of: (Int, SealedChunk).self) { group in
      for start in stride(from: 0, to: block.count, by: ChunkSealing.sliceRows) {
        let rows = start..<min(start + ChunkSealing.sliceRows, block.count)
        group.addTask {
          (start, try await pool.run { try sealing.seal(block, rows: rows, chunk: number) })
        }
      }
      var slices: [(Int, SealedChunk)] = []
      for try await slice in group { slices.append(slice) }
      let ordered = slices.sorted { $0.0 < $1.0 }.map { $0.1 }
      return try await pool.run { SealedChunk(joining: ordered, under: set.version) }
    }
  }

  /// Salts first, then rows: who dies between leaves salts that belong to nothing, and they are swept.
  private func keep(
    _ sealed: SealedChunk, _ offer: ChunkOffer, of batch: StoredBatch, _ call: CallContext
  ) async throws -> IngestV1.UploadChunkResponse {
    let id = batch.id
    let attempt = Int64(bitPattern: outside.random.uint64() >> 1)
    let key = StagedSaltKey(chunk: offer.number, attempt: attempt)
    try await identity.write { transaction in
      try transaction.stageSalts(sealed.parts.mapValues(\.salts), batch: id, key)
    }
    let chunk = StoredChunk(
      number: offer.number, digest: offer.digest, attempt: attempt, accepted: sealed.accepted,
      rejected: sealed.rejects.count)
    let touched = touchEvents(
      sealed.touches, call, by: call.caller.department.text,
      [
        ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
        ("chunk", .integer(Int64(chunk.number))),
      ])
    do {
      let kept = try await database.write { transaction -> StoredChunk in
        let batch = try transaction.ownBatch(id, field: "batch", call)
        guard try transaction.takesRows(under: sealed.keyVersion, of: batch.terms.entry) else {
          throw StaleRegister()
        }
        let known = try transaction.chunk(id, offer.number)
        switch try decideChunk(offer, progress: batch.progress, stored: known?.digest) {
        case .repeatAnswer: return known ?? chunk
        case .restart:
          try transaction.dropLoad(id)
          try transaction.setState(.loading, of: id, closedAt: nil)
        case .take: break
        }
        try transaction.insert(
          chunk, parts: sealed.parts.mapValues(\.rows), rejects: sealed.rejects,
          keyVersion: sealed.keyVersion, byRule: sealed.rejectsByRule, byMark: sealed.marks,
          into: id)
        try transaction.append(
          topic: "ingest.batch_chunk",
          payload: event(
            call,
            [
              ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
              ("number", .integer(Int64(chunk.number))),
              ("accepted", .integer(Int64(chunk.accepted))),
              ("rejected", .integer(Int64(chunk.rejected))),
            ]))
        for touch in touched { try transaction.append(topic: Self.canaryTopic, payload: touch) }
        return chunk
      }
      if kept.attempt != attempt { try await forget(key, of: id) }
      return reply(kept)
    } catch DatabaseError.connectionLost(isOutcomeUnknown: true) {
      // The chunk may be kept; its salts stay, and the next start sweeps them if it is not.
      throw DatabaseError.connectionLost(isOutcomeUnknown: true)
    } catch {
      try? await forget(key, of: id)
      throw error
    }
  }

  private func forget(_ key: StagedSaltKey, of batch: Int64) async throws {
    try await identity.write { try $0.deleteStagedSalts(of: batch, key) }
  }

  private func reply(_ chunk: StoredChunk) -> IngestV1.UploadChunkResponse {
    IngestV1.UploadChunkResponse(
      nextChunk: Int32(clamping: chunk.number + 1), acceptedRows: Int32(clamping: chunk.accepted),
      rejectedRows: Int32(clamping: chunk.rejected))
  }
}

extension SealedChunk {
  /// The slices of one chunk as one.
  init(joining slices: [SealedChunk], under keyVersion: Int) {
    self.init(keyVersion: keyVersion)
    for slice in slices {
      rejects += slice.rejects
      accepted += slice.accepted
      rejectsByRule.merge(slice.rejectsByRule, uniquingKeysWith: +)
      marks.merge(slice.marks, uniquingKeysWith: +)
      touches += slice.touches
    }
    for part in 0..<RowPack.partCount {
      let runs = slices.compactMap { $0.parts[part] }
      if !runs.isEmpty { parts[part] = SaltedRows(merging: runs) }
    }
  }
}
