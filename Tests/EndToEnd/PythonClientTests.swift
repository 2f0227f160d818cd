// A foreign client: stock Python grpcio, generated from the same protos, calls every public method through the gateway.

import Boot
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

@Suite("a stock Python client")
struct EveryMethodTests {
  @Test(
    "calls every public method through the gateway, and each answers",
    .enabled(if: Checkout.hasPythonClients, "there is no Python environment: run deploy/setup test")
  )
  func everyMethod() async throws {
    let demo = try SmallDemo(seed: 4)
    let out = demo.folder.path("python")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    _ = try await demo.play { node in
      let folder = node.keys.principalFolder("departments/human-resources/persons/wang")
      let ended = try await runToEnd(
        Checkout.python,
        [
          Checkout.root.appending(path: "Tests/EndToEnd/python/every_method.py").path,
          node.ready.gateway, node.keys.serviceRoot, folder,
          Checkout.root.appending(path: "proto").path, out,
        ])
      let lines = ended.output.split(separator: "\n")
      #expect(ended.status == 0, "\(ended.output)")
      #expect(lines.count == 1, "\(ended.output)")
      #expect(lines.last?.hasPrefix("called ") == true)
    }
  }
}
