// What a server and a channel are told when they are made.

/// How a listener behaves.
package struct ServerConfiguration: Sendable {
  /// Port 0 asks the system for a free one; `Server.start()` returns it.
  package var address: Address
  package var tls: TLSConfiguration
  package var limits: ServerLimits
  /// Told of every peer turned away below the level of calls; called on a reactor, must not block.
  package var onRefusal: @Sendable (ConnectionRefusal) -> Void
  /// What to answer to each call of a peer whose certificate has a defect; `nil` leaves the call to its handler. Called on a
  /// reactor, must not block.
  package var onUnfitPeer: @Sendable (PeerCertificate, ServerContext) -> Status? = refusal(of:in:)
  /// Told once of each unexpected error of a handler, with the reference that the caller saw and the path.
  package var onFault: @Sendable (_ error: any Error, _ reference: String, _ path: String) -> Void

  package init(
    address: Address, tls: TLSConfiguration, limits: ServerLimits = ServerLimits(),
    onRefusal: @escaping @Sendable (ConnectionRefusal) -> Void = { _ in },
    onFault: @escaping @Sendable (any Error, _ reference: String, _ path: String) -> Void
  ) {
    self.address = address
    self.tls = tls
    self.limits = limits
    self.onRefusal = onRefusal
    self.onFault = onFault
  }
}

/// Refuses who is revoked, and who cannot be known for sure; leaves a certificate out of its term to the handlers.
private func refusal(of peer: PeerCertificate, in context: ServerContext) -> Status? {
  switch peer.defect {
  case .revoked: Status(.unauthenticated, "certificate \(peer.serialHex) is revoked")
  case .revocationListEnded:
    Status(
      .unauthenticated,
      "certificate \(peer.serialHex) cannot be checked: the revocation list of \(peer.issuer) has ended"
    )
  case .notYetValid, .expired, nil: nil
  }
}

/// Why a connection was turned away or ended by the listener.
package struct ConnectionRefusal: Sendable, Equatable {
  package enum Reason: Sendable, Equatable {
    case tooManyConnections
    /// Of one certificate, or from one address where none is asked for.
    case tooManyOfOnePeer
    /// At once, of one address or of all.
    case tooManyHandshakes
    /// TLS failed: a foreign authority, no certificate, another protocol. The text is OpenSSL's reason, no secret.
    case handshake(String)
    case handshakeTimeout
    /// A revocation list names the peer; its calls are answered, and nothing more.
    case revoked
    /// No list says whether the peer is revoked; its calls are answered, and nothing more.
    case revocationListEnded
    case headersTimeout
    case keepaliveTimeout
    /// Too many frames that carry nothing: resets, settings, pings, pieces of headers; or a header bomb.
    case flood
    /// Not even the reset of calls that the peer does not take could be sent to it.
    case stalled
    /// The peer broke HTTP/2.
    case protocolViolation(String)

    /// Without the text that a peer's bytes may bring about.
    package var kind: Kind {
      switch self {
      case .tooManyConnections: .tooManyConnections
      case .tooManyOfOnePeer: .tooManyOfOnePeer
      case .tooManyHandshakes: .tooManyHandshakes
      case .handshake: .handshake
      case .handshakeTimeout: .handshakeTimeout
      case .revoked: .revoked
      case .revocationListEnded: .revocationListEnded
      case .headersTimeout: .headersTimeout
      case .keepaliveTimeout: .keepaliveTimeout
      case .flood: .flood
      case .stalled: .stalled
      case .protocolViolation: .protocolViolation
      }
    }
  }

  /// A reason as it is counted.
  package enum Kind: String, Sendable, CaseIterable {
    case tooManyConnections, tooManyOfOnePeer, tooManyHandshakes
    case handshake, handshakeTimeout, revoked, revocationListEnded, headersTimeout, keepaliveTimeout
    case flood, stalled, protocolViolation
  }

  package let peerAddress: String
  package let reason: Reason
}

/// How a channel behaves.
package struct ChannelConfiguration: Sendable {
  /// The replicas of one service; calls go round them.
  package var addresses: [Address]
  package var tls: TLSConfiguration
  /// The name that the server's certificate must bear (DNS or IP); `nil` for the host of each address.
  package var serverName: String?
  /// A URI that the server's certificate must bear, e.g. `spiffe://city/service/share`; then its host names are not looked at.
  package var expectedServerURI: String?
  package var limits: ChannelLimits
  package var backoff: BackoffConfiguration
  /// For calls that name none; `nil` lets a call wait for ever.
  package var defaultTimeout: Duration?
  /// Retries, health checks and the like; nothing of it unless said.
  package var service = ServiceConfig()
  package var resolver: any NameResolver = SystemResolver()
  /// A name is looked up again when one of its addresses fails, at most this often.
  package var resolutionInterval = Duration.seconds(30)

  package init(
    addresses: [Address], tls: TLSConfiguration, serverName: String? = nil,
    expectedServerURI: String? = nil, limits: ChannelLimits = ChannelLimits(),
    backoff: BackoffConfiguration = BackoffConfiguration(), defaultTimeout: Duration? = nil
  ) {
    self.addresses = addresses
    self.tls = tls
    self.serverName = serverName
    self.expectedServerURI = expectedServerURI
    self.limits = limits
    self.backoff = backoff
    self.defaultTimeout = defaultTimeout
  }
}

/// How long to wait before the next attempt to connect (gRPC's "connection backoff", with its factors).
package struct BackoffConfiguration: Sendable {
  package var initial = Duration.milliseconds(200)
  package var maximum = Duration.seconds(20)
  package var factor = 1.6
  /// Each wait is spread by plus or minus this share of itself.
  package var jitter = 0.2

  package init() {}
}

/// What one call asks for.
package struct CallOptions: Sendable {
  package var metadata: Metadata
  /// Sent as `grpc-timeout`; ends the call with DEADLINE_EXCEEDED on this side too.
  package var timeout: Duration?
  /// Waits through failed connections instead of failing with UNAVAILABLE at once.
  package var waitsForReady: Bool
  /// The messages are JSON (`application/grpc+json`), in a unary call: for who passes on what it has not decoded.
  package var isJSON: Bool
  /// Sends the messages with gzip; a server that does not know it answers UNIMPLEMENTED.
  package var compresses: Bool

  package init(
    metadata: Metadata = Metadata(), timeout: Duration? = nil, waitsForReady: Bool = false,
    compresses: Bool = false, isJSON: Bool = false
  ) {
    self.isJSON = isJSON
    self.metadata = metadata
    self.timeout = timeout
    self.waitsForReady = waitsForReady
    self.compresses = compresses
  }
}
