// Somebody who calls while somebody else attacks: the calls must come through, and not much later than before.

import Synchronization
import TestSupport
import Testing

import Threads
@testable import RPC

/// Runs `attack` on a thread of its own, and calls the same server meanwhile with another certificate on another connection.
///
/// The server should have one reactor, so that both are on it. Both times are of one run on one machine; what a server
/// under attack must not do, stand still for seconds or refuse, is far beyond the factor.
func withBystander<Result: Sendable>(
  of echo: EchoServer, _ attack: @escaping @Sendable () throws -> Result
) async throws -> Result {
  let reactors = ReactorGroup(threadCount: 1, seed: 1)
  let channel = try echo.channel(
    as: try echo.pki.system("bystander", department: "health"), on: reactors)
  func call() async throws -> Duration {
    let begin = ContinuousClock.now
    let reply = try await channel.unary("/test.Echo/Unary", [42])
    #expect(reply.message == [42])
    return ContinuousClock.now - begin
  }
  func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }

  _ = try await call()
  var before: [Duration] = []
  for _ in 0..<30 { before.append(try await call()) }
  let outcome = Box<Swift.Result<Result, any Error>>()
  startThread(named: "attacker") { outcome.set(Swift.Result(catching: attack)) }
  var during: [Duration] = []
  while outcome.value == nil || during.count < 30 { during.append(try await call()) }
  #expect(median(during) <= max(median(before), .milliseconds(2)) * 50)
  await reactors.shutdown()
  return try #require(outcome.value).get()
}

/// Keeps a raw peer's connection open until told, whoever made it.
final class Held: Sendable {
  private let peer: Mutex<RawPeer?>
  init(_ peer: sending RawPeer) { self.peer = Mutex(peer) }
  func end() { peer.withLock { $0 = nil } }
}
