// Registers of the synthetic world, delivered as departments deliver them.

import Access
import Contracts
import Crypto
import Database
import IngestFormats
import IngestStore
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

/// The entry of a synthetic register, as the catalogue has it.
func catalogEntry(
  _ kind: RegisterKind, number: Int64 = 1, origin: CatalogV1.Origin = .selfBuilt,
  masks: [String: String] = [:], harmless: Bool = false
) -> CatalogV1.Entry {
  var entry = CatalogV1.Entry()
  entry.name = "entries/E-\(number)"
  entry.version = 1
  entry.title = kind.title
  entry.owner = "departments/\(kind.department)"
  entry.resourceClass = "public"
  entry.profile = profileText("meizhou-public-2023")
  entry.state = .published
  entry.mounted = true
  entry.sourceSystem = "core"
  entry.origin = origin
  entry.membershipHarmless = harmless
  entry.excludesMinors = kind == .correction
  entry.items = kind.columns.map { column in
    var item = CatalogV1.Item()
    item.name = column.name
    item.title = column.title
    item.type = types[column.type] ?? .text
    item.role = roles[column.role] ?? .unspecified
    item.required = column.isRequired
    item.maxLength = Int32(column.maximumLength)
    item.codes = column.codes.map { code in
      var message = CatalogV1.Code()
      message.value = code.value
      return message
    }
    item.mask = masks[column.name] ?? ""
    return item
  }
  return entry
}

private let types: [String: CatalogV1.ItemType] = [
  "text": .text, "integer": .integer, "decimal": .decimal, "date": .date, "code": .code,
  "person_id": .personID, "organisation_id": .organisationID, "name": .personName,
]
private let roles: [String: CatalogV1.ItemRole] = [
  "subject": .subject, "subject_name": .subjectName, "event_date": .eventDate,
  "period_start": .periodStart, "period_end": .periodEnd, "revoked_mark": .revokedMark,
]

/// A line of CSV.
func line(_ fields: [String]) -> String {
  fields.map { field in
    field.contains(where: { ",\"\n\r".contains($0) })
      ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }.joined(separator: ",") + "\n"
}

/// A register as a file: its header line, and its rows cut into chunks.
struct RegisterFile {
  let header: [UInt8]
  let chunks: [RecordCutter.Chunk]
  var rowCount: Int { chunks.reduce(0) { $0 + $1.rowCount } }

  init(
    _ columns: [String], rows: [[String]], encoding: TextEncoding = .utf8, chunkRows: Int = 700
  ) throws {
    header = encoding.encode(line(columns))
    var cutter = RecordCutter(maximumRows: chunkRows)
    var chunks = try cutter.append(encoding.encode(rows.map(line).joined()))
    chunks += try cutter.finish()
    self.chunks = chunks
  }

  init(
    _ plan: Plan, _ kind: RegisterKind, encoding: TextEncoding = .utf8, chunkRows: Int = 700
  ) throws {
    let rows = RegisterRows(plan, kind)
    try self.init(
      kind.columns.map(\.title), rows: (0..<rows.count).map(rows.fields(ofRow:)),
      encoding: encoding, chunkRows: chunkRows)
  }
}

extension IngestNode {
  func createBatch(
    entry: Int64 = 1, header: [UInt8], kind: IngestV1.BatchKind = .stock,
    mode: IngestV1.DeliveryMode = .table, encoding: IngestV1.Encoding = .utf8,
    format: IngestV1.Format = .csv, asOf: String = "2024-03-04", who: Who = .source,
    requestID: String = Hex.encode(SystemRandom().bytes(8))
  ) async throws -> IngestV1.Batch {
    var batch = IngestV1.Batch()
    batch.entry = "entries/E-\(entry)"
    batch.mode = mode
    batch.kind = kind
    batch.format = format
    batch.encoding = encoding
    batch.header = header
    batch.asOf = asOf
    batch.coverage = "whole register"
    return try await fromGateway.createBatch(
      IngestV1.CreateBatchRequest(batch: batch, requestID: requestID), call("CreateBatch", who))
  }

  @discardableResult
  func upload(
    _ chunk: RecordCutter.Chunk, to batch: String, who: Who = .source
  ) async throws -> IngestV1.UploadChunkResponse {
    try await upload(
      number: chunk.number, firstLine: chunk.firstLine, rows: chunk.rowCount, chunk.bytes,
      to: batch, who: who)
  }

  @discardableResult
  func upload(
    number: Int, firstLine: Int, rows: Int, _ content: [UInt8], to batch: String,
    who: Who = .source
  ) async throws -> IngestV1.UploadChunkResponse {
    try await fromGateway.uploadChunk(
      IngestV1.UploadChunkRequest(
        batch: batch, number: Int32(number), firstLine: Int64(firstLine), rows: Int32(rows),
        content: content), call("UploadChunk", who))
  }

