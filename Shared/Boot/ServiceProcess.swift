// One process: from its configuration file to a listener that answers, and back to an orderly end.

package import Access
import Contracts
package import Crypto
import Foundation
import Glibc
package import Logging
package import RPC
import Telemetry
import Vocabulary

/// What a service is given to build itself from.
package struct ServiceEnvironment: Sendable {
  package let configuration: ServiceConfiguration
  package let clock: WallClock
  package let random: any RandomSource
  package let reactors: ReactorGroup
  package let peers: PeerChannels
  package let log: Logger
  /// What this process shows and believes; renewed from its files while it runs.
  package let certificates: CertificateWatch
  let serviceTrust: ServiceTrust
  let departmentTrust: ServiceTrust
  /// Profiles, governance, calendar and taxonomies, as the configuration's folders have them.
  let lawWatch: LawWatch
  /// What the process says of itself; parts of it may say that they fail.
  package let health: HealthBoard
  package let metrics: ProcessMetrics
  fileprivate let refusedConnections: RefusedConnections

  /// Tells the operator what a service found while it was built.
  ///
  /// - Parameter isAlarm: Whether somebody must look.
  package func tell(_ message: String, _ facts: [String: String], isAlarm: Bool = false) {
    log.log(
      level: isAlarm ? .critical : .info, "\(message)",
      metadata: facts.mapValues { .string($0) })
  }

  /// Decides on the calls of an internal listener.
  package func admission() -> ServiceAdmission {
    ServiceAdmission(
      trust: serviceTrust, domain: configuration.domain, now: clock.real)
  }

  /// Checks what persons sign.
  package func decisions() throws -> DecisionCheck {
    guard configuration.tls.departmentRoot != nil else {
      throw ConfigurationError.malformed(
        path: configuration.service,
        detail: "tls.departmentRoot: is missing; persons' decisions are checked against it")
    }
    return DecisionCheck(trust: departmentTrust, domain: configuration.domain, now: clock.real)
  }
}

extension ServiceEnvironment {
  /// What every service does beside its own.
  fileprivate func jobs(_ seals: SealKeeper) -> [@Sendable () async throws -> Void] {
    [
      { try await tellRefusedConnections() }, { try await watchCertificates() },
      { try await watchStaple() }, { try await watchLaw() },
      { try await repeating("seals", every: .seconds(2)) { try await seals.run() } },
    ]
  }

  /// Tells once a minute how many connections were refused, until cancelled, and once more then.
  fileprivate func tellRefusedConnections() async throws {
    defer { refusedConnections.flush() }
    try await repeating("refused connections", every: .seconds(60)) { refusedConnections.flush() }
  }

  /// A listener whose refused connections are counted and whose faults are logged.
  ///
  /// - Parameters:
  ///   - leavesExpired: Whether its handlers judge expired certificates by themselves.
  ///   - isForServices: Its peers are our own services, which bring the calls of others.
  package func listener(
    at address: Address, tls: TLSConfiguration, leavesExpired: Bool = false,
    isForServices: Bool = false
  ) -> ServerConfiguration {
    let log = log
    var listener = ServerConfiguration(
      address: address, tls: tls, limits: isForServices ? .betweenServices : ServerLimits(),
      onRefusal: { [refusedConnections] refusal in refusedConnections.note(refusal) },
      onFault: { error, reference, path in
        log.error(
          "fault", metadata: ["path": "\(path)", "reference": "\(reference)", "cause": "\(error)"])
      })
    listener.onUnfitPeer = unfitPeerRefusal(leavesExpired: leavesExpired)
    return listener
  }

  /// Tells the operator of something that went wrong beside the calls.
  package func warn(_ what: String, cause: String) {
    log.warning("\(what)", metadata: ["cause": "\(cause)"])
  }
}

