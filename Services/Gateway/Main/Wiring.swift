// From the configuration to the values that the gateway is made of.

import Access
import Boot
import Contracts
import Crypto
import GatewayHandlers
import GatewayRules
import GatewayStore
import RPC
import Regulation
import Vocabulary

/// Keys, channels and clocks of the gateway.
func means(
  _ environment: ServiceEnvironment, store: RegistryStore, seals: SealKeeper
) throws -> GatewayMeans {
  let configuration = environment.configuration
  guard let issuer = environment.certificates.current.issuing else {
    throw ConfigurationError.malformed(path: configuration.service, detail: "issuing: is missing")
  }
  var channels: [String: Channel] = [:]
  for service in configuration.peers.keys {
    channels[service] = try environment.peers.channel(to: service)
  }
  let start = ContinuousClock.now
  return GatewayMeans(
    store: store, issuer: issuer,
    serviceCertificate: environment.certificates.current.certificate,
    serviceKey: environment.certificates.current.key, channels: channels,
    access: Array(AccessTable.all.values), decisions: try environment.decisions(),
    law: lawDesk(environment), seals: sealDesk(channels, own: seals),
    random: environment.random,
    civil: environment.clock.civil, real: environment.clock.real,
    uptime: { Int64((ContinuousClock.now - start) / .milliseconds(1)) })
}

/// The seals of each service that the gateway reaches, and its own.
private func sealDesk(_ channels: [String: Channel], own: SealKeeper) -> SealDesk {
  let timeout = CallOptions(timeout: .seconds(10))
  return SealDesk(
    services: channels.keys.sorted() + ["gateway"],
    rotate: { service, request in
      guard let channel = channels[service] else { return try await own.rotate(request) }
      return try await KeysV1.KeysClient(channel).rotateSeals(request, timeout)
    },
    list: { service in
      guard let channel = channels[service] else { return try await own.list() }
      return try await KeysV1.KeysClient(channel).listSeals(KeysV1.ListSealsRequest(), timeout)
    })
}

func options(_ environment: ServiceEnvironment) throws -> GatewayOptions {
  let configuration = environment.configuration
  let days = configuration.issuing.map { (Int64($0.defaultDays), Int64($0.maximumDays)) } ?? (0, 0)
  guard let term = CertificateTerm(defaultDays: days.0, longestDays: days.1) else {
    throw ConfigurationError.malformed(
      path: configuration.service, detail: "issuing: 1 <= defaultDays <= maximumDays")
  }
  let perSecond = Int64(configuration.limits.callsPerSecond)
  // A second's worth may come at once.
  let rate = CallRate(perSecond: perSecond, burst: perSecond)
  guard perSecond == 0 || rate != nil else {
    throw ConfigurationError.malformed(
      path: configuration.service, detail: "limits.callsPerSecond: 0, or 1 to 1000000")
  }
  var options = GatewayOptions(
    domain: configuration.domain, rate: rate, demand: activationDemand(environment), term: term)
  // A file has one process; a server's database may have several replicas.
  if configuration.postgres != nil { options.replica = "r\(configuration.replica)" }
  return options
}

/// The law in use, and how a file of it is read.
func lawDesk(_ environment: ServiceEnvironment) -> LawDesk {
  LawDesk(
    law: LawNow(
      profiles: { environment.law.profiles }, calendar: { environment.law.calendar })
  ) { file, text in
    do throws(LawFileProblems) {
      return .success(try LawDraft.read(file: file, text: text))
    } catch {
      return .failure(LawReadingProblems(error.problems.map(\.text)))
    }
  }
}

/// What a department needs before it may act, by the document that governs the node (AC-91).
func activationDemand(_ environment: ServiceEnvironment) -> ActivationDemand? {
  let today = environment.clock.civil().civilDate
  return environment.law.profiles.governing([], on: today)
    .flatMap { ActivationDemand.of(document: $0.key) }
}

/// Writes the founding file into an empty registry.
///
/// The founding departments act from the start, on the word of who installs the node; what they lack by the governing
/// document is told in the log (AC-91).
func foundRegistry(_ store: RegistryStore, _ environment: ServiceEnvironment) async throws {
  guard let path = environment.configuration.foundingFile else { return }
  let drafts = try Founding.load(path: path).departments.map { try draft($0, path: path) }
  let now = environment.clock.civil()
  let wasEmpty: Bool
  do {
    wasEmpty = try await store.found { try foundedRows(drafts, demand: nil, now: now) }
  } catch let refusal as RegistryRefusal {
    throw ConfigurationError.malformed(path: path, detail: refusal.sentence.english)
  }
  guard wasEmpty, let demand = activationDemand(environment) else { return }
  do {
    _ = try foundedRows(drafts, demand: demand, now: now)
  } catch {
    environment.warn(
      "the founding file leaves duties open (\(demand.citation))",
      cause: error.sentence.english)
  }
}

private func draft(
  _ department: Founding.Department, path: String
) throws(ConfigurationError) -> FoundingDraft.Department {
  let levels = ["province": Int64(1), "city": 2, "county": 3, "functional-zone": 4]
  var persons: [FoundingDraft.Person] = []
  for person in department.persons {
    persons.append(
      FoundingDraft.Person(
        id: person.id, title: person.title, roles: person.roles,
        certificate: try certificate(person.certificate, path: path)))
  }
  var systems: [FoundingDraft.System] = []
  for system in department.systems {
    systems.append(
      FoundingDraft.System(
        name: system.name, title: system.title, responsible: system.responsiblePerson,
        certificate: try certificate(system.certificate, path: path)))
  }
  return FoundingDraft.Department(
    draft: DepartmentDraft(
      code: department.code, title: department.title, level: levels[department.level] ?? 0,
      region: department.region, kinds: department.kinds, authority: department.authority ?? "",
      body: department.body ?? "", instrument: try instrument(department.instrument, path: path)),
    persons: persons, systems: systems)
}

private func instrument(
  _ instrument: Founding.Instrument?, path: String
) throws(ConfigurationError) -> LegalBasis? {
  guard let instrument else { return nil }
  guard let kind = BasisKind(rawValue: instrument.kind) else {
    throw .malformed(path: path, detail: "instrument.kind: \(instrument.kind) is no kind")
  }
  return LegalBasis(kind: kind, title: instrument.title, article: instrument.article)
}

private func certificate(
  _ certificate: Founding.Certificate?, path: String
) throws(ConfigurationError) -> FoundingDraft.Certificate? {
  guard let certificate else { return nil }
  guard let fingerprint = Hex.decode(certificate.sha256) else {
    throw .malformed(path: path, detail: "certificate.sha256: is not hexadecimal")
  }
  return FoundingDraft.Certificate(
    fingerprint: fingerprint, serial: certificate.serial,
    notBefore: Instant(milliseconds: certificate.notBefore * 1000),
    notAfter: Instant(milliseconds: certificate.notAfter * 1000))
}
