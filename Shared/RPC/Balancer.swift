// The replicas of one service as one reactor sees them: a connection to each, and calls that go round those that are ready.

import CNGHTTP2
import Glibc

/// Chooses a connection for each call; keeps those that must wait. Confined to its reactor.
final class Balancer {
  let channel: ChannelCore
  let core: ReactorCore
  private(set) var subchannels: [Subchannel] = []
  private var names: [ResolvedName] = []
  var throttle: RetryThrottle
  private var judge: OutlierJudge?
  private var next: Int
  private var waiting: [ClientCall] = []
  private var isShutDown = false

  init(_ channel: ChannelCore, core: ReactorCore) {
    self.channel = channel
    self.core = core
    throttle = RetryThrottle(channel.configuration.service.throttling)
    next = Int(truncatingIfNeeded: core.random.next() >> 33)
    update(channel.addresses)
    if let limits = channel.configuration.service.outliers {
      let judge = OutlierJudge(self, limits)
      self.judge = judge
      judge.begin()
    }
  }

  /// Starts the call on the next ready connection, or lets it wait for one. A call fails at once when every address has
  /// failed, unless it asked to wait.
  func submit(_ call: ClientCall) {
    if isShutDown { return call.end(Status(.unavailable, "the channel is shut down")) }
    if start(call) { return }
    for subchannel in subchannels { subchannel.connectIfIdle() }
    if call.status != nil || call.connection != nil { return }
    if let failure, !call.waitsForReady { return call.failToStart(failure) }
    if waiting.count >= channel.configuration.limits.waitingCalls {
      return call.end(Status(.resourceExhausted, "too many calls wait for a connection"))
    }
    call.isWaiting = true
    waiting.append(call)
  }

  private func start(_ call: ClientCall) -> Bool {
    let count = subchannels.count
    for offset in 0..<count {
      let index = (next &+ offset) % count
      guard let connection = subchannels[index].readyConnection else { continue }
      if call.start(on: connection) {
        next = index + 1
        return true
      }
    }
    return false
  }

  /// Why no call can go out now; `nil` while there is hope.
  private var failure: Status? {
    if subchannels.isEmpty {
      if names.isEmpty { return Status(.unavailable, "the channel has no address") }
      let reasons = names.compactMap(\.failure)
      if reasons.count < names.count { return nil }
      return Status(.unavailable, reasons.joined(separator: "; "))
    }
    guard subchannels.allSatisfy({ $0.lastFailure != nil }) else { return nil }
    let reasons = subchannels.compactMap(\.lastFailure)
    return Status(.unavailable, reasons.joined(separator: "; "))
  }

  /// A connection became ready, or failed: calls that wait are looked at again, in order.
  func changed() {
    if waiting.isEmpty { return }
    let calls = waiting
    waiting = []
    for call in calls {
      call.isWaiting = false
      if start(call) { continue }
      if let failure, !call.waitsForReady {
        call.failToStart(failure)
      } else {
        call.isWaiting = true
        waiting.append(call)
      }
    }
  }

  /// A connection takes one more call: those that wait go in their order, as far as there is room.
  func hasRoomAgain() {
    while let call = waiting.first, start(call) {
      call.isWaiting = false
      waiting.removeFirst()
    }
  }

  func forget(_ call: ClientCall) {
    call.isWaiting = false
    waiting.removeAll { $0 === call }
  }

  /// Other addresses or names; those that stay keep what is known of them.
  func update(_ addresses: [Address]) {
    var old = names
    names = addresses.map { address in
      guard let index = old.firstIndex(where: { $0.name == address }) else {
        return ResolvedName(address, balancer: self)
      }
      return old.remove(at: index)
    }
    for name in old { name.stop() }
    for name in names where name.addresses.isEmpty { name.refresh() }
    connectWhatIsNamed()
  }

  func resolved(_ name: Address, _ result: Result<[Address], SocketError>) {
    for known in names where known.name == name { known.answered(result) }
    connectWhatIsNamed()
  }

  /// The channel shows another certificate, or believes others.
  func renew() {
    for subchannel in subchannels { subchannel.renew() }
  }

  /// An address of this name does not answer: perhaps the name stands for others by now.
  func refresh(_ name: Address) {
    for known in names where known.name == name { known.refresh() }
  }

  private func connectWhatIsNamed() {
    var wanted = names.flatMap { name in
      name.addresses.map { Replica(name: name.name, address: $0) }
    }
    var kept: [Subchannel] = []
    for subchannel in subchannels {
      if let index = wanted.firstIndex(of: subchannel.replica) {
        wanted.remove(at: index)
        kept.append(subchannel)
      } else {
        subchannel.retire()
      }
    }
    let hadCalls = !waiting.isEmpty || !subchannels.isEmpty
    subchannels = kept + wanted.map { Subchannel($0, balancer: self) }
    if hadCalls { for subchannel in subchannels { subchannel.connectIfIdle() } }
    changed()
  }

  /// Ends everything: waiting and running calls fail.
  func shutdown() {
    isShutDown = true
    for subchannel in subchannels { subchannel.close() }
    subchannels = []
    for name in names { name.stop() }
    if let judge { core.timers.cancel(judge) }
    let calls = waiting
    waiting = []
    for call in calls {
      call.isWaiting = false
      call.end(Status(.unavailable, "the channel is shut down"))
    }
  }
}