  func commit(
    _ batch: String, _ file: RegisterFile, who: Who = .source,
    requestID: String = Hex.encode(SystemRandom().bytes(8))
  ) async throws -> IngestV1.Batch {
    let done = try await fromGateway.commitBatch(
      IngestV1.CommitBatchRequest(
        name: batch, chunks: Int32(file.chunks.count), rows: Int64(file.rowCount),
        requestID: requestID), call("CommitBatch", who))
    // Its publication, where the test has told of none.
    let entry = ResourceName(done.entry, in: .entries)?.number ?? 0
    if try await database.read({ try $0.knownEntry(entry) }) == nil,
      let published = catalog.entry(done.entry)
    {
      try await publish(published)
    }
    return done
  }

  /// The catalogue tells of an entry as its publisher signed it.
  ///
  /// - Parameters:
  ///   - type: How its items are shared.
  ///   - grade: Of its items.
  ///   - change: To what was signed.
  func publish(
    _ entry: CatalogV1.Entry, by person: String = "chen", of department: String = "data-bureau",
    type: String = "conditional", grade: Int64 = 2,
    _ change: (inout JSONObject) -> Void = { _ in }
  ) async throws {
    var masks = JSONObject()
    for item in entry.items where !item.mask.isEmpty { masks[item.name] = .string(item.mask) }
    let items = entry.items.map { item -> JSONValue in
      ["name": .string(item.name), "share_type": .string(type), "grade": .integer(grade)]
    }
    let statement = try stated(
      "catalog.publish_entry", on: "\(entry.name)/versions/\(entry.version)", entry.profile,
      [
        "owner": .string(entry.owner), "class": .string(entry.resourceClass),
        "masks": .object(masks), "items": .array(items),
      ], by: person, of: department, change)
    try await follow(
      "catalog.entry_published",
      [
        ("entry", .string(entry.name)), ("version", .integer(Int64(entry.version))),
        ("owner", .string(entry.owner)), ("profile", .string(entry.profile)),
        ("time", .integer(clock.now().milliseconds)), ("signed", statement.json),
      ])
  }

  /// A person's statement.
  func stated(
    _ action: String, on resource: String, _ profile: String, _ decided: JSONObject,
    by person: String, of department: String, _ change: (inout JSONObject) -> Void = { _ in }
  ) throws -> SignedStatement {
    let id = try #require(PersonID(person))
    let code = try #require(DepartmentCode(department))
    var statement: JSONObject = [
      "action": .string(action), "resource": .string(resource), "etag": "2-0-0-0",
      "profile": .string(profile), "person": .string(ResourceName.person(code, id).text),
      "certificate": .string(Hex.encode(try persons.identity(id, of: code).certificate.sha256)),
      "time": .integer(pki.now * 1_000), "decided": .object(decided),
    ]
    change(&statement)
    return try persons.sign(CanonicalJSON.encode(.object(statement)), as: id, of: code)
  }

  /// By which somebody of the grantee takes into use what is open to all.
  func subscription(
    to document: GrantDocument, by person: String = "zhao", of department: String? = nil,
    _ change: (inout JSONObject) -> Void = { _ in }
  ) throws -> SignedStatement {
    try stated(
      "share.subscribe", on: "\(document.entry)/versions/\(document.entryVersion)",
      document.profile,
      [
        "terms": .object(document.terms), "items": .array(document.items.map { .string($0) }),
        "request": "sub",
      ], by: person, of: department ?? document.grantee.text, change)
  }

  /// A whole register, from opening to commit.
  @discardableResult
  func deliver(
    _ file: RegisterFile, entry: Int64 = 1, kind: IngestV1.BatchKind = .stock,
    encoding: IngestV1.Encoding = .utf8, asOf: String = "2024-03-04", who: Who = .source
  ) async throws -> IngestV1.Batch {
    let batch = try await createBatch(
      entry: entry, header: file.header, kind: kind, encoding: encoding, asOf: asOf, who: who)
    for chunk in file.chunks { try await upload(chunk, to: batch.name, who: who) }
    return try await commit(batch.name, file, who: who)
  }

  /// All rejects of a batch.
  func rejects(_ batch: String, who: Who = .source) async throws -> [IngestV1.Reject] {
    var rejects: [IngestV1.Reject] = []
    var token = ""
    repeat {
      let page = try await fromGateway.listRejects(
        IngestV1.ListRejectsRequest(batch: batch, pageSize: 7, pageToken: token),
        call("ListRejects", who))
      rejects += page.rejects
      token = page.nextPageToken
    } while !token.isEmpty
    return rejects
  }

  // MARK: - Grants

