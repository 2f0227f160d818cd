// The metrics of a process: what its listeners count, told to swift-metrics when somebody asks, and the page that shows it.

package import Access
import CoreMetrics
package import Logging
package import RPC
package import Telemetry
import Synchronization

/// Holds a process's metrics. What listeners count goes into them one way; nothing that is read here changes a listener.
///
/// Labels are names of our own: listener, method, code, reason. A path that names no method is counted under one label.
package final class ProcessMetrics: Sendable {
  /// For code that has something of its own to count, by swift-metrics.
  package let registry: MetricsRegistry
  private let listeners = Mutex<[String: Listener]>([:])
  private let told = Mutex(Told())

  private struct Listener {
    weak var server: Server?
  }

  /// A counter of swift-metrics takes increments: what each has been given so far. Two who ask at once may bring their
  /// counts in any order; none is given twice.
  private struct Told {
    var totals: [String: Int] = [:]
    var durations: [String: DurationCounts] = [:]
  }

  package init(registry: MetricsRegistry = MetricsRegistry()) { self.registry = registry }

  /// - Parameter name: A word of ours: `public`, `internal`.
  package func add(listener name: String, _ server: Server) {
    listeners.withLock { $0[name] = Listener(server: server) }
  }

  /// All series, as they stand now, in Prometheus' text format.
  package func text() async -> String {
    let servers = listeners.withLock { $0.mapValues(\.server) }
    for (name, server) in servers {
      guard let server else { continue }
      let statistics = await server.statistics()
      publish(statistics, listener: name)
    }
    return registry.render()
  }

  /// The page at a service's own listener, for the operator's certificate (`service/node`); a refusal is told to `log`.
  package func page(admission: any Admission, log: Logger) -> MethodHandler {
    MethodHandler(
      page: MethodAccess.metricsPath, contentType: PrometheusText.contentType
    ) { [self] context in
      do throws(Status) {
        _ = try admission.admit(context, .innerMetrics)
      } catch {
        log.notice(
          "refused",
          metadata: [
            "path": "\(MethodAccess.metricsPath)",
            "peer": "\(context.peer.certificate?.uris.first ?? "")",
            "reason": "\(error.trailers["weir-reason"] ?? "")",
          ])
        throw error
      }
      return Array(await text().utf8)
    }
  }

  // MARK: One way

  func publish(_ statistics: ServerStatistics, listener: String) {
    let base = [("listener", listener)]
    publishConnections(statistics, base)
    publishHostility(statistics, base)
    level("weir_rpc_calls_open", base, statistics.callsOpen)
    level("weir_rpc_held_bytes", base, statistics.heldBytes)
    total("weir_rpc_bytes_received", base, statistics.bytesReceived)
    total("weir_rpc_bytes_sent", base, statistics.bytesSent)
    durations("weir_rpc_queue", base, statistics.queueTimes)
    for (path, method) in statistics.methods {
      let labels = base + [("method", path)]
      for code in StatusCode.allCases where method[code] > 0 {
        total("weir_rpc_calls", labels + [("code", code.name)], method[code])
      }
      durations("weir_rpc_call_duration", labels, method.durations)
      total("weir_rpc_message_bytes_received", labels, method.bytesReceived)
      total("weir_rpc_message_bytes_sent", labels, method.bytesSent)
    }
  }

  private func publishConnections(_ statistics: ServerStatistics, _ base: [(String, String)]) {
    level("weir_rpc_connections_open", base, statistics.connectionsOpen)
    level("weir_rpc_connections_setting_up", base, statistics.connectionsSettingUp)
    total("weir_rpc_connections_accepted", base, statistics.connectionsAccepted)
    total("weir_rpc_handshakes_failed", base, statistics.handshakesFailed)
    total("weir_rpc_accepts_failed", base, statistics.acceptsFailed)
    for kind in ConnectionRefusal.Kind.allCases {
      total(
        "weir_rpc_connections_refused", base + [("reason", kind.rawValue)],
        statistics.refusals[kind] ?? 0)
    }
  }

  private func publishHostility(_ statistics: ServerStatistics, _ base: [(String, String)]) {
    total("weir_rpc_calls_started", base, statistics.callsStarted)
    total("weir_rpc_calls_shed", base, statistics.callsShed)
    total("weir_rpc_calls_stalled", base, statistics.callsStalled)
    total("weir_rpc_calls_refused_early", base, statistics.callsRefusedEarly)
    total("weir_rpc_control_frames_received", base, statistics.controlFramesReceived)
    total("weir_rpc_resets_received", base, statistics.resetsReceived)
    total("weir_rpc_resets_sent", base, statistics.resetsSent)
  }

  private func level(_ label: String, _ labels: [(String, String)], _ value: Int) {
    Meter(label: label, dimensions: labels, factory: registry).set(value)
  }

  private func total(_ label: String, _ labels: [(String, String)], _ value: Int) {
    let new = told.withLock { told in
      let key = Self.key(label, labels)
      let new = max(0, value - (told.totals[key] ?? 0))
      told.totals[key, default: 0] += new
      return new
    }
    Counter(label: label, dimensions: labels, factory: registry).increment(by: new)
  }

  private func durations(
    _ label: String, _ labels: [(String, String)], _ counts: DurationCounts
  ) {
    let new = told.withLock { told in
      told.durations[Self.key(label, labels), default: DurationCounts()].grow(to: counts)
    }
    registry.record(new, label: label, dimensions: labels)
  }

  private static func key(_ label: String, _ labels: [(String, String)]) -> String {
    labels.reduce(label) { "\($0) \($1.1)" }
  }
}
