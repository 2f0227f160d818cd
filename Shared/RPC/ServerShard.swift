// One server's part on one reactor, its listener, and the draining of both.

import CLinux
import Glibc
import Synchronization

/// What one reactor holds of a server. Confined to that reactor.
final class ServerShard {
  let server: ServerCore
  let core: ReactorCore
  var statistics = ServerStatistics()
  var listener: Listener?
  var isDraining: Bool { server.isDraining.load(ordering: .relaxed) }
  private var connections: [UInt64: ServerConnection] = [:]
  private var limitTimer: DrainLimit?
  private let drained = Latch()
  private let load: @Sendable (Int) -> Void

  init(_ server: ServerCore, core: ReactorCore, load: @escaping @Sendable (Int) -> Void) {
    self.server = server
    self.core = core
    self.load = load
  }

  /// Takes over an accepted socket.
  func adopt(_ descriptor: Int32, address: String) {
    statistics.connectionsAccepted += 1
    let serial = core.nextSerial()
    guard !isDraining, !core.isStopping,
      let tls = TLSLink(server.tls, descriptor: descriptor, isServer: true),
      let connection = ServerConnection(
        shard: self, serial: serial, descriptor: descriptor, tls: tls, address: address)
    else {
      Glibc.close(descriptor)
      release()
      return
    }
    connections[serial] = connection
    core.add(connection)
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
    result.callsOpen = connections.values.reduce(0) { $0 + $1.streams.count }
    return result
  }

  // MARK: Draining

  func beginDrain(timeout: Duration) {
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
    for _ in 0..<64 {
      var peer = SocketAddress()
      let accepted = peer.receive { weir_accept(descriptor, $0, $1) }
      if accepted < 0 {
        if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM { pause() }
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      let server = shard.server
      let count = server.connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
      if count > server.limits.connections {
        server.connectionCount.wrappingSubtract(1, ordering: .relaxed)
        shard.statistics.connectionsRefused += 1
        server.onRefusal(
          ConnectionRefusal(peerAddress: peer.text, reason: .tooManyConnections))
        Glibc.close(accepted)
        continue
      }
      Sockets.setNoDelay(accepted)
      let reactor = reactors.leastLoaded
      reactor.load.wrappingAdd(1, ordering: .relaxed)
      let address = peer.text
      reactor.post { $0.adopt(accepted, address: address, for: server) }
    }
  }

  /// No descriptor is left: without a pause epoll would report the same connection again and again.
  private func pause() {
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
    shard(of: server).listener?.close()
  }

  func adopt(_ descriptor: Int32, address: String, for server: ServerCore) {
    shard(of: server).adopt(descriptor, address: address)
  }

  func beginDrain(of server: ServerCore, timeout: Duration) {
    core.readClock()
    shard(of: server).beginDrain(timeout: timeout)
  }

  func waitUntilDrained(_ server: ServerCore) async {
    let key = ObjectIdentifier(server)
    await shard(of: server).drainedLatch.wait()
    core.shards[key] = nil
  }

  func statistics(of server: ServerCore) -> ServerStatistics {
    shard(of: server).currentStatistics
  }
}
