// One replica of a service as one reactor sees it: its connection, the next attempt to connect, its renewal and its health.

import CNGHTTP2
import Glibc

/// One of the addresses behind a configured name.
struct Replica: Equatable {
  /// As configured: what certificates bear, and `:authority`.
  let name: Address
  /// In numbers.
  let address: Address
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

  let replica: Replica
  var record = ReplicaRecord()
  /// Why the last attempt failed; `nil` before the first and after a success. Stays during the next attempt, so that
  /// calls to a dead address fail at once instead of waiting for each attempt.
  private(set) var lastFailure: String?

  private unowned let balancer: Balancer
  private let core: ReactorCore
  private let configuration: ChannelConfiguration
  private var state = State.idle
  private var connection: ClientConnection?
  /// Takes the place of `connection` once it stands; calls go on meanwhile.
  private var successor: ClientConnection?
  /// `connection` began under certificates of before.
  private var isOutdated = false
  /// To begin the next connection with.
  private var session: TLSSession?
  private var backoff: Backoff
  private var attemptBegan: Int64 = 0
  private var health: HealthWatch?
  /// What the replica says of itself; always true where it is not asked.
  private var isServing = true
  private var healthBackoff: Backoff

  init(_ replica: Replica, balancer: Balancer) {
    self.replica = replica
    self.balancer = balancer
    core = balancer.core
    configuration = balancer.channel.configuration
    backoff = Backoff(configuration.backoff)
    healthBackoff = backoff
  }

  var readyConnection: ClientConnection? {
    if case .ready(let connection) = state, isServing, !record.isEjected { return connection }
    return nil
  }

  func connectIfIdle() {
    if case .idle = state { connect() }
  }

  // MARK: Connecting

  private func connect() {
    state = .connecting
    attemptBegan = core.now
    isOutdated = false
    switch open() {
    case .success(let connection):
      self.connection = connection
      core.add(connection)
    case .failure(let failure): failed(failure.reason)
    }
  }

  private struct Failure: Error {
    let reason: String
  }

  private func open() -> Result<ClientConnection, Failure> {
    let address: SocketAddress
    switch Sockets.resolve(replica.address, numericOnly: true) {
    case .success(let found):
      guard let first = found.first else { return .failure(Failure(reason: "no address")) }
      address = first
    case .failure(let error): return .failure(Failure(reason: "\(error)"))
    }
    switch Sockets.connect(to: address) {
    case .failure(let error): return .failure(Failure(reason: "\(error)"))
    case .success(let descriptor): return secure(descriptor)
    }
  }

  private func secure(_ descriptor: Int32) -> Result<ClientConnection, Failure> {
    let checksName = configuration.expectedServerURI == nil
    let name = configuration.serverName ?? replica.name.host
    keepSession(of: connection)
    let session = session
    self.session = nil
    guard
      let tls = TLSLink(
        balancer.channel.tls, descriptor: descriptor, isServer: false,
        serverName: checksName ? name : nil, isAddress: Sockets.isNumeric(name), session: session),
      let connection = ClientConnection(
        subchannel: self, serial: core.nextSerial(), descriptor: descriptor, tls: tls,
        configuration: configuration, authority: replica.name.description, core: core)
    else {
      Glibc.close(descriptor)
      return .failure(Failure(reason: "TLS could not be set up"))
    }
    return .success(connection)
  }

  private func keepSession(of connection: ClientConnection?) {
    guard let newest = connection?.tls.session else { return }
    connection?.tls.session = nil
    session = newest
  }

  // MARK: Renewal

  /// Opens a connection under the channel's present certificates beside the one that is there.
  func renew() {
    isOutdated = true
    guard let connection else { return }
    if balancer.channel.tls.isRevoked(connection.tls) {
      return connection.lose("the server's certificate is revoked")
    }
    guard case .ready = state else { return }
    // An attempt under way is one of before, too.
    let overtaken = successor
    successor = nil
    overtaken?.lose("other certificates hold now")
    openSuccessor()
  }

