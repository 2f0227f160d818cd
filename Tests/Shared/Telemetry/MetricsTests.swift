// Metrics as Prometheus reads them.

import CoreMetrics
import Telemetry
import Testing

@Suite("Metrics in Prometheus text")
struct MetricsTests {
  private let registry = MetricsRegistry(seriesLimit: 8)

  private var rendered: [String] {
    registry.render().split(separator: "\n").map(String.init)
  }

  @Test("a counter is named with its unit, and its labels are sorted")
  func counters() {
    let counter = Counter(
      label: "rpc.calls", dimensions: [("method", "/a\"b\\\n"), ("code", "ok")], factory: registry)
    counter.increment()
    counter.increment(by: 2)
    #expect(
      rendered.prefix(2) == [
        "# TYPE rpc_calls_total counter",
        #"rpc_calls_total{code="ok",method="/a\"b\\\n"} 3"#,
      ])
  }

  @Test("the same name and labels are one series; a counter stops at its greatest value")
  func sameSeries() {
    for _ in 0..<2 {
      Counter(label: "a", factory: registry).increment(by: Int64.max - 1)
    }
    #expect(rendered.contains("a_total \(Int64.max)"))
  }

  @Test("gauges go up and down, amounts add up")
  func gauges() {
    let meter = Meter(label: "open streams", factory: registry)
    meter.set(5)
    meter.decrement(by: 1.5)
    FloatingPointCounter(label: "cpu_seconds_total", factory: registry).increment(by: 0.25)
    #expect(rendered.contains("open_streams 3.5"))
    #expect(rendered.contains("cpu_seconds_total 0.25"))
  }

  @Test("a timer is a histogram in seconds whose buckets count upwards")
  func timers() {
    let timer = CoreMetrics.Timer(label: "unseal", dimensions: [("suite", "a")], factory: registry)
    timer.recordMilliseconds(3)
    timer.recordSeconds(100)
    #expect(rendered.contains("# TYPE unseal_seconds histogram"))
    #expect(rendered.contains(#"unseal_seconds_bucket{suite="a",le="0.0025"} 0"#))
    #expect(rendered.contains(#"unseal_seconds_bucket{suite="a",le="0.005"} 1"#))
    #expect(rendered.contains(#"unseal_seconds_bucket{suite="a",le="60"} 1"#))
    #expect(rendered.contains(#"unseal_seconds_bucket{suite="a",le="+Inf"} 2"#))
    #expect(rendered.contains(#"unseal_seconds_sum{suite="a"} 100.003"#))
    #expect(rendered.contains(#"unseal_seconds_count{suite="a"} 2"#))
  }

  @Test("a recorder without aggregation is a gauge, with it a histogram")
  func recorders() {
    Recorder(label: "last", aggregate: false, factory: registry).record(7)
    Recorder(label: "rows", factory: registry).record(300)
    #expect(rendered.contains("last 7"))
    #expect(rendered.contains(#"rows_bucket{le="256"} 0"#))
    #expect(rendered.contains(#"rows_bucket{le="1024"} 1"#))
  }

  @Test("series beyond the limit are refused and counted, never kept")
  func limit() {
    for number in 0..<20 {
      Counter(label: "c", dimensions: [("n", "\(number)")], factory: registry).increment()
    }
    #expect(rendered.count { $0.hasPrefix("c_total{") } == 8)
    #expect(rendered.contains("weir_metrics_refused_series_total 12"))
  }

  @Test("one name has one kind")
  func kinds() {
    Meter(label: "a_total", factory: registry).set(1)
    Counter(label: "a", dimensions: [("b", "c")], factory: registry).increment()
    #expect(rendered.count { $0.hasPrefix("# TYPE a_total ") } == 1)
    #expect(rendered.contains("weir_metrics_refused_series_total 1"))
  }

  @Test("no identifier becomes a label, no odd character a name")
  func names() {
    Counter(label: "9 行/s", dimensions: [("id-x", "110101199003070011")], factory: registry)
      .increment()
    #expect(rendered.contains { $0.hasPrefix("_9_") && $0.hasSuffix(#"{id_x="[redacted]"} 1"#) })
  }
}
