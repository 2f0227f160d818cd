// A node from its data folder to six processes that answer, and back: used by `weir up`, by the demonstration and by tests.

package import Boot
package import Crypto
import Glibc
import Synchronization
package import Vocabulary

/// What a node is made from. The folder keeps all of it but the port of the gateway.
package struct NodeOptions: Sendable {
  /// The data folder; made when it is new.
  package var dataFolder: String
  /// The trust domain; `nil` takes the folder's own, or `weir.local` for a new one.
  package var domain: String?
  /// The gateway's public port; `nil` takes the folder's own, or a free one.
  package var gatewayPort: UInt16?
  /// Makes a new folder a demonstration that begins on this day.
  package var demoStart: CivilDate?
  /// Who is in a new folder's registry from the beginning; `nil` takes one authority, one operator and one auditor.
  package var founding: Founding?
  /// Limits of a new folder's processes, where they are not to be the defaults.
  package var limits: ServiceConfiguration.Limits?
  /// Ingest of a new folder in several processes; `nil` for one with its own files.
  package var ingest: IngestReplicas?
  /// The key over a new folder's files of keys, where there is to be one.
  package var masterKey: ServiceConfiguration.MasterKeyPlace?
  /// Who is told of reminders and escalations by a new folder's gateway.
  package var webhooks: [ServiceConfiguration.Webhook]?
  /// The folder with `policies`, `calendars`, `taxonomies` and `governance.yaml`.
  package var law: String
  /// What governs in a new folder; `nil` takes the law's own `governance.yaml`.
  package var governanceFile: String?
  /// The folder with the executables `weir-…`.
  package var programs: String
  package var random: any RandomSource

  package init(
    dataFolder: String, law: String, programs: String, random: any RandomSource
  ) {
    self.dataFolder = dataFolder
    self.law = law
    self.programs = programs
    self.random = random
  }
}

/// A node whose six processes have answered.
package struct RunningNode: Sendable {
  package let dataFolder: String
  package let keys: KeyFolder
  package let ready: ReadyFile
  /// Calls the internal listeners as `service/node`.
  package let client: NodeClient
  /// Seconds by which a demonstration has moved its clock on are written here.
  package let demoClockFile: String
  private let supervisor: Supervisor

  init(
    folder: NodeFolder, keys: KeyFolder, ready: ReadyFile, client: NodeClient,
    supervisor: Supervisor
  ) {
    dataFolder = folder.path
    self.keys = keys
    self.ready = ready
    self.client = client
    demoClockFile = folder.demoClockFile
    self.supervisor = supervisor
  }

  /// The process of each service now: it changes when one was restarted.
  package func processIDs() async -> [String: Int32] { await supervisor.processIDs }
}

/// Starts a node, waits until it answers, runs the body, and stops the node however the body ends.
///
/// While the body runs, a process that dies is started again.
///
/// - Parameters:
///   - tell: Takes a line for the operator when a process dies or comes back.
///   - answered: Called with each service's name when it takes calls.
/// - Throws: `NodeFailure`, what is wrong with a file, or what the body threw.
package func withNode<Result>(
  _ options: NodeOptions, tell: @escaping @Sendable (String) -> Void,
  answered: @Sendable (String) -> Void = { _ in },
  _ body: (RunningNode) async throws -> Result
) async throws -> Result {
  let folder = NodeFolder(path: absolute(options.dataFolder))
  try Files.makeFolder(folder.path)
  guard let lock = try FolderLock(folder: folder.path) else {
    throw NodeFailure.alreadyRunning(folder: folder.path)
  }
  defer { lock.release() }
  for service in ServiceConfiguration.services {
    let program = "\(options.programs)/weir-\(service)"
    guard Files.exists(program) else { throw NodeFailure.programMissing(path: program) }
  }
  var claims = PortClaims()
  defer { claims.release() }
  let description = try describe(folder, options, &claims)
  let plan = try folder.backupPlan(description)
  try folder.writeConfigurations(description)
  Files.remove(folder.readyFile)
  let keys = folder.keys(domain: description.domain)
  let ready = ReadyFile(
    gateway: "127.0.0.1:\(description.gatewayPort)",
    internal: description.ports.mapValues { "127.0.0.1:\($0)" }, pids: [:])
  let client = try NodeClient(keys: keys, addresses: ready.addresses, random: options.random)
  let supervisor = Supervisor(
    folder: folder, processes: description.processes, programs: options.programs,
    environment: description.masterKey?.environment ?? [:], tell: tell)
  do {
    try await supervisor.start()
    try await HealthWait(folder: folder, client: client, supervisor: supervisor)
      .wait(answered: answered)
    try await supervisor.announce(ready)
    async let watching: Void = supervisor.watch()
    async let _: Void = keepBackups(plan, of: folder.path, domain: description.domain, tell)
    let node = RunningNode(
      folder: folder, keys: keys, ready: ready, client: client, supervisor: supervisor)
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(node)) } catch { result = .failure(error) }
    await supervisor.stop()
    await watching
    await client.shutdown()
    return try result.get()
  } catch {
    await supervisor.stop()
    await client.shutdown()
    throw error
  }
}

