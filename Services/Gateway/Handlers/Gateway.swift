// The gateway put together from its parts, for its program and for tests alike.

package import Access
package import Contracts
package import Crypto
package import GatewayRules
package import GatewayStore
package import RPC
import Telemetry
package import Vocabulary

/// What a gateway is told.
package struct GatewayOptions: Sendable {
  /// The trust domain of the node.
  package var domain: String
  /// Calls that one department may make; `nil` for no limit.
  package var rate: CallRate?
  /// What a department must have before it may act (AC-91).
  package var demand: @Sendable () -> ActivationDemand?
  package var term: CertificateTerm
  /// The name of this replica among several over one database; `nil` where it is the only one, whose directory has every change.
  package var replica: String?

  package init(
    domain: String, rate: CallRate?,
    demand: @autoclosure @escaping @Sendable () -> ActivationDemand?, term: CertificateTerm
  ) {
    self.domain = domain
    self.rate = rate
    self.demand = demand
    self.term = term
  }
}

/// What a gateway has to hand.
package struct GatewayMeans: Sendable {
  package var store: RegistryStore
  /// The issuing authority under the department root.
  package var issuer: CertificateAuthority
  /// The gateway's service certificate and its key, for tickets.
  package var serviceCertificate: Certificate
  package var serviceKey: P256PrivateKey
  /// By the service's name: `catalog`.
  package var channels: [String: Channel]
  package var access: [MethodAccess]
  package var decisions: DecisionCheck
  package var law: LawDesk
  package var seals: SealDesk
  package var random: any RandomSource
  package var civil: @Sendable () -> Instant
  package var real: @Sendable () -> Instant
  /// Milliseconds of a clock that never goes back.
  package var uptime: @Sendable () -> Int64

  package init(
    store: RegistryStore, issuer: CertificateAuthority, serviceCertificate: Certificate,
    serviceKey: P256PrivateKey, channels: [String: Channel], access: [MethodAccess],
    decisions: DecisionCheck, law: LawDesk, seals: SealDesk, random: any RandomSource,
    civil: @escaping @Sendable () -> Instant,
    real: @escaping @Sendable () -> Instant, uptime: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    self.issuer = issuer
    self.serviceCertificate = serviceCertificate
    self.serviceKey = serviceKey
    self.channels = channels
    self.access = access
    self.decisions = decisions
    self.law = law
    self.seals = seals
    self.random = random
    self.civil = civil
    self.real = real
    self.uptime = uptime
  }
}

/// A gateway that is ready to listen.
package struct Gateway: Sendable {
  package let directory: RegistryDirectory
  package let refusals: RefusalQueue
  /// To be run where other replicas write the registry too.
  package let following: RegistryFollowing?
  private let options: GatewayOptions
  private let means: GatewayMeans
  private let gate: Gate
  private let registry: RegistryService
  private let forwarder: Forwarder
  private let tickets: TicketIssuer
  private let desk: IssuingDesk

  /// Reads the registry into memory and joins the parts.
  package init(_ means: GatewayMeans, _ options: GatewayOptions) async throws {
    self.means = means
    self.options = options
    directory = RegistryDirectory(try await means.store.snapshot())
    refusals = RefusalQueue()
    following = options.replica.map { [directory] in
      RegistryFollowing(
        directory, means.store, replica: $0, real: means.real, uptime: means.uptime)
    }
    gate = Gate(
      directory: directory, following: following,
      access: CompiledAccess(means.access + [MethodAccess.metrics]),
      limiter: CallLimiter(rate: options.rate, uptime: means.uptime), refusals: refusals,
      random: means.random, now: means.real)
    desk = IssuingDesk(
      CertificateIssuing(
        authority: means.issuer, domain: options.domain, term: options.term,
        random: means.random))
    registry = RegistryService(
      store: means.store, directory: directory, following: following, desk: desk,
      demand: options.demand, law: means.law, seals: means.seals, refusals: refusals,
      decisions: means.decisions,
      civil: means.civil,
      real: means.real)
    tickets = TicketIssuer(
      key: means.serviceKey, certificate: means.serviceCertificate, audience: options.domain)
    forwarder = Forwarder(
      gate: gate, issuer: tickets, channels: means.channels, now: means.real)
  }

  /// The gateway's service certificate was renewed.
  package func signTickets(with key: P256PrivateKey, _ certificate: Certificate) {
    tickets.renew(key: key, certificate: certificate)
  }

  /// The issuing authority was replaced: from now on certificates are its successor's, and holders of older ones are told to renew.
  package func issue(under authority: CertificateAuthority) { desk.renew(authority) }

  /// The services that departments see, by their full names.
  package var publicServices: [String] {
    Set(means.access.filter(\.isPublic).map(\.service)).sorted()
  }

  /// What departments reach: every public method of every service, the registry's own, health and reflection.
  package func publicMethods(
    health: some GRPCHealthV1.HealthService
  ) -> [MethodHandler] {
    let listed =
      publicServices + ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]
    let own = RegistryV1.methods(ofRegistry: registry, admission: GatewayAdmission(gate))
      .filter { handler in means.access.contains { $0.path == handler.path && $0.isPublic } }
      .map { handler in
        // A stream ends when its caller is shut out, as those of the services do.
        if case .stream = handler.implementation { return forKnownCallers(handler) }
        return handler
      }
    let standard =
      GRPCHealthV1.methods(ofHealth: health)
      + GRPCReflectionV1.methods(ofServerReflection: Reflection(services: listed))
    let warning = ExpiryWarning(
      now: means.real, issuer: { [desk] in desk.issuing.name })
    return (forwarder.methods(means.access) + own + standard.map(forKnownCallers))
      .map(warning.telling)
  }

  /// The metrics of this process, for operators.
  package func metricsPage(
    _ text: @escaping @Sendable () async -> String
  ) -> MethodHandler {
    MethodHandler(
      page: MethodAccess.metricsPath, contentType: PrometheusText.contentType
    ) { [gate] context in
      _ = try gate.admit(context)
      return Array(await text().utf8)
    }
  }

  /// What answers every other path at the public listener.
  package var fallback: MethodHandler.Implementation { forwarder.fallback }

  /// What services reach at the internal listener.
  package func internalMethods(admission: any Admission) -> [MethodHandler] {
    RegistryV1.methods(ofRegistry: registry, admission: admission)
      .filter { handler in
        means.access.contains { $0.path == handler.path && !$0.isPublic }
      }
  }

  /// Hands refusals to the recorder that keeps them in the outbox, until cancelled.
  package func recordRefusals(in recorder: any RefusalRecorder) async {
    await refusals.feed(recorder)
  }

  /// A standard method behind the gate: health and reflection have no rule of their own, but no caller is anonymous
  /// (AC-01).
  private func forKnownCallers(_ handler: MethodHandler) -> MethodHandler {
    let gate = gate
    switch handler.implementation {
    case .unary(let body):
      return MethodHandler(
        path: handler.path,
        implementation: .unary { message, context in
          _ = try gate.admitAnybodyKnown(context)
          return try await body(message, context)
        }, answersJSON: handler.answersJSON)
    case .stream(let body):
      return MethodHandler(
        path: handler.path,
        implementation: .stream { requests, responses, context in
          let call = try gate.admitAnybodyKnown(context)
          return try await withThrowingTaskGroup(of: Metadata?.self) { group in
            group.addTask {
              try await gate.watch(context, call)
              return nil
            }
            group.addTask { try await body(requests, responses, context) }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
              if let ended { return ended }
            }
            return Metadata()
          }
        })
    }
  }
}
