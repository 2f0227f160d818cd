// weir-catalog: parses its configuration, wires the catalogue, runs it.

import Boot
import CatalogHandlers
import CatalogStore
import Contracts
import Database
import Foundation
import RPC

exit(await runService("catalog") { environment in try await buildCatalog(environment) })

nonisolated func buildCatalog(_ environment: ServiceEnvironment) async throws -> ServiceParts {
  let keys = try environment.openKeys()
  let database = try await environment.openDatabase(
    schema: catalogSchema, keys: keys, consumers: ["ingest", "share", "gateway"])
  guard let outbox = database.outbox else {
    throw ConfigurationError.malformed(path: "catalog", detail: "the database has no outbox")
  }
  let gateway = try environment.peers.channel(to: "gateway")
  let departments = DepartmentCache(gateway: gateway)
  let refusals = OutboxRefusals(
    database: database, log: environment.log, now: environment.clock.civil)
  let handlers = CatalogServer(
    database: database, profiles: environment.law.profiles, calendar: environment.law.calendar,
    taxonomies: environment.law.taxonomies,
    directory: { try await departments.department($0) },
    isActiveSystem: { try await isActive($0, RegistryV1.RegistryClient(gateway)) },
    // Asked for a project's gate alone; a node without these peers has everything else.
    figures: { department in
      try await DepartmentFigures.gathered(
        of: department, from: IngestV1.IngestClient(try environment.peers.channel(to: "ingest")),
        and: FeedbackV1.FeedbackClient(try environment.peers.channel(to: "feedback")))
    },
    keyList: keys.keyListNote, signer: keys.signer,
    refusals: refusals, decisions: try environment.decisions(),
    now: environment.clock.civil)
  let events = EventsServer(outbox: outbox, consumers: ["audit", "ingest", "share", "gateway"]) {
    _ in
    try await handlers.publishedSnapshot().map {
      SnapshotEvent(topic: $0.topic, payload: $0.payload)
    }
  }
  let audit = EvidenceLink(
    outbox: outbox, audit: try environment.peers.channel(to: "audit"), service: "catalog",
    log: environment.log)
  let admission = environment.admission()
  return ServiceParts(
    methods: methods(handlers, admission: admission) + methods(events, admission: admission),
    services: ["weir.catalog.v1.Catalog", "weir.events.v1.Events"],
    seals: environment.sealKeeper(database),
    jobs: [
      { try await audit.run() }, { try await refusals.run() },
      {
        // At once, and again where the gateway is not there yet.
        do { try await handlers.refreshSeats() } catch { environment.noteFault(of: "seats", error) }
        try await environment.repeating("seats", every: .seconds(5)) {
          try await handlers.refreshSeats()
        }
      },
      {
        try await environment.repeating("clock notices", every: .seconds(5)) {
          try await handlers.tellClocks()
        }
      },
    ],
    close: [{ await database.close() }])
}

/// Whether the registry has a system and lets it act.
nonisolated func isActive(
  _ system: String, _ registry: RegistryV1.RegistryClient
) async throws -> Bool {
  do {
    let found = try await registry.resolveSystem(
      RegistryV1.GetSystemRequest(name: system), CallOptions(timeout: .seconds(5)))
    return found.state == .active
  } catch let status as Status where status.code == .notFound {
    return false
  }
}
