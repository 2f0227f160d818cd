// CreateBatch: a batch is opened against a published entry by its owner, in a mode that the profile offers.

package import Access
package import Contracts
import Database
import IngestFormats
import IngestRules
import IngestStore
import Regulation
import Vocabulary
import Integrity

extension IngestService {
  package func createBatch(
    _ request: IngestV1.CreateBatchRequest, _ call: CallContext
  ) async throws -> IngestV1.Batch {
    try await call.answering(outside.recorder) {
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      guard let batch = request.batch else { throw RequestRefusal.missing(field: "batch") }
      let terms = try await terms(batch, call)
      let time = outside.civil()
      return try await database.write { transaction in
        if let answer = try transaction.answer(to: change) {
          return try IngestV1.Batch(serialized: answer)
        }
        if !terms.issue.isEmpty,
          try !transaction.isOpen(issue: terms.issue, entry: terms.entry)
        {
          throw DataRefusal.issueNotOpen(issue: terms.issue)
        }
        let stored = try transaction.insertBatch(terms, actor: call.principal, at: time)
        try transaction.append(
          topic: "ingest.batch_created",
          payload: event(
            call,
            [
              ("batch", .string(stored.name)), ("entry", .string(stored.entryName)),
              ("entry_version", .integer(Int64(terms.entryVersion))),
              ("kind", .string(terms.kind.rawValue)), ("mode", .string(terms.mode.rawValue)),
            ]))
        let reply = message(stored)
        try transaction.keep(answer: try reply.serialized(), of: change.key)
        return reply
      }
    }
  }

  /// What a batch states, checked against its entry and the entry's profile.
  private func terms(
    _ batch: IngestV1.Batch, _ call: CallContext
  ) async throws -> BatchTerms {
    let number = try number(batch.entry, in: .entries, field: "batch.entry")
    let kind = try kind(batch)
    let (format, encoding) = try format(batch)
    let asOf = try civilDate(batch.asOf, field: "batch.as_of")
    let entry = try await entry(number, call)
    let profile = try profile(of: entry)
    guard let owner = ResourceName(entry.owner, in: .departments).flatMap({ DepartmentCode($0.id) })
    else { throw UnreadableContent(what: "owner of an entry") }
    let mode = try mode(batch)
    let caller = call.caller
    try checkDelivery(
      DeliveryOffer(
        department: caller.department, system: caller.isPersonCertificate ? nil : caller.system,
        hasPersonCertificate: caller.isPersonCertificate, mode: mode, reason: batch.modeReason,
        asOf: asOf),
      under: DeliveryTerms(entry, owner: owner, profile: profile), today: today)
    guard mode.isByHand || entry.mounted else { throw IngestRefusal.entryNotMounted }
    let schema = EntrySchema(entry)
    guard schema.index(of: .subject) != nil else { throw IngestRefusal.entryWithoutSubject }
    let terms = BatchTerms(
      entry: number, entryVersion: Int(entry.version), owner: owner, kind: kind, mode: mode,
      format: format.rawValue, encoding: encoding.rawValue, header: batch.header, asOf: asOf,
      coverage: try bounded(batch.coverage, field: "batch.coverage"),
      modeReason: try bounded(batch.modeReason, field: "batch.mode_reason"), issue: batch.issue,
      profile: profile.reference.text, schema: schema)
    _ = try columnOrder(of: terms)
    return terms
  }

  /// The entry as published, from the catalogue.
  func entry(_ number: Int64, _ call: CallContext) async throws -> CatalogV1.Entry {
    try await outside.catalog.resolveEntry(
      CatalogV1.ResolveEntryRequest(name: ResourceName.entry(number).text), call.onward())
  }

  /// The profile that governs an entry, in the version under which it was published.
  func profile(of entry: CatalogV1.Entry) throws -> Profile {
    if let reference = ProfileReference(entry.profile),
      let profile = try? outside.profiles.profile(reference)
    {
      return profile
    }
    guard let profile = outside.profiles.governing([entry.resourceClass], on: today) else {
      throw UnreadableContent(what: "profile of an entry")
    }
    return profile
  }

  private func kind(_ batch: IngestV1.Batch) throws(RequestRefusal) -> BatchKind {
    guard let kind = BatchKind(batch.kind), kind != .correction else {
      throw .malformed(
        field: "batch.kind", expected: BilingualText("存量或增量", "STOCK or INCREMENT"))
    }
    if !batch.issue.isEmpty, ResourceName(batch.issue, in: .issues) == nil {
      throw .malformed(field: "batch.issue", expected: BilingualText("issues/…", "a name issues/…"))
    }
    return kind
  }

  private func mode(_ batch: IngestV1.Batch) throws(RequestRefusal) -> DeliveryMode {
    guard let mode = DeliveryMode(batch.mode) else {
      throw .malformed(
        field: "batch.mode", expected: BilingualText("库表、文件或接口", "TABLE, FILE or INTERFACE"))
    }
    return mode
  }

  private func format(
    _ batch: IngestV1.Batch
  ) throws(RequestRefusal) -> (BatchFormat, TextEncoding) {
    let encoding: TextEncoding = batch.encoding == .gb18030 ? .gb18030 : .utf8
    switch batch.format {
    case .csv:
      guard batch.header.count <= 1 << 16 else {
        throw .malformed(
          field: "batch.header", expected: BilingualText("至多 64 KiB", "at most 64 KiB"))
      }
      return (.csv, encoding)
    case .jsonLines:
      guard encoding == .utf8 else {
        throw .malformed(
          field: "batch.encoding", expected: BilingualText("JSON 须为 UTF-8", "UTF-8 for JSON lines"))
      }
      // The header is kept in clear, and a line of such a file is somebody's record.
      guard batch.header.isEmpty else {
        throw .malformed(
          field: "batch.header", expected: BilingualText("JSON 无表头，应为空", "empty for JSON lines"))
      }
      return (.jsonLines, .utf8)
    case .unspecified, .unrecognized:
      throw .malformed(
        field: "batch.format", expected: BilingualText("CSV 或 JSON_LINES", "CSV or JSON_LINES"))
    }
  }
}
