// Calls at one process of Ingest itself, with the certificates that a Share and a gateway have: what a test of replicas needs, and what a
// compromised Share could do.

import Access
import Boot
import Contracts
import Crypto
import Database
import Foundation
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

/// A channel to one replica in Share's name, with tickets that the gateway signed.
struct Door: Sendable {
  private let channel: Channel
  private let reactors: ReactorGroup
  private let issuer: TicketIssuer

  init(_ stage: DemoStage, to replica: String) throws {
    let keys = stage.keys
    reactors = ReactorGroup(threadCount: 1, seed: 1)
    channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [try #require(Address(stage.running.ready.internal[replica] ?? ""))],
        tls: TLSConfiguration(
          certificateChainPEM: try readBytes(keys.serviceCertificate("share")),
          privateKeyPEM: try readBytes(keys.serviceKey("share")),
          trustRootsPEM: [try readBytes(keys.serviceRoot)]),
        expectedServerURI: "spiffe://\(keys.domain)/service/ingest",
        defaultTimeout: .seconds(60) * patience),
      reactors: reactors)
    func text(_ path: String) throws -> String {
      String(decoding: try readBytes(path), as: UTF8.self)
    }
    issuer = TicketIssuer(
      key: try P256PrivateKey(pem: try text(keys.serviceKey("gateway"))),
      certificate: try #require(
        try Certificate.all(pem: try text(keys.serviceCertificate("gateway"))).first),
      audience: keys.domain)
  }

  func open(_ request: IngestV1.OpenRecordsRequest) async throws -> IngestV1.OpenRecordsResponse {
    let bureau = DemoCast.humanResources
    let caller = Caller(
      department: try #require(DepartmentCode(bureau.code)),
      system: try #require(SystemName(bureau.system.name)), person: PersonID(bureau.officer.id),
      isPersonCertificate: false, roles: [.departmentSystem],
      certificateHash: SHA256.hash(Array("a test".utf8)), stated: .officer)
    var metadata = Metadata()
    metadata.append(CallMetadata.callID, Hex.encode(SystemRandom().bytes(16)))
    metadata.append(CallMetadata.entryMethod, "/weir.share.v1.Share/Lookup")
    metadata.append(
      CallMetadata.ticket,
      bytes: try issuer.ticket(for: caller, registryVersion: 1, now: systemNow()))
    return try await IngestV1.IngestClient(channel).openRecords(
      request, CallOptions(metadata: metadata, timeout: .seconds(60) * patience))
  }

  /// The values found for each of several.
  func values(_ requests: [IngestV1.OpenRecordsRequest]) async throws -> [[[IngestV1.Value]]] {
    var found: [[[IngestV1.Value]]] = []
    for request in requests { found.append(try await open(request).records.map(\.values)) }
    return found
  }

  func close() async {
    await channel.shutdown()
    await reactors.shutdown()
  }
}

extension SmallDemo {
  /// With so many processes of Ingest over two databases of their own.
  init(seed: UInt64, replicas: Int) throws {
    try self.init(seed: seed)
    let server = try PostgresServer.shared()
    options.ingest = IngestReplicas(
      replicas: replicas, postgres: try server.newDatabase(),
      identityPostgres: try server.newDatabase())
  }
}

extension DemoStage {
  func opening(_ grant: IngestV1.SignedGrant, _ lead: Lead) throws -> IngestV1.OpenRecordsRequest {
    try opening(grant, [lead.identifier, lead.name])
  }

  /// What a look-up of a person asks of Ingest.
  ///
  /// - Parameter person: Number and name, as a roll has them.
  func opening(
    _ grant: IngestV1.SignedGrant, _ person: [String]
  ) throws -> IngestV1.OpenRecordsRequest {
    .init(
      entry: try grant.said("entry"), grant: grant,
      subject: try DemoStep.subject(person[0], person[1]), purpose: DemoTerms.purpose,
      caseNumber: "YL-2024-9")
  }