/// What a service is made of, once it is built.
package struct ServiceParts: Sendable {
  /// Answered on the internal listener.
  package var methods: [MethodHandler]
  /// Full names for health and reflection: `weir.catalog.v1.Catalog`.
  package var services: [String]
  /// What it keeps sealed beside registers and the log, and gives new keys.
  package var seals: SealKeeper
  /// Run beside the listener until the process ends: event followers, clocks.
  package var jobs: [@Sendable () async throws -> Void]
  /// The gateway's listener for departments.
  package var publicListener: Server?
  /// What that listener says of its health; it turns with the process's own.
  package var publicHealth: HealthBoard?
  /// The gateway's listener for society, where it is configured.
  package var openListener: Server?
  /// Closed after the last call has ended, in this order.
  package var close: [@Sendable () async -> Void]

  package init(
    methods: [MethodHandler], services: [String], seals: SealKeeper,
    jobs: [@Sendable () async throws -> Void] = [], publicListener: Server? = nil,
    publicHealth: HealthBoard? = nil, openListener: Server? = nil,
    close: [@Sendable () async -> Void] = []
  ) {
    self.methods = methods
    self.services = services
    self.seals = seals
    self.jobs = jobs
    self.publicListener = publicListener
    self.publicHealth = publicHealth
    self.openListener = openListener
    self.close = close
  }
}

/// Runs a service until SIGTERM or SIGINT, as the whole of a program's main function.
///
/// It says on standard error what is wrong when it cannot start. On a signal health turns NOT_SERVING, peers are told to go,
/// running calls finish, jobs end, databases close.
///
/// - Returns: The exit status: 0 after an orderly end, 1 when it could not start or a job failed, 2 for wrong arguments.
package func runService(
  _ name: String, arguments: [String] = CommandLine.arguments,
  build: @escaping @Sendable (ServiceEnvironment) async throws -> ServiceParts
) async -> Int32 {
  // First of all, so that every later thread leaves these signals alone.
  let signals = StopSignals()
  leaveNoCoreImage()
  takeDescriptors()
  keepLibraryUntilProcessEnds()
  guard let path = configurationPath(arguments) else {
    complain("usage: weir-\(name) --configuration FILE [--end-with-parent]")
    return 2
  }
  if arguments.contains("--end-with-parent") { endWithParent() }
  do {
    let configuration = try ServiceConfiguration.load(path: path)
    guard configuration.service == name else {
      throw ConfigurationError.malformed(path: path, detail: "service: is not '\(name)'")
    }
    try await run(configuration, signals: signals, build: build)
    return 0
  } catch {
    complain("weir-\(name): \(error)")
    return 1
  }
}

private func configurationPath(_ arguments: [String]) -> String? {
  guard let flag = arguments.firstIndex(of: "--configuration"), flag + 1 < arguments.count else {
    return nil
  }
  return arguments[flag + 1]
}

private func run(
  _ configuration: ServiceConfiguration, signals: StopSignals,
  build: @Sendable (ServiceEnvironment) async throws -> ServiceParts
) async throws {
  let environment = try makeEnvironment(configuration)
  let parts = try await build(environment)
  let health = environment.health
  health.add(services: parts.services)
  let (seals, admission) = (parts.seals, environment.admission())
  let listed =
    parts.services + [
      "weir.keys.v1.Keys", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
    ]
  let log = environment.log
  guard let address = Address(configuration.listen) else {
    throw ConfigurationError.malformed(path: configuration.service, detail: "listen: no address")
  }
  let server = try Server(
    configuration: environment.listener(
      at: address, tls: environment.certificates.current.services, isForServices: true),
    reactors: environment.reactors,
    methods: parts.methods + Contracts.methods(seals, admission: admission)
      + Contracts.methods(health) + Contracts.methods(Reflection(services: listed))
      + [environment.metrics.page(admission: admission, log: log)])
  environment.renewCertificates(of: server, parts.publicListener, parts.openListener)
  environment.metrics.add(listener: "internal", server)
  let bound = try await server.start()
  if let publicListener = parts.publicListener {
    environment.metrics.add(listener: "public", publicListener)
    let address = try await publicListener.start()
    log.info("listening for departments", metadata: ["address": "\(address)"])
  }
  try await start(parts.openListener, environment)
  log.info("listening", metadata: ["address": "\(bound)"])
  health.set(isServing: true)
  parts.publicHealth?.set(isServing: true)

  let failure = await runJobs(parts.jobs + environment.jobs(seals), until: signals)
  // What is open now is waited for: peers that follow this service, and calls at work; whoever only watches is told to go.
  let open = max(0, await server.statistics().callsOpen - health.watches)
  let publicCalls = await parts.publicListener?.statistics().callsOpen ?? 0
  let publicOpen = max(0, publicCalls - (parts.publicHealth?.watches ?? 0))
  for board in [health, parts.publicHealth] {
    board?.set(isServing: false)
    board?.endWatches()
  }
  log.info("draining", metadata: ["calls": "\(open)", "public_calls": "\(publicOpen)"])
  let grace = Duration.seconds(configuration.limits.drainSeconds)
  await parts.publicListener?.drain(timeout: grace)
  await parts.openListener?.drain(timeout: grace)
  await server.drain(timeout: grace)
  for close in parts.close { await close() }
  await environment.peers.shutdown()
  await environment.reactors.shutdown()
  if let failure { throw failure }
  log.info("ended")
}

