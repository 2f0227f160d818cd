// OCSP stapled and demanded: openssl answers for the authority, and asks as a client.

import Crypto
import Foundation
import RPC
import TestSupport
import Testing

@Suite(
  "a server staples what the responder says, and a client that demands it takes no server without")
struct StapleTests {
  private let pki: TestPKI
  private let identity: TestPKI.Identity

  init() throws {
    pki = try TestPKI()
    identity = try pki.service("echo")
  }

  private func response(of certificate: Certificate, isRevoked: Bool = false) async throws
    -> [UInt8]
  {
    let responder = try OCSPResponder(
      pki, key: pki.serviceRootKey, good: isRevoked ? [] : [certificate],
      revoked: isRevoked ? [certificate] : [])
    return try await responder.answer(
      try CertificateStatus.request(of: certificate, issuer: pki.serviceRoot.certificate))
  }

  private func start(_ status: [UInt8]?) async throws -> EchoServer {
    let echo = try await EchoServer(pki: pki, clientCertificates: .none)
    var tls = identity.tls(trusting: pki.departmentRootPEM, clientCertificates: .none)
    tls.stapledStatus = status
    try echo.server.update(tls: tls)
    return echo
  }

  private func call(_ echo: EchoServer) async -> Status? {
    do {
      let channel = try echo.channel(on: ReactorGroup(threadCount: 1, seed: 3)) {
        $0.tls.requiresStaple = true
      }
      _ = try await channel.unary("/test.Echo/Unary", [])
      return nil
    } catch { return error as? Status }
  }

  @Test("openssl s_client -status sees it, and sees nothing where nothing is configured")
  func shown() async throws {
    for (status, text) in [
      (try await response(of: identity.certificate), "Cert Status: good"),
      (nil, "OCSP response: no response sent"),
    ] {
      let echo = try await start(status)
      let output = try await runProgram(
        URL(filePath: "/usr/bin/env"),
        ["openssl", "s_client", "-connect", "\(echo.address)", "-tls1_3", "-alpn", "h2", "-status"])
      #expect(output.contains(text), "\(output)")
      await echo.shutdown()
    }
  }

  @Test("a client that demands it takes a good one, on every new connection")
  func demanded() async throws {
    let echo = try await start(try await response(of: identity.certificate))
    #expect(await call(echo) == nil)
    #expect(await call(echo) == nil)
    #expect(await echo.server.statistics().handshakesResumed == 0)
    await echo.shutdown()
  }

  @Test(
    "it takes none without, revoked, of another certificate, signed by another, or no answer at all"
  )
  func refused() async throws {
    let other = try TestPKI()
    let foreign = try await OCSPResponder(
      other, key: other.serviceRootKey, good: [identity.certificate]
    ).answer(
      try CertificateStatus.request(
        of: identity.certificate, issuer: other.serviceRoot.certificate))
    let statuses: [[UInt8]?] = [
      nil, try await response(of: identity.certificate, isRevoked: true),
      try await response(of: try pki.service("share").certificate), foreign, bytes("nonsense"),
    ]
    for status in statuses {
      let echo = try await start(status)
      let refusal = await call(echo)
      #expect(refusal?.code == .unavailable)
      #expect(refusal?.message.contains("status") == true, "\(refusal?.message ?? "")")
      await echo.shutdown()
    }
  }
}
