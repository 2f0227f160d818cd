// How long unary calls take while a server does half of what it can: the slowest in a hundred, against gRPC C++.

import Contracts
import Foundation

/// Both at half of the rate at which the generator saturates gRPC C++ (ours saturates the generator first), arrivals at random
/// moments and the same for both; a call's time runs from the moment at which it was due, so that a server that falls behind
/// cannot hide it.
func latencyFigures(_ workshop: Workshop) async throws -> [Figure] {
  let (certificate, key) = try workshop.certificate()
  let peer = try workshop.startServer(
    try workshop.buildPeer("echo_server", isServer: true), ["0", certificate, key])
  defer { peer.stop() }
  let server = try workshop.startServer(
    CommandLine.arguments[0], ["serve-echo", "--certificate", certificate, "--key", key])
  defer { server.stop() }
  func generator(_ server: BenchServer) throws -> LoadGenerator {
    try LoadGenerator(
      LoadTarget(
        port: server.port, path: "/bench.Echo/Echo", message: try echoMessage.serialized(),
        root: certificate))
  }
  let loads = (ours: try generator(server), peer: try generator(peer))
  let calls = workshop.quick ? 2_048 : 65_536
  // The first of each opens the connections.
  try await loads.ours.saturate(calls: calls / 4)
  var rates: [Double] = []
  for _ in 0..<min(workshop.rounds, 3) {
    rates.append(Double(calls) / (try await loads.peer.saturate(calls: calls)))
  }
  let half = median(rates) / 2
  let seconds = workshop.quick ? 0.5 : 4.0
  var ours: [Double] = []
  var theirs: [Double] = []
  for round in 0..<workshop.rounds {
    func p99(_ load: LoadGenerator) async throws -> Double {
      let times = try await load.arrive(perSecond: half, seconds: seconds, seed: UInt64(round))
      return quantile(times, 0.99)
    }
    ours.append(try await p99(loads.ours))
    theirs.append(try await p99(loads.peer))
  }
  await loads.ours.close()
  await loads.peer.close()
  return [
    .time(
      "99 % of unary calls, \(Int(half)) a second", unit: "ms", ours: median(ours),
      peer: median(theirs), against: "gRPC C++ at half of what it can", target: 1)
  ]
}
