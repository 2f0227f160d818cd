// Six services put up one by one from the example configurations, as an operator would on six hosts; one of them on PostgreSQL.

import Boot
import Contracts
import Crypto
import Database
import Foundation
import Glibc
import RPC
import Synchronization
import TestSupport
import Testing

@testable import WeirCLI

@Suite("a deployment by hand", .serialized)
struct DeploymentTests {
  @Test("pki, founding and the example configurations make a system that answers")
  func byHand() async throws {
    let site = try Site()
    try await site.makeKeys()
    let processes = try site.startAll()
    defer {
      for process in processes where process.isRunning { process.terminate() }
      site.releasePorts()
    }
    try await eventually("the gateway to know its first person", within: .seconds(60)) {
      await site.weir("department", "whoami") == .done
    }
    try await eventually("each service to answer through the gateway", within: .seconds(60)) {
      let listed = await site.weir("catalog", "list")
      let shared = await site.weir("share", "grants")
      let wrong = await site.weir("feedback", "list")
      return [listed, shared, wrong].allSatisfy { $0 == .done }
    }
    // A department's certificate is good at the gateway's public door alone.
    let inside = await site.weir("catalog", "list", gateway: site.address("catalog"))
    #expect(inside != .done)
    // All are told before any is waited for: each holds streams to others open, which end when their readers do.
    for process in processes { process.terminate() }
    for process in processes {
      try await eventually("it to end", within: .seconds(60)) { !process.isRunning }
      #expect(process.terminationStatus == 0)
    }
  }

