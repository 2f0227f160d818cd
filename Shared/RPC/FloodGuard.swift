// How many frames a peer may send that cost work and carry none.

/// A bucket that refills with time (rapid reset, CVE-2023-44487, and its relatives with SETTINGS, PING, PRIORITY and empty
/// frames, CVE-2019-9511 to 9518) and with what is sent to the peer, which it must answer with window updates.
struct FloodGuard {
  private let burst: Double
  private let perSecond: Double
  private var tokens: Double
  private var last: Int64

  /// A frame of data is answered by an update of the stream's window and one of the connection's.
  private static let tokensPerDataFrame = 2.0

  init(_ limits: ServerLimits, now: Int64) {
    burst = Double(limits.controlFrameBurst)
    perSecond = Double(limits.controlFramesPerSecond)
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

  mutating func noteDataSent() { tokens = min(burst, tokens + Self.tokensPerDataFrame) }
}
