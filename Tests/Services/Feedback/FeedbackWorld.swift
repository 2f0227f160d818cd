// Feedback behind a real listener, called as the gateway calls it; Catalog, Share and Ingest answer in process.

import Access
import Boot
import Contracts
import Crypto
import Database
import FeedbackHandlers
import FeedbackRules
import FeedbackStore
import Foundation
import Integrity
import RPC
import Regulation
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Who calls.
struct Who {
  var department: String
  var person = "wang"
  var roles: Set<Role> = [.departmentOfficer]
  var byCertificate = true

  static let holder = Who(department: "human-resources")
  static let source = Who(department: "civil-affairs", person: "li")
  static let sourceHead = Who(department: "civil-affairs", person: "zhao", roles: [.departmentHead])
  static let authority = Who(department: "data-authority", roles: [.authority])
  static let counter = Who(department: "public-security", person: "chen")
  static let stranger = Who(department: "health", person: "xu")
}

/// What the other services know in a test.
final class OtherServices: Sendable {
  struct State {
    var located: [String] = ["entries/E-1/records/7"]
    var recipients: [String: [IngestV1.Recipient]] = [:]
    var asked: [IngestV1.LocateRecordsRequest] = []
    var isIngestDown = false
    /// How Ingest refuses to say whose records are meant.
    var locatingFails: StatusCode?
    var isWithdrawn = false
  }

  let state = Mutex(State())

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  func methods(_ admission: ServiceAdmission) -> [MethodHandler] {
    [
      .unary(AccessTable.catalogV1CatalogResolveEntry, admission) {
        [self] (request: CatalogV1.ResolveEntryRequest, call: CallContext) in
        let isShown = state.withLock { !$0.isWithdrawn } || request.withdrawnToo
        guard request.name == "entries/E-1", isShown else {
          throw RequestRefusal.unknownResource(field: "name", name: request.name)
        }
        var entry = CatalogV1.Entry()
        entry.name = request.name
        entry.owner = "departments/civil-affairs"
        entry.resourceClass = "specific_population"
        entry.items = ["name", "identifier", "cremated-on"].map {
          var item = CatalogV1.Item()
          item.name = $0
          return item
        }
        return entry
      },
      .unary(AccessTable.shareV1ShareResolveGrant, admission) {
        (request: ShareV1.GetGrantRequest, call: CallContext) in
        guard
          let state = ["grants/G-1": ShareV1.GrantState.active, "grants/G-2": .expired][
            request.name]
        else { throw RequestRefusal.unknownResource(field: "name", name: request.name) }
        var grant = ShareV1.Grant()
        grant.name = request.name
        grant.entry = "entries/E-1"
        grant.grantee = "departments/human-resources"
        grant.state = state
        return grant
      },
      .unary(AccessTable.ingestV1IngestLocateRecords, admission) {
        [self] (request: IngestV1.LocateRecordsRequest, call: CallContext) in
        try state.withLock { state in
          state.asked.append(request)
          if let code = state.locatingFails { throw Status(code) }
          return IngestV1.LocateRecordsResponse(records: state.located)
        }
      },
      .unary(AccessTable.ingestV1IngestListRecipients, admission) {
        [self] (request: IngestV1.ListRecipientsRequest, call: CallContext) in
        try recipients(request)
      },
    ]
  }

  /// One recipient a page, so that pages are followed.
  private func recipients(
    _ request: IngestV1.ListRecipientsRequest
  ) throws -> IngestV1.ListRecipientsResponse {
    try state.withLock { state in
      if state.isIngestDown { throw Status(.unavailable) }
      let all = (state.recipients[request.record] ?? []).filter {
        request.item.isEmpty || $0.items.contains(request.item)
      }
      let start = Int(request.pageToken) ?? 0
      var response = IngestV1.ListRecipientsResponse()
      response.recipients = Array(all.dropFirst(start).prefix(1))
      if start + 1 < all.count { response.nextPageToken = String(start + 1) }
      return response
    }
  }
}

/// Remembers what was refused.
final class RefusalNotes: RefusalRecorder {
  private let notes = Mutex<[String]>([])
  var reasons: [String] { notes.withLock { $0 } }

