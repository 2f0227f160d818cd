// The configuration file of one process: what an operator writes, or what `weir up` writes for a data folder.

import Crypto
import Foundation
import RPC
import Vocabulary
import Yams

/// Everything a process must be told before it starts; nothing is read from the environment.
package struct ServiceConfiguration: Sendable, Equatable, Codable {
  /// `gateway`, `catalog`, `ingest`, `share`, `feedback` or `audit`.
  package var service: String
  /// Tells replicas of one service apart; part of the outbox's origin.
  package var replica: Int
  /// The trust domain in every SPIFFE name: `spiffe://<domain>/…`.
  package var domain: String
  /// Databases of this service alone.
  package var dataFolder: String
  /// `keyring`, `epoch.key` and token keys; never inside `dataFolder`.
  package var keysFolder: String
  /// Where peers with a service certificate reach it.
  package var listen: String
  /// Where departments reach the gateway; no other service has one.
  package var publicListen: String?
  /// Where anybody reaches opened sets and the open catalogue, without a certificate (AC-06); the gateway's alone, and nobody's unless it is
  /// given.
  package var openListen: String?
  /// Addresses of the other services, one for each replica.
  package var peers: [String: [String]]
  package var tls: TLSFiles
  package var evidence: EvidenceFiles
  /// Who must cosign the log before it is published; read by Audit alone, nobody without it.
  package var witnesses: WitnessFiles?
  package var policiesFolder: String
  package var calendarsFolder: String
  package var taxonomiesFolder: String
  /// Which profile governs which class of resource; see `deploy/`.
  package var governanceFile: String
  /// A PostgreSQL connection string; SQLite in `dataFolder` without one.
  package var postgres: String?
  /// A PostgreSQL connection string of the mapping store, which lies apart from the records (AC-33); read by Ingest alone, which needs it
  /// where `postgres` is given.
  package var identityPostgres: String?
  /// Set in folders created as a demonstration, and nowhere else.
  package var demo: DemoClock?
  /// The gateway's first departments and persons, read while its registry is empty.
  package var foundingFile: String?
  /// The gateway's certificate authority for departments.
  package var issuing: IssuingFiles?
  /// A key in a PKCS #11 token over the files of keys; without one they hold their secrets as they are.
  package var masterKey: MasterKeyPlace?
  /// What registers get their first keys for: `aes-256-gcm`, unless it says `sm4-ctr-hmac-sm3`. Read by Ingest alone; a register that has
  /// keys keeps its suite until it is given others.
  package var sealing: String?
  /// How often the node is backed up and how many of them stay, for certificates of destruction; read by Ingest alone.
  package var backups: Backups?
  /// Who is told of reminders and escalations by a call of the node's own; read by the gateway alone, nobody without it.
  package var webhooks: [Webhook]?
  package var limits: Limits

  /// Paths of PEM files.
  package struct TLSFiles: Sendable, Equatable, Codable {
    package var certificate: String
    package var key: String
    package var serviceRoot: String
    /// The gateway's listener accepts departments by it, no other does; services hold to it what persons sign.
    package var departmentRoot: String?
    /// The list of revoked service certificates, signed by the service root. Without one none is looked up.
    package var serviceRevocationList: String?
    /// The same of the department root, which can revoke the gateway's issuing authority; departments' own certificates
    /// are revoked in the registry.
    package var departmentRevocationList: String?
    /// `http://host[:port]/path` of the service root's OCSP responder; its answers are stapled.
    package var ocspResponder: String?
    /// Whether this process takes only services that staple.
    package var requiresStaple: Bool?
    /// Debug builds only: whether the environment's SSLKEYLOGFILE is honoured, by which all traffic can be read.
    package var keyLog: Bool?

    package init(
      certificate: String, key: String, serviceRoot: String, departmentRoot: String? = nil,
      serviceRevocationList: String? = nil, departmentRevocationList: String? = nil
    ) {
      self.certificate = certificate
      self.key = key
      self.serviceRoot = serviceRoot
      self.departmentRoot = departmentRoot
      self.serviceRevocationList = serviceRevocationList
      self.departmentRevocationList = departmentRevocationList
    }
  }

  package struct EvidenceFiles: Sendable, Equatable, Codable {
    /// The offline Ed25519 root's verifier key.
    package var rootPublicKey: String
    /// The key list that the root signed.
    package var keyList: String
    /// This service's Ed25519 key.
    package var signingKey: String

    package init(rootPublicKey: String, keyList: String, signingKey: String) {
      self.rootPublicKey = rootPublicKey
      self.keyList = keyList
      self.signingKey = signingKey
    }
  }

  package struct WitnessFiles: Sendable, Equatable, Codable {
    /// A policy of C2SP tlog-policy: the witnesses, their keys and addresses, the quorum.
    package var policy: String
    /// The certificate authorities of the witnesses, PEM, all in one file.
    package var trust: String

    package init(policy: String, trust: String) {
      self.policy = policy
      self.trust = trust
    }
  }

  /// A department's own address for its notices.
  package struct Webhook: Sendable, Equatable, Codable {
    /// The code of the department.
    package var department: String
    /// `https://host[:port]/path`.
    package var url: String
    /// The certificate authorities of the receiver, PEM, all in one file.
    package var trust: String
    /// Networks that are not public in which it may lie: `10.1.0.0/16`.
    package var networks: [String]?

    package init(department: String, url: String, trust: String, networks: [String]? = nil) {
      self.department = department
      self.url = url
      self.trust = trust
      self.networks = networks
    }
  }

  package struct Backups: Sendable, Equatable, Codable {
    package var everyHours: Int
    /// How many stay at each place.
    package var keep: Int

    package init(everyHours: Int, keep: Int) {
      self.everyHours = everyHours
      self.keep = keep
    }
  }

  package struct IssuingFiles: Sendable, Equatable, Codable {
    package var certificate: String
    package var key: String
    /// The term of a certificate where the request names none.
    package var defaultDays: Int
    package var maximumDays: Int

    package init(certificate: String, key: String, defaultDays: Int = 90, maximumDays: Int = 365) {
      self.certificate = certificate
      self.key = key
      self.defaultDays = defaultDays
      self.maximumDays = maximumDays
    }
  }

  /// The civil day on which a demonstration begins, and the real moment of that beginning.
  package struct DemoClock: Sendable, Equatable, Codable {
    /// ISO 8601 civil date.
    package var civilStart: String
    /// Milliseconds since 1970.
    package var realStart: Int64
    /// A file that holds seconds by which `weir demo` moved the clock on.
    package var offsetFile: String

    package init(civilStart: String, realStart: Int64, offsetFile: String) {
      self.civilStart = civilStart
      self.realStart = realStart
      self.offsetFile = offsetFile
    }
  }

  package struct Limits: Sendable, Equatable, Codable {
    /// Threads that do network work; 0 takes one for each core.
    package var reactors: Int
    /// Entries not yet covered by a checkpoint, past which data calls are refused.
    package var outboxEntries: Int
    /// Age of the oldest such entry in seconds.
    package var outboxAgeSeconds: Int
    /// Calls a second that the gateway grants one department; 0 for no limit.
    package var callsPerSecond: Int
    package var drainSeconds: Int
    /// After so long a read that was not answered is also sent to another replica; `nil` for never.
    package var hedgeReadsAfterMilliseconds: Int?

    package init(
      reactors: Int = 0, outboxEntries: Int = 200_000, outboxAgeSeconds: Int = 3600,
      callsPerSecond: Int = 20_000, drainSeconds: Int = 20, hedgeReadsAfterMilliseconds: Int? = nil
    ) {
      self.reactors = reactors
      self.outboxEntries = outboxEntries
      self.outboxAgeSeconds = outboxAgeSeconds
      self.callsPerSecond = callsPerSecond
      self.drainSeconds = drainSeconds
      self.hedgeReadsAfterMilliseconds = hedgeReadsAfterMilliseconds
    }
  }

  package init(
    service: String, replica: Int = 1, domain: String, dataFolder: String, keysFolder: String,
    listen: String, publicListen: String? = nil, peers: [String: [String]] = [:], tls: TLSFiles,
    evidence: EvidenceFiles, policiesFolder: String, calendarsFolder: String,
    taxonomiesFolder: String, governanceFile: String, postgres: String? = nil,
    demo: DemoClock? = nil, foundingFile: String? = nil, issuing: IssuingFiles? = nil,
    limits: Limits = Limits()
  ) {
    self.service = service
    self.replica = replica
    self.domain = domain
    self.dataFolder = dataFolder
    self.keysFolder = keysFolder
    self.listen = listen
    self.publicListen = publicListen
    self.peers = peers
    self.tls = tls
    self.evidence = evidence
    self.policiesFolder = policiesFolder
    self.calendarsFolder = calendarsFolder
    self.taxonomiesFolder = taxonomiesFolder
    self.governanceFile = governanceFile
    self.postgres = postgres
    self.demo = demo
    self.foundingFile = foundingFile
    self.issuing = issuing
    self.limits = limits
  }
}