  func grant(
    entry: Int64 = 1, items: [String] = ["name", "cremation-date"],
    modes: Set<GrantMode> = [.lookup, .comparison], until: String = "2024-12-31",
    rows: [RowCondition] = [], maxRows: Int? = 100_000, frequency: String = "monthly",
    dailySubjects: Int = 1_000, grantee: String = "human-resources", number: Int64 = 1,
    recipients: [GrantRecipient] = []
  ) throws -> IngestV1.SignedGrant {
    let document = GrantDocument(
      name: "grants/G-\(number)", entry: "entries/E-\(entry)", entryVersion: 1,
      source: try #require(DepartmentCode(catalog.owner("entries/E-\(entry)"))),
      grantee: try #require(DepartmentCode(grantee)), items: items, purpose: "pension check",
      scenario: "monthly", modes: modes, until: try #require(CivilDate(iso: until)), rows: rows,
      roll: maxRows.map {
        RollTerms(roll: "pension", maxRows: $0, maxGrowthPercent: 10, frequency: frequency)
      }, dailySubjects: dailySubjects, profile: profileText("meizhou-public-2023"),
      application: "applications/A-\(number)", issued: clock.now(), recipients: recipients)
    return try signed(
      document, decisions: [try review(of: document, of: document.source.text)])
  }

  /// A grant under Share's own key, with what its reviewers signed or are said to have signed.
  func signed(
    _ document: GrantDocument, decisions: [SignedStatement]
  ) throws -> IngestV1.SignedGrant {
    IngestV1.SignedGrant(
      json: document.encoded, signature: try document.signature(by: shareKey),
      decisions: decisions.map { CommonV1.SignedDecision($0) })
  }

  /// A reviewer's statement that approves all of a grant, as Share asks for it.
  func review(
    of document: GrantDocument, by person: String = "wu", of department: String = "civil-affairs",
    _ change: (inout JSONObject) -> Void = { _ in }
  ) throws -> SignedStatement {
    try stated(
      "share.review_application", on: document.application, document.profile,
      [
        "terms": .object(document.terms), "reason": "",
        "recipients": .array(document.recipients.map(\.json)),
        "consents": .array(document.recipients.map { .string($0.name) }),
        "decisions": .array(
          document.items.map { ["item": .string($0), "decision": "approve", "reason": ""] }),
      ], by: person, of: department, change)
  }

  /// The source's word that a claim be answered, as Share asks for it.
  func acceptance(
    of claim: IngestV1.VerifyClaimRequest, by person: String, of department: String,
    decision: String = "accept", with signers: TestPersons? = nil
  ) throws -> SignedStatement {
    let signers = signers ?? persons
    let officer = try #require(PersonID(person))
    let code = try #require(DepartmentCode(department))
    let statement: JSONObject = [
      "action": "share.decide_verification", "resource": .string(claim.request), "etag": "1",
      "profile": .string(profileText("meizhou-public-2023")),
      "person": .string(ResourceName.person(code, officer).text),
      "certificate": .string(
        Hex.encode(try signers.identity(officer, of: code).certificate.sha256)),
      "time": .integer(pki.now * 1_000),
      "decided": [
        "decision": .string(decision), "entry": .string(claim.entry), "item": .string(claim.item),
        "requester": .string(claim.requester), "claim": .string(try claim.claimDigest()),
      ],
    ]
    return try signers.sign(CanonicalJSON.encode(.object(statement)), as: officer, of: code)
  }

  func lookUp(
    _ identifier: String, _ grant: IngestV1.SignedGrant, entry: Int64 = 1, items: [String] = [],
    purpose: String = "pension check", name: String = "", recipient: String = "", who: Who = .user
  ) async throws -> IngestV1.OpenRecordsResponse {
    try await fromShare.openRecords(
      IngestV1.OpenRecordsRequest(
        entry: "entries/E-\(entry)", grant: grant, subject: try subject(identifier, name: name),
        items: items, purpose: purpose, caseNumber: "case-7", recipient: recipient),
      options(who, entry: "/weir.share.v1.Share/Lookup"))
  }

  /// As Feedback asks for the records of a person at a counter.
  func locate(_ identifier: String, entry: Int64 = 1) async throws -> [String] {
    try await fromFeedback.locateRecords(
      IngestV1.LocateRecordsRequest(
        entry: "entries/E-\(entry)", subject: try subject(identifier), slipNumber: "S-1"),
      options(.user, entry: "/weir.feedback.v1.Feedback/FileIssue")
    ).records
  }

