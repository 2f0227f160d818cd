// Unary calls over TLS 1.3, decoded and encoded: calls for each second of processor time, against gRPC C++.

import ArgumentParser
import Boot
import Contracts
import Foundation
import RPC

/// A message of 239 bytes, as DESIGN measured with.
let echoMessage: IngestV1.Reject = {
  var reject = IngestV1.Reject(
    line: 12_345, field: "id-number", rule: "ingest.check_digit", threshold: "GB 11643",
    value: "44140019700101123X", article: "meizhou-public-2023/13",
    text: CommonV1.BilingualText(chinese: "校验码不符", english: "the check digit is wrong"), row: "")
  let size = (try? reject.serialized().count) ?? 0
  reject.row = String(repeating: "x", count: max(0, 239 - size - 2))
  return reject
}()

/// Ours, as a process of its own, so that only the server's processor time counts.
struct ServeEcho: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve-echo", shouldDisplay: false)

  @Option var certificate: String
  @Option var key: String
  @Option var threads = 4
  @Option var connections = 256
  /// The port of another such server, from which this one reads.
  @Option var source: Int?

  func run() async throws {
    let signals = StopSignals()
    let tls = TLSConfiguration(
      certificateChainPEM: Array(try Data(contentsOf: URL(fileURLWithPath: certificate))),
      privateKeyPEM: Array(try Data(contentsOf: URL(fileURLWithPath: key))), trustRootsPEM: [],
      clientCertificates: .none)
    let echo = MethodHandler(
      path: "/bench.Echo/Echo",
      implementation: .unary { bytes, _ in
        UnaryReply(try IngestV1.Reject(serialized: bytes).serialized())
      })
    var limits = ServerLimits()
    limits.connectionsPerPeer = connections
    limits.connections = max(limits.connections, connections)
    let reactors = ReactorGroup(threadCount: threads, seed: 1)
    var methods = [echo, flowMethod]
    if let source {
      methods.append(fetchMethod(from: try localChannel(source, certificate, reactors)))
    }
    let server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0), tls: tls, limits: limits,
        onFault: { _, _, _ in }),
      reactors: reactors, methods: methods)
    let address = try await server.start()
    print("listening \(address.port)")
    fflush(nil)
    await signals.first()
    await server.stop()
  }
}

func echoFigures(_ workshop: Workshop) async throws -> [Figure] {
  let (certificate, key) = try workshop.certificate()
  let bytes = try echoMessage.serialized()
  var frame: [UInt8] = [0] + withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { Array($0) }
  frame += bytes
  try Data(frame).write(to: URL(fileURLWithPath: workshop.path("frame.bin")))
  let peer = try workshop.startServer(
    try workshop.buildPeer("echo_server", isServer: true), ["0", certificate, key])
  defer { peer.stop() }
  let ours = try workshop.startServer(
    CommandLine.arguments[0], ["serve-echo", "--certificate", certificate, "--key", key])
  defer { ours.stop() }
  var rates: (ours: [Double], peer: [Double]) = ([], [])
  for _ in 0..<workshop.rounds {
    rates.ours.append(try callsPerProcessorSecond(ours, workshop))
    rates.peer.append(try callsPerProcessorSecond(peer, workshop))
  }
  return [
    .rate(
      "unary echo over TLS 1.3, \(bytes.count) bytes", unit: "calls/CPU s",
      ours: median(rates.ours), peer: median(rates.peer),
      against: "gRPC C++ callback server, same h2load", target: 4)
  ]
}

/// One run of the load generator: eight connections with sixteen streams each.
private func callsPerProcessorSecond(_ server: BenchServer, _ workshop: Workshop) throws -> Double {
  let calls = workshop.quick ? 2_000 : 200_000
  let before = try server.cpuSeconds()
  let report = try workshop.run(
    "h2load",
    [
      "-n", String(calls), "-c", "8", "-m", "16", "-t", "1", "-d", workshop.path("frame.bin"),
      "-H", "content-type: application/grpc", "-H", "te: trailers",
      "https://127.0.0.1:\(server.port)/bench.Echo/Echo",
    ])
  guard report.contains("\(calls) succeeded"), report.contains("TLSv1.3") else {
    throw BenchError.failed(program: "h2load", output: report)
  }
  return Double(calls) / (try server.cpuSeconds() - before)
}
