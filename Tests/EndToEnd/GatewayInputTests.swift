// What anybody can throw at the gateway's port: each gets a clear error, and the next call is answered.

import Boot
import Contracts
import Crypto
import Foundation
import RPC
import TestSupport
import Testing

@testable import WeirCLI

@Suite("bad input at the gateway", .serialized)
struct GatewayInputTests {
  @Test("is refused with a clear code, and the gateway goes on")
  func badInput() async throws {
    let demo = try SmallDemo(seed: 2)
    _ = try await demo.play { node in
      let address = try #require(Address(node.ready.gateway))
      let wire = DemoWire(keys: node.keys, gateway: address, seed: 2)
      let bureau = DemoCast.humanResources
      let officer = try wire.client(bureau.principal(bureau.officer))
      try await malformed(officer.channel)
      try await wrongRole(officer)
      try await timing(officer.channel)
      try await raw(node, python: Checkout.python)
      // After all of it, an ordinary call is answered.
      let who = try await officer.registry.whoAmI(.init())
      #expect(who.department == "departments/human-resources")
      await wire.shutdown()
    }
  }

  private func code(_ call: () async throws -> Void) async -> StatusCode {
    do {
      try await call()
      return .ok
    } catch let status as Status {
      return status.code
    } catch {
      Issue.record(error)
      return .unknown
    }
  }

  private func malformed(_ channel: Channel) async throws {
    let method = "/weir.catalog.v1.Catalog/GetEntry"
    for (what, bytes) in [
      ("invalid UTF-8", [0x0A, 0x02, 0xFF, 0xFE] as [UInt8]),
      ("a NUL in a string", [0x0A, 0x03, 0x45, 0x00, 0x31]),
      ("a truncated field", [0x0A, 0x7F, 0x45]),
      ("an endless varint", [UInt8](repeating: 0xFF, count: 40)),
      ("random bytes", SeededRandom(seed: 11).bytes(4096)),
    ] {
      let found = await code { _ = try await channel.unary(method, bytes) }
      #expect(found == .invalidArgument, "\(what)")
    }
    let unknown = await code { _ = try await channel.unary("/weir.catalog.v1.Catalog/Nothing", []) }
    #expect(unknown == .unimplemented)
    let elsewhere = await code { _ = try await channel.unary("/no.such.Service/Method", []) }
    #expect(elsewhere == .unimplemented)
    let large = await code {
      _ = try await channel.unary(method, [UInt8](repeating: 0, count: 5 << 20))
    }
    #expect(large == .resourceExhausted)
  }

  /// The right authority, the wrong role: an officer is no authority and no auditor.
  private func wrongRole(_ officer: DemoClient) async throws {
    let review = try await refusal {
      _ = try await officer.catalog.reviewEntry(.init(name: "entries/E-1", version: 1))
    }
    #expect(review?.code == .permissionDenied)
    #expect(review?.reason == "access.role_missing")
    let origins = try await refusal { _ = try await officer.audit.listOrigins(.init()) }
    #expect(origins?.code == .permissionDenied)
  }

  private func timing(_ channel: Channel) async throws {
    let late = await code {
      _ = try await channel.unary(
        "/weir.catalog.v1.Catalog/ListEntries", [], CallOptions(timeout: .nanoseconds(1)))
    }
    #expect(late == .deadlineExceeded)
  }

  /// Below the level of calls: no certificate, a foreign one, no TLS, frames that are none.
  private func raw(_ node: RunningNode, python: String) async throws {
    let keys = node.keys.principalFolder("departments/human-resources/persons/wang")
    let ended = try await runToEnd(
      python,
      [
        Checkout.root.appending(path: "Tests/EndToEnd/python/raw_bytes.py").path,
        node.ready.gateway, node.keys.serviceRoot, keys + "/cert.pem", keys + "/key.pem",
      ])
    #expect(ended.status == 0, "\(ended.output)")
  }
}
