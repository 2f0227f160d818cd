// The processes of one machine: started in order, restarted when one dies, ended together.

import Boot
import Synchronization

/// Keeps the services of a data folder running until it is told to stop.
actor Supervisor {
  /// By name, in the order in which they start.
  nonisolated let processes: [String]
  private let folder: NodeFolder
  private let programs: String
  private let environment: [String: String]
  private let tell: @Sendable (String) -> Void
  private var children: [String: ChildProcess] = [:]
  private var isStopping = false
  /// What `DIR/ready` says; `nil` until every process has answered.
  private var ready: ReadyFile?

  /// - Parameters:
  ///   - programs: The folder with the executables `weir-…`.
  ///   - environment: What the services have besides their own.
  ///   - tell: Takes a line for the operator when something happens.
  init(
    folder: NodeFolder, processes: [String], programs: String, environment: [String: String],
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.processes = processes
    self.folder = folder
    self.programs = programs
    self.environment = environment
    self.tell = tell
  }

  var processIDs: [String: Int32] { children.mapValues(\.pid) }

  /// The services that have ended, with their exit statuses.
  var ended: [(service: String, status: Int32)] {
    processes.compactMap { service in
      children[service]?.statusIfEnded.map { (service, $0) }
    }
  }

  /// Writes `DIR/ready`, and from now on keeps its process numbers right.
  func announce(_ file: ReadyFile) throws {
    ready = file
    try saveReady()
  }

  private func saveReady() throws {
    guard var file = ready else { return }
    file.pids = processIDs
    try file.save(path: folder.readyFile)
  }

  /// Starts every service; they find each other by the fixed addresses in their configurations.
  func start() throws {
    for service in processes { try start(service) }
  }

  private func start(_ service: String) throws {
    children[service] = try ChildProcess(
      executable: "\(programs)/weir-\(serviceName(of: service))",
      arguments: ["--configuration", folder.configurationFile(service), "--end-with-parent"],
      log: folder.logFile(service), environment: environment)
  }

  /// Restarts what dies, with a growing pause, until `stop`; returns when all have been stopped.
  func watch() async {
    await withTaskGroup(of: Void.self) { group in
      for service in processes {
        group.addTask { await self.watch(service) }
      }
    }
  }

  private func watch(_ service: String) async {
    var pause = Duration.milliseconds(200)
    while let child = children[service] {
      let started = ContinuousClock.now
      let status = await child.exitStatus()
      if isStopping { return }
      if ContinuousClock.now - started > .seconds(30) { pause = .milliseconds(200) }
      tell("weir-\(service) ended with status \(status); starting it again")
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(10))
      if isStopping { return }
      do {
        try start(service)
        try saveReady()
      } catch {
        tell("weir-\(service) cannot be started: \(error)")
        return
      }
    }
  }

  /// Asks every process to finish its calls, then waits for all; the gateway is told first, so that no new call comes in.
  /// The second time it does nothing.
  func stop() async {
    isStopping = true
    if ready != nil { Files.remove(folder.readyFile) }
    ready = nil
    // All are told before any is waited for: each holds streams to others open, which end when their readers do.
    for service in processes.reversed() { children[service]?.send(15) }
    for service in processes.reversed() {
      guard let child = children[service] else { continue }
      let status = await child.exitStatus()
      if status != 0 { tell("weir-\(service) ended with status \(status)") }
      children[service] = nil
    }
  }
}
