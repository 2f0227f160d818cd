// Ingest that takes two batches, each from opening to commit, as a department's system sends them.

import Access
import Boot
import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestStore
import Integrity
import RPC
import Vocabulary

extension FaultProbe {
  /// How the batches are cut: the second takes up what the first left.
  private static let batches = [[3, 2], [4]]

  /// Says `ok holds ROWS` for what stood at the start, `ok create N NAME`, `ok chunk N NUMBER`, `ok commit N ROWS`, and `damaged NAME` for
  /// a register that is not what was committed. Started again it sends everything once more, with the same request ids.
  static func useIngest(_ folder: String) async throws {
    let (service, databases) = try await ingest(folder)
    let report = try await service.start()
    for name in report.damaged { say("damaged \(name)") }
    say("ok holds \(report.rows)")
    var row = 0
    for (number, chunks) in batches.enumerated() {
      let first = row
      row += chunks.reduce(0, +)
      guard await deliver(number, chunks, first: first, to: service) else { break }
    }
    for database in databases { await database.close() }
  }

  /// - Returns: false when it had to be given up; then what follows is not sent.
  private static func deliver(
    _ number: Int, _ chunks: [Int], first: Int, to service: IngestService
  ) async -> Bool {
    var batch = IngestV1.Batch()
    batch.entry = "entries/E-1"
    batch.mode = .table
    batch.kind = number == 0 ? .stock : .increment
    batch.format = .csv
    batch.encoding = .utf8
    batch.header = Array("id,name\n".utf8)
    batch.asOf = "2024-03-04"
    batch.coverage = "whole register"
    let request = IngestV1.CreateBatchRequest(batch: batch, requestID: "open-\(number)")
    guard
      let name = await answered(
        "create \(number)",
        { try await service.createBatch(request, call("CreateBatch")).name })
    else { return false }
    var line = 2
    for (index, rows) in chunks.enumerated() {
      let start = first + line - 2
      let content = (start..<start + rows).map { "\(identityNumber($0)),\(personName($0))\n" }
        .joined()
      let chunk = IngestV1.UploadChunkRequest(
        batch: name, number: Int32(index + 1), firstLine: Int64(line), rows: Int32(rows),
        content: Array(content.utf8))
      guard
        await answered(
          "chunk \(number) \(index + 1)",
          { String(try await service.uploadChunk(chunk, call("UploadChunk")).acceptedRows) })
          != nil
      else { return false }
      line += rows
    }
    let commit = IngestV1.CommitBatchRequest(
      name: name, chunks: Int32(chunks.count), rows: Int64(chunks.reduce(0, +)),
      requestID: "commit-\(number)")
    return await answered(
      "commit \(number)",
      { String(try await service.commitBatch(commit, call("CommitBatch")).resourceRows) })
      != nil
  }

  /// Asks as a caller who tries once more; says what was answered, or how it failed.
  private static func answered(_ name: String, _ body: () async throws -> String) async -> String? {
    for _ in 0..<2 {
      do {
        let answer = try await body()
        say("ok \(name) \(answer)")
        return answer
      } catch let status as Status {
        say("failed \(name) \(status.trailers["weir-reason"] ?? "\(status.code)")")
      } catch {
        say("failed \(name) fault \(type(of: error))")
      }
    }
    return nil
  }

  // MARK: Parts

