// weir-share: parses its configuration, wires the service, runs it.

import Boot
import Contracts
import Database
import Foundation
import ShareHandlers
import ShareStore

exit(await runService("share") { environment in try await buildShare(environment) })

nonisolated func buildShare(_ environment: ServiceEnvironment) async throws -> ServiceParts {
  let keys = try environment.openKeys()
  let consumers = ["ingest", "feedback", "gateway"]
  let database = try await environment.openDatabase(
    schema: shareSchema, keys: keys, consumers: consumers)
  guard let outbox = database.outbox else {
    throw ConfigurationError.malformed(path: "share", detail: "the database has no outbox")
  }
  let real = environment.clock.real
  let refusals = OutboxRefusals(
    database: database, log: environment.log, now: environment.clock.civil)
  let board = ConsumerBoard()
  var dependencies = ShareServer.Dependencies(
    database: database,
    peers: try peers(environment),
    profiles: environment.law.profiles, calendar: environment.law.calendar,
    vault: try ClaimVault(
      keyring: keys.keyring, random: environment.random, now: real()),
    grantKey: keys.evidenceKey, keyList: keys.keyListNote, now: environment.clock.civil,
    admitData: {
      do throws(OutboxError) {
        try outbox.admitData(now: real())
      } catch {
        throw EvidenceRefusal(error)
      }
    }, refusals: refusals, decisions: try environment.decisions())
  dependencies.awaitFollowers = { await board.wait(for: outbox.lastSequence) }
  let handlers = ShareServer(dependencies)
  let events = EventsServer(outbox: outbox, consumers: Set(consumers + ["audit"]), board: board) {
    _ in
    try await handlers.grantSnapshot().map { SnapshotEvent(topic: $0.topic, payload: $0.payload) }
  }
  let audit = EvidenceLink(
    outbox: outbox, audit: try environment.peers.channel(to: "audit"), service: "share",
    log: environment.log)
  let followers = try followers(environment, handlers, database)
  let admission = environment.admission()
  return ServiceParts(
    methods: methods(handlers, admission: admission) + methods(events, admission: admission),
    services: ["weir.share.v1.Share", "weir.events.v1.Events"],
    seals: environment.sealKeeper(database, [dependencies.vault.sealing]),
    jobs: [
      { try await audit.run() }, { try await refusals.run() },
      {
        // Calls ask the clock themselves; this tells the services that follow.
        try await environment.repeating("expire grants", every: .seconds(5)) {
          try await handlers.expireGrants()
        }
      },
      {
        try await environment.repeating("clock notices", every: .seconds(5)) {
          try await handlers.tellClocks()
        }
      },
    ] + followers.map { follower in { try await follower.run() } },
    close: [{ await database.close() }])
}

/// The services that Share asks.
nonisolated func peers(_ environment: ServiceEnvironment) throws -> SharePeers {
  SharePeers(
    catalog: CatalogV1.CatalogClient(try environment.peers.channel(to: "catalog")),
    registry: RegistryV1.RegistryClient(try environment.peers.channel(to: "gateway")),
    ingest: IngestV1.IngestClient(try environment.peers.channel(to: "ingest")))
}

/// Of whose doings Share must know.
nonisolated func followers(
  _ environment: ServiceEnvironment, _ handlers: ShareServer, _ database: SQLDatabase
) throws -> [EventFollower] {
  let followed = [
    ("catalog", ShareServer.catalogTopics), ("feedback", ShareServer.feedbackTopics),
    ("gateway", ShareServer.registryTopics),
  ]
  return try followed.map { producer, topics in
    EventFollower(
      producer: producer, topics: topics, channel: try environment.peers.channel(to: producer),
      database: database, log: environment.log,
      health: environment.health
    ) { event, transaction in
      try handlers.apply(event.topic, event.payload, to: transaction)
    }
  }
}
