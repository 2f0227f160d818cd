// What listeners count becomes metrics: one way, each count once, whoever asks and however often.

import RPC
import TestSupport
import Testing

@testable import Boot

@Suite("a process's metrics")
struct ProcessMetricsTests {
  private let metrics = ProcessMetrics()

  private func sample(_ name: String) async -> String? {
    await metrics.text().split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .map { String($0.dropFirst(name.count + 1)) }
  }

  @Test("a counter is given what has come since; a count that is older in part takes nothing back")
  func increments() async {
    var counted = ServerStatistics()
    for (accepted, expected) in [(3, "3"), (3, "3"), (7, "7"), (5, "7"), (9, "9")] {
      counted.connectionsAccepted = accepted
      metrics.publish(counted, listener: "public")
      #expect(
        await sample(#"weir_rpc_connections_accepted_total{listener="public"}"#) == expected)
    }
  }

  @Test("levels go down again; listeners are told apart; every reason of a refusal is there")
  func levels() async {
    var counted = ServerStatistics()
    counted.callsOpen = 4
    counted.refusals[.flood] = 2
    metrics.publish(counted, listener: "public")
    counted.callsOpen = 1
    metrics.publish(counted, listener: "public")
    metrics.publish(ServerStatistics(), listener: "internal")
    #expect(await sample(#"weir_rpc_calls_open{listener="public"}"#) == "1")
    #expect(await sample(#"weir_rpc_calls_open{listener="internal"}"#) == "0")
    #expect(
      await sample(#"weir_rpc_connections_refused_total{listener="public",reason="flood"}"#)
        == "2")
    for kind in ConnectionRefusal.Kind.allCases {
      let name =
        #"weir_rpc_connections_refused_total{listener="internal",reason="\#(kind.rawValue)"}"#
      #expect(await sample(name) == "0")
    }
  }
}
