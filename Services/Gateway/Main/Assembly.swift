// The gateway's parts put together as its configuration says.

import Access
import Boot
import Contracts
import Crypto
import Database
import GatewayHandlers
import GatewayRules
import GatewayStore
import RPC
import Vocabulary

/// The gateway as its configuration says.
func buildGateway(_ environment: ServiceEnvironment) async throws -> ServiceParts {
  let keys = try environment.openKeys()
  // Share hears of disabled persons, whose duties move.
  let consumers = ["share"]
  let database = try await environment.openDatabase(
    schema: RegistryStore.schema, keys: keys, consumers: consumers)
  let (store, seals) = (RegistryStore(database), environment.sealKeeper(database))
  try await foundRegistry(store, environment)
  let gateway = try await Gateway(
    try means(environment, store: store, seals: seals), try options(environment))
  environment.certificates.onRenewal { set in
    gateway.signTickets(with: set.key, set.certificate)
    if let issuing = set.issuing { gateway.issue(under: issuing) }
  }
  let health = HealthBoard(services: gateway.publicServices)
  let refusals = OutboxRefusals(
    database: database, log: environment.log, now: environment.clock.civil)
  var jobs: [@Sendable () async throws -> Void] = [
    { await gateway.recordRefusals(in: refusals) }, { try await refusals.run() },
    { try await publishLaw(environment, store) },
  ]
  jobs += try noticeWebhooks(environment, keys, store)
  if let following = gateway.following {
    jobs.append {
      await following.run {
        environment.warn("the registry could not be followed", cause: "\($0)")
      }
    }
  }
  var internalMethods = gateway.internalMethods(admission: environment.admission())
  for (producer, topics) in NoticeIntake.followed {
    let follower = EventFollower(
      producer: producer, topics: topics, channel: try environment.peers.channel(to: producer),
      database: database, log: environment.log, health: environment.health
    ) { event, transaction in
      try NoticeIntake.apply(event.payload, to: transaction)
    }
    jobs.append { try await follower.run() }
  }
  if let outbox = database.outbox {
    let link = EvidenceLink(
      outbox: outbox, audit: try environment.peers.channel(to: "audit"), service: "gateway",
      log: environment.log)
    jobs.append { try await link.run() }
    let events = EventsServer(outbox: outbox, consumers: Set(consumers + ["audit"])) { _ in [] }
    internalMethods += EventsV1.methods(ofEvents: events, admission: environment.admission())
  }
  return ServiceParts(
    methods: internalMethods,
    services: ["weir.registry.v1.Registry", "weir.events.v1.Events"], seals: seals, jobs: jobs,
    publicListener: try publicListener(environment, gateway, health), publicHealth: health,
    openListener: try openListener(environment), close: [{ await database.close() }])
}

/// Writes approved versions of the law where every service reads it, until cancelled.
private func publishLaw(_ environment: ServiceEnvironment, _ store: RegistryStore) async throws {
  let folders = LawPublication(environment.configuration)
  let publisher = LawPublisher(store: store) { text, key, version, isCalendar in
    _ = try folders.publish(text, key: key, version: version, isCalendar: isCalendar)
  }
  try await environment.repeating("publish the law", every: .seconds(1)) {
    try await publisher.publishApproved()
  }
}

/// The listener for departments: their root alone is trusted, and the gateway shows its service certificate.
private func publicListener(
  _ environment: ServiceEnvironment, _ gateway: Gateway, _ health: HealthBoard
) throws -> Server {
  let configuration = environment.configuration
  guard let address = configuration.publicListen.flatMap({ Address($0) }),
    let tls = environment.certificates.current.departments
  else {
    throw ConfigurationError.malformed(
      path: configuration.service, detail: "publicListen and tls.departmentRoot: are missing")
  }
  // The gate looks expired certificates up in the registry: one that is revoked there is told so.
  return try Server(
    configuration: environment.listener(at: address, tls: tls, leavesExpired: true),
    reactors: environment.reactors,
    methods: gateway.publicMethods(health: health)
      + [gateway.metricsPage { [metrics = environment.metrics] in await metrics.text() }],
    fallback: gateway.fallback)
}

/// The listener for society, where one is configured: no certificate is asked for, and nothing is answered but opened sets and the open
/// catalogue (AC-06). It has neither the departments' methods nor a fallback.
private func openListener(_ environment: ServiceEnvironment) throws -> Server? {
  let configuration = environment.configuration
  guard let listen = configuration.openListen else { return nil }
  guard let address = Address(listen), let rate = CallRate(perSecond: 5, burst: 20),
    let tls = environment.certificates.current.open
  else {
    throw ConfigurationError.malformed(
      path: configuration.service, detail: "openListen: is no address")
  }
  let start = ContinuousClock.now
  let open = OpenListener(
    catalog: try environment.peers.channel(to: "catalog"), rate: rate,
    uptime: { Int64((ContinuousClock.now - start) / .milliseconds(1)) },
    random: environment.random)
  return try Server(
    configuration: environment.listener(at: address, tls: tls), reactors: environment.reactors,
    methods: open.methods, fallback: nil)
}