/// Backs the node up by its plan until the task is cancelled: at once where it is due, then looks every minute. A fault is told when it
/// comes, not at each try.
private func keepBackups(
  _ plan: BackupPlan?, of folder: String, domain: String, _ tell: @Sendable (String) -> Void
) async {
  guard let plan else { return }
  let keeper = BackupKeeper(plan: plan, of: folder, domain: domain, now: systemNow)
  var faults: [String: String] = [:]
  while !Task.isCancelled {
    for outcome in keeper.run() {
      let fault = outcome.fault
      if fault == nil || faults[outcome.place] != fault { tell(outcome.line) }
      faults[outcome.place] = fault
    }
    try? await Task.sleep(for: .seconds(60))
  }
}

/// What the folder is, or makes it where it is new; its ports are claimed.
private func describe(
  _ folder: NodeFolder, _ options: NodeOptions, _ claims: inout PortClaims
) throws -> NodeFolder.Description {
  guard !folder.isNew else { return try make(folder, options, &claims) }
  var description = try folder.description()
  if let domain = options.domain, domain != description.domain {
    throw NodeFailure.fixed(what: "domain", is: description.domain)
  }
  if let start = options.demoStart, start.iso != description.demoCivilStart {
    throw NodeFailure.fixed(what: "demo-start", is: description.demoCivilStart ?? "-")
  }
  if options.founding != nil { throw NodeFailure.fixed(what: "founding", is: folder.foundingFile) }
  if let port = options.gatewayPort, port != description.gatewayPort {
    description.gatewayPort = port
    try folder.save(description)
  }
  try claims.hold(description.ports.values + [description.gatewayPort])
  let new = description.processes.filter { description.ports[$0] == nil }
  if !new.isEmpty {
    for (process, port) in zip(new, try claims.choose(new.count, random: options.random)) {
      description.ports[process] = port
    }
    try folder.save(description)
  }
  return description
}

private func make(
  _ folder: NodeFolder, _ options: NodeOptions, _ claims: inout PortClaims
) throws -> NodeFolder.Description {
  let domain = options.domain ?? "weir.local"
  guard !Files.exists(folder.keys(domain: domain).serviceRoot) else {
    throw NodeFailure.halfMade(folder: folder.path)
  }
  if let port = options.gatewayPort { try claims.hold([port]) }
  let gatewayPort =
    if let port = options.gatewayPort { port } else {
      try claims.choose(1, random: options.random)[0]
    }
  let now = systemNow()
  var description = NodeFolder.Description(
    domain: domain, demoCivilStart: options.demoStart?.iso,
    demoRealStart: options.demoStart == nil ? nil : now.milliseconds,
    ports: [:], gatewayPort: gatewayPort, limits: options.limits, masterKey: options.masterKey,
    ingest: options.ingest)
  description.webhooks = options.webhooks
  let processes = description.processes
  let ports = try claims.choose(processes.count, random: options.random)
  description.ports = Dictionary(uniqueKeysWithValues: zip(processes, ports))
  try folder.create(
    description: description, founding: options.founding ?? .standard, resources: options.law,
    governance: options.governanceFile, now: now,
    random: options.random)
  return description
}

func absolute(_ path: String) -> String {
  guard !path.hasPrefix("/") else { return path }
  guard let working = getcwd(nil, 0) else { return path }
  defer { free(working) }
  return String(cString: working) + "/" + path
}
