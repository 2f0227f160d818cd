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
  private var inflationGuard: InflationGuard
  /// Where it comes from (`SocketAddress.network`).
  private let network: [UInt8]
  /// Under what it counts among the server's connections.
  private var holder: [UInt8]?
  private(set) var isSettingUp = true
  /// The peer's certificate has a defect, so that each call is judged by it.
  private var isUnfit = false

  init?(
    shard: ServerShard, serial: UInt64, descriptor: Int32, tls: TLSLink, address: String,
    network: [UInt8]
  ) {
    self.shard = shard
    self.network = network
    let limits = shard.server.limits
    peer = Peer(address: address, certificate: nil)
    lastActive = shard.core.now
    floodGuard = FloodGuard(limits, now: shard.core.now)
    inflationGuard = InflationGuard(limits, now: shard.core.now)
    super.init(
      core: shard.core, serial: serial, descriptor: descriptor, tls: tls,
      settings: ConnectionSettings(limits), phase: .handshaking)
    core.timers.schedule(self, at: core.after(limits.handshakeTimeout))
  }

  private var limits: ServerLimits { shard.server.limits }

  private func refuse(_ reason: ConnectionRefusal.Reason) {
    shard.refuse(peer.address, reason)
  }

  // MARK: Setting up

  override func handshakeCompleted() {
    peer = Peer(address: peer.address, certificate: tls.peerCertificate())
    judgePeer()
    if tls.isResumed { shard.statistics.handshakesResumed += 1 }
    if shard.server.requiresClientCertificate, peer.certificate == nil {
      handshakeFailed("the client has no readable certificate")
      return lose("no certificate")
    }
    if !beginSession(isServer: true) { return lose("no session") }
    let holder = peer.certificate?.sha256 ?? network
    guard shard.server.connectionsByPeer.enter(holder) else {
      refuse(.tooManyOfOnePeer)
      return turnAway("more than \(limits.connectionsPerPeer) connections of one peer")
    }
    self.holder = holder
    if shard.isDraining { beginDrain() }
  }

  private func judgePeer() {
    isUnfit = peer.certificate?.defect != nil
    switch peer.certificate?.defect {
    case .revoked: refuse(.revoked)
    case .revocationListEnded: refuse(.revocationListEnded)
    case .notYetValid, .expired, nil: break
    }
    // Other lists may have come while the peer shook hands.
    if tls.context !== shard.server.tls { judgePeerAgain(shard.server.tls) }
  }

  /// What a call of an unfit peer is answered with; `nil` for every other.
  func unfitness(for call: ServerCall) -> Status? {
    guard isUnfit, let certificate = peer.certificate else { return nil }
    return shard.server.onUnfitPeer(certificate, call.context)
  }

  /// Ends every call of a peer that has been revoked, and asks it to leave.
  func judgePeerAgain(_ context: TLSContext) {
    guard isUsable, let certificate = peer.certificate, certificate.defect != .revoked,
      context.isRevoked(tls)
    else { return }
    peer = Peer(address: peer.address, certificate: certificate.judged(.revoked))
    isUnfit = true
    refuse(.revoked)
    for case let call as ServerCall in streams.values.sorted(by: { $0.id < $1.id }) {
      call.endUnfit()
    }
    beginDrain()
  }

  override func sessionOpened() { isSetUp() }

  private func isSetUp() {
    if !isSettingUp { return }
    isSettingUp = false
    shard.connectionsSettingUp -= 1
    shard.server.handshakesByAddress.leave(network)
  }

  /// Makes room for another that sets itself up.
  func giveWay() {
    refuse(.tooManyHandshakes)
    // Not one more refusal for the failed handshake.
    phase = .awaitingSettings
    lose("too many connections set themselves up")
  }

  override func handshakeFailed(_ reason: String) {
    shard.statistics.handshakesFailed += 1
    refuse(.handshake(reason))
  }

  override func setUpTimedOut() {
    let wasHandshaking = phase == .handshaking
    if turnedAway == nil { refuse(.handshakeTimeout) }
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

  override func endSent(_ id: Int32) { (stream(id) as? ServerCall)?.answerIsSent() }

  override func streamEnded() { lastActive = core.now }

  // MARK: Limits

  override func controlFrameReceived(_ type: nghttp2_frame_type?) {
    shard.statistics.controlFramesReceived += 1
    if type == NGHTTP2_RST_STREAM { shard.statistics.resetsReceived += 1 }
    if turnedAway != nil || floodGuard.admits(at: core.now) { return }
    refuse(.flood)
    turnAway("too many frames that carry nothing")
  }

  /// What a message is, opened where it is compressed, at the cost of this connection.
  func open(_ message: FramedMessage) throws(FramingError) -> [UInt8] {
    if !message.isCompressed { return message.bytes }
    let share = inflationGuard.limit(for: message.bytes.count, at: core.now)
    do {
      let content = try message.content(limit: min(limits.messageSizeBytes, share))
      inflationGuard.note(content.count, from: message.bytes.count)
      return content
    } catch {
      if case .tooLong(let length) = error {
        inflationGuard.note(length, from: message.bytes.count)
        shard.statistics.callsOverInflated += 1
      }
      throw error
    }
  }

  override func noteSent(_ type: nghttp2_frame_type) {
    if type == NGHTTP2_DATA {
      floodGuard.noteDataSent()
    } else if type == NGHTTP2_RST_STREAM {
      shard.statistics.resetsSent += 1
    }
  }

  override func noteReceived(_ count: Int) { shard.statistics.bytesReceived += count }

  override func noteSent(bytes count: Int) { shard.statistics.bytesSent += count }

  override func protocolFailed(_ reason: String, isFlood: Bool) {
    if turnedAway == nil { refuse(isFlood ? .flood : .protocolViolation(reason)) }
  }

  override func hold(_ change: Int) {
    super.hold(change)
    shard.hold(change)
  }

  /// Whether so many bytes more were too many to hold for this peer.
  func isFull(adding more: Int = 0) -> Bool {
    let held = heldBytes + more
    return held > limits.bufferedBytesPerConnection || shard.isFull(for: held)
  }

  /// Ends the calls that do not go on because of the peer, and the connection where even that does not reach it.
  ///
  /// - Returns: The nanoseconds until the next such call is to be ended; `nil` for none.
  private func endStalledCalls() -> Int64? {
    var next: Int64?
    for case let call as ServerCall in Array(streams.values) {
      guard let left = call.timeUntilStalled else { continue }
      if left > 0 {
        next = min(next ?? .max, left)
      } else if call.isGivenUp {
        refuse(.stalled)
        lose("the peer takes nothing")
        return nil
      } else {
        call.endStalled()
      }
    }
    return next
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
    let stall = endStalledCalls()
    if !isUsable { return nil }
    switch drain {
    case .announced(let since):
      // A peer that does not answer the ping is told the end anyway.
      let left = 1_000_000_000 - (core.now - since)
      if left > 0 { return left }
      finishDrain()
      return stall
    case .final:
      return stall
    case .none:
      if !streams.isEmpty { return stall }
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

  override func connectionEnded(_ reason: String) {
    isSetUp()
    if let holder { shard.server.connectionsByPeer.leave(holder) }
    holder = nil
    shard.connectionEnded(self)
  }
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
