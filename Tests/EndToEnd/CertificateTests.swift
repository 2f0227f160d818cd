// Service certificates of a whole node, renewed and revoked while it runs.

import Boot
import Crypto
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

@Suite("A node's certificates are renewed and revoked without a restart (AC-05)", .serialized)
struct CertificateTests {
  private func weir(
    _ arguments: String..., in data: String
  ) async -> (exit: ProgramExit, output: String, errors: String) {
    await EndToEndTests.weir(
      arguments, environment: ["WEIR_DATA": data, "WEIR_AS": "data-bureau/chen"])
  }

  /// The serial of what a listener shows, by openssl.
  private func shown(_ address: String) async throws -> String? {
    let answer = try await runToEnd(
      "openssl", ["s_client", "-connect", address, "-alpn", "h2", "-tls1_3"]
    ).output
    guard let start = answer.range(of: "-----BEGIN CERTIFICATE"),
      let end = answer.range(of: "-----END CERTIFICATE-----")
    else { return nil }
    return try Certificate(pem: String(answer[start.lowerBound..<end.upperBound])).serialHex
  }

  private func serial(_ service: String, _ keys: KeyFolder) throws -> String {
    let bytes = try readBytes(keys.serviceCertificate(service))
    return try Certificate(pem: String(decoding: bytes, as: UTF8.self)).serialHex
  }

  @Test("all six are renewed while calls go on, and none of these is lost")
  func renewed() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in
      let ready = try ReadyFile.load(path: data + "/ready")
      let keys = KeyFolder(path: data + "/pki", domain: "")
      for service in ServiceConfiguration.services {
        #expect(await weir("pki", "issue-service", keys.path, service, in: data).exit == .done)
      }
      var calls = 0
      try await eventually("every listener to show its new certificate") {
        // Over the gateway, by a ticket that it signs, and on to Catalog.
        let listed = await weir("catalog", "list", in: data)
        #expect(listed.exit == .done, "\(listed.errors)")
        calls += 1
        for service in ServiceConfiguration.services {
          let address = ready.internal[service] ?? ""
          guard try await shown(address) == serial(service, keys) else { return false }
        }
        return try await shown(ready.gateway) == serial("gateway", keys)
      }
      for _ in 0..<3 { #expect(await weir("catalog", "list", in: data).exit == .done) }
      #expect(calls > 0)
    }
  }

  @Test("a revoked certificate is cut off at once, told why, and a new one is taken")
  func revoked() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    let pki = data + "/pki"
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      #expect(await node.client.isServing("share"))
      let answer = await weir(
        "pki", "revoke", pki, "node", "--reason", "key-compromise", "--output", "json", in: data)
      #expect(answer.exit == .done && answer.output.contains("key-compromise"))
      try await eventually("the services to refuse it") {
        !(await node.client.isServing("share"))
      }
      let ill = await weir("doctor", in: data)
      #expect(ill.exit == .fault && ill.output.contains("1 revoked"))
      // Nobody else is touched.
      #expect(await weir("catalog", "list", in: data).exit == .done)
      let again = await weir("pki", "revoke", pki, "node", in: data)
      #expect(again.exit == .refused && again.errors.contains("already revoked"))
      #expect(await weir("pki", "issue-service", pki, "node", in: data).exit == .done)
      try await eventually("the services to take the new one") {
        await weir("doctor", in: data).exit == .done
      }
    }
  }
}
