// weir-ingest: parses its configuration, wires the service, runs it.

import Boot
import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestRules
import IngestStore
import Integrity
import RPC

exit(await runService("ingest") { environment in try await buildIngest(environment) })

/// Other services that must have an event before it is deleted.
enum Following {
  static let consumers = ["share", "feedback"]
}

nonisolated func buildIngest(_ environment: ServiceEnvironment) async throws -> ServiceParts {
  let folder = environment.configuration.dataFolder
  try Files.makeFolder(folder)
  let lock = try lockIndexes(folder)
  let keys = try environment.openKeys()
  let database = try await environment.openDatabase(
    schema: ingestSchema, keys: keys, consumers: Following.consumers, writersTakeTurns: true)
  let identity = try await openIdentity(environment)
  guard let outbox = database.outbox else {
    throw ConfigurationError.malformed(path: "ingest", detail: "the database has no outbox")
  }
  let refusals = OutboxRefusals(
    database: database, log: environment.log, now: environment.clock.civil)
  let grants = FollowerConfirmation(
    producer: "share", channel: try environment.peers.channel(to: "share"))
  let service = try makeService(
    environment, keys, database: database, identity: identity, outbox: outbox, refusals: refusals,
    grants: grants)
  let found = try await service.start()
  environment.tell(
    "registers checked", ["registers": "\(found.registers)", "rows": "\(found.rows)"])
  for name in found.damaged {
    environment.tell("a register is not what was committed", ["entry": name], isAlarm: true)
  }
  let events = EventsServer(outbox: outbox, consumers: Set(Following.consumers + ["audit"])) { _ in
    try await service.snapshot().map { SnapshotEvent(topic: $0.topic, payload: $0.payload) }
  }
  let audit = EvidenceLink(
    outbox: outbox, audit: try environment.peers.channel(to: "audit"), service: "ingest",
    log: environment.log)
  let followers = try FollowedEvents.topics.sorted { $0.key < $1.key }.map { producer, topics in
    EventFollower(
      producer: producer, topics: topics, channel: try environment.peers.channel(to: producer),
      database: database, log: environment.log,
      health: environment.health, confirmation: producer == "share" ? grants : nil
    ) { event, transaction in
      try FollowedEvents.apply(
        topic: event.topic, payload: event.payload, in: transaction,
        at: FirstSight(civil: environment.clock.civil(), real: environment.clock.real()))
    }
  }
  let admission = environment.admission()
  return ServiceParts(
    methods: methods(service, admission: admission) + methods(events, admission: admission),
    services: ["weir.ingest.v1.Ingest", "weir.events.v1.Events"],
    seals: environment.sealKeeper(database, service.seals),
    jobs: [
      { try await audit.run() }, { try await refusals.run() }, { try await grants.run() },
      {
        try await service.keepPlace { error in
          environment.warn("other replicas of Ingest not followed", cause: "\(error)")
        }
      },
    ] + repeatedJobs(environment, service)
      + followers.map { follower in { try await follower.run() } },
    close: [{ await database.close() }, { await identity.close() }, { lock.release() }])
}

/// Token indexes are one process's, wherever the databases are.
nonisolated private func lockIndexes(_ folder: String) throws -> FolderLock {
  guard let lock = try FolderLock(folder: folder) else {
    throw ConfigurationError.malformed(
      path: folder, detail: "another process of Ingest works in this dataFolder; give each its own")
  }
  return lock
}

/// The mapping store, which lies apart from the records (AC-33).
nonisolated func openIdentity(_ environment: ServiceEnvironment) async throws -> SQLDatabase {
  var options = DatabaseOptions()
  options.name = "identity"
  options.writersTakeTurns = true
  do {
    return try await SQLDatabase.open(
      environment.configuration.identityLocation, schema: identitySchema, options: options,
      now: environment.clock.real)
  } catch DatabaseError.schemaStepEdited, DatabaseError.schemaIsNewer {
    throw ConfigurationError.malformed(
      path: "identityPostgres",
      detail:
        "the database holds other tables than a mapping store's, which lies apart from all else (AC-33)"
    )
  }
}

/// What goes on without anybody's call.
nonisolated func repeatedJobs(
  _ environment: ServiceEnvironment, _ service: IngestService
) -> [@Sendable () async throws -> Void] {
  [
    {
      try await environment.repeating("rejects", every: .seconds(3_600)) {
        try await service.deleteOldRejects()
      }
    },
    {
      try await environment.repeating("keys", every: .seconds(2)) {
        try await service.resealEarlier()
      }
    },
    {
      try await environment.repeating("destructions", every: .seconds(30)) {
        try await service.finishDestructions()
      }
    },
    {
      // Those that were planted at another replica.
      try await environment.repeating("canaries", every: .seconds(5)) {
        try await service.loadCanaries()
      }
    },
  ]
}

nonisolated func makeService(
  _ environment: ServiceEnvironment, _ keys: ServiceKeys, database: SQLDatabase,
  identity: SQLDatabase, outbox: Outbox, refusals: OutboxRefusals,
  grants: FollowerConfirmation
) throws -> IngestService {
  let configuration = environment.configuration
  let real = environment.clock.real
  let gateway = try environment.peers.channel(to: "gateway")
  let departments = DepartmentCache(gateway: gateway)
  let registry = RegistryV1.RegistryClient(gateway)
  var outside = IngestService.Dependencies(
    database: database, identity: identity, keyring: keys.keyring,
    tokenKeysFolder: configuration.keysFolder, indexFolder: "\(configuration.dataFolder)/index",
    catalog: CatalogV1.CatalogClient(try environment.peers.channel(to: "catalog")),
    directory: { try await departments.department($0) },
    certificate: { fingerprint in
      try await registry.resolveCertificate(
        RegistryV1.ResolveCertificateRequest(fingerprint: fingerprint),
        CallOptions(timeout: .seconds(5)))
    },
    profiles: environment.law.profiles, calendar: environment.law.calendar,
    grantKeys: keys.publicKeys(of: "share", domain: configuration.domain),
    keyList: keys.keyListNote, random: environment.random, civil: environment.clock.civil,
    real: real,
    admitData: {
      do throws(OutboxError) {
        try outbox.admitData(now: real())
      } catch {
        throw EvidenceRefusal(error)
      }
    }, decisions: try environment.decisions())
  outside.recorder = refusals
  outside.knowsGrants = { await grants.isCurrent() }
  if let name = configuration.sealing, let suite = SealSuite(name: name) {
    outside.sealing = suite
  }
  outside.backups = configuration.backups.map {
    BackupTerm(everyHours: $0.everyHours, keep: $0.keep)
  }
  if configuration.postgres != nil {
    outside.replica = Replica(
      name: "r\(configuration.replica)",
      holder: try configuration.holder(file: "replica", random: environment.random))
  }
  outside.lapsesFile = configuration.dataFolder + "/destroyed.json"
  outside.computeThreads = ProcessInfo.processInfo.activeProcessorCount
  return try IngestService(outside)
}
