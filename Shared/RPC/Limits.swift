// Everything a peer can send has a limit; these are their names and defaults.

/// What a listener grants one peer and all peers together.
package struct ServerLimits: Sendable {
  /// Largest message, in bytes, in either direction; larger ones end with RESOURCE_EXHAUSTED.
  package var messageSizeBytes = 4 << 20
  /// Largest header list, counted as RFC 9113 section 6.5.2 does (name + value + 32 for each field).
  package var headerListSizeBytes = 16 << 10
  /// Streams open at once on one connection, and handlers still running for it.
  package var concurrentStreams = 1000
  /// Connections open at once; one more is closed at once.
  package var connections = 10_000
  /// Received bytes waiting on one connection for handlers to take them; the stream that goes past it is refused.
  package var bufferedBytesPerConnection = 64 << 20
  /// Messages that wait in a stream's outgoing queue make `write` wait from this many bytes on.
  package var outgoingQueueBytes = 64 << 10
  /// What a peer may send on one stream before the handler has read it.
  package var streamWindowBytes = 512 << 10
  /// What a peer may send on all streams of a connection before this side has taken it in.
  package var connectionWindowBytes = 8 << 20
  /// From accept to the first SETTINGS frame.
  package var handshakeTimeout = Duration.seconds(10)
  /// From the first byte of a header block to its last.
  package var headersTimeout = Duration.seconds(10)
  /// From the headers of a unary call to the end of its message.
  package var requestTimeout = Duration.seconds(60)
  /// A connection without streams is asked to leave after this time.
  package var idleTimeout = Duration.seconds(600)
  /// A silent connection is asked whether it lives after this time …
  package var keepaliveInterval = Duration.seconds(60)
  /// … and closed when it has not answered after this one.
  package var keepaliveTimeout = Duration.seconds(20)
  /// Streams that a peer may open and reset in a burst (the rapid reset attack, CVE-2023-44487) …
  package var resetBurst = 1000
  /// … and in each second after that.
  package var resetsPerSecond = 100

  package init() {}
}

/// What a channel accepts from a server.
package struct ChannelLimits: Sendable {
  /// Largest message, in bytes, in either direction.
  package var messageSizeBytes = 4 << 20
  package var headerListSizeBytes = 16 << 10
  package var outgoingQueueBytes = 64 << 10
  package var streamWindowBytes = 512 << 10
  package var connectionWindowBytes = 8 << 20
  /// From the first packet to the first SETTINGS frame.
  package var connectTimeout = Duration.seconds(10)
  package var keepaliveInterval = Duration.seconds(60)
  package var keepaliveTimeout = Duration.seconds(20)
  /// Calls that wait for a connection on one reactor; one more fails with RESOURCE_EXHAUSTED.
  package var waitingCalls = 10_000

  package init() {}
}
