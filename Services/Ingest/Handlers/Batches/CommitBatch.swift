// CommitBatch: the pre-check, then all accepted rows at once or none.

package import Access
package import Contracts
import Database
import IngestRules
import IngestStore
import Integrity
import Regulation
import Vocabulary

extension IngestService {
  package func commitBatch(
    _ request: IngestV1.CommitBatchRequest, _ call: CallContext
  ) async throws -> IngestV1.Batch {
    try await call.answering(outside.recorder) {
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      let id = try number(request.name, in: .batches, field: "name")
      let entry = try await database.read { try $0.ownBatch(id, field: "name", call).terms.entry }
      // One commit of an entry at a time: two of the same batch would write its blocks twice.
      return try await inTurn(entry) { turn in
        switch try await judge(id, request, change, call) {
        case .answered(let reply): return reply
        case .failed(let refusal): throw refusal
        case .passed(let batch):
          let keys = try await registerKeys(batch.terms.entry)
          try await writeBlocks(of: batch, keys, turn)
          return try await finish(batch, keys, turn, change, call)
        }
      }
    }
  }

  /// The answer to a change of batches that was done before, with the receipt that went out with it.
  func answered(
    _ change: ChangeRequest, in transaction: borrowing WriteTransaction
  ) throws -> IngestV1.Batch? {
    guard let answer = try transaction.answer(to: change) else { return nil }
    var batch = try IngestV1.Batch(serialized: answer)
    batch.receipt = try transaction.keptReceipt(of: change.key).map { receipt($0) }
    return batch
  }

  private enum Judgement: Sendable {
    case answered(IngestV1.Batch)
    case failed(IngestRefusal)
    case passed(StoredBatch)
  }

  /// Nothing is new: the batch is closed, and counts as the delivery of its day.
  private func closed(
    _ batch: StoredBatch, at time: Instant, _ change: ChangeRequest, _ call: CallContext,
    in transaction: borrowing WriteTransaction
  ) throws -> IngestV1.Batch {
    if try transaction.isWithdrawn(batch.terms.entry) {
      throw DataRefusal.entryWithdrawn(entry: batch.entryName)
    }
    try transaction.setState(try batch.state.after(.declareNil), of: batch.id, closedAt: time)
    try transaction.append(
      topic: "ingest.batch_nil_declared",
      payload: event(
        call,
        [
          ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
          ("as_of", .string(batch.terms.asOf.iso)),
        ]))
    let reply = message(try transaction.ownBatch(batch.id, field: "name", call))
    try transaction.keep(answer: try reply.serialized(), of: change.key)
    return reply
  }

  /// The pre-check (meizhou-specific-2021/29). That it failed is kept; the source repairs and loads anew.
  private func judge(
    _ id: Int64, _ request: IngestV1.CommitBatchRequest, _ change: ChangeRequest,
    _ call: CallContext
  ) async throws -> Judgement {
    let time = outside.civil()
    return try await database.write { transaction in
      if let known = try answered(change, in: transaction) { return .answered(known) }
      let batch = try transaction.ownBatch(id, field: "name", call)
      try checkHand(of: batch, call)
      // Rows of two departments never lie in one register, whatever the catalogue says of its owner.
      if let owner = try transaction.register(batch.terms.entry)?.owner, owner != batch.terms.owner
      {
        let profile = ProfileReference(batch.terms.profile)?.key ?? ""
        throw IngestRefusal.notOwner(citation: RuleBasis(profile: profile).delivery)
      }
      // A batch that failed already is judged again, so that a repetition is told the same.
      let state = batch.state == .qualityFailed ? BatchState.loading : batch.state
      let verdict = try precheck(
        progress: BatchProgress(state: state, nextNumber: batch.nextChunk),
        accepted: batch.accepted, rejected: batch.rejected, statedChunks: Int(request.chunks),
        statedRows: Int(request.rows), kind: batch.terms.kind, declaresNil: request.declaresNil,
        threshold: threshold(of: batch.terms))
      let refusal: IngestRefusal
      switch verdict {
      case .passed: return .passed(batch)
      case .nothingToDeliver:
        return .answered(try closed(batch, at: time, change, call, in: transaction))
      case .failed(let found): refusal = found
      }
      if batch.state != .qualityFailed {
        try transaction.setState(.qualityFailed, of: id, closedAt: time)
        try transaction.append(
          topic: "ingest.batch_quality_failed",
          payload: event(
            call,
            [
              ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
              ("accepted", .integer(Int64(batch.accepted))),
              ("rejected", .integer(Int64(batch.rejected))),
            ]))
      }
      return .failed(refusal)
    }
  }

