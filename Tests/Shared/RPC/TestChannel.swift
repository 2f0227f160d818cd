// A client of the echo server, and small helpers of these tests.

import Foundation
import RPC
import Synchronization
import TestSupport
import Testing

extension EchoServer {
  /// A channel to this server (or others) as a department's system.
  func channel(
    to addresses: [Address]? = nil, as client: TestPKI.Identity? = nil,
    trusting root: String? = nil,
    on reactors: ReactorGroup? = nil, _ change: (inout ChannelConfiguration) -> Void = { _ in }
  ) throws -> Channel {
    let client = try client ?? pki.system("roll", department: "police")
    var configuration = ChannelConfiguration(
      addresses: addresses ?? [address], tls: client.tls(trusting: root ?? pki.serviceRootPEM))
    configuration.backoff.initial = .milliseconds(5)
    configuration.backoff.maximum = .milliseconds(50)
    change(&configuration)
    return try Channel(configuration: configuration, reactors: reactors ?? self.reactors)
  }
}

/// The status that `call` fails with.
func status<Result>(of call: () async throws -> Result) async -> Status? {
  do {
    _ = try await call()
    Issue.record("a call that must fail came through")
    return nil
  } catch {
    if error as? Status == nil { Issue.record("not a status: \(error)") }
    return error as? Status
  }
}

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A value that a handler leaves for the test.
final class Box<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)
  var value: Value? { content.withLock { $0 } }
  func set(_ value: Value?) { content.withLock { $0 = value } }
}

/// Runs a program and returns what it printed, errors included.
func runProgram(_ program: URL, _ arguments: [String]) async throws -> String {
  try await runToEnd(program.path, arguments).output
}
