// A process that runs out of descriptors: whom it serves it goes on serving, and a newcomer gets in as soon as some are free.

import Boot
import Contracts
import Foundation
import Glibc
import RPC
import TestSupport
import Testing

@testable import WeirCLI

@Suite("a gateway that has hardly a descriptor left", .serialized)
struct DescriptorTests {
  @Test("turns connections away before the last ones, goes on, and takes others when there is room")
  func few() async throws {
    let folder = try TemporaryFolder()
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let process = try #require(await node.processIDs()["gateway"])
      let gateway = try #require(Address(node.ready.gateway))
      let wire = DemoWire(keys: node.keys, gateway: gateway, seed: 11)
      let known = try wire.client(DemoCast.auditor).registry
      _ = try await known.whoAmI(.init())
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
      let limit = try await runToEnd(
        "/usr/bin/prlimit", ["--pid", "\(process)", "--nofile=\(open + 64 + 10):"])
      try #require(limit.status == 0, "\(limit.output)")
      let silent = try (0..<150).map { _ in try silentConnection(to: gateway.port) }
      var alert = [UInt8](repeating: 0, count: 16)
      #expect(recv(silent[149], &alert, alert.count, 0) == 7)
      #expect(alert.prefix(7) == [21, 3, 3, 0, 2, 2, 80])
      for _ in 0..<20 { _ = try await known.whoAmI(.init()) }
      for descriptor in silent { close(descriptor) }
      let newcomer = try await wire.client(DemoCast.authority).registry.whoAmI(.init())
      #expect(newcomer.department.hasPrefix("departments/"))
      let metrics = try await Curl(node.keys).ask(
        node.ready.gateway, "/metrics",
        as: node.keys.principalFolder("departments/operations/persons/zhou"))
      let counted = metrics.text.split(separator: "\n").filter {
        $0.hasPrefix("weir_rpc_connections_refused_total") && $0.contains("tooManyConnections")
          && !$0.hasSuffix(" 0")
      }
      #expect(!counted.isEmpty, "\(metrics.text.prefix(3000))")
      #expect(await node.processIDs()["gateway"] == process)
      await wire.shutdown()
    }
  }

  /// A connection on which nothing is said.
  private func silentConnection(to port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var wait = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
      // Every socket address begins as `sockaddr`; the kernel reads the family first.
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    return descriptor
  }
}
