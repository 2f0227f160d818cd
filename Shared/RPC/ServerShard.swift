// One server's part on one reactor, its listener, and the draining of both.

import CLinux
import Glibc
import Synchronization
import Threads

/// What one reactor holds of a server. Confined to that reactor.
final class ServerShard {
  let server: ServerCore
  let core: ReactorCore
  @exclusivity(unchecked) var statistics = ServerStatistics()
  /// By the number of the method.
  @exclusivity(unchecked) var methods: [MethodStatistics]
  var listener: Listener?
  var isDraining: Bool { server.isDraining.load(ordering: .relaxed) }
  private var connections: [UInt64: ServerConnection] = [:]
  private var limitTimer: DrainLimit?
  private let drained = Latch()
  private var drainHasBegun = false
  private let load: @Sendable (Int) -> Void
  /// Connections that have not sent their first SETTINGS …
  var connectionsSettingUp = 0
  /// … in the order in which they came, with some that are through or gone.
  private var settingUp: [UInt64] = []
  private var settingUpHead = 0
  private var heldBytes = 0
  /// How much of `heldBytes` the server's sum knows.
  private var reportedBytes = 0

  init(_ server: ServerCore, core: ReactorCore, load: @escaping @Sendable (Int) -> Void) {
    self.server = server
    self.core = core
    self.load = load
    methods = [MethodStatistics](repeating: MethodStatistics(), count: server.methods.names.count)
  }

  /// Takes over an accepted socket.
  func adopt(_ descriptor: Int32, address: String, network: [UInt8]) {
    statistics.connectionsAccepted += 1
    let serial = core.nextSerial()
    guard !isDraining, !core.isStopping,
      let tls = TLSLink(server.tls, descriptor: descriptor, isServer: true),
      let connection = ServerConnection(
        shard: self, serial: serial, descriptor: descriptor, tls: tls, address: address,
        network: network)
    else {
      Glibc.close(descriptor)
      server.handshakesByAddress.leave(network)
      release()
      return
    }
    connectionsSettingUp += 1
    makeRoomForHandshake()
    settingUp.append(serial)
    connections[serial] = connection
    core.add(connection)
  }

  /// Ends what has tried longest to set itself up, when too many do: an honest peer is through in a moment.
  private func makeRoomForHandshake() {
    while connectionsSettingUp > server.handshakesPerReactor, settingUpHead < settingUp.count {
      let oldest = connections[settingUp[settingUpHead]]
      settingUpHead += 1
      if let oldest, oldest.isSettingUp { oldest.giveWay() }
    }
    // Those that are through leave their numbers behind.
    if settingUp.count > 2 * (server.handshakesPerReactor + 16) {
      settingUp = settingUp[settingUpHead...].filter { connections[$0]?.isSettingUp == true }
      settingUpHead = 0
    }
  }

  /// Ends what peers do that the newest revocation lists name.
  func judgePeersAgain() {
    let context = server.tls
    for connection in Array(connections.values) { connection.judgePeerAgain(context) }
  }

  /// Counts a connection that is turned away, and tells of it.
  func refuse(_ address: String, _ reason: ConnectionRefusal.Reason) {
    statistics.refusals[reason.kind, default: 0] += 1
    server.onRefusal(ConnectionRefusal(peerAddress: address, reason: reason))
  }

  /// So many more bytes are held, or fewer. The server's sum follows in steps, so that calls on different reactors do not
  /// wait for each other.
  func hold(_ change: Int) {
    heldBytes += change
    let unreported = heldBytes - reportedBytes
    if abs(unreported) < server.heldBytesStep { return }
    server.heldBytes.wrappingAdd(unreported, ordering: .relaxed)
    reportedBytes = heldBytes
  }

  /// Whether a connection that holds so many bytes has more than its part of what is left.
  func isFull(for held: Int) -> Bool {
    let half = server.limits.bufferedBytes / 2
    if server.heldBytes.load(ordering: .relaxed) <= half { return false }
    return held > half / max(1, server.connectionCount.load(ordering: .relaxed))
  }

  func connectionEnded(_ connection: ServerConnection) {
    if connections.removeValue(forKey: connection.serial) == nil { return }
    release()
    finishDrainIfEmpty()
  }

  private func release() {
    load(-1)
    server.connectionCount.wrappingSubtract(1, ordering: .relaxed)
  }

  var currentStatistics: ServerStatistics {
    var result = statistics
    result.connectionsOpen = connections.count
    result.connectionsSettingUp = connectionsSettingUp
    result.callsOpen = connections.values.reduce(0) { $0 + $1.streams.count }
    result.heldBytes = heldBytes
    for (name, method) in zip(server.methods.names, methods)
    where method != MethodStatistics() {
      result.methods[name, default: MethodStatistics()].add(method)
    }
    return result
  }

  // MARK: Draining

  func beginDrain(timeout: Duration) {
    drainHasBegun = true
    for connection in Array(connections.values) { connection.beginDrain() }
    if timeout <= .zero {
      cutOff()
    } else {
      let timer = DrainLimit(self)
      limitTimer = timer
      core.timers.schedule(timer, at: core.after(timeout))
    }
    finishDrainIfEmpty()
  }

  fileprivate func cutOff() {
    for connection in Array(connections.values) {
      connection.flush()
      connection.lose("this server has stopped")
    }
  }

  private func finishDrainIfEmpty() {
    if !isDraining || !connections.isEmpty { return }
    if let limitTimer { core.timers.cancel(limitTimer) }
    limitTimer = nil
    drained.open()
  }

