// CompareChunk: the submitted subjects of one chunk are sought in the register; only leads leave it (AC-53).

package import Access
package import Contracts
import Crypto
import Database
import IngestIndex
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  package func compareChunk(
    _ request: IngestV1.CompareChunkRequest, _ call: CallContext
  ) async throws -> IngestV1.CompareChunkResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      try await requireKnownGrants()
      let entry = try number(request.entry, in: .entries, field: "entry")
      _ = try number(request.comparison, in: .comparisons, field: "comparison")
      let granted = try await grant(
        request.grant, naming: request.ids,
        in: [
          ("entry", .string(request.entry)), ("comparison", .string(request.comparison)),
          ("chunk", .integer(Int64(request.number))),
        ],
        for: { caller, document in
          DataRequest(
            department: caller.department, system: caller.system, entry: request.entry,
            use: .comparison,
            items: document.items, purpose: request.purpose, systemRegion: caller.systemRegion)
        }, call)
      let (document, terms) = (granted.document, granted.terms)
      return try await withRegister(entry) { keys, register in
        try checkSource(register, of: granted)
        let subjects = self.keys.subjects
        let (chunk, named, hits) = try await pool.run {
          let chunk = try RollChunk(request, keys: keys)
          let tokens = try keys.token.tokens(of: chunk.blocks)
          let hits = register.index.hits(in: tokens).filter { $0.row >= chunk.firstRow }
          let asked = Array(chunk.blocks[(chunk.firstRow * IdentifierBlock.byteCount)...])
          return (chunk, try subjects.tokens(of: asked), hits)
        }
        let sealed = try await sealedHits(hits, in: register)
        var disclosure = Disclosure(
          entry: entry, grant: document.name, grantee: document.grantee,
          purpose: document.purpose, items: document.items, subjects: named, hits: sealed,
          call: call, time: outside.civil())
        disclosure.draft.comparison = request.comparison
        disclosure.draft.chunk = chunk.number
        disclosure.origin = granted.origin
        disclosure.touches = canaries.touched(in: chunk.blocks)
        let written = try await disclose(
          disclosure, of: register, call, charge: charge(chunk, request, entry, terms))
        let opened = try await open(
          sealed, under: disclosure, id: written.id, in: register, keys: keys)
        let leads = try await pool.run {
          chunkLeads(chunk, opened, terms, document.items, register)
        }
        try await withdraw(
          leads.delivered, of: disclosure, id: written.id)
        return IngestV1.CompareChunkResponse(
          leads: leads.messages, rows: Int32(clamping: chunk.count),
          lineage: register.lineage(nil), receipt: written.receipt,
          nextRow: Int32(clamping: leads.nextRow))
      }
    }
  }

  /// Charges the run once, and takes each chunk once: the same again is answered again, other content is refused.
  private func charge(
    _ chunk: RollChunk, _ request: IngestV1.CompareChunkRequest, _ entry: Int64,
    _ terms: GrantTerms
  ) -> @Sendable (borrowing WriteTransaction) throws -> Void {
    let day = today
    let stated = Int(clamping: request.rollRows)
    // Keyed: a chunk may hold one person, of whom an unkeyed digest would tell (hebi-2021/27).
    let digest = keys.pseudonyms.code(of: chunk.digest)
    let turn = terms.turn(of: chunk.period)
    return { transaction in
      let earlier = try transaction.earlierRolls(
        of: terms.name, before: request.comparison, turn: turn, day: day)
      if let earlier {
        try terms.checkRun(stated: stated, period: chunk.period, earlier: earlier, today: day)
      }
      let use = try transaction.useRollChunk(
        comparison: request.comparison, grant: terms.name, entry: entry, statedRows: stated,
        turn: turn, day: day, number: chunk.number, digest: digest, rows: chunk.count)
      switch use {
      case .new(let sent): try terms.checkRoll(stated: stated, sent: sent)
      case .again: break
      case .contentDiffers: throw DataRefusal.chunkContentDiffers(number: chunk.number)
      case .runDiffers: throw DataRefusal.comparisonDiffers(comparison: request.comparison)
      }
    }
  }
}

/// The leads of one chunk, and which records go out with them.
private struct Leads: Sendable {
  /// What fits into a message of 4 MiB, the default of gRPC clients, beside the receipt and the framing.
  private static let mostBytes = 3 << 20

  private(set) var messages: [IngestV1.Lead] = []
  private(set) var delivered: [Delivery] = []
  /// The row of the first lead that did not fit; 0 while all did.
  private(set) var nextRow = 0
  private var bytes = 0

  /// Takes the next lead in the order of the roll.
  ///
  /// - Returns: false when it does not fit any more; then no later one is taken.
  mutating func take(_ lead: IngestV1.Lead, _ record: Int64? = nil) -> Bool {
    bytes += lead.bytesAtMost
    // One lead always goes out, so that asking again gets on.
    guard bytes <= Self.mostBytes || messages.isEmpty else {
      nextRow = Int(lead.row)
      return false
    }
    messages.append(lead)
    if let record { delivered.append(Delivery(record: record, row: Int(lead.row))) }
    return true
  }

  /// A row that a record clears is told as much of it as a lead is: in direction absent the silence about a row says that
  /// the register has the person, and a recall must find whoever relied on it.
  mutating func clear(_ record: OpenedRecord, row: Int) {
    delivered.append(Delivery(record: record.record, row: row))
  }
}

extension IngestV1.Lead {
  /// More than the message takes on the wire.
  fileprivate var bytesAtMost: Int {
    values.reduce(96 + record.utf8.count + issue.utf8.count + lineageBytes) {
      $0 + 16 + $1.item.utf8.count + $1.value.utf8.count
    }
  }

  private var lineageBytes: Int {
    guard let lineage else { return 0 }
    return lineage.entry.utf8.count + lineage.batch.utf8.count + lineage.asOf.utf8.count
      + lineage.coverage.utf8.count
  }
}

/// At most one lead a row: the record that bears the submitted name before one that bears another.
private func chunkLeads(
  _ chunk: RollChunk, _ opened: Opened, _ terms: GrantTerms, _ items: [String],
  _ register: ServedRegister
) -> Leads {
  var counting: [Int: OpenedRecord] = [:]
  for record in opened.records {
    let values = record.content.values
    guard record.schema.shows(values, under: terms.filters),
      record.schema.term(of: values).counts(for: chunk.period)
    else { continue }
    if let other = counting[record.row], !chunk.nameDiffers(other) || chunk.nameDiffers(record) {
      continue
    }
    counting[record.row] = record
  }
  var leads = Leads()
  guard chunk.isPresent else {
    for row in chunk.firstRow..<chunk.count {
      if let record = counting[row] {
        leads.clear(record, row: row)
      } else {
        guard leads.take(IngestV1.Lead(row: Int32(row))) else { break }
      }
    }
    return leads
  }
  for (row, record) in counting.sorted(by: { $0.key < $1.key }) {
    let issue = opened.issues[record.record]
    let lead = IngestV1.Lead(
      row: Int32(row), record: record.name, nameDiffers: chunk.nameDiffers(record),
      underCheck: issue != nil, issue: issue ?? "",
      values: record.values(items, masks: opened.masks), lineage: register.lineage(record.batch))
    guard leads.take(lead, record.record) else { break }
  }
  return leads
}

extension RollChunk {
  /// Whether the register has the subject under another name than the roll: such a lead is doubtful.
  fileprivate func nameDiffers(_ record: OpenedRecord) -> Bool {
    guard record.row < names.count, !names[record.row].isEmpty, let name = record.subjectName else {
      return false
    }
    return name != names[record.row]
  }
}