/// Opens the listener for society, where there is one.
private func start(_ openListener: Server?, _ environment: ServiceEnvironment) async throws {
  guard let openListener else { return }
  environment.metrics.add(listener: "open", openListener)
  let address = try await openListener.start()
  environment.log.info("listening for everybody", metadata: ["address": "\(address)"])
}

/// Runs the jobs until a signal comes or one of them fails; then all are cancelled and awaited.
private func runJobs(
  _ jobs: [@Sendable () async throws -> Void], until signals: StopSignals
) async -> (any Error)? {
  await withTaskGroup(of: Result<Bool, any Error>.self) { group in
    group.addTask {
      await signals.first()
      return .success(true)
    }
    for job in jobs {
      group.addTask {
        do {
          try await job()
          return .success(false)
        } catch {
          return .failure(error)
        }
      }
    }
    var failure: (any Error)?
    for await ended in group {
      switch ended {
      case .success(true): break
      case .success(false): continue
      // Those that the first failure cancels end after it, and are not why the process ends.
      case .failure(let error): failure = failure ?? (error is CancellationError ? nil : error)
      }
      group.cancelAll()
    }
    return failure
  }
}

private func makeEnvironment(_ configuration: ServiceConfiguration) throws -> ServiceEnvironment {
  let random = SystemRandom()
  let clock = WallClock.system(demo: configuration.demo)
  let log = makeLogger(service: configuration.service, now: clock.real)
  let threads = configuration.limits.reactors
  let reactors = ReactorGroup(
    threadCount: threads > 0 ? threads : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
    seed: random.uint64())
  let certificates = try CertificateWatch(configuration, now: clock.real)
  let set = certificates.current
  return ServiceEnvironment(
    configuration: configuration, clock: clock, random: random, reactors: reactors,
    peers: PeerChannels(configuration: configuration, tls: set.services, reactors: reactors),
    log: log, certificates: certificates,
    serviceTrust: ServiceTrust(roots: set.serviceRoots, lists: set.serviceLists),
    departmentTrust: ServiceTrust(roots: set.departmentRoots, lists: set.departmentLists),
    lawWatch: try LawWatch(configuration), health: HealthBoard(services: []),
    metrics: ProcessMetrics(),
    refusedConnections: RefusedConnections(now: clock.real) { line in
      log.notice(
        "connection refused",
        metadata: ["peer": "\(line.peer)", "reason": "\(line.reason)", "count": "\(line.count)"])
    })
}

/// One JSON line an event on standard error, with identifiers masked.
private func makeLogger(service: String, now: @escaping @Sendable () -> Instant) -> Logger {
  let destination = QueuedLog(file: FileHandle.standardError)
  return Logger(label: service) { label in
    JSONLogHandler(label: label, service: service, destination: destination, now: now)
  }
}

private func complain(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}
