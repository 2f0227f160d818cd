// The replicas of one service as one reactor sees them: a connection to each, and calls that go round those that are ready.

import CNGHTTP2
import Glibc

/// Chooses a connection for each call; keeps those that must wait. Confined to its reactor.
final class Balancer {
  let channel: ChannelCore
  let core: ReactorCore
  private(set) var subchannels: [Subchannel] = []
  private var next: Int
  private var waiting: [ClientCall] = []
  private var isShutDown = false

  init(_ channel: ChannelCore, core: ReactorCore) {
    self.channel = channel
    self.core = core
    next = Int(truncatingIfNeeded: core.random.next() >> 33)
    update(channel.addresses)
  }

  /// Starts the call on the next ready connection, or lets it wait for one. A call fails at once when every address has
  /// failed, unless it asked to wait.
  func submit(_ call: ClientCall) {
    if isShutDown { return call.end(Status(.unavailable, "the channel is shut down")) }
    if start(call) { return }
    for subchannel in subchannels { subchannel.connectIfIdle() }
    if call.status != nil || call.connection != nil { return }
    if let failure, !call.waitsForReady { return call.end(failure) }
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
    if subchannels.isEmpty { return Status(.unavailable, "the channel has no address") }
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
        call.end(failure)
      } else {
        call.isWaiting = true
        waiting.append(call)
      }
    }
  }

  func forget(_ call: ClientCall) {
    call.isWaiting = false
    waiting.removeAll { $0 === call }
  }

  func update(_ addresses: [Address]) {
    var wanted = addresses
    var kept: [Subchannel] = []
    for subchannel in subchannels {
      if let index = wanted.firstIndex(of: subchannel.address) {
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
    let calls = waiting
    waiting = []
    for call in calls {
      call.isWaiting = false
      call.end(Status(.unavailable, "the channel is shut down"))
    }
  }

  func subchannel(_ serial: UInt64) -> Subchannel? { subchannels.first { $0.serial == serial } }
}

/// One address of a channel and the connection to it. Its timer is the next attempt to connect.
final class Subchannel: Timed {
  private enum State {
    case idle
    case connecting
    case ready(ClientConnection)
    /// Until the timer.
    case waiting
    case retired
  }

  let address: Address
  let serial: UInt64
  /// Why the last attempt failed; `nil` before the first and after a success. Stays during the next attempt, so that
  /// calls to a dead address fail at once instead of waiting for each attempt.
  private(set) var lastFailure: String?

  private unowned let balancer: Balancer
  private let core: ReactorCore
  private let configuration: ChannelConfiguration
  private var state = State.idle
  private var connection: ClientConnection?
  private var backoff: Backoff
  private var attemptBegan: Int64 = 0

  init(_ address: Address, balancer: Balancer) {
    self.address = address
    self.balancer = balancer
    core = balancer.core
    configuration = balancer.channel.configuration
    serial = core.nextSerial()
    backoff = Backoff(configuration.backoff)
  }

  var readyConnection: ClientConnection? {
    if case .ready(let connection) = state { return connection }
    return nil
  }

  func connectIfIdle() {
    if case .idle = state { connect() }
  }

  // MARK: Connecting

  private func connect() {
    state = .connecting
    attemptBegan = core.now
    switch Sockets.resolve(address, numericOnly: true) {
    case .success(let found): open(found)
    case .failure: resolveByName()
    }
  }

  /// Names are looked up on a thread of their own: the system's resolver blocks.
  private func resolveByName() {
    let address = address
    let serial = serial
    let key = ObjectIdentifier(balancer.channel)
    let executor = core.executor
    startThread(named: "weir-resolve") {
      let result = Sockets.resolve(address, numericOnly: false)
      executor.post { $0.core.balancers[key]?.subchannel(serial)?.resolved(result) }
    }
  }

  func resolved(_ result: Result<[SocketAddress], SocketError>) {
    guard case .connecting = state, connection == nil else { return }
    switch result {
    case .success(let found): open(found)
    case .failure(.unknownHost(let reason)): failed(reason)
    case .failure(let error): failed("\(error)")
    }
  }

  private func open(_ candidates: [SocketAddress]) {
    // One address of a name after the other, an attempt each.
    guard !candidates.isEmpty else { return failed("the name has no address") }
    switch Sockets.connect(to: candidates[backoff.failures % candidates.count]) {
    case .failure(let error): failed("\(error)")
    case .success(let descriptor): secure(descriptor)
    }
  }

  private func secure(_ descriptor: Int32) {
    let checksName = configuration.expectedServerURI == nil
    let name = configuration.serverName ?? address.host
    guard
      let tls = TLSLink(
        balancer.channel.tls, descriptor: descriptor, isServer: false,
        serverName: checksName ? name : nil, isAddress: Sockets.isNumeric(name)),
      let connection = ClientConnection(
        subchannel: self, serial: core.nextSerial(), descriptor: descriptor, tls: tls,
        configuration: configuration, authority: address.description, core: core)
    else {
      Glibc.close(descriptor)
      return failed("TLS could not be set up")
    }
    self.connection = connection
    core.add(connection)
  }

  private func failed(_ reason: String) {
    connection = nil
    lastFailure = "\(address): \(reason)"
    state = .waiting
    core.timers.schedule(self, at: attemptBegan + backoff.next(&core.random))
    balancer.changed()
  }

  override func expire() {
    if case .waiting = state { connect() }
  }

  // MARK: What the connection reports

  func becameReady(_ connection: ClientConnection) {
    guard connection === self.connection else { return }
    backoff.reset()
    lastFailure = nil
    state = .ready(connection)
    balancer.changed()
  }

  func lost(_ connection: ClientConnection, _ reason: String) {
    guard connection === self.connection else { return }
    if case .connecting = state { return failed(reason) }
    self.connection = nil
    if case .retired = state { return }
    // A connection that worked is replaced at once, but not faster than the first backoff allows.
    state = .waiting
    let pause = configuration.backoff.initial.nanosecondsClamped
    core.timers.schedule(self, at: max(attemptBegan + pause, core.now))
  }

  // MARK: Leaving

  /// The address is no longer wanted: running calls finish.
  func retire() { leave()?.retire() }

  /// The channel is shut down: running calls fail.
  func close() { leave()?.lose("the channel is shut down") }

  private func leave() -> ClientConnection? {
    state = .retired
    core.timers.cancel(self)
    let connection = connection
    self.connection = nil
    return connection
  }
}