  func record(principal: String, method: String, reason: String) async {
    notes.withLock { $0.append(reason) }
  }
}

/// A whole Feedback for one test.
final class FeedbackWorld: Sendable {
  let database: SQLDatabase
  let texts: FreeTextVault
  let feedback: FeedbackServer
  let client: FeedbackV1.FeedbackClient
  /// As the catalogue calls it, on its own account.
  let fromCatalog: FeedbackV1.FeedbackClient
  let clock: TestClock
  let others = OtherServices()
  let refusals = RefusalNotes()
  let evidenceRoot: NoteVerifier
  private let pki: TestPKI
  private let issuer: TicketIssuer
  private let reactors: ReactorGroup
  private let listener: Server
  private let channel: Channel
  private let folder: TemporaryFolder
  private let place: TestDatabase

  /// Starts a Feedback, runs a test against it, stops it.
  ///
  /// - Parameters:
  ///   - profile: What governs everything.
  ///   - date: The civil day on which it begins, at ten.
  static func run(
    under profile: String = "meizhou-public-2023", on date: String = "2024-03-04",
    _ body: (FeedbackWorld) async throws -> Void
  ) async throws {
    let world = try await FeedbackWorld(profile, try morning(date))
    do {
      try await body(world)
    } catch {
      await world.stop()
      throw error
    }
    await world.stop()
  }

  /// As the catalogue calls it, on its own account.
  private static func asCatalog(
    _ feedback: FeedbackServer, _ admission: ServiceAdmission, _ pki: TestPKI
  ) throws -> FeedbackV1.FeedbackClient {
    FeedbackV1.FeedbackClient(
      LocalTransport(
        methods(feedback, admission: admission),
        peer: Peer(
          address: "127.0.0.1:1",
          certificate: PeerCertificate(try pki.service("catalog").certificate))))
  }

