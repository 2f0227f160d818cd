// CorrectRecord: one record stands no more, another may take its place; a new batch, never an edit (AC-31).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Regulation
import Vocabulary

extension IngestService {
  package func correctRecord(
    _ request: IngestV1.CorrectRecordRequest, _ call: CallContext
  ) async throws -> IngestV1.Batch {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      let correction = try Correction(request)
      return try await inTurn(correction.entry) { turn in
        if let known = try await answered(change) { return known }
        return try await withRegister(correction.entry) { keys, register in
          guard register.state.owner == call.caller.department else {
            throw DataRefusal.notOwner(entry: register.state.name)
          }
          return try await correct(correction, keys, register, turn, change, call)
        }
      }
    }
  }

  /// The answer of a request that was done before. One that is new is not noted yet: a correction that is refused may come
  /// again, put right, under its own request_id.
  private func answered(_ change: ChangeRequest) async throws -> IngestV1.Batch? {
    struct IsNew: Error {}
    do {
      return try await database.write { transaction in
        guard let known = try answered(change, in: transaction) else { throw IsNew() }
        return known
      }
    } catch is IsNew {
      return nil
    }
  }

  private func correct(
    _ correction: Correction, _ keys: RegisterKeySet, _ register: ServedRegister, _ turn: Turn,
    _ change: ChangeRequest, _ call: CallContext
  ) async throws -> IngestV1.Batch {
    let (entry, record) = (correction.entry, correction.record)
    guard
      let (block, slot) = try await database.read({ try $0.locate(record: record, entry: entry) })
    else { throw DataRefusal.recordUnknown }
    try await database.read { transaction in
      try transaction.check(correction)
    }
    guard let batch = register.batches[block.batch],
      let token = Token(bytes: block.rows.token(slot))
    else { throw StaleRegister() }
    let location = RecordLocation(block: block.id, slot: slot)
    let checked = try correction.checked(
      against: batch.terms, today: today, doubts: identifierDoubts(of: batch.terms))
    let draft = try await reserve(correction, like: batch, call)
    let old = try await open(
      [
        SealedHit(
          row: 0, location: location, record: record, batch: batch, token: token,
          keyVersion: block.keyVersion, envelope: Array(block.rows.envelope(slot)))
      ], entry: entry, keys: keys)
    let rows = try await replacement(checked, of: draft, keys)
    let items = correction.changedItems(old.first?.content, checked, batch.terms.schema)
    let added = rows.map {
      StoredBlock(
        id: draft.block, batch: draft.batch.id, rows: $0.rows, keyVersion: keys.version)
    }
    let time = outside.civil()
    let next = try await shelf.next(
      entry, keys: keys, after: RegisterChange(added: added, removed: [location]))
    let committed = try await shelf.changing(to: next) {
      try await database.writeWithEvidence { transaction in
        try turn.check(in: transaction)
        _ = try transaction.answer(to: change)
        let stored = try transaction.exchange(
          correction, at: location, for: added, in: draft.batch)
        let (reply, _) = try commit(
          stored, try transaction.contentOfBatch(stored.id), keys, at: time, change, call,
          in: transaction)
        try transaction.append(
          topic: "ingest.record_corrected",
          payload: event(call, correction.members(stored, added?.rows.ids.first, items)))
        return reply
      }
    }
    try await clean(draft.batch, [], turn)
    var reply = committed.value
    reply.receipt = receipt(committed.evidence)
    return reply
  }

  /// Opens the batch of a correction and takes a number for its block. It says in the log that the record's seal is about to
  /// be opened.
  private func reserve(
    _ correction: Correction, like batch: StoredBatch, _ call: CallContext
  ) async throws -> (batch: StoredBatch, block: Int64) {
    var terms = batch.terms
    terms.kind = .correction
    terms.issue = correction.issue
    terms.mode = .file
    terms.modeReason = correction.reason
    terms.asOf = today
    let drafted = terms
    let time = outside.civil()
    return try await database.write { transaction in
      let stored = try transaction.insertBatch(drafted, actor: call.principal, at: time)
      try transaction.append(
        topic: "ingest.correction_opened",
        payload: event(
          call,
          [
            ("batch", .string(stored.name)), ("entry", .string(stored.entryName)),
            ("record", .string(correction.name)), ("issue", .string(correction.issue)),
          ]))
      return (stored, try transaction.nextNumber("blocks"))
    }
  }

  /// The corrected row with its salt, which is kept before it; `nil` where the record is removed.
  private func replacement(
    _ row: CheckedRow?, of draft: (batch: StoredBatch, block: Int64), _ keys: RegisterKeySet
  ) async throws -> SaltedRows? {
    guard let row else { return nil }
    let rows = try sealed(row, of: draft.batch, keys)
    try await identity.write { transaction in
      try transaction.insertSalts([(id: draft.block, salts: rows.salts)], batch: draft.batch.id)
    }
    return rows
  }

  /// The corrected row, sealed in its own batch.
  private func sealed(
    _ row: CheckedRow, of batch: StoredBatch, _ keys: RegisterKeySet
  ) throws -> SaltedRows {
    guard let subject = batch.terms.schema.subject(of: row) else {
      throw UnreadableContent(what: "subject of a correction")
    }
    let token = try keys.token.token(of: keys.block(of: subject).bytes)
    let id = RecordID.make(
      token: token.bytes[0..<4], chance: outside.random.bytes(4)[...])
    let salt = outside.random.bytes(SaltedRows.saltByteCount)
    var writer = ByteWriter()
    RecordContent(row).encode(into: &writer)
    let sealer = try Sealer(key: keys.seal, random: outside.random)
    var rows = SaltedRows(rows: RowPack(), salts: salt)
    rows.rows.append(
      token: token.bytes[...], id: id,
      envelope: try sealer.seal(
        writer.bytes, salt: salt, context: batch.context(token: token, record: id))[...])
    return rows
  }
}

