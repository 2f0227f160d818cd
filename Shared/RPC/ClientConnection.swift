// The client's side of a connection to one replica.

import CNGHTTP2

/// Confined to its reactor.
final class ClientConnection: Connection {
  let authority: String
  private(set) weak var subchannel: Subchannel?
  private let expectedServerURI: String?
  /// The server, or we, said that no new stream may be opened.
  private(set) var isLeaving = false

  init?(
    subchannel: Subchannel, serial: UInt64, descriptor: Int32, tls: TLSLink,
    configuration: ChannelConfiguration, authority: String, core: ReactorCore
  ) {
    self.subchannel = subchannel
    self.authority = authority
    expectedServerURI = configuration.expectedServerURI
    let limits = configuration.limits
    super.init(
      core: core, serial: serial, descriptor: descriptor, tls: tls,
      settings: ConnectionSettings(limits), phase: .connecting)
    core.timers.schedule(self, at: core.after(limits.connectTimeout))
  }

  override func handshakeCompleted() {
    if tls.defect == .revocationListEnded {
      return lose("the revocation list that would name the server's certificate has ended")
    }
    if let expectedServerURI {
      // One name, as on every other listener: a certificate that bears another beside it names two.
      if tls.peerCertificate()?.uris != [expectedServerURI] {
        return lose("the server's certificate does not name \(expectedServerURI) alone")
      }
    }
    if !beginSession(isServer: false) { lose("no session") }
  }

  /// A server that refuses our certificate says so after our handshake: ready is who has sent SETTINGS.
  override func sessionOpened() { subchannel?.becameReady(self) }

  override func connectionEnded(_ reason: String) { subchannel?.lost(self, reason) }

  override func goAwayReceived(_ code: nghttp2_error_code, _ text: String) {
    let isRefusal = code != NGHTTP2_NO_ERROR
    leave(isRefusal ? "the server said: \(text)" : "the server is stopping", isRefusal: isRefusal)
  }

  /// No new call goes here; running ones finish, then the connection closes.
  func retire() {
    subchannel = nil
    if phase == .open {
      isLeaving = true
      nghttp2_submit_goaway(session, 0, 0, NGHTTP2_NO_ERROR.rawValue, nil, 0)
      markDirty()
    } else {
      lose("the address was removed")
    }
  }

  private func leave(_ reason: String, isRefusal: Bool) {
    if isLeaving { return }
    isLeaving = true
    if isRefusal { farewell = reason }
    let subchannel = subchannel
    self.subchannel = nil
    subchannel?.lost(self, reason, isRefusal: isRefusal)
  }

  override var wantsKeepalive: Bool { !streams.isEmpty }

  /// Whether the server lets one more stream be open (RFC 9113 section 5.1.2). nghttp2 would keep what is above in a queue of
  /// its own, where no other replica and no limit reaches it.
  var hasRoom: Bool {
    UInt32(clamping: streams.count)
      < nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
  }

  override func streamEnded() {
    if isLeaving { markDirty() } else { subchannel?.hasRoomAgain() }
  }

  override func settingsChanged() { subchannel?.hasRoomAgain() }
}

extension ConnectionSettings {
  init(_ limits: ChannelLimits) {
    self.init(
      headerListSizeBytes: limits.headerListSizeBytes, concurrentStreams: 0,
      outgoingQueueBytes: limits.outgoingQueueBytes, streamWindowBytes: limits.streamWindowBytes,
      connectionWindowBytes: limits.connectionWindowBytes,
      keepaliveInterval: limits.keepaliveInterval.nanosecondsClamped,
      keepaliveTimeout: limits.keepaliveTimeout.nanosecondsClamped)
  }
}
