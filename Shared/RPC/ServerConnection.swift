// The server's side of a connection: who connected, what it may cost us, and how it is asked to leave.

import CNGHTTP2

/// Confined to its reactor.
final class ServerConnection: Connection {
  private enum Drain {
    case none
    /// Told that the end is near; streams already on their way are still taken.
    case announced(since: Int64)
    /// Told which stream was the last.
    case final
  }

  private let shard: ServerShard
  private(set) var peer: Peer
  /// Handlers that run for this connection, also those whose streams are gone.
  var runningHandlers = 0
  private var drain = Drain.none
  private var lastActive: Int64
  private var floodGuard: FloodGuard

  init?(shard: ServerShard, serial: UInt64, descriptor: Int32, tls: TLSLink, address: String) {
    self.shard = shard
    let limits = shard.server.limits
    peer = Peer(address: address, certificate: nil)
    lastActive = shard.core.now
    floodGuard = FloodGuard(limits, now: shard.core.now)
    super.init(
      core: shard.core, serial: serial, descriptor: descriptor, tls: tls,
      settings: ConnectionSettings(limits), phase: .handshaking)
    core.timers.schedule(self, at: core.after(limits.handshakeTimeout))
  }

  private var limits: ServerLimits { shard.server.limits }

  private func refuse(_ reason: ConnectionRefusal.Reason) {
    shard.server.onRefusal(ConnectionRefusal(peerAddress: peer.address, reason: reason))
  }

  // MARK: Setting up

  override func handshakeCompleted() {
    peer = Peer(address: peer.address, certificate: tls.peerCertificate())
    if shard.server.requiresClientCertificate, peer.certificate == nil {
      handshakeFailed("the client has no readable certificate")
      return lose("no certificate")
    }
    if !beginSession(isServer: true) { lose("no session") }
    if shard.isDraining { beginDrain() }
  }

  override func handshakeFailed(_ reason: String) {
    shard.statistics.handshakesFailed += 1
    refuse(.handshake(reason))
  }

  override func setUpTimedOut() {
    let wasHandshaking = phase == .handshaking
    refuse(.handshakeTimeout)
    if wasHandshaking { shard.statistics.handshakesFailed += 1 }
    phase = .awaitingSettings
    lose("the handshake took too long")
  }

  // MARK: Streams

  override func beginHeaders(_ id: Int32, _ category: nghttp2_headers_category) {
    super.beginHeaders(id, category)
    if category == NGHTTP2_HCAT_REQUEST {
      streams[id] = ServerCall(shard: shard, id: id, connection: self)
    }
  }

  override func endSent(_ id: Int32) { (streams[id] as? ServerCall)?.answerIsSent() }

  override func streamEnded() { lastActive = core.now }

  // MARK: Limits

  override func controlFrameReceived() {
    if floodGuard.admits(at: core.now) { return }
    refuse(.flood)
    nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
  }

  override func protocolFailed(_ reason: String, isFlood: Bool) {
    refuse(isFlood ? .flood : .protocolViolation(reason))
  }

  override func keepaliveFailed() { refuse(.keepaliveTimeout) }

  override func checkAge() -> Int64? {
    if let began = headersBegan {
      let left = limits.headersTimeout.nanosecondsClamped - (core.now - began)
      if left > 0 { return left }
      refuse(.headersTimeout)
      lose("a header block took too long")
      return nil
    }
    switch drain {
    case .announced(let since):
      // A peer that does not answer the ping is told the end anyway.
      let left = 1_000_000_000 - (core.now - since)
      if left > 0 { return left }
      finishDrain()
      return nil
    case .final:
      return nil
    case .none:
      if !streams.isEmpty { return nil }
      let left = limits.idleTimeout.nanosecondsClamped - (core.now - lastActive)
      if left > 0 { return left }
      beginDrain()
      return 1_000_000_000
    }
  }

  // MARK: Draining

  /// Asks the peer to leave: first a notice with the highest stream number, so that no call on its way is lost, then,
  /// when the peer has answered a ping, the true last one (RFC 9113 section 6.8).
  func beginDrain() {
    guard case .none = drain else { return }
    switch phase {
    case .connecting, .handshaking: lose("this server is stopping")
    case .awaitingSettings, .open:
      drain = .announced(since: core.now)
      nghttp2_submit_shutdown_notice(session)
      nghttp2_submit_ping(session, 0, nil)
      core.timers.schedule(self, at: core.now + 1_000_000_000)
      markDirty()
    case .lingering, .closed: break
    }
  }

  override func pingAnswered() {
    if case .announced = drain { finishDrain() }
  }

  private func finishDrain() {
    drain = .final
    nghttp2_submit_goaway(
      session, 0, nghttp2_session_get_last_proc_stream_id(session), NGHTTP2_NO_ERROR.rawValue,
      nil, 0)
    markDirty()
  }

  override func connectionEnded(_ reason: String) { shard.connectionEnded(self) }
}

extension ConnectionSettings {
  init(_ limits: ServerLimits) {
    self.init(
      headerListSizeBytes: limits.headerListSizeBytes,
      concurrentStreams: limits.concurrentStreams, outgoingQueueBytes: limits.outgoingQueueBytes,
      streamWindowBytes: limits.streamWindowBytes,
      connectionWindowBytes: limits.connectionWindowBytes,
      keepaliveInterval: limits.keepaliveInterval.nanosecondsClamped,
      keepaliveTimeout: limits.keepaliveTimeout.nanosecondsClamped)
  }
}

/// Counts frames that cost work and carry none; a bucket that refills with time (rapid reset, CVE-2023-44487, and its
/// relatives with SETTINGS, PING and PRIORITY, CVE-2019-9512 to 9515).
struct FloodGuard {
  private let burst: Double
  private let perSecond: Double
  private var tokens: Double
  private var last: Int64

  init(_ limits: ServerLimits, now: Int64) {
    burst = Double(limits.resetBurst)
    perSecond = Double(limits.resetsPerSecond)
    tokens = burst
    last = now
  }

  mutating func admits(at now: Int64) -> Bool {
    tokens = min(burst, tokens + Double(now - last) * perSecond / 1_000_000_000)
    last = now
    if tokens < 1 { return false }
    tokens -= 1
    return true
  }
}
