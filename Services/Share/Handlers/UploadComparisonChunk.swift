// UploadComparisonChunk: certificate and grant are judged anew at each chunk; of the chunk a digest is kept, of the answer
// where its leads stand (AC-52, AC-53).

package import Access
package import Contracts
import Crypto
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func uploadComparisonChunk(
    _ request: ShareV1.UploadComparisonChunkRequest, _ call: CallContext
  ) async throws -> ShareV1.UploadComparisonChunkResponse {
    try await call.answering(outside.refusals) {
      let number = try number(request.comparison, in: .comparisons, field: "comparison")
      let rows = try chunkRows(
        ChunkShape(
          idBytes: request.ids.count, names: request.names.count,
          otherRows: request.others.map { Int($0.row) }))
      var content = request
      content.firstRow = 0
      var chunk = RollChunk(
        number: Int(request.number), rows: rows, digest: try outside.vault.digest(of: content),
        firstRow: Int(request.firstRow))
      try outside.admitData()
      let (run, grant) = try await decide(number, chunk, call)
      let answer = try await outside.peers.compareChunk(
        try await comparing(request, run, grant), try call.onward())
      let leads = answer.leads.map { StoredLead($0, chunk: chunk.number) }
      let lineage = answer.lineage.map { Lineage($0) }
      chunk.nextRow = Int(answer.nextRow)
      let received = try await keep(chunk, leads, lineage, of: number, call)
      return ShareV1.UploadComparisonChunkResponse(
        leads: answer.leads, receivedRows: received, receipt: answer.receipt,
        nextRow: answer.nextRow)
    }
  }

  /// Judges the chunk and makes the decision durable, before any record is opened.
  private func decide(
    _ number: Int64, _ chunk: RollChunk, _ call: CallContext
  ) async throws -> (ComparisonRun, Grant) {
    let actor = actor(of: call)
    let today = today
    return try await notingViolations(call) {
      try await database.write { transaction in
        let run = try transaction.ownComparison(number, of: actor, field: "comparison")
        guard let grant = try transaction.grant(run.grant) else {
          throw UnreadableContent(what: "grant of \(run.name)")
        }
        let known = try transaction.chunk(number, chunk.number)
        let items = try judged(under: try profile(grant.profile)) {
          let items = try grant.check(
            GrantCall(
              by: actor, mode: .comparison, items: [], purpose: run.plan.purpose, today: today),
            under: $0)
          _ = try run.taking(chunk, known: known, by: actor)
          return items
        }
        try appendDecision(
          grant, items, call, purpose: run.plan.purpose, case: "",
          more: [
            ("comparison", .string(run.name)), ("chunk", .integer(Int64(chunk.number))),
            ("rows", .integer(Int64(chunk.rows))),
          ], to: transaction)
        return (run, grant)
      }
    }
  }

  private func comparing(
    _ request: ShareV1.UploadComparisonChunkRequest, _ run: ComparisonRun, _ grant: Grant
  ) async throws -> IngestV1.CompareChunkRequest {
    var wire = IngestV1.CompareChunkRequest()
    wire.entry = grant.entryName
    wire.grant = try await signedGrant(grant)
    wire.comparison = run.name
    wire.number = request.number
    wire.ids = request.ids
    wire.names = request.names
    wire.others = request.others
    wire.direction = IngestV1.Direction(run.plan.direction)
    wire.period = run.plan.wirePeriod
    wire.rollRows = run.plan.rollRows
    wire.purpose = run.plan.purpose
    wire.firstRow = request.firstRow
    return wire
  }

  /// Keeps that the chunk came and where its leads stand.
  ///
  /// - Returns: The rows received so far.
  private func keep(
    _ chunk: RollChunk, _ leads: [StoredLead], _ lineage: Lineage?, of number: Int64,
    _ call: CallContext
  ) async throws -> Int64 {
    let actor = actor(of: call)
    return try await database.write { transaction in
      let run = try transaction.ownComparison(number, of: actor, field: "comparison")
      let known = try transaction.chunk(number, chunk.number)
      var next = try judged(under: try profile(run.profile)) { _ in
        try run.taking(chunk, known: known, by: actor)
      }
      next.lineage = lineage ?? next.lineage
      try transaction.save(chunk, leads: leads, of: number)
      try transaction.save(next, turn: "")
      return next.receivedRows
    }
  }
}

extension StoredLead {
  init(_ lead: IngestV1.Lead, chunk: Int) {
    self.init(
      place: LeadPlace(chunk: chunk, row: Int(lead.row), record: lead.record),
      nameDiffers: lead.nameDiffers, lineage: lead.lineage.map { Lineage($0) })
  }
}
