// The same load for two servers: calls as fast as they are answered, or at a rate that does not wait for answers.

import Foundation
import RPC
import Synchronization

/// Whom the load calls, how, and as whom.
struct LoadTarget {
  let port: Int
  let path: String
  var message: [UInt8]
  let root: String
  /// The caller's certificate and key; `nil` where none is asked for.
  var identity: (certificate: String, key: String)?
  var serverName: String? = "localhost"
  var serverURI: String?
}

extension LoadTarget {
  func channel(_ reactors: ReactorGroup) throws -> Channel {
    func contents(_ path: String) throws -> [UInt8] {
      Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    return try Channel(
      configuration: ChannelConfiguration(
        addresses: [Address(host: "127.0.0.1", port: UInt16(port))],
        tls: TLSConfiguration(
          certificateChainPEM: try identity.map { try contents($0.certificate) } ?? [],
          privateKeyPEM: try identity.map { try contents($0.key) } ?? [],
          trustRootsPEM: [try contents(root)]),
        serverName: serverName, expectedServerURI: serverURI, defaultTimeout: .seconds(30)),
      reactors: reactors)
  }
}

/// Eight connections to one server.
struct LoadGenerator: Sendable {
  private let channels: [Channel]
  private let reactors: [ReactorGroup]
  private let path: String
  private let message: [UInt8]

  init(_ target: LoadTarget) throws {
    let reactors = (0..<2).map { ReactorGroup(threadCount: 1, seed: UInt64($0)) }
    channels = try (0..<8).map { try target.channel(reactors[$0 % 2]) }
    self.reactors = reactors
    path = target.path
    message = target.message
  }

  func close() async {
    for channel in channels { await channel.shutdown() }
    for group in reactors { await group.shutdown() }
  }

  /// Makes so many calls, sixteen at a time on each connection.
  ///
  /// - Returns: The seconds it took.
  @discardableResult
  func saturate(calls: Int) async throws -> Double {
    let streams = 16
    let share = calls / (channels.count * streams)
    let began = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for channel in channels {
        for _ in 0..<streams {
          group.addTask { for _ in 0..<share { _ = try await channel.unary(path, message) } }
        }
      }
      try await group.waitForAll()
    }
    return began.duration(to: .now) / .seconds(1)
  }

  /// Makes calls at a rate, at random moments, whether or not those before have been answered.
  ///
  /// - Returns: What each took from the moment at which it was due, in milliseconds, in order of size.
  func arrive(perSecond rate: Double, seconds: Double, seed: UInt64) async throws -> [Double] {
    var random = SplitMix(state: seed)
    var dues: [Double] = []
    var due = 0.0
    while due < seconds {
      due += -log(1 - Double.random(in: 0..<1, using: &random)) / rate
      dues.append(due)
    }
    let began = ContinuousClock.now
    return try await withThrowingTaskGroup(of: Double.self) { group in
      for (index, due) in dues.enumerated() {
        let moment = began + .seconds(due)
        if moment > .now { try await Task.sleep(until: moment, clock: .continuous) }
        let channel = channels[index % channels.count]
        group.addTask {
          _ = try await channel.unary(path, message)
          return moment.duration(to: .now) / .milliseconds(1)
        }
      }
      var times: [Double] = []
      for try await time in group { times.append(time) }
      return times.sorted()
    }
  }
}

/// SplitMix64, so that every server sees the same arrivals, and every run the same catalogue.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// The value that this share of sorted values does not exceed.
func quantile(_ sorted: [Double], _ share: Double) -> Double {
  sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}
