// The way of a department's call: gateway, service, evidence on the disk; against one hop of gRPC C++ behind nginx.

import Contracts
import Foundation
import RPC

/// Ours: `ListRejects` by a person of the source, through the gateway of a whole node: both hops with certificates on both
/// sides, registry, rate and rule asked, the reading written down before a sealed record is opened, all durable. Every process
/// of the node counts, the one that keeps the log too. The peer: an echo of 239 bytes, one gRPC C++ server behind nginx, which
/// asks for a client certificate; nothing else is asked, and nothing written.
func gatewayFigures(_ workshop: Workshop) async throws -> [Figure] {
  let node = try BenchNode(workshop)
  defer { node.stop() }
  let proxied = try ProxiedPeer(workshop, node)
  defer { proxied.stop() }
  let loads = (
    ours: try LoadGenerator(try await node.rejectsTarget()),
    peer: try LoadGenerator(try proxied.target())
  )
  let calls = workshop.quick ? 1_024 : 32_768
  try await loads.ours.saturate(calls: calls / 8)
  try await loads.peer.saturate(calls: calls / 8)
  var rates: (ours: [Double], peer: [Double]) = ([], [])
  for _ in 0..<workshop.rounds {
    let before = try node.cpuSeconds()
    try await loads.ours.saturate(calls: calls)
    // What the log still takes in belongs to it.
    try await node.settle()
    rates.ours.append(Double(calls) / (try node.cpuSeconds() - before))
    let peerBefore = try proxied.cpuSeconds()
    try await loads.peer.saturate(calls: calls)
    rates.peer.append(Double(calls) / (try proxied.cpuSeconds() - peerBefore))
  }
  await loads.ours.close()
  await loads.peer.close()
  return [
    .rate(
      "gateway path: two hops, mTLS, authorised, evidence durable", unit: "calls/CPU s",
      ours: median(rates.ours), peer: median(rates.peer),
      against: "gRPC C++ echo behind nginx grpc_pass, all processes of each side", target: 2)
  ]
}

extension BenchNode {
  /// A call that reads one rejected row of the demonstration.
  fileprivate func rejectsTarget() async throws -> LoadTarget {
    var target = LoadTarget(
      port: try gatewayPort(), path: "/weir.ingest.v1.Ingest/ListRejects", message: [],
      root: pki + "/service-root/ca.pem", identity: identity(of: Self.sourceOfficer),
      serverName: nil, serverURI: "spiffe://\(try domain())/service/gateway")
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let channel = try target.channel(reactors)
    let batches = try await IngestV1.IngestClient(channel).listBatches(
      IngestV1.ListBatchesRequest(entry: entry, pageSize: 50))
    await channel.shutdown()
    await reactors.shutdown()
    guard let batch = batches.batches.first(where: { $0.rejectedRows > 0 }) else {
      throw BenchError.unreadable("a batch with rejected rows")
    }
    target.message = try IngestV1.ListRejectsRequest(batch: batch.name, pageSize: 1).serialized()
    return target
  }
}

/// gRPC C++ behind nginx.
private struct ProxiedPeer {
  private let echo: BenchServer
  private let nginx: Process
  private let port: Int
  private let certificate: String
  private let identity: (certificate: String, key: String)
  let message: [UInt8]

  init(_ workshop: Workshop, _ node: BenchNode) throws {
    let (certificate, key) = try workshop.certificate()
    self.certificate = certificate
    identity = node.identity(of: BenchNode.sourceOfficer)
    message = try echoMessage.serialized()
    echo = try workshop.startServer(
      try workshop.buildPeer("echo_server", isServer: true), ["0", certificate, key])
    port = try workshop.freePort()
    var text = try String(contentsOfFile: workshop.peers + "/nginx.conf", encoding: .utf8)
    // The officer's certificate comes from the issuing authority below the departments' root.
    let authorities = workshop.path("client-root.pem")
    try
      (try String(contentsOfFile: node.pki + "/department-root/ca.pem", encoding: .utf8)
      + String(contentsOfFile: node.pki + "/issuing/ca.pem", encoding: .utf8))
      .write(toFile: authorities, atomically: true, encoding: .utf8)
    for (name, value) in [
      ("FOLDER", workshop.folder.path), ("PORT", String(port)), ("UPSTREAM", String(echo.port)),
      ("CLIENT_ROOT", authorities),
    ] {
      text = text.replacingOccurrences(of: name, with: value)
    }
    try text.write(toFile: workshop.path("nginx.conf"), atomically: true, encoding: .utf8)
    nginx = try workshop.start(
      "/usr/bin/env",
      ["PATH=/usr/sbin:/usr/bin", "nginx", "-e", "stderr", "-c", workshop.path("nginx.conf")],
      log: workshop.path("nginx.log"))
    try workshop.wait(forPort: port, of: nginx, log: workshop.path("nginx.log"))
  }

  func target() throws -> LoadTarget {
    LoadTarget(
      port: port, path: "/bench.Echo/Echo", message: message, root: certificate,
      identity: identity)
  }

  /// Of the server, of nginx and of its workers.
  func cpuSeconds() throws -> Double {
    let master = nginx.processIdentifier
    let workers = try String(
      contentsOfFile: "/proc/\(master)/task/\(master)/children", encoding: .utf8)
    return try ([Int(master)] + workers.split(separator: " ").compactMap { Int($0) })
      .reduce(try echo.cpuSeconds()) { $0 + (try processSeconds($1)) }
  }

  func stop() {
    // Its workers end with it only when it is asked.
    nginx.terminate()
    nginx.waitUntilExit()
    echo.stop()
  }
}
