// The kinds of series: each takes values from any thread without waiting.

import CoreMetrics
import Synchronization

/// One series of a registry.
enum Series: Sendable {
  case counter(CounterSeries)
  case sum(SumSeries)
  case gauge(GaugeSeries)
  case histogram(HistogramSeries)

  /// The kind as Prometheus names it.
  var kind: String {
    switch self {
    case .counter, .sum: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    }
  }
}

/// Counts events. Stands still at its greatest value instead of wrapping.
final class CounterSeries: CounterHandler {
  private let count = Mutex<Int64>(0)

  var value: Int64 { count.withLock { $0 } }

  func increment(by amount: Int64) {
    count.withLock { count in
      let sum = count.addingReportingOverflow(max(0, amount))
      count = sum.overflow ? .max : sum.partialValue
    }
  }

  func reset() { count.withLock { $0 = 0 } }
}

/// Adds up an amount that is no whole number.
final class SumSeries: FloatingPointCounterHandler {
  private let sum = Mutex<Double>(0)

  var value: Double { sum.withLock { $0 } }

  func increment(by amount: Double) {
    guard amount.isFinite, amount > 0 else { return }
    sum.withLock { $0 += amount }
  }

  func reset() { sum.withLock { $0 = 0 } }
}

/// A value that goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler {
  private let level = Mutex<Double>(0)

  var value: Double { level.withLock { $0 } }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { level.withLock { $0 = value } }
  func increment(by amount: Double) { level.withLock { $0 += amount } }
  func decrement(by amount: Double) { level.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
}

/// How many values fell under each bound.
final class HistogramSeries: RecorderHandler, TimerHandler {
  /// From a tenth of a millisecond, the cost of a local call, to a minute, a whole comparison.
  static let durations: [Double] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    30, 60,
  ]
  /// Powers of four: rows of a chunk, bytes of a message.
  static let sizes: [Double] = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1_048_576]

  struct Content {
    /// For each bound, the values at most as great as it and greater than the bound before; last, the values beyond all.
    var counts: [Int64]
    var sum: Double = 0
  }

  let bounds: [Double]
  private let state: Mutex<Content>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(Content(counts: [Int64](repeating: 0, count: bounds.count + 1)))
  }

  var content: Content { state.withLock { $0 } }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    guard value.isFinite else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { content in
      content.counts[bucket] += 1
      content.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  /// Durations that were counted under the same bounds.
  func add(_ durations: DurationCounts) {
    guard durations.counts.count == bounds.count + 1 else { return }
    state.withLock { content in
      for (index, count) in durations.counts.enumerated() { content.counts[index] += count }
      content.sum += Double(durations.nanoseconds) / 1e9
    }
  }
}
