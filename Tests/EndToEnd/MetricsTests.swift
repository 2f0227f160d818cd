// The metrics of a running node, read by Prometheus' own parser: they agree with what was called, and show nobody's content.

import Boot
import Contracts
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

@Suite("metrics are for operators, and agree with what was called (AC-35, guangdong-2018/28)")
struct MetricsTests {
  private static let operatorName = "departments/operations/persons/zhou"
  private static let whoAmI = "/weir.registry.v1.Registry/WhoAmI"

  /// The samples of a page.
  private func samples(_ page: WebAnswer, _ folder: TemporaryFolder) async throws -> [String:
    Double]
  {
    try Files.write(page.body, to: folder.path("page"), isPrivate: true)
    let parsed = try await runToEnd(
      Checkout.python,
      [
        Checkout.root.appending(path: "Tests/EndToEnd/python/metrics.py").path,
        folder.path("page"),
      ])
    #expect(parsed.status == 0, "\(parsed.output)")
    let object = try JSONSerialization.jsonObject(with: Data(parsed.output.utf8))
    return try #require(object as? [String: Double])
  }

  @Test(
    "at the gateway for the role alone, at the services for the operator's certificate alone",
    .enabled(if: Checkout.hasPythonClients, "there is no Python environment: run deploy/setup test")
  )
  func metrics() async throws {
    let folder = try TemporaryFolder()
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let curl = try Curl(node.keys)
      let chen = node.keys.principalFolder(DemoCast.authority)
      let zhou = node.keys.principalFolder(Self.operatorName)
      for _ in 0..<5 {
        let who = try await curl.ask(
          node.ready.gateway, Self.whoAmI, as: chen, body: Array("{}".utf8))
        #expect(who.status == 200)
      }
      for number in 0..<3 {
        _ = try await curl.ask(
          node.ready.gateway, "/no.such.Service/Method\(number)", as: chen, body: Array("{}".utf8))
      }
      let refused = try await curl.ask(node.ready.gateway, "/metrics", as: chen)
      #expect(refused.status == 403 && refused.code == "permission_denied")
      #expect(refused.trailer("weir-reason") == "access.role_missing")
      #expect(refused.trailer("weir-article") == "luyi-2019/18.2a")
      #expect(!refused.text.contains("weir_rpc"))
      #expect(try await curl.ask(node.ready.gateway, "/metrics", as: nil).status == 0)
      let page = try await curl.ask(node.ready.gateway, "/metrics", as: zhou)
      #expect(page.status == 200)
      #expect(page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let gateway = try await samples(page, folder)
      agrees(gateway)
      showsNobody(gateway)
      try areDocumented(page)
      try await services(node, curl, folder)
    }
  }

  private func agrees(_ samples: [String: Double]) {
    let who = "listener=public,method=\(Self.whoAmI)"
    #expect(samples["weir_rpc_calls_total{code=OK,\(who)}"] == 5)
    #expect(samples["weir_rpc_call_duration_seconds_count{\(who)}"] == 5)
    #expect(samples["weir_rpc_call_duration_seconds_bucket{le=+Inf,\(who)}"] == 5)
    // Two bytes of JSON each, without a frame.
    #expect(samples["weir_rpc_message_bytes_received_total{\(who)}"] == 10)
    #expect(samples["weir_rpc_message_bytes_sent_total{\(who)}"] ?? 0 > 10)
    #expect(
      samples["weir_rpc_calls_total{code=UNIMPLEMENTED,listener=public,method=unknown}"] == 3)
    #expect(
      samples["weir_rpc_calls_total{code=PERMISSION_DENIED,listener=public,method=/metrics}"] == 1)
    // Nine calls had ended when the page was made, which is a call itself.
    #expect(samples["weir_rpc_calls_started_total{listener=public}"] == 10)
    #expect(samples["weir_rpc_queue_seconds_count{listener=public}"] == 10)
    #expect(samples["weir_rpc_calls_open{listener=public}"] == 1)
    #expect(samples["weir_rpc_connections_accepted_total{listener=public}"] == 11)
    #expect(samples["weir_rpc_handshakes_failed_total{listener=public}"] == 1)
    #expect(
      samples["weir_rpc_connections_refused_total{listener=public,reason=handshake}"] == 1)
    for name in ["weir_rpc_bytes_received_total", "weir_rpc_bytes_sent_total"] {
      #expect(samples["\(name){listener=public}"] ?? 0 > 0)
    }
    #expect(samples["weir_rpc_resets_received_total{listener=public}"] != nil)
    #expect(samples["weir_metrics_refused_series_total{}"] == 0)
  }

  /// deploy/METRICS.md names what there is, and nothing else.
  private func areDocumented(_ page: WebAnswer) throws {
    let document = try String(
      contentsOf: Checkout.root.appending(path: "deploy/METRICS.md"), encoding: .utf8)
    let named = document.split(separator: "\n").filter { $0.hasPrefix("| `weir_") }
      .flatMap { row in row.matches(of: /`(weir_\w+)`/).map { String($0.output.1) } }
    let shown = page.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
      .compactMap { $0.split(separator: " ").dropFirst(2).first.map(String.init) }
    #expect(Set(named) == Set(shown))
    #expect(named.count == Set(named).count)
  }

  /// Labels have names of ours alone.
  private func showsNobody(_ samples: [String: Double]) {
    let services: Set = ["gateway", "catalog", "ingest", "share", "feedback", "audit"]
    let known = Set(MethodShape.all.keys).union(["unknown", "/metrics", "public", "internal"])
    for key in samples.keys {
      for label in key.split(separator: "{").last?.dropLast().split(separator: ",") ?? [] {
        let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
        switch parts[0] {
        case "method", "listener": #expect(known.contains(parts[1]), "\(label)")
        case "database": #expect(services.contains(parts[1]), "\(label)")
        case "code": #expect(parts[1].allSatisfy { $0.isUppercase || $0 == "_" }, "\(label)")
        case "reason": #expect(parts[1].allSatisfy { $0.isLetter }, "\(label)")
        case "le": #expect(Double(parts[1].replacing("+Inf", with: "inf")) != nil)
        default: Issue.record("a label of another name: \(label)")
        }
      }
    }
  }

  private func services(
    _ node: RunningNode, _ curl: Curl, _ folder: TemporaryFolder
  ) async throws {
    let own = node.keys.path + "/services/node"
    for service in ["share", "gateway"] {
      let address = try #require(node.ready.internal[service])
      let page = try await curl.ask(address, "/metrics", as: own)
      #expect(page.status == 200, "\(service)")
      let samples = try await samples(page, folder)
      #expect(samples["weir_rpc_calls_open{listener=internal}"] ?? 0 >= 1)
      let other = try await curl.ask(
        address, "/metrics", as: node.keys.path + "/services/catalog")
      #expect(other.status == 403)
      #expect(other.trailer("weir-reason") == "access.peer_not_named")
      // A department's certificate is of another root, its operator's too.
      let department = try await curl.ask(
        address, "/metrics", as: node.keys.principalFolder(Self.operatorName))
      #expect(department.status == 0)
      let log = node.dataFolder + "/log/\(service).log"
      try await eventually("the refusal to be logged") {
        String(decoding: try readBytes(log), as: UTF8.self).split(separator: "\n").contains {
          $0.contains("access.peer_not_named") && $0.contains("/service/catalog")
        }
      }
    }
  }
}