  private init(_ profile: String, _ start: Instant) async throws {
    pki = try TestPKI()
    folder = try TemporaryFolder()
    place = try TestDatabase(.sqlite)
    clock = TestClock(start)
    let random = SeededRandom(seed: 11)
    let signer = try NoteSigner(
      name: KeyList.evidenceName(pki.domain, service: "feedback"),
      key: try Ed25519PrivateKey(random: random))
    let root = try NoteSigner(
      name: KeyList.rootName(pki.domain), key: try Ed25519PrivateKey(random: random))
    evidenceRoot = root.verifier
    let list = try KeyList(
      domain: pki.domain, number: 1, issuedAt: 0,
      entries: [KeyList.Entry(verifier: signer.verifier, notBefore: 0)]
    ).signed(by: root)
    let keyring = try Keyring(folder: folder.path("keys"), creates: true, random: random)
    database = try await place.open(
      schema: feedbackSchema,
      outbox: OutboxConfiguration(
        service: "feedback", replica: "r1", signer: signer, keyring: keyring, random: random))
    let real = Instant(milliseconds: pki.now * 1_000)
    let admission = ServiceAdmission(
      trust: ServiceTrust(roots: CertificateTrust(roots: [pki.serviceRoot.certificate])),
      domain: pki.domain,
      now: { real })
    let transport = LocalTransport(
      others.methods(admission),
      peer: Peer(
        address: "127.0.0.1:1",
        certificate: PeerCertificate(try pki.service("feedback").certificate)))
    texts = try FreeTextVault(keyring: keyring, random: random, now: real)
    let law = try Self.profiles(governing: profile, in: folder)
    let calendar = try FeedbackLaw.calendar()
    feedback = FeedbackServer(
      database: database, profiles: law, calendar: calendar,
      peers: FeedbackPeers(
        catalog: CatalogV1.CatalogClient(transport), share: ShareV1.ShareClient(transport),
        ingest: IngestV1.IngestClient(transport),
        directory: { Self.registered($0) }),
      keys: list, texts: texts,
      refusals: refusals, now: clock.now)
    fromCatalog = try Self.asCatalog(feedback, admission, pki)
    reactors = ReactorGroup(threadCount: 1, seed: 3)
    listener = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: try pki.service("feedback").tls(trusting: pki.serviceRootPEM),
        onFault: { error, _, path in Issue.record("fault at \(path): \(error)") }),
      reactors: reactors, methods: methods(feedback, admission: admission))
    let gateway = try pki.service("gateway")
    issuer = TicketIssuer(
      key: gateway.key, certificate: gateway.certificate, audience: pki.domain)
    channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [try await listener.start()],
        tls: gateway.tls(trusting: pki.serviceRootPEM)),
      reactors: reactors)
    client = FeedbackV1.FeedbackClient(channel)
  }

  /// The shipped profiles, of which one governs everything.
  private static func profiles(
    governing profile: String, in folder: TemporaryFolder
  ) throws -> ProfileSet {
    let governance = folder.path("governance.yaml")
    try "governance:\n  - {tag: any, profile: \(profile), from: 2018-01-01}\n"
      .write(toFile: governance, atomically: true, encoding: .utf8)
    return try PolicyFiles.load(
      policiesFolder: FeedbackLaw.root + "/deploy/policies", governanceFile: governance)
  }

  private static func registered(_ code: DepartmentCode) -> RegistryV1.Department {
    var department = RegistryV1.Department()
    department.name = "departments/\(code.text)"
    department.authority = "departments/data-authority"
    return department
  }

  private func stop() async {
    await channel.shutdown()
    await listener.stop()
    await reactors.shutdown()
    await database.close()
  }

  /// The options of a call that the gateway forwards.
  func by(_ who: Who, _ method: String) throws -> CallOptions {
    // Tickets are kept by certificate: each principal has its own.
    let identity = "\(who)"
    let caller = Caller(
      department: try department(who.department),
      system: try #require(SystemName("workstation")), person: PersonID(who.person),
      isPersonCertificate: who.byCertificate, roles: who.roles,
      certificateHash: SHA256.hash(Array(identity.utf8)),
      stated: who.byCertificate ? nil : .officer)
    var options = CallOptions(timeout: .seconds(30) * patience)
    options.metadata.append(
      CallMetadata.ticket,
      bytes: try issuer.ticket(
        for: caller, registryVersion: 1, now: Instant(milliseconds: pki.now * 1_000)))
    options.metadata.append(CallMetadata.callID, "00112233445566778899aabbccddeeff")
    options.metadata.append(
      CallMetadata.entryMethod, "/weir.feedback.v1.Feedback/\(method)")
    options.metadata.append(CallMetadata.language, "en")
    return options
  }

  /// All entries of the log, by topic in order, with their payloads.
  func log() async throws -> [(topic: String, payload: JSONValue)] {
    let outbox = try #require(database.outbox)
    return try await outbox.read(after: 0, limit: 500).map {
      ($0.topic, try CanonicalJSON.decodeCanonical($0.leaf.payload))
    }
  }

  func topics() async throws -> [String] {
    try await log().map { String($0.topic.dropFirst("feedback.".count)) }
  }

  /// The newest entry of a topic.
  func entry(_ topic: String) async throws -> JSONValue? {
    try await log().last { $0.topic == "feedback.\(topic)" }?.payload
  }

  /// An event of another service arrives.
  func arrive(_ topic: String, _ payload: JSONObject) async throws {
    let feedback = feedback
    try await database.write { try feedback.apply(topic, payload, in: $0) }
  }

  func grantHeld(_ grant: String = "grants/G-1", by code: String = "human-resources") async throws {
    try await arrive(
      "share.grant_activated",
      ["grant": .string(grant), "entry": "entries/E-1", "grantee": .string("departments/\(code)")])
  }

  /// - Parameters:
  ///   - items: Those that were changed.
  ///   - decides: Whether one of them has a role.
  ///   - time: When it was corrected; now, where none is given.
  func corrected(
    _ issue: String = "issues/Q-1", record: String = "entries/E-1/records/7",
    removed: Bool = false, replacement: String = "", items: [String] = ["cremated-on"],
    decides: Bool = false, at time: Instant? = nil
  ) async throws {
    try await arrive(
      "ingest.record_corrected",
      [
        "time": .integer((time ?? clock.now()).milliseconds),
        "record": .string(record), "entry": "entries/E-1", "issue": .string(issue),
        "batch": "batches/B-9", "removed": .bool(removed), "replacement": .string(replacement),
        "items": .array(items.map { .string($0) }), "decides": .bool(decides),
      ])
  }

  /// A new stock is committed, perhaps in the name of an issue.
  func stock(naming issue: String = "", kind: String = "stock") async throws {
    try await arrive(
      "ingest.batch_committed",
      [
        "batch": "batches/B-12", "entry": "entries/E-1", "issue": .string(issue),
        "kind": .string(kind),
      ])
  }

  /// It gave the records of an issue new names.
  func renamed(
    _ record: String = "entries/E-1/records/7", to successors: [String],
    issue: String = "issues/Q-1"
  ) async throws {
    let member: JSONValue = [
      "record": .string(record), "successors": .array(successors.map { .string($0) }),
    ]
    try await arrive(
      "ingest.records_renamed",
      [
        "batch": "batches/B-12", "entry": "entries/E-1", "issue": .string(issue),
        "records": .array([member]),
      ])
  }
}