  /// All who received a record.
  func recipients(
    of record: String, item: String = ""
  ) async throws -> [IngestV1.Recipient] {
    var all: [IngestV1.Recipient] = []
    var token = ""
    repeat {
      var metadata = Metadata()
      metadata.append(CallMetadata.callID, String(repeating: "a", count: 32))
      let page = try await fromFeedback.listRecipients(
        IngestV1.ListRecipientsRequest(record: record, item: item, pageSize: 1, pageToken: token),
        CallOptions(metadata: metadata))
      all += page.recipients
      token = page.nextPageToken
    } while !token.isEmpty
    return all
  }

  /// Repairs a record; no values remove it.
  func correct(
    _ record: String, _ values: [String: String], issue: String = "issues/Q-1",
    id: String = Hex.encode(SystemRandom().bytes(8)), who: Who = .sourceOfficer
  ) async throws -> IngestV1.Batch {
    try await fromGateway.correctRecord(
      correction(record, values, issue: issue, id: id), call("CorrectRecord", who))
  }

  func correction(
    _ record: String, _ values: [String: String], issue: String = "issues/Q-1", id: String = "fix"
  ) -> IngestV1.CorrectRecordRequest {
    IngestV1.CorrectRecordRequest(
      record: record, issue: issue,
      values: values.map { IngestV1.Value(item: $0.key, value: $0.value) },
      remove: values.isEmpty, reason: "alive", requestID: id)
  }

  func status(entry: Int64 = 1, who: Who = .source) async throws -> IngestV1.ResourceStatus {
    try await fromGateway.getResourceStatus(
      IngestV1.GetResourceStatusRequest(entry: "entries/E-\(entry)"),
      call("GetResourceStatus", who))
  }

  func subject(_ identifier: String, name: String = "") throws -> IngestV1.Subject {
    IngestV1.Subject(block: try block(identifier), personName: name)
  }

  /// A whole roll, chunk by chunk.
  func compare(
    _ roll: [(identifier: String, name: String)], _ grant: IngestV1.SignedGrant, entry: Int64 = 1,
    direction: IngestV1.Direction = .present, period: ClosedRange<CivilDate>,
    comparison: String = "comparisons/C-1", chunkRows: Int = 400
  ) async throws -> [(row: Int, lead: IngestV1.Lead)] {
    var leads: [(Int, IngestV1.Lead)] = []
    for (number, start) in stride(from: 0, to: roll.count, by: chunkRows).enumerated() {
      let rows = roll[start..<min(start + chunkRows, roll.count)]
      let reply = try await compareChunk(
        number + 1, Array(rows), grant, entry: entry, direction: direction, period: period,
        comparison: comparison, rollRows: roll.count)
      #expect(reply.rows == rows.count)
      leads += reply.leads.map { (start + Int($0.row), $0) }
    }
    return leads
  }

  func compareChunk(
    _ number: Int, _ rows: [(identifier: String, name: String)], _ grant: IngestV1.SignedGrant,
    entry: Int64 = 1, direction: IngestV1.Direction = .present, period: ClosedRange<CivilDate>,
    comparison: String = "comparisons/C-1", rollRows: Int, firstRow: Int32 = 0
  ) async throws -> IngestV1.CompareChunkResponse {
    try await fromShare.compareChunk(
      chunk(
        number, rows, grant, entry: entry, direction: direction, period: period,
        comparison: comparison, rollRows: rollRows, firstRow: firstRow),
      options(.user, entry: "/weir.share.v1.Share/UploadComparisonChunk"))
  }

  func chunk(
    _ number: Int, _ rows: [(identifier: String, name: String)], _ grant: IngestV1.SignedGrant,
    entry: Int64 = 1, direction: IngestV1.Direction = .present, period: ClosedRange<CivilDate>,
    comparison: String, rollRows: Int, firstRow: Int32 = 0
  ) throws -> IngestV1.CompareChunkRequest {
    var ids: [UInt8] = []
    for row in rows { ids += try block(row.identifier) }
    return IngestV1.CompareChunkRequest(
      entry: "entries/E-\(entry)", grant: grant, comparison: comparison, number: Int32(number),
      ids: ids, names: rows.map(\.name), direction: direction,
      period: IngestV1.Period(
        firstDay: period.lowerBound.iso, lastDay: period.upperBound.iso),
      rollRows: Int64(rollRows), purpose: "pension check", firstRow: firstRow)
  }
}

/// A sound identity number of somebody who does not exist.
func identityNumber(_ order: Int) -> String {
  let digits = "44140219500101" + String(String(1000 + order).suffix(3))
  let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  let sum = zip(digits.utf8, weights).reduce(0) { $0 + Int($1.0 - 48) * $1.1 }
  return digits + String(Array("10X98765432")[sum % 11])
}

/// The block of an identity number, as any client packs it.
func block(_ identifier: String) throws -> [UInt8] {
  IdentifierBlock(try PersonIdentifier.read(identifier).identifier).bytes
}
