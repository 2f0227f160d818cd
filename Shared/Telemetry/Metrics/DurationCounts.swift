// How often something took how long, counted where it happens and without any other thread.

/// Counts of durations under the bounds of ``HistogramSeries/durations``. A plain value: whoever counts owns it, and a
/// registry takes in what it has grown by.
package struct DurationCounts: Sendable, Equatable {
  /// The upper bounds in nanoseconds.
  static let bounds: [Int64] = HistogramSeries.durations.map { Int64(($0 * 1e9).rounded()) }

  /// For each bound, the durations at most as long as it and longer than the bound before; last, those beyond all.
  package private(set) var counts = [Int64](repeating: 0, count: bounds.count + 1)
  package private(set) var nanoseconds: Int64 = 0

  package init() {}

  package var count: Int64 { counts.reduce(0, +) }

  /// - Parameter duration: Nanoseconds; less than none counts as none.
  package mutating func record(_ duration: Int64) {
    let duration = max(0, duration)
    var bucket = 0
    for bound in Self.bounds {
      if duration <= bound { break }
      bucket += 1
    }
    counts[bucket] += 1
    nanoseconds &+= duration
  }

  package mutating func add(_ other: DurationCounts) {
    for index in counts.indices { counts[index] += other.counts[index] }
    nanoseconds &+= other.nanoseconds
  }

  /// Takes in a later state of the same counts; one that is older in part takes nothing back.
  ///
  /// - Returns: What has come since.
  package mutating func grow(to later: DurationCounts) -> DurationCounts {
    var difference = DurationCounts()
    for index in counts.indices {
      difference.counts[index] = max(0, later.counts[index] - counts[index])
      counts[index] += difference.counts[index]
    }
    difference.nanoseconds = max(0, later.nanoseconds &- nanoseconds)
    nanoseconds &+= difference.nanoseconds
    return difference
  }
}

extension MetricsRegistry {
  /// Takes durations into a timer's series that were counted elsewhere: swift-metrics tells a timer of each one alone, which
  /// at some hundred thousand calls a second is work that need not be done.
  package func record(
    _ durations: DurationCounts, label: String, dimensions: [(String, String)]
  ) {
    guard durations.count > 0 else { return }
    (makeTimer(label: label, dimensions: dimensions) as? HistogramSeries)?.add(durations)
  }
}
