// Metrics held in memory behind swift-metrics, and their rendering as Prometheus text.

package import CoreMetrics
import Synchronization

/// All metrics of a process.
///
/// Labels come from our code, never from input. Should one grow all the same, ``seriesLimit`` bounds the number of series: what
/// comes beyond is counted in `weir_metrics_refused_series_total` and recorded nowhere. Values of labels pass ``Redaction``.
package final class MetricsRegistry: MetricsFactory {
  package static let defaultSeriesLimit = 4096

  private let seriesLimit: Int
  private let state = Mutex(State())

  private struct State {
    var series: [SeriesKey: Series] = [:]
    var refused: Int64 = 0
  }

  package init(seriesLimit: Int = MetricsRegistry.defaultSeriesLimit) {
    self.seriesLimit = seriesLimit
  }

  // MARK: MetricsFactory

  package func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    let name = PrometheusText.name(label, unit: "total")
    return handler(name, dimensions, make: { .counter(CounterSeries()) }) {
      if case .counter(let counter) = $0 { counter } else { nil }
    } ?? CounterSeries()
  }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    let name = PrometheusText.name(label, unit: "total")
    return handler(name, dimensions, make: { .sum(SumSeries()) }) {
      if case .sum(let sum) = $0 { sum } else { nil }
    } ?? SumSeries()
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions)
  }

  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    guard aggregate else { return gauge(label, dimensions) }
    let name = PrometheusText.name(label, unit: nil)
    return handler(
      name, dimensions, make: { .histogram(HistogramSeries(bounds: HistogramSeries.sizes)) }
    ) {
      if case .histogram(let histogram) = $0 { histogram } else { nil }
    } ?? HistogramSeries(bounds: [])
  }

  /// Timers are histograms in seconds, the base unit that Prometheus asks for.
  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let name = PrometheusText.name(label, unit: "seconds")
    return handler(
      name, dimensions, make: { .histogram(HistogramSeries(bounds: HistogramSeries.durations)) }
    ) {
      if case .histogram(let histogram) = $0 { histogram } else { nil }
    } ?? HistogramSeries(bounds: [])
  }

  // A series lives as long as its process: a counter that vanished and came back would look like a restart.
  package func destroyCounter(_ handler: any CounterHandler) {}
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  package func destroyMeter(_ handler: any MeterHandler) {}
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  package func destroyTimer(_ handler: any TimerHandler) {}

  // MARK: Rendering

  /// All series in the Prometheus text format 0.0.4, sorted by name and labels.
  package func render() -> String {
    let (series, refused) = state.withLock { ($0.series, $0.refused) }
    return PrometheusText.render(series, refusedSeries: refused)
  }

  // MARK: Series

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
    let name = PrometheusText.name(label, unit: nil)
    return handler(name, dimensions, make: { .gauge(GaugeSeries()) }) {
      if case .gauge(let gauge) = $0 { gauge } else { nil }
    } ?? GaugeSeries()
  }

  /// The handler of a series, made at its first use; `nil` when the limit is reached or the name is of another kind. Prometheus
  /// allows one kind for each name, so a second kind is refused like a series too many.
  private func handler<Handler>(
    _ name: String, _ dimensions: [(String, String)], make: () -> Series,
    as read: (Series) -> Handler?
  ) -> Handler? {
    let key = SeriesKey(name: name, dimensions: dimensions)
    return state.withLock { state in
      if let series = state.series[key], let handler = read(series) { return handler }
      let new = make()
      let isClash = state.series.contains { $0.key.name == name && $0.value.kind != new.kind }
      guard state.series.count < seriesLimit, !isClash else {
        state.refused += 1
        return nil
      }
      state.series[key] = new
      return read(new)
    }
  }
}

/// What tells one series from another: its name and its labels in order of their names.
struct SeriesKey: Hashable, Comparable {
  let name: String
  let labels: String

  init(name: String, dimensions: [(String, String)]) {
    self.name = name
    labels = PrometheusText.labels(dimensions)
  }

  static func < (left: SeriesKey, right: SeriesKey) -> Bool {
    (left.name, left.labels) < (right.name, right.labels)
  }
}