extension ServiceConfiguration {
  /// The services that have a process of their own, in the order in which they start.
  package static let services = ["audit", "catalog", "ingest", "share", "feedback", "gateway"]

  /// Reads and checks a file.
  ///
  /// - Throws: `ConfigurationError` naming the file and the key at fault.
  package static func load(path: String) throws(ConfigurationError) -> ServiceConfiguration {
    let text = try readText(path)
    let configuration: ServiceConfiguration
    do {
      configuration = try YAMLDecoder().decode(ServiceConfiguration.self, from: text)
    } catch {
      throw .malformed(path: path, detail: describe(error))
    }
    try configuration.check(path: path)
    return configuration
  }

  /// The YAML that `load` reads back.
  package func yaml() throws(ConfigurationError) -> String {
    do { return try YAMLEncoder().encode(self) } catch {
      throw .malformed(path: "(\(service))", detail: describe(error))
    }
  }

  private func check(path: String) throws(ConfigurationError) {
    guard Self.services.contains(service) else {
      throw .malformed(path: path, detail: "service: '\(service)' is none of \(Self.services)")
    }
    try checkReplicas(path: path)
    guard !keysFolder.hasPrefix(dataFolder + "/"), keysFolder != dataFolder else {
      throw .malformed(path: path, detail: "keysFolder: must lie outside dataFolder")
    }
    for address in [listen] + [publicListen, openListen].compactMap(\.self)
      + peers.values.flatMap({ $0 })
    where Address(address) == nil {
      throw .malformed(path: path, detail: "'\(address)' is not host:port")
    }
    if let delay = limits.hedgeReadsAfterMilliseconds, !(1...60_000).contains(delay) {
      throw .malformed(path: path, detail: "limits.hedgeReadsAfterMilliseconds: 1 to 60000")
    }
    if let sealing, SealSuite(name: sealing) == nil {
      throw .malformed(
        path: path,
        detail: "sealing: '\(sealing)' is none of \(SealSuite.allCases.map(\.name))")
    }
    if let backups, !(1...8_760).contains(backups.everyHours) || !(1...1_000).contains(backups.keep)
    {
      throw .malformed(path: path, detail: "backups: everyHours is 1 to 8760, keep 1 to 1000")
    }
    if let demo, CivilDate(iso: demo.civilStart) == nil {
      throw .malformed(path: path, detail: "demo.civilStart: '\(demo.civilStart)' is no date")
    }
    if let responder = tls.ocspResponder, HTTPPlace(responder)?.isSecure != false {
      throw .malformed(path: path, detail: "tls.ocspResponder: '\(responder)' is not http://…")
    }
    for webhook in webhooks ?? [] {
      guard HTTPPlace(webhook.url)?.isSecure == true else {
        throw .malformed(path: path, detail: "webhooks.url: '\(webhook.url)' is not https://…")
      }
      guard NetworkBounds(permitting: webhook.networks ?? []) != nil else {
        throw .malformed(
          path: path,
          detail: "webhooks.networks: \(webhook.networks ?? []) are not all like 10.1.0.0/16")
      }
    }
    #if !DEBUG
      if tls.keyLog == true {
        throw .malformed(path: path, detail: "tls.keyLog: this is no debug build")
      }
    #endif
    guard openListen == nil || service == "gateway" else {
      throw .malformed(path: path, detail: "openListen: is the gateway's alone (AC-06)")
    }
    if service == "gateway" {
      guard publicListen != nil, tls.departmentRoot != nil, issuing != nil else {
        throw .malformed(
          path: path, detail: "a gateway needs publicListen, tls.departmentRoot and issuing")
      }
    }
  }
}

