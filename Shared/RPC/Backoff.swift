// How long to wait before the next attempt to connect.

/// Growing waits with jitter (gRPC, "Connection Backoff Protocol").
struct Backoff {
  private let configuration: BackoffConfiguration
  private(set) var failures = 0

  init(_ configuration: BackoffConfiguration) { self.configuration = configuration }

  mutating func reset() { failures = 0 }

  /// Nanoseconds to wait after one more failure.
  mutating func next(_ random: inout SplitMix) -> Int64 {
    var wait = Double(configuration.initial.nanosecondsClamped)
    let maximum = Double(configuration.maximum.nanosecondsClamped)
    for _ in 0..<failures where wait < maximum { wait *= configuration.factor }
    failures += 1
    let spread = configuration.jitter * Double.random(in: -1...1, using: &random)
    return Int64(min(wait, maximum) * (1 + spread))
  }
}