  private func openSuccessor() {
    isOutdated = false
    attemptBegan = core.now
    switch open() {
    case .success(let connection):
      successor = connection
      core.add(connection)
    case .failure: successorFailed()
    }
  }

  /// What is there serves on; the next attempt comes after a pause.
  private func successorFailed() {
    isOutdated = true
    core.timers.schedule(self, at: attemptBegan + backoff.next(&core.random))
  }

  private func replace(by successor: ClientConnection) {
    let old = connection
    connection = successor
    self.successor = nil
    endHealthWatch()
    old?.retire()
  }

  private func failed(_ reason: String) {
    connection = nil
    lastFailure = "\(replica.address): \(reason)"
    balancer.refresh(replica.name)
    state = .waiting
    core.timers.schedule(self, at: attemptBegan + backoff.next(&core.random))
    balancer.changed()
  }

  override func expire() {
    switch state {
    case .waiting: connect()
    case .ready(let connection):
      if isOutdated { openSuccessor() }
      if health == nil, !isServing { watchHealth(on: connection) }
    case .idle, .connecting, .retired: break
    }
  }

  // MARK: What the connection reports

  func becameReady(_ connection: ClientConnection) {
    if connection === successor { replace(by: connection) }
    guard connection === self.connection else { return }
    backoff.reset()
    lastFailure = nil
    state = .ready(connection)
    healthBackoff.reset()
    watchHealth(on: connection)
    balancer.changed()
    if isOutdated { openSuccessor() }
  }

  /// A stream has ended, or the server lets more be open: calls that wait may go.
  func hasRoomAgain() { balancer.hasRoomAgain() }

  // MARK: Health

  private func watchHealth(on connection: ClientConnection) {
    guard let service = configuration.service.healthService else { return }
    isServing = false
    let watch = HealthWatch(service, of: self, balancer: balancer)
    health = watch
    if watch.start(on: connection) { return }
    health = nil
    core.timers.schedule(self, at: core.now + healthBackoff.next(&core.random))
  }

  /// Its stream would keep a connection open that is to end.
  private func endHealthWatch() {
    let watch = health
    health = nil
    watch?.end(Status(.cancelled, "the connection is left"))
  }

  func healthChanged(_ watch: HealthWatch, isServing: Bool) {
    guard watch === health else { return }
    healthBackoff.reset()
    self.isServing = isServing
    lastFailure = isServing ? nil : "\(replica.address): the server says that it does not serve"
    balancer.changed()
  }

  /// A server without the health service counts as healthy; after any other end it is asked again.
  func healthWatchEnded(_ watch: HealthWatch, _ status: Status) {
    guard watch === health else { return }
    health = nil
    guard case .ready = state else { return }
    isServing = status.code == .unimplemented
    if isServing {
      lastFailure = nil
    } else {
      lastFailure = "\(replica.address): the server does not tell whether it serves"
      core.timers.schedule(self, at: core.now + healthBackoff.next(&core.random))
    }
    balancer.changed()
  }

  /// - Parameter isRefusal: The server took the connection only to say that it wants none.
  func lost(_ connection: ClientConnection, _ reason: String, isRefusal: Bool = false) {
    if connection === successor {
      successor = nil
      return successorFailed()
    }
    guard connection === self.connection else { return }
    keepSession(of: connection)
    endSuccessor()
    if case .connecting = state { return failed(reason) }
    self.connection = nil
    endHealthWatch()
    isServing = true
    if case .retired = state { return }
    if isRefusal { return failed(reason) }
    balancer.refresh(replica.name)
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

  /// An attempt to replace what is gone: the next connection begins as every other.
  private func endSuccessor() {
    let attempt = successor
    successor = nil
    attempt?.lose("its turn did not come")
  }

  private func leave() -> ClientConnection? {
    state = .retired
    endSuccessor()
    core.timers.cancel(self)
    endHealthWatch()
    let connection = connection
    self.connection = nil
    return connection
  }
}
