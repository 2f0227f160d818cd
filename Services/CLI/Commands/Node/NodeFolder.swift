// A data folder: everything that one node keeps on one machine, made by `weir up` for a new one.

import Boot
import Crypto
import Foundation
import Vocabulary
import Yams

/// `DIR` of `weir up --data DIR`: keys and certificates, the law as data, one folder a service, and how to start them.
struct NodeFolder: Sendable {
  let path: String

  /// `DIR/weir.yaml`: what this folder is, fixed when it was made.
  struct Description: Codable, Equatable, Sendable {
    var domain: String
    /// Civil day on which a demonstration begins; only folders made as one have it.
    var demoCivilStart: String?
    var demoRealStart: Int64?
    /// Ports on loopback, chosen once, kept so that peers' addresses survive restarts.
    var ports: [String: UInt16]
    var gatewayPort: UInt16
    /// Of every process, where the operator wants others than the defaults.
    var limits: ServiceConfiguration.Limits?
    /// When and where to it is backed up; written by the operator.
    var backup: BackupPlan?
    /// The key over the files of keys; written by the operator.
    var masterKey: ServiceConfiguration.MasterKeyPlace?
    /// The suite of registers that get their first keys; written by the operator.
    var sealing: String?
    /// Who must cosign the log; written by the operator.
    var witnesses: ServiceConfiguration.WitnessFiles?
    /// Who is told of reminders and escalations; written by the operator.
    var webhooks: [ServiceConfiguration.Webhook]?
    /// Ingest over PostgreSQL, in several processes; written by the operator.
    var ingest: IngestReplicas?
  }

  var descriptionFile: String { path + "/weir.yaml" }
  var readyFile: String { path + "/ready" }
  var demoClockFile: String { path + "/demo-clock" }
  var foundingFile: String { path + "/founding.yaml" }
  var isNew: Bool { !Files.exists(descriptionFile) }

  func keys(domain: String) -> KeyFolder { KeyFolder(path: path + "/pki", domain: domain) }
  func configurationFile(_ process: String) -> String { "\(path)/run/\(process).yaml" }
  func logFile(_ process: String) -> String { "\(path)/log/\(process).log" }