  @Test("one of two catalogue processes is killed while reads are under way: none of them fails")
  func killedReplica() async throws {
    let site = try Site(secondCatalog: true)
    try await site.makeKeys()
    var processes = try site.startAll()
    defer {
      for process in processes where process.isRunning { process.terminate() }
      site.releasePorts()
    }
    try await eventually("the first catalogue to answer", within: .seconds(60)) {
      await site.weir("catalog", "list") == .done
    }
    // After the first, which made the keys that both have.
    let second = try site.start("catalog", replica: 2)
    processes.append(second)
    let first = processes[try #require(ServiceConfiguration.services.firstIndex(of: "catalog"))]
    try await site.withChannel { channel in
      let client = CatalogV1.CatalogClient(channel)
      // Read by several at once, so that some calls are on their way when it dies.
      try await withThrowingTaskGroup(of: Void.self) { group in
        let death = Death()
        for _ in 0..<8 {
          group.addTask {
            var after = 0
            while after < 100 {
              _ = try await client.listEntries(.init())
              if death.isOver.load(ordering: .relaxed) { after += 1 }
            }
          }
        }
        // By its metrics, which the operator's certificate opens.
        try await eventually("the second catalogue to be read", within: .seconds(60)) {
          try await site.metricsOfSecond().contains(
            #"code="OK",listener="internal",method="/weir.catalog.v1.Catalog/ListEntries""#)
        }
        kill(first.processIdentifier, SIGKILL)
        death.isOver.store(true, ordering: .relaxed)
        try await group.waitForAll()
      }
    }
    #expect(!first.isRunning && second.isRunning)
  }

  @Test(
    "each example configuration is read as it stands", arguments: ["gateway", "ingest", "share"])
  func example(_ service: String) throws {
    let file = Checkout.root.appending(path: "deploy/examples/\(service).yaml").path
    let configuration = try ServiceConfiguration.load(path: file)
    #expect(configuration.service == service)
    #expect(Set(configuration.peers.keys).union([service]) == Set(ServiceConfiguration.services))
    #expect((configuration.identityPostgres != nil) == (service == "ingest"))
  }

  @Test(
    "the unit files are such as systemd takes",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")),
    arguments: [
      ("weir@.service", "weir@share.service"), ("weir-witness.service", "weir-witness.service"),
    ])
  func unit(_ unit: String, _ name: String) async throws {
    let folder = try TemporaryFolder()
    let text = try String(
      contentsOf: Checkout.root.appending(path: "deploy/systemd/" + unit), encoding: .utf8)
    // Its programs are not installed here.
    let programs = URL(filePath: builtProgram("weir")).deletingLastPathComponent().path
    let file = folder.path(name)
    try Data(text.replacing("/usr/bin/", with: programs + "/").utf8).write(to: URL(filePath: file))
    let ended = try await runToEnd("/usr/bin/systemd-analyze", ["verify", file])
    #expect(ended.status == 0 && !ended.output.contains(file), "\(ended.output)")
  }
}

/// Of a process that is killed.
private final class Death: Sendable {
  let isOver = Atomic(false)
}

/// The hosts of a test: loopback ports and one folder.
private struct Site {
  let folder: TemporaryFolder
  let ports: [String: UInt16]
  let door: UInt16
  /// Where a second catalogue listens, if there is one.
  private let second: UInt16?
  /// The catalogue's.
  private let database: String?
  private let claims: PortClaims

  init(secondCatalog: Bool = false) throws {
    folder = try TemporaryFolder()
    let services = ServiceConfiguration.services
    // Held until the services have bound them, so that no other test takes one.
    var claims = PortClaims()
    let free = try claims.choose(services.count + 2, random: SystemRandom())
    self.claims = claims
    ports = Dictionary(uniqueKeysWithValues: zip(services, free))
    door = free[services.count]
    second = secondCatalog ? free[services.count + 1] : nil
    if case .postgres(let database) = try TestDatabase(.postgres).location {
      self.database = database
    } else {
      database = nil
    }
  }

  func releasePorts() { claims.release() }

  func address(_ service: String) -> String { "127.0.0.1:\(ports[service] ?? 0)" }

  private var examples: URL { Checkout.root.appending(path: "deploy/examples") }

  /// The commands of the README's section for operators.
  func makeKeys() async throws {
    let pki = folder.path("pki")
    var commands = [["pki", "init", pki, "--domain", "meizhou.example"]]
    for service in ServiceConfiguration.services + (second == nil ? [] : ["node"]) {
      commands.append([
        "pki", "issue-service", pki, service, "--dns", "localhost", "--ip", "127.0.0.1",
      ])
    }
    commands += [
      ["pki", "keylist", pki],
      [
        "pki", "found", pki, examples.appending(path: "founding.yaml").path, "--out",
        folder.path("founding.yaml"),
      ],
    ]
    for command in commands {
      let ended = try await runToEnd(builtProgram("weir"), command)
      try #require(ended.status == 0, "\(ended.output)")
    }
  }

  func startAll() throws -> [Process] {
    // As StateDirectory= makes them.
    for service in ServiceConfiguration.services {
      for name in [service, service + "-keys"] { try Files.makeFolder(folder.path("data/" + name)) }
    }
    return try ServiceConfiguration.services.map { try start($0) }
  }

  func start(_ service: String, replica: Int = 1) throws -> Process {
    let path = folder.path("\(service)-\(replica).yaml")
    var configuration = try configuration(of: service)
    configuration.replica = replica
    if replica > 1, let second {
      configuration.listen = "127.0.0.1:\(second)"
      configuration.dataFolder = folder.path("data/\(service)-\(replica)")
      try Files.makeFolder(configuration.dataFolder)
    }
    try Files.write(try configuration.yaml(), to: path, isPrivate: true)
    let process = Process()
    process.executableURL = URL(filePath: builtProgram("weir-" + service))
    process.arguments = ["--configuration", path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// What the second catalogue counts.
  func metricsOfSecond() async throws -> String {
    let curl = try Curl(KeyFolder(path: folder.path("pki"), domain: "meizhou.example"))
    return try await curl.ask(
      "127.0.0.1:\(second ?? 0)", "/metrics", as: folder.path("pki/services/node")
    ).text
  }

  /// Calls to the gateway in the first person's name.
  func withChannel(_ body: (Channel) async throws -> Void) async throws {
    let own = folder.path("pki/departments/data-bureau/persons/chen")
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [Address(host: "127.0.0.1", port: door)],
        tls: TLSConfiguration(
          certificateChainPEM: try readBytes(own + "/cert.pem"),
          privateKeyPEM: try readBytes(own + "/key.pem"),
          trustRootsPEM: [try readBytes(folder.path("pki/service-root/ca.pem"))]),
        defaultTimeout: .seconds(30)),
      reactors: reactors)
    do {
      try await body(channel)
    } catch {
      Issue.record(error)
    }
    await channel.shutdown()
    await reactors.shutdown()
  }

  /// An example as it stands, but with the folders and ports of this test.
  private func configuration(of service: String) throws -> ServiceConfiguration {
    let example = service == "gateway" ? "gateway" : "share"
    var text = try String(
      contentsOf: examples.appending(path: example + ".yaml"), encoding: .utf8)
    for (from, to) in [
      ("/etc/weir/pki", folder.path("pki")), ("/etc/weir", folder.path(".")),
      ("/var/lib/weir", folder.path("data")),
      ("/usr/share/weir", Checkout.root.appending(path: "deploy").path),
    ] {
      text = text.replacing(from, with: to)
    }
    for name in ServiceConfiguration.services {
      text = text.replacing("\(name).meizhou.example:7440", with: address(name))
    }
    let path = folder.path("example-\(service).yaml")
    try Data(text.utf8).write(to: URL(filePath: path))
    var configuration = try ServiceConfiguration.load(path: path)
    configuration.listen = address(service)
    configuration.publicListen = service == "gateway" ? "127.0.0.1:\(door)" : nil
    if service != example {
      configuration.service = service
      configuration.peers[example] = [address(example)]
      configuration.peers[service] = nil
      configuration.dataFolder = folder.path("data/" + service)
      configuration.keysFolder = folder.path("data/\(service)-keys")
      let own = folder.path("pki/services/" + service)
      configuration.tls.certificate = own + "/cert.pem"
      configuration.tls.key = own + "/key.pem"
      configuration.evidence.signingKey = own + "/evidence.key"
    }
    if service == "catalog" {
      configuration.postgres = database
    } else if let second {
      configuration.peers["catalog"]?.append("127.0.0.1:\(second)")
    }
    return configuration
  }

  /// The program with files instead of a data folder, as on a department's own machine.
  func weir(_ arguments: String..., gateway: String? = nil) async -> ProgramExit {
    let own = folder.path("pki/departments/data-bureau/persons/chen")
    return await EndToEndTests.weir(
      arguments + [
        "--gateway", gateway ?? "127.0.0.1:\(door)", "--cert", own + "/cert.pem", "--key",
        own + "/key.pem", "--ca", folder.path("pki/service-root/ca.pem"),
      ]
    ).exit
  }
}