  /// Puts the staged rows in order, part by part, as blocks that nobody sees before the batch is committed. What an earlier
  /// try left is removed first.
  private func writeBlocks(
    of batch: StoredBatch, _ keys: RegisterKeySet, _ turn: Turn
  ) async throws {
    let id = batch.id
    let (chunks, first) = try await database.write { transaction in
      try turn.check(in: transaction)
      try transaction.deleteBlocks(of: id)
      let most = batch.accepted / RowPack.blockRows + RowPack.partCount
      return (
        try transaction.chunks(id), try transaction.nextNumber("blocks", count: Int64(most))
      )
    }
    try await identity.write { try $0.deleteSaltBlocks(of: id, before: first) }
    var next = first
    var rows = try await ordered(batch, part: 0, chunks, keys)
    for part in 0..<RowPack.partCount {
      // While one part is written, the following is read and put in order.
      async let following =
        part + 1 < RowPack.partCount ? ordered(batch, part: part + 1, chunks, keys) : []
      let start = next
      next += Int64(rows.count)
      try await write(rows, of: id, from: start, keyVersion: keys.version, turn)
      rows = try await following
    }
  }

  /// The rows of one part in the order of their ids, cut into blocks.
  private func ordered(
    _ batch: StoredBatch, part: Int, _ chunks: [StoredChunk], _ keys: RegisterKeySet
  ) async throws -> [SaltedRows] {
    let id = batch.id
    let staged = try await database.read { try $0.stagedRows(id, part: part) }
    if staged.isEmpty { return [] }
    let salts = try await identity.read { try $0.stagedSalts(id, part: part) }
    let random = outside.random
    return try await pool.run {
      try merged(staged, salts) { try keys.current($0, $1, of: batch, random: random) }
    }
  }

  /// Salts and rows at once: neither counts before the batch is committed, and a new try removes both.
  private func write(
    _ blocks: [SaltedRows], of batch: Int64, from start: Int64, keyVersion: Int, _ turn: Turn
  ) async throws {
    if blocks.isEmpty { return }
    async let salted: Void = identity.write { transaction in
      try transaction.insertSalts(
        blocks.enumerated().map { (id: start + Int64($0.offset), salts: $0.element.salts) },
        batch: batch)
    }
    try await database.write { transaction in
      try turn.check(in: transaction)
      try transaction.insert(
        blocks.enumerated().map {
          StoredBlock(
            id: start + Int64($0.offset), batch: batch, rows: $0.element.rows,
            keyVersion: keyVersion)
        })
    }
    try await salted
  }

  private func finish(
    _ batch: StoredBatch, _ keys: RegisterKeySet, _ turn: Turn, _ change: ChangeRequest,
    _ call: CallContext
  ) async throws -> IngestV1.Batch {
    let time = outside.civil()
    let next = try await shelf.next(
      batch.terms.entry, keys: keys,
      after: RegisterChange(batch: batch.id, supersedes: batch.terms.kind.supersedesEarlier))
    let content = try await database.read { try $0.contentOfBatch(batch.id) }
    let committed = try await shelf.changing(to: next) {
      try await database.writeWithEvidence { transaction in
        try turn.check(in: transaction)
        let now = try transaction.ownBatch(batch.id, field: "name", call)
        guard now.progress == batch.progress, now.accepted == batch.accepted else {
          throw RequestRefusal.changedMeanwhile(name: batch.name)
        }
        return try commit(now, content, keys, at: time, change, call, in: transaction)
      }
    }
    let (reply, superseded) = committed.value
    try await clean(batch, superseded, turn)
    var message = reply
    message.receipt = receipt(committed.evidence)
    return message
  }

