// weir-feedback: parses its configuration, wires Feedback, runs it.

import Boot
import Contracts
import Database
import FeedbackHandlers
import FeedbackStore
import Foundation

exit(await runService("feedback", build: buildFeedback))

nonisolated func buildFeedback(_ environment: ServiceEnvironment) async throws -> ServiceParts {
  // Ingest marks records as under check, Share reopens cases, the gateway passes reminders on.
  let followers = ["ingest", "share", "gateway"]
  let keys = try environment.openKeys()
  let database = try await environment.openDatabase(
    schema: feedbackSchema, keys: keys, consumers: followers)
  guard let outbox = database.outbox else {
    throw ConfigurationError.malformed(path: "feedback", detail: "the database has no outbox")
  }
  let log = environment.log
  let refusals = OutboxRefusals(database: database, log: log, now: environment.clock.civil)
  let server = FeedbackServer(
    database: database, profiles: environment.law.profiles, calendar: environment.law.calendar,
    peers: try peers(environment), keys: keys.keyListNote,
    texts: try FreeTextVault(
      keyring: keys.keyring, random: environment.random, now: environment.clock.real()),
    refusals: refusals, now: environment.clock.civil)
  let events = EventsServer(outbox: outbox, consumers: Set(["audit"] + followers)) { _ in
    try await server.openIssuesSnapshot().map {
      SnapshotEvent(topic: $0.topic, payload: $0.payload)
    }
  }
  let audit = EvidenceLink(
    outbox: outbox, audit: try environment.peers.channel(to: "audit"), service: "feedback",
    log: log)
  func follower(_ producer: String, _ topics: [String]) throws -> EventFollower {
    EventFollower(
      producer: producer, topics: topics,
      channel: try environment.peers.channel(to: producer), database: database, log: log,
      health: environment.health
    ) { event, transaction in
      try server.apply(event.topic, event.payload, in: transaction)
    }
  }
  let share = try follower("share", FeedbackServer.shareTopics)
  let ingest = try follower("ingest", FeedbackServer.ingestTopics)
  let admission = environment.admission()
  return ServiceParts(
    methods: methods(server, admission: admission) + methods(events, admission: admission),
    services: ["weir.feedback.v1.Feedback", "weir.events.v1.Events"],
    seals: environment.sealKeeper(database, [server.texts.sealing]),
    jobs: [
      { try await audit.run() }, { try await refusals.run() }, { try await share.run() },
      { try await ingest.run() },
      { try await server.followCorrections { environment.noteFault(of: "recalls", $0) } },
      { try await server.followSubjects { environment.noteFault(of: "locating", $0) } },
      { try await server.followDeadlines { environment.noteFault(of: "deadlines", $0) } },
      {
        try await environment.repeating("clock notices", every: .seconds(5)) {
          try await server.tellClocks()
        }
      },
    ],
    close: [{ await database.close() }])
}

nonisolated private func peers(_ environment: ServiceEnvironment) throws -> FeedbackPeers {
  let departments = DepartmentCache(gateway: try environment.peers.channel(to: "gateway"))
  return FeedbackPeers(
    catalog: CatalogV1.CatalogClient(try environment.peers.channel(to: "catalog")),
    share: ShareV1.ShareClient(try environment.peers.channel(to: "share")),
    ingest: IngestV1.IngestClient(try environment.peers.channel(to: "ingest")),
    directory: { try await departments.department($0) })
}
