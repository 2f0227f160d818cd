// weir-audit: parses its configuration, checks the log, follows every service, publishes, serves.

import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Contracts
import Database
import Foundation
import Integrity
import RPC
import Regulation

let status =
  CommandLine.arguments.contains("--check")
  ? await checkStore(CommandLine.arguments)
  : await runService("audit") { environment in try await buildAudit(environment) }
exit(status)

nonisolated func buildAudit(_ environment: ServiceEnvironment) async throws -> ServiceParts {
  let log = try await AuditLog(environment)
  let database = log.database
  let refusals = OutboxRefusals(
    database: database, log: environment.log, now: environment.clock.civil)
  let places = DepartmentPlaces(
    gateway: try environment.peers.channel(to: "gateway"), now: environment.clock.real)
  let calls = AuditCalls(
    database: database, keys: log.keys, board: log.board,
    keyListNote: log.serviceKeys.keyListNote.encoded,
    places: { try await places.place(of: $0) }, refusals: refusals,
    acts: try actOffice(environment), civil: log.clocks.civil)
  let watch = DisclosureWatch(database: database, keys: log.keys, clocks: log.clocks)
  let own = OwnEntries(outbox: log.outbox, intake: log.intake)
  let followers = try AuditFollower.services.map { try follower(of: $0, log.intake, environment) }
  return ServiceParts(
    methods: methods(calls, admission: environment.admission()),
    services: ["weir.audit.v1.Audit"], seals: environment.sealKeeper(database),
    jobs: followers.map { follower in { try await follower.run() } } + [
      { try await log.keepLease() }, { try await own.run() }, { try await refusals.run() },
      { try await watch.run(every: .seconds(1)) },
      {
        // Streams that tell of coverage end with the publishing.
        defer { log.board.close() }
        try await log.publisher.run(pause: .milliseconds(100))
      },
    ],
    close: [{ await log.close() }])
}

private nonisolated func actOffice(_ environment: ServiceEnvironment) throws -> ActOffice {
  @Sendable func retention() -> LogRetention? {
    let profiles = environment.law.profiles
    return LogRetention(profiles.keys.compactMap { profiles.profile(named: $0) })
  }
  guard let atStart = retention() else {
    throw ConfigurationError.malformed(
      path: environment.configuration.policiesFolder, detail: "no audit.log_retention_years_min")
  }
  let ingest = IngestV1.IngestClient(try environment.peers.channel(to: "ingest"))
  return ActOffice(
    retention: retention() ?? atStart, decisions: try environment.decisions(),
    real: environment.clock.real,
    findComparisons: { request in
      try await ingest.listSubjectComparisons(request, CallOptions(timeout: .seconds(30)))
    }
  ) { request in
    try await ingest.nameSubject(request, CallOptions(timeout: .seconds(10)))
  }
}

private nonisolated func follower(
  of service: String, _ intake: Intake, _ environment: ServiceEnvironment
) throws -> AuditFollower {
  AuditFollower(
    service: service, transport: try environment.peers.channel(to: service), intake: intake
  ) { report in
    switch report {
    case .refused(let refusal):
      environment.tellOperator(
        "entries refused",
        [
          "origin": refusal.origin, "kind": refusal.alarm.rawValue,
          "sequence": String(refusal.sequence),
        ], isCritical: true)
    case .interrupted(let cause):
      environment.tellOperator("events interrupted", ["service": service, "cause": cause])
    }
  }
}