  var drainedLatch: Latch { drained }
  /// Made for a connection that came when the server had already stopped.
  var isUnused: Bool { isDraining && !drainHasBegun && connections.isEmpty && listener == nil }
}

/// Ends a drain whose time is over.
private final class DrainLimit: Timed {
  private let shard: ServerShard
  init(_ shard: ServerShard) { self.shard = shard }
  override func expire() { shard.cutOff() }
}

/// A listening socket. Lives on the group's first reactor and hands each connection to the least loaded one.
final class Listener: Timed {
  let serial: UInt64
  let descriptor: Int32
  private let shard: ServerShard
  private let reactors: ReactorGroup
  private var isPaused = false
  private var isClosed = false

  init(_ descriptor: Int32, shard: ServerShard, reactors: ReactorGroup) {
    self.descriptor = descriptor
    self.shard = shard
    self.reactors = reactors
    serial = shard.core.nextSerial()
  }

  deinit { Glibc.close(descriptor) }

  func acceptAll() {
    // Some at a time, so that a storm of connections does not starve those that are open.
    for _ in 0..<16 {
      var peer = SocketAddress()
      let accepted = peer.receive { weir_accept(descriptor, $0, $1) }
      if accepted >= 0 {
        admit(accepted, from: peer)
        continue
      }
      switch errno {
      case EAGAIN: return
      // What happened to that one connection, says accept(2).
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
        ENETUNREACH:
        continue
      default: return pause()
      }
    }
  }

  private func admit(_ accepted: Int32, from peer: SocketAddress) {
    let server = shard.server
    let network = peer.network
    if server.connectionCount.load(ordering: .relaxed) >= server.limits.connections
      || accepted >= Sockets.descriptorCeiling
    {
      return turnAway(accepted, peer, .tooManyConnections)
    }
    if !server.handshakesByAddress.enter(network) {
      return turnAway(accepted, peer, .tooManyHandshakes)
    }
    server.connectionCount.wrappingAdd(1, ordering: .relaxed)
    Sockets.setNoDelay(accepted)
    let reactor = reactors.leastLoaded
    reactor.load.wrappingAdd(1, ordering: .relaxed)
    let address = peer.text
    reactor.post { $0.adopt(accepted, address: address, network: network, for: server) }
  }

  /// Closes with the alert `internal_error`, which a client shows; TLS knows none for too much (RFC 8446 section 6).
  private func turnAway(
    _ accepted: Int32, _ peer: SocketAddress, _ reason: ConnectionRefusal.Reason
  ) {
    shard.statistics.connectionsRefused += 1
    shard.refuse(peer.text, reason)
    let alert: [UInt8] = [21, 3, 3, 0, 2, 2, 80]
    // To a new socket, whose buffer is empty: all of it or nothing.
    _ = alert.withUnsafeBytes { write(accepted, $0.baseAddress, $0.count) }
    // What was read is not there to make close(2) a reset, which may overtake the alert.
    shard.core.discardInput(of: accepted)
    Glibc.close(accepted)
  }

  /// Nothing can be accepted, as when no descriptor is left: without a pause epoll would report the same again and again.
  private func pause() {
    shard.statistics.acceptsFailed += 1
    if isPaused { return }
    isPaused = true
    shard.core.setWatched(self, false)
    shard.core.timers.schedule(self, at: shard.core.now + 100_000_000)
  }

  override func expire() {
    isPaused = false
    if !isClosed { shard.core.setWatched(self, true) }
  }

  func close() {
    if isClosed { return }
    isClosed = true
    shard.core.timers.cancel(self)
    shard.core.remove(self)
    shard.listener = nil
  }
}

extension Reactor {
  func shard(of server: ServerCore) -> ServerShard {
    let key = ObjectIdentifier(server)
    if let shard = core.shards[key] { return shard }
    let shard = ServerShard(server, core: core) { [weak self] change in
      self?.load.wrappingAdd(change, ordering: .relaxed)
    }
    core.shards[key] = shard
    return shard
  }

  func listen(_ descriptor: Int32, for server: ServerCore, on reactors: ReactorGroup) {
    let shard = shard(of: server)
    let listener = Listener(descriptor, shard: shard, reactors: reactors)
    shard.listener = listener
    core.add(listener)
  }

  func closeListener(of server: ServerCore) {
    core.shards[ObjectIdentifier(server)]?.listener?.close()
  }

  func adopt(_ descriptor: Int32, address: String, network: [UInt8], for server: ServerCore) {
    let shard = shard(of: server)
    shard.adopt(descriptor, address: address, network: network)
    // It came after the drain had ended here.
    if shard.isUnused, core.shards.removeValue(forKey: ObjectIdentifier(server)) != nil {
      server.keep(shard.currentStatistics)
    }
  }

  func beginDrain(of server: ServerCore, timeout: Duration) {
    core.readClock()
    core.shards[ObjectIdentifier(server)]?.beginDrain(timeout: timeout)
  }

  /// What was counted stays with the server, and nothing else.
  func waitUntilDrained(_ server: ServerCore) async {
    let key = ObjectIdentifier(server)
    guard let shard = core.shards[key] else { return }
    await shard.drainedLatch.wait()
    if core.shards.removeValue(forKey: key) != nil { server.keep(shard.currentStatistics) }
  }

  func statistics(of server: ServerCore) -> ServerStatistics {
    core.shards[ObjectIdentifier(server)]?.currentStatistics ?? ServerStatistics()
  }
}
