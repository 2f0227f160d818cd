// Somebody who calls while somebody else attacks: the calls must come through, and not much later than without it.

import Glibc
import Synchronization
import TestSupport
import Testing

import Threads
@testable import RPC

/// What an attack came to.
struct Attacked<Result> {
  /// Of the last time that it was run.
  let last: Result
  /// How often it was run against the server.
  let count: Int
  /// The processor time that the server's thread spent on one attack, in calls of the bystander.
  let costInCalls: Double
}

/// Calls a server a hundred times with a certificate and a connection of its own, while `attack` is run against it again and
/// again on a thread of its own, and expects it to be served.
///
/// What is compared are calls while the same attack is run against another server of the same process: the machine is as
/// busy, only the bystander's own server has nothing else to do. Both servers have one reactor. A machine that is
/// busy with other things can spoil one comparison; of three, one must do.
///
/// - Parameter factor: How many times as long the median and the 99th may take; they count as one and four milliseconds at least.
@discardableResult
func withBystander<Result: Sendable>(
  of echo: EchoServer, slowedBy factor: Int = 25,
  _ attack: @escaping @Sendable (EchoServer) throws -> Result
) async throws -> Attacked<Result> {
  let reactors = ReactorGroup(threadCount: 1, seed: 1)
  let channel = try echo.channel(
    as: try echo.pki.system("bystander", department: "health"), on: reactors)
  let decoy = try await EchoServer(pki: echo.pki, threads: 1, limits: echo.server.core.limits)
  _ = try await timedCall(on: channel)
  var verdicts: [String] = []
  var outcome: Attacked<Result>?
  var count = 0
  for _ in 0..<3 {
    let quiet = try await sampled(channel, attacking: decoy, watching: echo, attack)
    let attacked = try await sampled(channel, attacking: echo, watching: echo, attack)
    count += attacked.attacks
    let callCost = quiet.cost / Double(quiet.times.count)
    let cost = attacked.cost - callCost * Double(attacked.times.count)
    outcome = Attacked(
      last: attacked.last, count: count, costInCalls: cost / Double(attacked.attacks) / callCost)
    let (median, late) = (quiet.times[50], quiet.times[98])
    if attacked.times[50] <= max(median, .milliseconds(1)) * factor,
      attacked.times[98] <= max(late, .milliseconds(4)) * factor
    {
      verdicts = []
      break
    }
    verdicts.append(
      "median \(median) became \(attacked.times[50]), 99 % in \(late) became \(attacked.times[98])")
  }
  #expect(verdicts.isEmpty, "\(verdicts.joined(separator: "; "))")
  await decoy.shutdown()
  await reactors.shutdown()
  return try #require(outcome)
}

private func timedCall(on channel: Channel) async throws -> Duration {
  let begin = ContinuousClock.now
  let reply = try await channel.unary("/test.Echo/Unary", [42])
  #expect(reply.message == [42])
  return ContinuousClock.now - begin
}

private struct Sample<Result: Sendable> {
  /// Of a hundred calls, the shortest first.
  let times: [Duration]
  let attacks: Int
  let last: Result
  /// Nanoseconds of the watched server's thread.
  let cost: Double
}

/// Every call begins and ends while the attack goes on.
private func sampled<Result: Sendable>(
  _ channel: Channel, attacking target: EchoServer, watching echo: EchoServer,
  _ attack: @escaping @Sendable (EchoServer) throws -> Result
) async throws -> Sample<Result> {
  let outcome = Box<(attacks: Int, last: Swift.Result<Result, any Error>)>()
  let isOver = Box<Bool>()
  let before = await echo.threadNanoseconds()
  startThread(named: "attacker") {
    var last = Swift.Result(catching: { try attack(target) })
    var attacks = 1
    while isOver.value == nil, case .success = last {
      last = Swift.Result(catching: { try attack(target) })
      attacks += 1
    }
    outcome.set((attacks, last))
  }
  var times: [Duration] = []
  while times.count < 100 { times.append(try await timedCall(on: channel)) }
  isOver.set(true)
  try await eventually("the attack to end") { outcome.value != nil }
  let after = await echo.threadNanoseconds()
  let (attacks, last) = try #require(outcome.value)
  return Sample(
    times: times.sorted(), attacks: attacks, last: try last.get(), cost: after - before)
}

extension EchoServer {
  /// The processor time of its first reactor's thread.
  func threadNanoseconds() async -> Double {
    let time = Box<Double>()
    let latch = Latch()
    reactors.reactors[0].post { _ in
      var now = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
      time.set(Double(now.tv_sec) * 1e9 + Double(now.tv_nsec))
      latch.open()
    }
    await latch.wait()
    return time.value ?? 0
  }
}

/// Keeps raw peers' connections open until told, whoever made them.
final class Held: Sendable {
  private let peers: Mutex<[RawPeer]>
  init(_ peers: sending [RawPeer]) { self.peers = Mutex(peers) }
  func end() { peers.withLock { $0 = [] } }
}
