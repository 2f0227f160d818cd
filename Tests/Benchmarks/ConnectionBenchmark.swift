// One large stream against a raw copy by OpenSSL, and what an idle connection costs beyond OpenSSL's own memory.

import Foundation
import RPC

func connectionFigures(_ workshop: Workshop) async throws -> [Figure] {
  try await streamFigures(workshop) + [idleFigure(workshop)]
}

// MARK: A large stream

/// The bytes of one message of the stream.
private let pieceBytes = 64 << 10

private func streamFigures(_ workshop: Workshop) async throws -> [Figure] {
  let (certificate, key) = try workshop.certificate()
  let megabytes = workshop.quick ? 16 : 1024
  let peer = try workshop.buildTool("tls_peer")
  let raw = try workshop.startServer(peer, ["send", certificate, key, String(megabytes << 20)])
  defer { raw.stop() }
  let identity = ["serve-echo", "--certificate", certificate, "--key", key]
  let source = try workshop.startServer(CommandLine.arguments[0], identity)
  defer { source.stop() }
  let reader = try workshop.startServer(
    CommandLine.arguments[0], identity + ["--threads", "1", "--source", String(source.port)])
  defer { reader.stop() }
  var ours: [Copy] = []
  var theirs: [Copy] = []
  for _ in 0..<workshop.rounds {
    let before = try source.cpuSeconds() + reader.cpuSeconds()
    let seconds = try await fetch(megabytes << 20, through: reader.port, certificate)
    ours.append(
      Copy(seconds: seconds, cpu: try source.cpuSeconds() + reader.cpuSeconds() - before))
    let rawBefore = try raw.cpuSeconds()
    let words = try workshop.run(peer, ["fetch", String(raw.port)]).split(separator: " ")
    guard words.count == 3, words[0] == String(megabytes << 20), let time = Double(words[1]),
      let cpu = Double(words[2].dropLast())
    else { throw BenchError.unreadable("the time of the raw copy") }
    theirs.append(Copy(seconds: time, cpu: try raw.cpuSeconds() - rawBefore + cpu))
  }
  let name = "one server stream of \(megabytes) MiB, messages of \(pieceBytes >> 10) KiB"
  return [
    .rate(
      name, unit: "MiB/s",
      ours: Double(megabytes) / median(ours.map(\.seconds)),
      peer: Double(megabytes) / median(theirs.map(\.seconds)),
      against: "SSL_write and SSL_read of the same bytes", target: 0.7),
    .rate(
      name, unit: "MiB/CPU s",
      ours: Double(megabytes) / median(ours.map(\.cpu)),
      peer: Double(megabytes) / median(theirs.map(\.cpu)),
      against: "the same, both ends together", target: 0.7),
  ]
}

/// What one copy of the stream took, on the clock and in both processes.
private struct Copy {
  let seconds: Double
  let cpu: Double
}

/// Has a service read the whole stream from another, as services do: in a handler; the time in seconds.
private func fetch(_ bytes: Int, through port: Int, _ certificate: String) async throws -> Double {
  let reactors = ReactorGroup(threadCount: 1, seed: 1)
  let channel = try localChannel(port, certificate, reactors)
  var options = CallOptions()
  options.timeout = .seconds(300)
  let reply = try await channel.unary(fetchPath, Array(String(bytes / pieceBytes).utf8), options)
  await channel.shutdown()
  await reactors.shutdown()
  let words = String(decoding: reply.message, as: UTF8.self).split(separator: " ")
  guard words.count == 2, words[0] == String(bytes), let seconds = Double(words[1]) else {
    throw BenchError.unreadable("the stream: \(words)")
  }
  return seconds
}

/// A channel to a server of this benchmark.
func localChannel(_ port: Int, _ certificate: String, _ reactors: ReactorGroup) throws -> Channel {
  try Channel(
    configuration: ChannelConfiguration(
      addresses: [Address(host: "127.0.0.1", port: UInt16(port))],
      tls: TLSConfiguration(
        certificateChainPEM: [], privateKeyPEM: [],
        trustRootsPEM: [Array(try Data(contentsOf: URL(fileURLWithPath: certificate)))]),
      serverName: "localhost"),
    reactors: reactors)
}

private let fetchPath = "/bench.Echo/Fetch"

/// Reads as many pieces as its message says from `source`; answers the bytes and the seconds.
func fetchMethod(from source: Channel) -> MethodHandler {
  MethodHandler(
    path: fetchPath,
    implementation: .unary { wanted, _ in
      // The connection is there before the clock runs, as it is for the peer.
      _ = try await source.unary("/bench.Echo/Echo", [])
      let began = ContinuousClock.now
      let received = try await source.stream("/bench.Echo/Flow") { stream in
        try await stream.send(wanted)
        try await stream.finishSending()
        var sum = 0
        while let piece = try await stream.next() { sum += piece.count }
        return sum
      }
      let seconds = began.duration(to: .now) / .seconds(1)
      return UnaryReply(Array("\(received) \(seconds)".utf8))
    })
}

/// The method that is read: as many pieces as its one message says.
let flowMethod = MethodHandler(
  path: "/bench.Echo/Flow",
  implementation: .stream { requests, responses, _ in
    let wanted = try await requests.next() ?? []
    let piece = [UInt8](repeating: 120, count: pieceBytes)
    for _ in 0..<(Int(String(decoding: wanted, as: UTF8.self)) ?? 0) {
      try await responses.write(piece)
    }
    return Metadata()
  })

// MARK: Idle connections

private func idleFigure(_ workshop: Workshop) throws -> Figure {
  let (certificate, key) = try workshop.certificate()
  let count = workshop.quick ? 200 : 10_000
  let peer = try workshop.buildTool("tls_peer")
  let raw = try workshop.startServer(peer, ["keep", certificate, key])
  defer { raw.stop() }
  let ours = try workshop.startServer(
    CommandLine.arguments[0],
    [
      "serve-echo", "--certificate", certificate, "--key", key, "--connections",
      String(count + 100),
    ])
  defer { ours.stop() }
  let rawBytes = try bytesPerConnection(of: raw, peer, count, workshop)
  let ourBytes = try bytesPerConnection(of: ours, peer, count, workshop)
  return .time(
    "memory of an idle connection of \(count), beyond OpenSSL's own \(Int(rawBytes) >> 10) KiB",
    unit: "KiB", ours: (ourBytes - rawBytes) / 1024, peer: 40,
    against: "40 KiB, the bound", target: 1)
}

/// What `count` open connections add to a server's resident memory, for each.
private func bytesPerConnection(
  of server: BenchServer, _ peer: String, _ count: Int, _ workshop: Workshop
) throws -> Double {
  // What the first connections make once and for all is not counted.
  let first = try workshop.startHolder(peer, server.port, 64)
  defer { first.stop() }
  let before = try server.residentBytes()
  let holder = try workshop.startHolder(peer, server.port, count)
  defer { holder.stop() }
  return (try server.residentBytes() - before) / Double(count)
}

extension Workshop {
  /// Opens connections and keeps them until it is stopped.
  fileprivate func startHolder(_ peer: String, _ port: Int, _ count: Int) throws -> BenchServer {
    let (process, line) = try startTelling(peer, ["hold", String(port), String(count)])
    guard line == "held \(count)" else {
      process.terminate()
      throw BenchError.failed(program: peer, output: line)
    }
    return BenchServer(process: process, port: port)
  }
}
