// A whole node of six processes, driven by the program `weir` as a department would drive it.

import Foundation

/// A running `weir up` on a folder in which the small demonstration has been played: departments, certificates and
/// published entries are there, through no other door than the public one.
struct BenchNode {
  private let workshop: Workshop
  private let folder: String
  private let process: Process
  /// The entry of cremations.
  let entry: String

  /// The source's system and the using department's officers.
  static let source = "civil-affairs/system:registers"
  static let sourceOfficer = "civil-affairs/li"
  static let user = "human-resources/wang"
  static let userSystem = "human-resources/system:pensions"
  /// Who acts at the systems.
  private static let officers = [source: "civil-affairs/li", userSystem: user]
  static let operations = "operations/zhou"
  static let purpose = "核对养老金领取资格"
  static let roll = "bench-roll"
  /// The services through which a comparison goes.
  static let comparisonServices = ["gateway", "share", "ingest"]

  init(_ workshop: Workshop) throws {
    self.workshop = workshop
    folder = workshop.path("node-\(UUID().uuidString)")
    let law = workshop.root.appendingPathComponent("deploy").path
    try workshop.run(
      Self.program("weir"),
      ["demo", "--once", "--size", "small", "--data", folder, "--law", law])
    process = try workshop.start(
      Self.program("weir"), ["up", "--data", folder, "--law", law], log: workshop.path("node.log"))
    do {
      try Self.wait(for: folder + "/ready", of: process, log: workshop.path("node.log"))
      let entries = try Self.json(
        try Self.weir(workshop, folder, ["catalog", "list"], as: Self.user))
      guard let list = entries as? [[String: Any]],
        let name = list.first(where: { $0["category"] as? String == "death.cremation" })?["name"]
          as? String
      else { throw BenchError.unreadable("the entries of the demonstration") }
      entry = name
    } catch {
      process.terminate()
      process.waitUntilExit()
      throw error
    }
  }

  /// Stops all six and removes what they kept.
  func stop() {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs a command of `weir` in somebody's name.
  ///
  /// - Returns: What it printed as JSON.
  @discardableResult
  func weir(_ arguments: [String], as caller: String, accepts: Set<Int32> = [0]) throws -> Any {
    try Self.json(try Self.weir(workshop, folder, arguments, as: caller, accepts: accepts))
  }

  /// The most memory that a service's process has had since ``forgetPeaks()``, in bytes.
  func peakMemory(of service: String) throws -> Double {
    let status = try String(
      contentsOfFile: "/proc/\(try processID(of: service))/status", encoding: .utf8)
    guard
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    else { throw BenchError.unreadable("the memory of \(service)") }
    return kilobytes * 1024
  }

  /// Lets the kernel measure peaks anew (proc(5), clear_refs).
  func forgetPeaks() throws {
    for service in Self.comparisonServices {
      try "5".write(
        toFile: "/proc/\(try processID(of: service))/clear_refs", atomically: false,
        encoding: .utf8)
    }
  }

  var pki: String { folder + "/pki" }

  /// The files of `department/person`.
  func identity(of person: String) -> (certificate: String, key: String) {
    let parts = person.split(separator: "/")
    let files = "\(pki)/departments/\(parts[0])/persons/\(parts[1])"
    return (files + "/cert.pem", files + "/key.pem")
  }

  /// The name under which all certificates of the node stand.
  func domain() throws -> String {
    let description = try String(contentsOfFile: folder + "/weir.yaml", encoding: .utf8)
    guard let line = description.split(separator: "\n").first(where: { $0.hasPrefix("domain:") })
    else { throw BenchError.unreadable("the domain of the node") }
    return line.dropFirst(7).trimmingCharacters(in: .whitespaces)
  }

  func gatewayPort() throws -> Int {
    let ready = try Self.json(try String(contentsOfFile: folder + "/ready", encoding: .utf8))
    guard let address = (ready as? [String: Any])?["gateway"] as? String,
      let port = address.split(separator: ":").last.flatMap({ Int($0) })
    else { throw BenchError.unreadable("the address of the gateway") }
    return port
  }

  /// Of all its processes.
  func cpuSeconds() throws -> Double {
    let ready = try Self.json(try String(contentsOfFile: folder + "/ready", encoding: .utf8))
    guard let pids = (ready as? [String: Any])?["pids"] as? [String: Int] else {
      throw BenchError.unreadable("the processes of the node")
    }
    return try pids.values.reduce(processSeconds(Int(process.processIdentifier))) {
      $0 + (try processSeconds($1))
    }
  }

  /// Waits until its processes do next to nothing: the log has taken in what there was.
  func settle() async throws {
    for _ in 0..<150 {
      let before = try cpuSeconds()
      try await Task.sleep(for: .milliseconds(200))
      if try cpuSeconds() - before < 0.03 { return }
    }
    throw BenchError.unreadable("the end of the node's work")
  }

  private func processID(of service: String) throws -> Int {
    let ready = try Self.json(try String(contentsOfFile: folder + "/ready", encoding: .utf8))
    guard let pids = (ready as? [String: Any])?["pids"] as? [String: Int], let pid = pids[service]
    else { throw BenchError.unreadable("the processes of the node") }
    return pid
  }

  /// The built programs lie beside this one.
  private static func program(_ name: String) -> String {
    URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent(name).path
  }

  private static func weir(
    _ workshop: Workshop, _ folder: String, _ arguments: [String], as caller: String,
    accepts: Set<Int32> = [0]
  ) throws -> String {
    try workshop.run(
      program("weir"),
      arguments + ["--data", folder, "--as", caller, "--output", "json", "--lang", "en"]
        + (officers[caller].map { ["--by", $0] } ?? []),
      accepts: accepts)
  }

  private static func json(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8))
  }

  private static func wait(for file: String, of process: Process, log: String) throws {
    for _ in 0..<600 {
      if FileManager.default.fileExists(atPath: file) { return }
      guard process.isRunning else { break }
      usleep(100_000)
    }
    let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    throw BenchError.failed(program: "weir up", output: String(said.suffix(2000)))
  }
}