  /// Reads what the folder is.
  func description() throws(ConfigurationError) -> Description {
    let bytes = try readBytes(descriptionFile)
    do {
      return try YAMLDecoder().decode(
        Description.self, from: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw .malformed(path: descriptionFile, detail: "is not what weir up writes")
    }
  }

  /// Makes the folder: both roots, the services' certificates, the first principals' certificates, the law as data.
  ///
  /// - Parameters:
  ///   - resources: The folder with `policies`, `calendars` and `taxonomies` that came with the program.
  ///   - governance: The file that says which profile governs what; `nil` for the one among the resources.
  ///   - ports: One for each service and the gateway's internal listener.
  func create(
    description: Description, founding: Founding, resources: String, governance: String? = nil,
    now: Instant,
    random: any RandomSource
  ) throws {
    try Files.makeFolder(path)
    let keys = keys(domain: description.domain)
    try keys.create(now: now, random: random)
    for service in ServiceConfiguration.services + ["node"] {
      try keys.issueService(
        service, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1", "::1"], days: 825, now: now,
        random: random)
    }
    let start = description.demoCivilStart.flatMap { CivilDate(iso: $0) }
    try keys.signKeyList(
      services: ServiceConfiguration.services, number: 1, now: now,
      start: start.map { Instant(startOf: $0) })
    let completed = try founding.issued(
      by: keys, file: foundingFile, days: 365, now: now, random: random)
    try Files.write(try completed.yaml(), to: foundingFile, isPrivate: false)
    for folder in ["policies", "calendars", "taxonomies"] {
      try copyFolder(resources + "/" + folder, to: path + "/" + folder)
    }
    try Files.write(
      try readBytes(governance ?? resources + "/governance.yaml"), to: path + "/governance.yaml",
      isPrivate: false)
    // Last, so that a folder is either whole or new.
    try save(description)
  }

  /// The plan of its backups, checked; `nil` where there is none.
  func backupPlan(_ description: Description) throws(ConfigurationError) -> BackupPlan? {
    try description.backup?.check(for: path, file: descriptionFile)
    return description.backup
  }

  func save(_ description: Description) throws {
    try Files.write(try YAMLEncoder().encode(description), to: descriptionFile, isPrivate: false)
  }

  /// Writes the configuration file of each process; done at every start, since they are derived.
  func writeConfigurations(_ description: Description) throws {
    try Files.makeFolder(path + "/run")
    try Files.makeFolder(path + "/log")
    for process in description.processes {
      try Files.makeFolder("\(path)/\(process)")
      try Files.makeFolder("\(path)/keys/\(serviceName(of: process))")
      let configuration = try configuration(of: process, description)
      try Files.write(try configuration.yaml(), to: configurationFile(process), isPrivate: true)
      // Read as the process itself will, so that what is wrong is said before any is started.
      _ = try ServiceConfiguration.load(path: configurationFile(process))
    }
  }

  private func configuration(
    of process: String, _ description: Description
  ) throws -> ServiceConfiguration {
    let service = serviceName(of: process)
    let keys = keys(domain: description.domain)
    var peers: [String: [String]] = [:]
    for peer in description.processes where serviceName(of: peer) != service {
      guard let port = description.ports[peer] else { continue }
      peers[serviceName(of: peer), default: []].append("127.0.0.1:\(port)")
    }
    guard let port = description.ports[process] else {
      throw ConfigurationError.malformed(
        path: descriptionFile, detail: "ports.\(process): is missing")
    }
    var configuration = ServiceConfiguration(
      service: service, replica: description.replica(process), domain: description.domain,
      dataFolder: "\(path)/\(process)",
      keysFolder: "\(path)/keys/\(service)", listen: "127.0.0.1:\(port)", peers: peers,
      tls: ServiceConfiguration.TLSFiles(
        certificate: keys.serviceCertificate(service), key: keys.serviceKey(service),
        serviceRoot: keys.serviceRoot),
      evidence: ServiceConfiguration.EvidenceFiles(
        rootPublicKey: keys.evidenceRootPublicKey, keyList: keys.keyList,
        signingKey: keys.evidenceKey(service)),
      policiesFolder: path + "/policies", calendarsFolder: path + "/calendars",
      taxonomiesFolder: path + "/taxonomies", governanceFile: path + "/governance.yaml")
    // Folders of before have no lists until `weir pki crl` makes them.
    let list = keys.revocationList(.service)
    if Files.exists(list) { configuration.tls.serviceRevocationList = list }
    configuration.tls.departmentRoot = keys.departmentRoot
    let departmentList = keys.revocationList(.department)
    if Files.exists(departmentList) {
      configuration.tls.departmentRevocationList = departmentList
    }
    if let limits = description.limits { configuration.limits = limits }
    configuration.masterKey = description.masterKey
    if service == "ingest" {
      configuration.postgres = description.ingest?.postgres
      configuration.identityPostgres = description.ingest?.identityPostgres
      configuration.sealing = description.sealing
      configuration.backups = description.backup.map {
        ServiceConfiguration.Backups(everyHours: Int($0.everyHours), keep: $0.keep)
      }
    }
    if service == "audit" { configuration.witnesses = description.witnesses }
    if let start = description.demoCivilStart, let real = description.demoRealStart {
      configuration.demo = ServiceConfiguration.DemoClock(
        civilStart: start, realStart: real, offsetFile: demoClockFile)
    }
    if service == "gateway" {
      configuration.publicListen = "127.0.0.1:\(description.gatewayPort)"
      configuration.foundingFile = foundingFile
      configuration.webhooks = description.webhooks
      configuration.issuing = ServiceConfiguration.IssuingFiles(
        certificate: keys.issuingCertificate, key: keys.issuingKey)
    }
    return configuration
  }

  private func copyFolder(_ source: String, to target: String) throws {
    try Files.makeFolder(target)
    for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted()
    where name.hasSuffix(".yaml") {
      try Files.write(try readBytes("\(source)/\(name)"), to: "\(target)/\(name)", isPrivate: false)
    }
  }
}

/// Ingest in several processes of one machine, over two databases (AC-33).
package struct IngestReplicas: Codable, Equatable, Sendable {
  /// How many processes.
  package var replicas: Int
  /// Connection strings: the records, and the mapping store apart from them.
  package var postgres: String
  package var identityPostgres: String

  package init(replicas: Int, postgres: String, identityPostgres: String) {
    self.replicas = replicas
    self.postgres = postgres
    self.identityPostgres = identityPostgres
  }
}

extension NodeFolder.Description {
  /// The processes of the node in the order in which they start: one a service, and further ones of Ingest as `ingest-2`.
  var processes: [String] {
    ServiceConfiguration.services.flatMap { service in
      let count = service == "ingest" ? max(1, min(ingest?.replicas ?? 1, Self.mostReplicas)) : 1
      return (1...count).map { $0 == 1 ? service : "\(service)-\($0)" }
    }
  }

  /// More make no sense on one machine.
  private static let mostReplicas = 16

  func replica(_ process: String) -> Int {
    process.split(separator: "-").dropFirst().first.flatMap { Int($0) } ?? 1
  }
}

/// The service of a process: `ingest` of `ingest-2`.
func serviceName(of process: String) -> String {
  String(process.prefix { $0 != "-" })
}

extension Founding {
  /// What a new folder begins with where the operator names nothing: one authority, one operator, one auditor, and in each
  /// department who answers for its security (meizhou-public-2023/39.2a).
  static let standard = Founding(departments: [
    Department(
      code: "data-bureau", title: "政务服务数据管理局", level: "city", region: "441400",
      kinds: ["authority"],
      persons: [
        Person(id: "chen", title: "陈主任", roles: ["authority"]),
        Person(id: "ma", title: "马安全员", roles: ["dept-security"]),
      ]),
    Department(
      code: "operations", title: "数据运营中心", level: "city", region: "441400",
      kinds: ["operator"], authority: "data-bureau",
      persons: [
        Person(id: "zhou", title: "周工", roles: ["operator"]),
        Person(id: "wu", title: "吴安全员", roles: ["dept-security"]),
      ]),
    Department(
      code: "audit-bureau", title: "审计局", level: "city", region: "441400", kinds: ["audit"],
      authority: "data-bureau",
      persons: [
        Person(id: "shen", title: "沈审计", roles: ["auditor"]),
        Person(id: "qian", title: "钱安全员", roles: ["dept-security"]),
      ]),
  ])
}
