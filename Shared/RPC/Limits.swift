// Everything a peer can send has a limit; these are their names and defaults.

/// What a listener grants one peer and all peers together.
package struct ServerLimits: Sendable {
  /// Largest message, in bytes, in either direction; larger ones end with RESOURCE_EXHAUSTED.
  package var messageSizeBytes = 4 << 20
  /// Largest header list, counted as RFC 9113 section 6.5.2 does (name + value + 32 for each field).
  package var headerListSizeBytes = 16 << 10
  /// Streams open at once on one connection, and handlers still running for it.
  package var concurrentStreams = 1000
  /// Connections open at once; one more is closed at once, with an alert.
  package var connections = 10_000
  /// Connections open at once with one certificate, or from one address where no certificate is asked for; one more is told
  /// so by GOAWAY. For IPv6 an address is its first 64 bits, here and below.
  package var connectionsPerPeer = 256
  /// Connections at once that have not sent their first SETTINGS; one more ends the one that has tried longest.
  package var handshakes = 1000
  /// The same from one address; one more is closed at once, with an alert.
  package var handshakesPerAddress = 250
  /// Bytes held for one connection: what was received for handlers, what they were given, and answers that the peer has not
  /// taken yet. The call that goes past it is refused.
  package var bufferedBytesPerConnection = 64 << 20
  /// The same for all connections together. From half of it on, each connection has its equal share of the other half and no
  /// more, so that who fills the first half stops nobody else.
  package var bufferedBytes = 512 << 20
  /// Messages that wait in a stream's outgoing queue make `write` wait from this many bytes on.
  package var outgoingQueueBytes = 256 << 10
  /// What a peer may send on one stream before the handler has read it.
  package var streamWindowBytes = 512 << 10
  /// What a peer may send on all streams of a connection before this side has taken it in.
  package var connectionWindowBytes = 8 << 20
  /// From accept to the first SETTINGS frame.
  package var handshakeTimeout = Duration.seconds(10)
  /// From the first byte of a header block to its last.
  package var headersTimeout = Duration.seconds(10)
  /// From the headers of a unary call to the end of its message, and in a stream from a message's first byte to its last.
  package var requestTimeout = Duration.seconds(60)
  /// A call ends when its peer has taken nothing of what is queued for it in this time.
  package var stallTimeout = Duration.seconds(60)
  /// A connection without streams is asked to leave after this time.
  package var idleTimeout = Duration.seconds(600)
  /// A silent connection is asked whether it lives after this time …
  package var keepaliveInterval = Duration.seconds(60)
  /// … and closed when it has not answered after this one.
  package var keepaliveTimeout = Duration.seconds(20)
  /// Frames that cost work and carry none, which a peer may send in a burst: resets (the rapid reset attack,
  /// CVE-2023-44487), settings, pings, priorities, empty data, window updates without data, frames that break the rules …
  package var controlFrameBurst = 1000
  /// … and in each second after that.
  package var controlFramesPerSecond = 100
  /// What may come out of gzip beyond sixteen times what came in, on one connection, in a burst …
  package var inflatedBytesBurst = 16 << 20
  /// … and in each second after that.
  package var inflatedBytesPerSecond = 16 << 20

  package init() {}

  /// For a listener whose peers are our own services. One connection carries the calls of many callers outside, who are held to
  /// their own limits: what all of them cancel at once is no attack of the service that passes it on.
  package static var betweenServices: ServerLimits {
    var limits = ServerLimits()
    limits.controlFrameBurst = 20_000
    limits.controlFramesPerSecond = 10_000
    return limits
  }
}

/// What a channel accepts from a server.
package struct ChannelLimits: Sendable {
  /// Largest message, in bytes, in either direction.
  package var messageSizeBytes = 4 << 20
  package var headerListSizeBytes = 16 << 10
  package var outgoingQueueBytes = 256 << 10
  package var streamWindowBytes = 512 << 10
  package var connectionWindowBytes = 8 << 20
  /// From the first packet to the first SETTINGS frame.
  package var connectTimeout = Duration.seconds(10)
  package var keepaliveInterval = Duration.seconds(60)
  package var keepaliveTimeout = Duration.seconds(20)
  /// Calls that wait for a connection on one reactor; one more fails with RESOURCE_EXHAUSTED.
  package var waitingCalls = 10_000

  package init() {}

  /// Whether a message may go out.
  func check(_ message: [UInt8]) throws(Status) {
    if message.count > messageSizeBytes {
      throw Status(
        .resourceExhausted, "a message of \(message.count) bytes is larger than \(messageSizeBytes)"
      )
    }
  }
}
