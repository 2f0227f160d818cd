// What a server counts: connections, calls, and what was done against peers that cost too much.

package import Telemetry

/// What is counted of one method. The bytes are those of messages, as they stand in the stream.
package struct MethodStatistics: Sendable, Equatable {
  /// Calls that ended, by the number of their status code.
  private var ended = [Int](repeating: 0, count: Int(StatusCode.unauthenticated.rawValue) + 1)
  /// From the headers to the decision on the answer.
  package private(set) var durations = DurationCounts()
  package var bytesReceived = 0
  package var bytesSent = 0

  package init() {}

  /// How many calls ended with a code.
  package subscript(_ code: StatusCode) -> Int { ended[Int(code.rawValue)] }

  package var callsEnded: Int { ended.reduce(0, +) }

  mutating func end(_ code: StatusCode, after nanoseconds: Int64) {
    ended[Int(code.rawValue)] += 1
    durations.record(nanoseconds)
  }

  mutating func add(_ other: MethodStatistics) {
    for index in ended.indices { ended[index] += other.ended[index] }
    durations.add(other.durations)
    bytesReceived += other.bytesReceived
    bytesSent += other.bytesSent
  }
}

/// Counters of a server; they only rise, except those that say that they are levels.
package struct ServerStatistics: Sendable, Equatable {
  package var connectionsAccepted = 0
  /// A level.
  package var connectionsOpen = 0
  /// A level: of those open, the ones that have not sent their first SETTINGS.
  package var connectionsSettingUp = 0
  /// Closed before the handshake because of `ServerLimits.connections` or `.handshakesPerAddress`.
  package var connectionsRefused = 0
  /// Connections that were turned away or ended by this side, by the reason.
  package var refusals: [ConnectionRefusal.Kind: Int] = [:]
  package var handshakesFailed = 0
  /// Of those that came through, the ones with a session of before.
  package var handshakesResumed = 0
  /// Times that nothing could be accepted, as without a free descriptor; there is a pause after each.
  package var acceptsFailed = 0
  package var callsStarted = 0
  /// A level.
  package var callsOpen = 0
  /// Calls that ended with another status than OK.
  package var callsFailed = 0
  /// Of those, the ones that were refused because too many bytes were held.
  package var callsShed = 0
  /// Of those, the ones whose peer did not go on.
  package var callsStalled = 0
  /// Of those, the ones that were refused after their headers, before the rest of their message was taken.
  package var callsRefusedEarly = 0
  /// Of those, the ones whose messages grew too much from gzip, for the limit on messages or for the connection's.
  package var callsOverInflated = 0
  /// Frames that carried nothing, among them resets.
  package var controlFramesReceived = 0
  /// Resets by peers, and frames for which this side must reset.
  package var resetsReceived = 0
  package var resetsSent = 0
  /// A level: bytes held for calls, in both directions.
  package var heldBytes = 0
  /// HTTP/2 as it came in and went out, inside TLS.
  package var bytesReceived = 0
  package var bytesSent = 0
  /// How long requests that could be handled waited for their handler to be started.
  package var queueTimes = DurationCounts()
  /// By path, those that were called; all paths that name no method of the server stand under ``unknownMethod``.
  package var methods: [String: MethodStatistics] = [:]

  /// No path: those begin with a slash.
  package static let unknownMethod = "unknown"

  package init() {}

  mutating func add(_ other: ServerStatistics) {
    connectionsAccepted += other.connectionsAccepted
    connectionsOpen += other.connectionsOpen
    connectionsSettingUp += other.connectionsSettingUp
    connectionsRefused += other.connectionsRefused
    refusals.merge(other.refusals, uniquingKeysWith: +)
    handshakesFailed += other.handshakesFailed
    handshakesResumed += other.handshakesResumed
    acceptsFailed += other.acceptsFailed
    callsStarted += other.callsStarted
    callsOpen += other.callsOpen
    callsFailed += other.callsFailed
    callsShed += other.callsShed
    callsStalled += other.callsStalled
    callsRefusedEarly += other.callsRefusedEarly
    callsOverInflated += other.callsOverInflated
    controlFramesReceived += other.controlFramesReceived
    resetsReceived += other.resetsReceived
    resetsSent += other.resetsSent
    heldBytes += other.heldBytes
    bytesReceived += other.bytesReceived
    bytesSent += other.bytesSent
    queueTimes.add(other.queueTimes)
    for (path, method) in other.methods { methods[path, default: MethodStatistics()].add(method) }
  }
}