  /// Lets the batch stand, in the transaction that says so to everyone.
  func commit(
    _ batch: StoredBatch, _ content: BatchContent, _ keys: RegisterKeySet, at time: Instant,
    _ change: ChangeRequest, _ call: CallContext, in transaction: borrowing WriteTransaction
  ) throws -> (IngestV1.Batch, superseded: [Int64]) {
    if try transaction.isWithdrawn(batch.terms.entry) {
      throw DataRefusal.entryWithdrawn(entry: batch.entryName)
    }
    let done = try transaction.commit(
      batch, content: content, keyVersion: keys.version, keys: try keys.check(), at: time,
      current: keys.currentTokens)
    let register = done.register
    try transaction.append(
      topic: "ingest.batch_committed",
      payload: event(
        call,
        [
          ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
          ("entry_version", .integer(Int64(batch.terms.entryVersion))),
          ("kind", .string(batch.terms.kind.rawValue)), ("issue", .string(batch.terms.issue)),
          ("accepted", .integer(Int64(batch.accepted))),
          ("rejected", .integer(Int64(batch.rejected))),
          ("rows", .integer(Int64(register.rowCount))), ("root", .string(hex(register.root))),
        ]))
    for renamed in done.renamed {
      try transaction.append(
        topic: "ingest.records_renamed",
        payload: event(call, renamed.members(batch)))
    }
    guard let stored = try transaction.batch(batch.id) else {
      throw UnreadableContent(what: "batch")
    }
    let reply = message(stored)
    try transaction.keep(
      answer: try reply.serialized(), of: change.key, receiptUnder: outside.keyList)
    return (reply, done.superseded)
  }

  /// What no row needs any more goes: its salts first, for without them it opens to nobody.
  func clean(_ batch: StoredBatch, _ superseded: [Int64], _ turn: Turn) async throws {
    try await identity.write { transaction in
      try transaction.deleteStagedSalts(of: batch.id)
      for earlier in superseded { try transaction.deleteSaltBlocks(of: earlier) }
    }
    try await deleteSpent(of: batch.terms.entry, turn)
  }

  /// In steps, each of a size that nobody's write waits for.
  func deleteSpent(of entry: Int64, _ turn: Turn) async throws {
    let count = outside.resealedBlocks
    while try await database.write({ transaction in
      try turn.check(in: transaction)
      return try transaction.deleteSpent(of: entry, atMost: count)
    }) {}
  }
}

extension RenamedRecords {
  /// Which records of an issue stand under which names since this batch.
  fileprivate func members(_ batch: StoredBatch) -> [(String, JSONValue)] {
    let entry = batch.terms.entry
    return [
      ("entry", .string(batch.entryName)), ("batch", .string(batch.name)),
      ("issue", .string(issue)),
      (
        "records",
        .array(
          successors.map { record, rows in
            [
              "record": .string(ResourceName.record(entry, record).text),
              "successors": .array(rows.map { .string(ResourceName.record(entry, $0).text) }),
            ]
          })
      ),
    ]
  }
}

/// The rows of one part with their salts, chunk by chunk, as blocks.
///
/// - Parameter current: The rows of a part with their salts, under the register's newest keys.
private func merged(
  _ staged: [StagedPart], _ salts: [StagedSaltKey: [UInt8]],
  current: (StagedPart, _ salts: [UInt8]) throws -> RowPack
) throws -> [SaltedRows] {
  let runs = try staged.map { part in
    guard let salt = salts[StagedSaltKey(chunk: part.chunk, attempt: part.attempt)],
      salt.count == part.rows.count * SaltedRows.saltByteCount
    else { throw UnreadableContent(what: "staged salts") }
    return SaltedRows(rows: try current(part, salt), salts: salt)
  }
  return SaltedRows.blocks(merging: runs)
}