extension ServiceConfiguration {
  /// A file has one process, and persons' salts never lie beside the records that they open.
  private func checkReplicas(path: String) throws(ConfigurationError) {
    guard replica >= 1 else { throw .malformed(path: path, detail: "replica: must be 1 or more") }
    guard replica == 1 || postgres != nil else {
      throw .malformed(
        path: path,
        detail:
          "replica: \(replica) needs PostgreSQL (postgres: …); a SQLite file in dataFolder is one process's"
      )
    }
    guard service == "ingest" else {
      guard identityPostgres == nil else {
        throw .malformed(path: path, detail: "identityPostgres: is Ingest's alone (AC-33)")
      }
      return
    }
    guard (postgres == nil) == (identityPostgres == nil) else {
      throw .malformed(
        path: path,
        detail:
          "postgres and identityPostgres: both or neither; records and mapping store are two databases (AC-33)"
      )
    }
    guard postgres == nil || postgres != identityPostgres else {
      throw .malformed(
        path: path,
        detail:
          "identityPostgres: is the database of the records; the mapping store lies apart (AC-33)")
    }
  }
}

/// Why a process cannot start with what it was given. Carries paths and keys, never contents of key files.
package enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case malformed(path: String, detail: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let detail): "\(path): \(detail)"
    }
  }
}

/// The whole of a small text file.
func readText(_ path: String) throws(ConfigurationError) -> String {
  String(decoding: try readBytes(path), as: UTF8.self)
}

/// The whole of a small file.
package func readBytes(_ path: String) throws(ConfigurationError) -> [UInt8] {
  do {
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    let isMissing = (error as? CocoaError)?.code == .fileReadNoSuchFile
    throw .unreadable(
      path: path, reason: isMissing ? "no such file" : (error as NSError).localizedDescription)
  }
}

func describe(_ error: any Error) -> String {
  if let error = error as? DecodingError {
    switch error {
    case .keyNotFound(let key, let context): return "\(keyPath(context, key)): is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(keyPath(context, nil)): has the wrong type"
    case .dataCorrupted(let context): return "\(keyPath(context, nil)): \(context.debugDescription)"
    @unknown default: return "cannot be read"
    }
  }
  return String(describing: error)
}

private func keyPath(_ context: DecodingError.Context, _ last: (any CodingKey)?) -> String {
  (context.codingPath + (last.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
}
