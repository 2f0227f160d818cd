// The metrics of a process: what its listeners count, told to swift-metrics when somebody asks, and the page that shows it.

package import Access
import CoreMetrics
package import Database
package import Logging
package import RPC
package import Telemetry
import Synchronization
package import Vocabulary

/// Holds a process's metrics. What listeners count goes into them one way; nothing that is read here changes a listener.
///
/// Labels are names of our own: listener, method, code, reason. A path that names no method is counted under one label.
package final class ProcessMetrics: Sendable {
  /// For code that has something of its own to count, by swift-metrics.
  package let registry: MetricsRegistry
  private let listeners = Mutex<[String: Listener]>([:])
  private let databases = Mutex<[String: OpenDatabase]>([:])
  private let told = Mutex(Told())

  private struct Listener {
    weak var server: Server?
  }

  private struct OpenDatabase {
    weak var database: SQLDatabase?
    let now: @Sendable () -> Instant
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

  /// - Parameters:
  ///   - name: A word of ours: the service whose database it is.
  ///   - now: The real time.
  package func add(
    database name: String, _ database: SQLDatabase, now: @escaping @Sendable () -> Instant
  ) {
    databases.withLock { $0[name] = OpenDatabase(database: database, now: now) }
  }

  /// All series, as they stand now, in Prometheus' text format.
  package func text() async -> String {
    let servers = listeners.withLock { $0.mapValues(\.server) }
    for (name, server) in servers {
      guard let server else { continue }
      let statistics = await server.statistics()
      publish(statistics, listener: name)
    }
    for (name, open) in databases.withLock(\.self) {
      guard let database = open.database else { continue }
      publish(database.statistics(now: open.now()), database: name)
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
    for (name, value) in Self.levels(statistics) { level("weir_rpc_\(name)", base, value) }
    for (name, value) in Self.totals(statistics) { total("weir_rpc_\(name)", base, value) }
    for kind in ConnectionRefusal.Kind.allCases {
      total(
        "weir_rpc_connections_refused", base + [("reason", kind.rawValue)],
        statistics.refusals[kind] ?? 0)
    }
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

  func publish(_ statistics: DatabaseStatistics, database: String) {
    let base = [("database", database)]
    level("weir_database_writes_waiting", base, statistics.writesWaiting)
    level("weir_database_reads_waiting", base, statistics.readsWaiting)
    total("weir_database_statements", base, statistics.statements)
    total("weir_database_commits", base, statistics.commits)
    guard let evidence = statistics.evidence else { return }
    level("weir_evidence_uncovered_entries", base, evidence.entries)
    level("weir_evidence_uncovered_seconds", base, evidence.seconds)
  }

  /// What goes up and down.
  private static func levels(_ statistics: ServerStatistics) -> [(String, Int)] {
    [
      ("calls_open", statistics.callsOpen),
      ("connections_open", statistics.connectionsOpen),
      ("connections_setting_up", statistics.connectionsSettingUp),
      ("held_bytes", statistics.heldBytes),
    ]
  }

  /// What only rises.
  private static func totals(_ statistics: ServerStatistics) -> [(String, Int)] {
    [
      ("accepts_failed", statistics.acceptsFailed),
      ("bytes_received", statistics.bytesReceived),
      ("bytes_sent", statistics.bytesSent),
      ("calls_failed", statistics.callsFailed),
      ("calls_over_inflated", statistics.callsOverInflated),
      ("calls_refused_early", statistics.callsRefusedEarly),
      ("calls_shed", statistics.callsShed),
      ("calls_stalled", statistics.callsStalled),
      ("calls_started", statistics.callsStarted),
      ("connections_accepted", statistics.connectionsAccepted),
      ("control_frames_received", statistics.controlFramesReceived),
      ("handshakes_failed", statistics.handshakesFailed),
      ("handshakes_resumed", statistics.handshakesResumed),
      ("resets_received", statistics.resetsReceived),
      ("resets_sent", statistics.resetsSent),
    ]
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
