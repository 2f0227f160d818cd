// How much a peer may send that costs work and carries none.

/// An amount that refills with time.
struct Bucket {
  private let capacity: Double
  private let perSecond: Double
  private var amount: Double
  private var last: Int64

  init(capacity: Int, perSecond: Int, now: Int64) {
    self.capacity = Double(capacity)
    self.perSecond = Double(perSecond)
    amount = self.capacity
    last = now
  }

  mutating func add(_ more: Double) { amount = min(capacity, amount + more) }

  /// What is in it now.
  mutating func level(at now: Int64) -> Double {
    add(Double(now - last) * perSecond / 1_000_000_000)
    last = now
    return amount
  }

  mutating func take(_ some: Double) { amount = max(0, amount - some) }
}

/// Counts frames (rapid reset, CVE-2023-44487, and its relatives with SETTINGS, PING, PRIORITY and empty frames,
/// CVE-2019-9511 to 9518). The bucket refills, too, with what is sent to the peer, which it must answer with window updates.
struct FloodGuard {
  private var bucket: Bucket

  /// A frame of data is answered by an update of the stream's window and one of the connection's.
  private static let tokensPerDataFrame = 2.0

  init(_ limits: ServerLimits, now: Int64) {
    bucket = Bucket(
      capacity: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: now)
  }

  mutating func admits(at now: Int64) -> Bool {
    if bucket.level(at: now) < 1 { return false }
    bucket.take(1)
    return true
  }

  mutating func noteDataSent() { bucket.add(Self.tokensPerDataFrame) }
}

/// Counts what comes out of gzip. A few bytes can be a thousand times as many, which costs processor time before anybody
/// knows whether the caller may call; what honest messages grow by is free.
struct InflationGuard {
  private var bucket: Bucket

  /// Texts and tables seldom grow by more.
  private static let honestFactor = 16

  init(_ limits: ServerLimits, now: Int64) {
    bucket = Bucket(
      capacity: limits.inflatedBytesBurst, perSecond: limits.inflatedBytesPerSecond, now: now)
  }

  /// How many bytes may come out of so many.
  mutating func limit(for count: Int, at now: Int64) -> Int {
    Self.honestFactor * count + Int(bucket.level(at: now))
  }

  mutating func note(_ inflated: Int, from count: Int) {
    bucket.take(Double(max(0, inflated - Self.honestFactor * count)))
  }
}