  /// A grant as Share hands it on: with what its persons signed.
  func carried(_ grant: ShareV1.Grant) async throws -> IngestV1.SignedGrant {
    let share = try await SQLDatabase.openToInspect(
      .sqlite(path: running.dataFolder + "/share/share.sqlite"), now: { TestDatabase.noon })
    let kept = try await share.read { transaction in
      try transaction.statements(on: grant.name, action: "share.subscribe")
        + transaction.statements(on: grant.application, action: "share.review_application")
    }
    await share.close()
    try #require(!kept.isEmpty)
    var signed = try #require(grant.signed)
    signed.decisions = try kept.map {
      CommonV1.SignedDecision(try #require(SignedStatement(try CanonicalJSON.decode($0))))
    }
    return signed
  }

  /// The same for a subscription of fewer persons a day, which the same person signs.
  func carried(
    _ grant: ShareV1.Grant, as name: String, dailySubjects: Int
  ) async throws -> IngestV1.SignedGrant {
    var signed = try await carried(grant)
    var object = try #require(try CanonicalJSON.decode(signed.json).object)
    object["name"] = .string(name)
    object["daily_subjects"] = .integer(Int64(dailySubjects))
    signed.json = CanonicalJSON.encode(.object(object))
    func text(_ path: String) throws -> String {
      String(decoding: try readBytes(path), as: UTF8.self)
    }
    let share = try Ed25519PrivateKey(pem: try text(keys.evidenceKey("share")))
    signed.signature = try share.sign(Array("weir-grant-v1\n".utf8) + signed.json)
    let word = try #require(signed.decisions.first)
    var stated = try #require(try CanonicalJSON.decode(word.statement).object)
    var decided = try #require(stated["decided"]?.object)
    let document = try GrantDocument(
      signed.json, signature: signed.signature, keys: [share.publicKey])
    decided["terms"] = .object(document.terms)
    stated["decided"] = .object(decided)
    let statement = CanonicalJSON.encode(.object(stated))
    let person = try #require(stated["person"]?.string)
    let key = try P256PrivateKey(pem: try text("\(keys.path)/\(person)/key.pem"))
    signed.decisions = [
      CommonV1.SignedDecision(
        SignedStatement(
          statement: statement, signature: try Statement(bytes: statement).signature(by: key),
          certificate: word.certificate, issuers: word.issuers))
    ]
    return signed
  }

  /// How many persons were counted against a grant, by the shared database.
  func distinctSubjects(
    of grant: IngestV1.SignedGrant, in place: IngestReplicas?
  ) async throws -> Int {
    let records = try await SQLDatabase.openToInspect(
      .postgres(connectionString: try #require(place).postgres), now: { TestDatabase.noon })
    let name = try grant.said("name")
    let count: Int = try await records.read {
      try $0.queryOne(
        "SELECT COALESCE(MAX(subjects), 0) FROM quota_days WHERE grant_name = ?1", [name])?[0] ?? 0
    }
    await records.close()
    return count
  }

  /// The index files that both replicas have of a register.
  func indexes(of entry: String) throws -> Set<String> {
    let files = try ["ingest", "ingest-2"].flatMap { replica in
      try FileManager.default.contentsOfDirectory(atPath: "\(running.dataFolder)/\(replica)/index")
    }
    return Set(files.filter { $0.hasPrefix("E-\(entry.dropFirst("entries/E-".count))-") })
  }

  /// The values that look-ups through the gateway find for planted persons.
  func lookups(_ count: Int) async throws -> [[[IngestV1.Value]]] {
    let share = try wire.client(DemoCast.humanResources.systemName).share
    var answers: [[[IngestV1.Value]]] = []
    for lead in plan.leads(of: .pension, in: .cremation).prefix(count) {
      answers.append(try await share.lookup(try lookup(of: lead)).records.map(\.values))
    }
    return answers
  }
}

extension IngestV1.SignedGrant {
  /// A text of the document.
  fileprivate func said(_ member: String) throws -> String {
    guard case .object(let object) = try CanonicalJSON.decode(json) else { return "" }
    return try #require(object[member]?.string)
  }
}

extension IngestReplicas {
  /// Keeps every writer out of a table of the mapping store until ``letGo()``.
  func hold(_ table: String) throws {
    try mappingStore(
      "BEGIN; LOCK TABLE \(table) IN SHARE MODE; PREPARE TRANSACTION 'held'")
  }

  func letGo() throws { try mappingStore("COMMIT PREPARED 'held'") }

  private func mappingStore(_ sql: String) throws {
    let name = identityPostgres.split(separator: " ").first { $0.hasPrefix("dbname=") }
    try PostgresServer.shared().command(sql, database: String(name?.dropFirst(7) ?? ""))
  }
}