  private static func ingest(
    _ folder: String
  ) async throws -> (IngestService, [SQLDatabase]) {
    let random = SystemRandom()
    let now: @Sendable () -> Instant = { Instant(milliseconds: 1_709_521_200_000) }
    let signer = try NoteSigner(
      name: KeyList.evidenceName("weir.test", service: "ingest"), key: evidenceKey(1))
    let root = try NoteSigner(name: KeyList.rootName("weir.test"), key: evidenceKey(2))
    let list = try KeyList(
      domain: "weir.test", number: 1, issuedAt: 0,
      entries: [KeyList.Entry(verifier: signer.verifier, notBefore: 0)]
    ).signed(by: root)
    let keyring = try Keyring(folder: folder + "/keys", creates: true, random: random)
    var outbox = OutboxConfiguration(
      service: "ingest", replica: "r1", signer: signer, keyring: keyring, random: random)
    outbox.requiresAudit = false
    let database = try await SQLDatabase.open(
      .sqlite(path: folder + "/ingest/ingest.sqlite"), schema: ingestSchema, outbox: outbox,
      now: now)
    let identity = try await SQLDatabase.open(
      .sqlite(path: folder + "/ingest/identity.sqlite"), schema: identitySchema, now: now)
    let law =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
      .joined(separator: "/") + "/deploy"
    let profiles = try PolicyFiles.load(
      policiesFolder: law + "/policies", governanceFile: law + "/governance.yaml")
    let calendar = try CalendarFiles.load(calendarsFolder: law + "/calendars")
    var outside = IngestService.Dependencies(
      database: database, identity: identity, keyring: keyring,
      tokenKeysFolder: folder + "/keys", indexFolder: folder + "/ingest/index",
      catalog: CatalogV1.CatalogClient(OneEntry()),
      directory: { throw Status(.notFound, $0.text) },
      certificate: { throw Status(.notFound, Hex.encode($0)) },
      profiles: profiles, calendar: calendar, grantKeys: [],
      keyList: list, random: random, civil: now, real: now, admitData: {},
      decisions: DecisionCheck(
        trust: ServiceTrust(roots: CertificateTrust(roots: [])), domain: "weir.test", now: now))
    outside.computeThreads = 2
    return (try IngestService(outside), [database, identity])
  }

  static func evidenceKey(_ byte: UInt8) throws -> Ed25519PrivateKey {
    try Ed25519PrivateKey(rawBytes: [UInt8](repeating: byte, count: 32))
  }

  private static func call(_ method: String) throws -> CallContext {
    let path = "/weir.ingest.v1.Ingest/\(method)"
    guard let department = DepartmentCode("civil-affairs"), let system = SystemName("core"),
      let person = PersonID("li")
    else { throw OutboxError.badOrigin }
    let caller = Caller(
      department: department, system: system, person: person, isPersonCertificate: false,
      roles: [.departmentSystem], certificateHash: [],
      stated: StatedPerson(roles: [.departmentOfficer]))
    return CallContext(
      origin: .caller(caller), callID: Hex.encode(SystemRandom().bytes(16)), entryMethod: path,
      deadline: nil, language: .english,
      rpc: ServerContext(
        path: path, metadata: Metadata(), peer: Peer(address: "", certificate: nil), deadline: nil))
  }

  static func personName(_ order: Int) -> String {
    "张" + Array("一二三四五六七八九").map(String.init)[order]
  }

  /// A sound identity number of somebody who does not exist.
  static func identityNumber(_ order: Int) -> String {
    let digits = "44140219500101" + String(String(1000 + order).suffix(3))
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(digits.utf8, weights).reduce(0) { $0 + Int($1.0 - 48) * $1.1 }
    return digits + String(Array("10X98765432")[sum % 11])
  }
}

/// The catalogue's answer to the one question that Ingest asks it.
private struct OneEntry: MessageTransport {
  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    var entry = CatalogV1.Entry()
    entry.name = "entries/E-1"
    entry.version = 1
    entry.owner = "departments/civil-affairs"
    entry.resourceClass = "public"
    entry.state = .published
    entry.mounted = true
    entry.sourceSystem = "core"
    entry.origin = .selfBuilt
    var subject = CatalogV1.Item()
    (subject.name, subject.title, subject.type, subject.role) = ("id", "id", .personID, .subject)
    subject.required = true
    subject.maxLength = 18
    var name = CatalogV1.Item()
    (name.name, name.title, name.type, name.role) = ("name", "name", .personName, .subjectName)
    name.maxLength = 60
    entry.items = [subject, name]
    return UnaryReply(try entry.serialized())
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    throw Status(.unimplemented, path)
  }
}