extension PeerCertificate {
  /// The certificate as a listener would have read it.
  convenience init(_ certificate: Certificate) {
    self.init(
      der: certificate.der, sha256: certificate.sha256, serialHex: certificate.serialHex,
      uris: certificate.uris, issuer: certificate.issuer, notBefore: certificate.notBefore,
      notAfter: certificate.notAfter, verifyError: 0)
  }
}

extension TestPKI.Identity {
  fileprivate func tls(trusting rootPEM: String) -> TLSConfiguration {
    TLSConfiguration(
      certificateChainPEM: Array(chainPEM.utf8), privateKeyPEM: Array(privateKeyPEM.utf8),
      trustRootsPEM: [Array(rootPEM.utf8)], clientCertificates: .required,
      toleratesExpired: false)
  }
}

/// The status that a call ends with.
func status<Reply>(_ body: () async throws -> Reply) async -> Status? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? Status
  }
}

func reason<Reply>(_ body: () async throws -> Reply) async -> String? {
  await status(body)?.trailers["weir-reason"]
}

// MARK: - Requests

/// A person whom a register calls dead stands at a counter.
func aliveRequest(
  _ requestID: String = "alive-1", of person: IngestV1.Subject = subject(0)
) -> FeedbackV1.FileIssueRequest {
  var issue = FeedbackV1.Issue()
  issue.entry = "entries/E-1"
  issue.kind = .inaccurate
  issue.cause = "本人到场"
  issue.details = ["登记为死亡"]
  issue.reporter = .counter
  issue.slipNumber = "S-2024-0007"
  issue.identityDocumentSeen = "resident-identity-card"
  issue.personIsAlive = true
  return FeedbackV1.FileIssueRequest(issue: issue, subject: person, requestID: requestID)
}

/// One of many persons, all born on one day.
func subject(_ order: UInt64) -> IngestV1.Subject {
  var subject = IngestV1.Subject()
  if let person = PersonIdentifier(number: 11_010_519_491_231_002 + order) {
    subject.block = IdentifierBlock(person).bytes
  }
  return subject
}

func holderRequest(
  _ requestID: String = "holder-1", _ change: (inout FeedbackV1.Issue) -> Void = { _ in }
) -> FeedbackV1.FileIssueRequest {
  var issue = FeedbackV1.Issue()
  issue.entry = "entries/E-1"
  issue.records = ["entries/E-1/records/7"]
  issue.item = "cremated-on"
  issue.kind = .inaccurate
  issue.cause = "日期晚于登记日"
  issue.details = ["第 3 行：日期有误"]
  issue.reporter = .grantHolder
  issue.grant = "grants/G-1"
  change(&issue)
  return FeedbackV1.FileIssueRequest(issue: issue, requestID: requestID)
}

func recipient(
  _ code: String, row: Int32 = 3, comparison: String = "comparisons/C-1",
  items: [String] = ["cremated-on"]
) -> IngestV1.Recipient {
  var recipient = IngestV1.Recipient()
  recipient.department = "departments/\(code)"
  recipient.grant = "grants/G-1"
  recipient.callID = "c"
  recipient.comparison = comparison
  recipient.chunk = 1
  recipient.row = row
  recipient.items = items
  recipient.caseNumber = "case-\(row)"
  return recipient
}
