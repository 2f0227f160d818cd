// LocateRecords and ListRecipients: which records a complaint is about, and who received one. No seal is opened.

package import Access
package import Contracts
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  /// Feedback asks of a report that it has taken: who may report was decided there, and what is found goes to the source alone.
  package func locateRecords(
    _ request: IngestV1.LocateRecordsRequest, _ call: CallContext
  ) async throws -> IngestV1.LocateRecordsResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      let entry = try number(request.entry, in: .entries, field: "entry")
      let subject = try SubjectIdentifier(request.subject)
      let slip = try bounded(request.slipNumber, field: "slip_number")
      let department = try bounded(request.department, field: "department")
      if !request.grant.isEmpty { _ = try number(request.grant, in: .grants, field: "grant") }
      return try await withRegister(entry) { keys, register in
        let hits = try await find(subject, keys, register)
        let sealed = try await sealedHits(hits, in: register)
        let identifier = keys.block(of: subject)
        let (block, near) = (identifier.bytes, neighbourhood(of: identifier))
        let pseudonym = Pseudonym(of: block, key: self.keys.pseudonyms)
        let touched = touchEvents(
          canaries.touched(in: block), call, by: department,
          [("entry", .string(request.entry)), ("slip", .string(slip))])
        let payload = event(
          call,
          [
            ("entry", .string(request.entry)), ("slip", .string(slip)),
            ("grant", .string(request.grant)), ("subject", .string(blindedName(of: block))),
            ("department", .string(department)),
          ])
        let (day, reports) = (today, ReportBound(entry: request.entry, law: outside.profiles))
        try await tellingEnumeration(
          of: near, day: day, under: reports.use, entry: request.entry, by: department, call
        ) {
          try await database.write { transaction in
            guard try transaction.register(entry) == register.state else { throw StaleRegister() }
            try reports.check(
              subjects: try transaction.useSubject(pseudonym.bytes, grant: reports.use, day: day))
            if let near {
              try reports.check(
                neighbours: try transaction.useNeighbour(
                  pseudonym.bytes, of: near, grant: reports.use, day: day))
            }
            try transaction.append(topic: "ingest.records_located", payload: payload)
            for touch in touched { try transaction.append(topic: Self.canaryTopic, payload: touch) }
          }
        }
        return IngestV1.LocateRecordsResponse(
          records: sealed.map { ResourceName.record(entry, $0.record).text })
      }
    }
  }

  package func listRecipients(
    _ request: IngestV1.ListRecipientsRequest, _ call: CallContext
  ) async throws -> IngestV1.ListRecipientsResponse {
    try await call.answering(outside.recorder) {
      guard let name = ResourceName(request.record, in: .records), let entry = name.parentNumber,
        let record = name.number
      else {
        throw RequestRefusal.malformed(
          field: "record", expected: BilingualText("entries/…/records/…", "entries/…/records/…"))
      }
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let since = request.since?.instant ?? Instant(milliseconds: 0)
      // The first page begins before row 0.
      let after = (
        disclosure: token.numbers[0], row: request.pageToken.isEmpty ? -1 : token.numbers[1]
      )
      let found = try await database.read {
        try $0.recipients(
          entry: entry, record: record, since: since, after: after, limit: size + 1)
      }
      let page = found.prefix(size)
      let payload = event(
        call,
        [
          ("record", .string(request.record)),
          ("entry", .string(ResourceName.entry(entry).text)), ("item", .string(request.item)),
          ("recipients", .integer(Int64(page.count))),
        ])
      try await database.write {
        try $0.append(topic: "ingest.recipients_listed", payload: payload)
      }
      let last = page.last.map { PageToken([$0.disclosure, Int64($0.row)]).text }
      return IngestV1.ListRecipientsResponse(
        recipients: page.filter { request.item.isEmpty || $0.items.contains(request.item) }
          .map(message), nextPageToken: found.count > size ? last ?? "" : "")
    }
  }

  private func message(_ recipient: Recipient) -> IngestV1.Recipient {
    IngestV1.Recipient(
      department: recipient.department, grant: recipient.grant, callID: recipient.callID,
      time: GoogleProtobuf.Timestamp(recipient.time), comparison: recipient.comparison,
      chunk: Int32(clamping: recipient.chunk), row: Int32(clamping: recipient.row),
      items: recipient.items, caseNumber: recipient.caseNumber)
  }
}