extension SQLReading where Self: ~Copyable {
  /// A record is changed as the answer to an open issue that is about it, and in no other way (AC-31, policies e.3).
  fileprivate func check(_ correction: Correction) throws {
    guard
      try isOpen(issue: correction.issue, entry: correction.entry, about: correction.record)
    else { throw DataRefusal.issueNotOpen(issue: correction.issue) }
  }
}

extension WriteTransaction {
  /// The record stands no more, and what takes its place lies in the correction's batch.
  ///
  /// - Returns: The batch, loaded.
  fileprivate func exchange(
    _ correction: Correction, at location: RecordLocation, for added: StoredBlock?,
    in batch: StoredBatch
  ) throws -> StoredBatch {
    let (entry, record) = (correction.entry, correction.record)
    // Asked before the work as well as here, where alone it counts.
    try check(correction)
    guard let now = try locate(record: record, entry: entry),
      RecordLocation(block: now.0.id, slot: now.slot) == location
    else { throw DataRefusal.recordUnknown }
    try remove(record: record, at: location, of: entry, by: batch.id)
    if let added {
      try insert([added])
      for row in added.rows.ids { try passOnCheck(of: record, to: row, entry: entry) }
    }
    return try load(batch, rows: added?.rows.count ?? 0)
  }
}

/// What a source states to repair a record.
private struct Correction: Sendable {
  let entry: Int64
  let record: Int64
  let name: String
  let issue: String
  let removes: Bool
  let values: [String: String]
  let reason: String

  init(_ request: IngestV1.CorrectRecordRequest) throws {
    guard let name = ResourceName(request.record, in: .records), let entry = name.parentNumber,
      let record = name.number
    else {
      throw RequestRefusal.malformed(
        field: "record", expected: BilingualText("entries/…/records/…", "entries/…/records/…"))
    }
    _ = try number(request.issue, in: .issues, field: "issue")
    guard request.remove == request.values.isEmpty else {
      throw RequestRefusal.malformed(
        field: "values",
        expected: BilingualText("更正后的整条记录；删除时为空", "the whole record, or none where it is removed"))
    }
    var values: [String: String] = [:]
    for value in request.values {
      guard values.updateValue(value.value, forKey: value.item) == nil else {
        throw RequestRefusal.malformed(
          field: "values", expected: BilingualText("每个数据项一次", "each item once"))
      }
    }
    self.entry = entry
    self.record = record
    self.name = request.record
    issue = request.issue
    removes = request.remove
    self.values = values
    reason = try bounded(request.reason, field: "reason")
  }

  /// The corrected row under the same rules as any other; `nil` for a removal.
  func checked(
    against terms: BatchTerms, today: CivilDate, doubts: DoubtTreatment
  ) throws -> CheckedRow? {
    if removes { return nil }
    let schema = terms.schema
    if let unknown = values.keys.sorted().first(where: { schema.index(named: $0) == nil }) {
      throw DataRefusal.correctionItemUnknown(item: unknown)
    }
    let check = RowCheck(
      schema: schema, order: ColumnOrder(schema: schema), asOf: today, today: today,
      basis: RuleBasis(profile: profileKey(of: terms)), doubts: doubts)
    switch check.check(schema.items.map { values[$0.name] ?? "" }, line: 1) {
    case .accepted(let row): return row
    case .rejected(let rejections):
      throw DataRefusal.correctionRejected(
        item: rejections.first?.item ?? "", rule: rejections.first?.rule ?? "")
    }
  }

  /// The items whose value is another now; all of them where the record is removed.
  func changedItems(
    _ old: RecordContent?, _ new: CheckedRow?, _ schema: EntrySchema
  ) -> [String] {
    guard let old, let new else { return schema.items.map(\.name) }
    return schema.items.enumerated().filter { index, _ in
      let before = index < old.values.count ? old.values[index] : nil
      return before != new.values[index].value.text
    }.map { $0.element.name }
  }

  /// - Parameter items: Those whose value is another now. Where one of them has a role, it decided leads and look-ups
  ///   whatever items were granted, and every receiver of the record is concerned.
  func members(
    _ batch: StoredBatch, _ replacement: Int64?, _ items: [String]
  ) -> [(String, JSONValue)] {
    let schema = batch.terms.schema
    let decides = items.contains { name in
      schema.index(named: name).map { schema.items[$0].role != nil } ?? false
    }
    return [
      ("record", .string(name)), ("entry", .string(batch.entryName)), ("issue", .string(issue)),
      ("batch", .string(batch.name)), ("removed", .bool(removes)),
      (
        "replacement",
        .string(replacement.map { ResourceName.record(entry, $0).text } ?? "")
      ), ("items", .array(items.map { .string($0) })), ("decides", .bool(decides)),
    ]
  }
}
