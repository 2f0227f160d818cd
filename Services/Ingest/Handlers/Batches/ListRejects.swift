// ListRejects: every rejected row with rule, threshold and value, for the source alone. Seals are opened, so it is logged.

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Vocabulary
import Integrity

extension IngestService {
  package func listRejects(
    _ request: IngestV1.ListRejectsRequest, _ call: CallContext
  ) async throws -> IngestV1.ListRejectsResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      let id = try number(request.batch, in: .batches, field: "batch")
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      // What is read is written down before a seal is opened.
      let (source, rows) = try await database.write { transaction in
        let source = try transaction.ownRejects(id, field: "batch", call)
        let rows = try transaction.rejects(id, after: token.numbers[0], limit: size + 1)
        if rows.isEmpty, let term = rejectTerm(of: source), term.isOver(on: today) {
          throw IngestRefusal.rejectsDeleted(kept: term.last, citation: term.citation)
        }
        try transaction.append(
          topic: "ingest.rejects_read",
          payload: event(
            call,
            [
              ("batch", .string(source.name)), ("entry", .string(source.entryName)),
              ("rows", .integer(Int64(min(size, rows.count)))),
            ]))
        return (source, rows)
      }
      let page = Array(rows.prefix(size))
      let set = try await registerKeys(source.entry)
      let random = outside.random
      let bytes = page.reduce(0) { $0 + $1.sealed.count }
      let (rejects, last) = try await pool.run(bytes: bytes) {
        var sealers: [Int: Sealer] = [:]
        var rejects: [IngestV1.Reject] = []
        var bytes = 0
        var last: Int64?
        for row in page {
          guard let version = set.keys(of: row.keyVersion) else {
            throw UnreadableContent(what: "key version")
          }
          let sealer = try sealers[row.keyVersion] ?? Sealer(key: version.seal, random: random)
          sealers[row.keyVersion] = sealer
          guard
            let content = RejectContent(
              try sealer.open(row.sealed, context: source.context(row.id)))
          else { throw UnreadableContent(what: "reject") }
          let messages = content.messages
          bytes += try messages.reduce(0) { $0 + (try $1.serialized().count) }
          // A page holds whole rows, one at least, and stays below what one message may be.
          if last != nil, bytes > rejectPageBytes { break }
          rejects += messages
          last = row.id
        }
        return (rejects, last)
      }
      let isWhole = last == page.last?.id && rows.count <= size
      return IngestV1.ListRejectsResponse(
        rejects: rejects, nextPageToken: isWhole ? "" : PageToken([last ?? 0]).text)
    }
  }
}

/// The most that a page of rejects holds, half of what a message may.
private let rejectPageBytes = 2 << 20

extension RejectContent {
  /// One for each rule that the row broke; the row itself stands with the first.
  fileprivate var messages: [IngestV1.Reject] {
    rejections.enumerated().map { index, rejection in
      IngestV1.Reject(
        line: Int64(line), field: rejection.item ?? "", rule: rejection.rule,
        threshold: rejection.threshold, value: rejection.value, article: rejection.citation.text,
        text: CommonV1.BilingualText(rejection.sentence), row: index == 0 ? row : "")
    }
  }
}
