// Sessions resumed: by Python's and our own client, and only as long as the certificate behind them is good.

import Crypto
import Foundation
import RPC
import TestSupport
import Testing

@Suite("a session is resumed only while its certificate is good, and never with early data")
struct ResumptionTests {
  private let pki: TestPKI
  private let folder: TemporaryFolder

  init() throws {
    pki = try TestPKI()
    folder = try TemporaryFolder()
  }

  /// The department's issuing authority is known to the server, as it is to the gateway.
  private func tls(_ lists: [UInt8]...) throws -> TLSConfiguration {
    var tls = try pki.service("echo").tls(trusting: pki.departmentRootPEM)
    tls.intermediatesPEM = [bytes(pki.departmentIssuer.certificate.pem)]
    tls.revocationListsPEM = lists
    return tls
  }

  private func start(_ change: (inout ServerLimits) -> Void = { _ in }) async throws -> EchoServer {
    var limits = ServerLimits()
    change(&limits)
    let echo = try await EchoServer(pki: pki, limits: limits)
    try echo.server.update(tls: try tls())
    return echo
  }

  private func save(_ client: TestPKI.Identity) throws -> String {
    let path = folder.path("client-\(client.certificate.serialHex).pem")
    try Data((client.chainPEM + client.privateKeyPEM).utf8).write(to: URL(filePath: path))
    return path
  }

  /// Connects with Python's ssl, each time with the session of before.
  ///
  /// - Parameter times: How often; `nil` goes on until a session that was resumed is resumed no longer.
  /// - Returns: For each connection whether it was resumed; the same again and again is told once where `times` is `nil`.
  private func connect(
    _ echo: EchoServer, _ client: TestPKI.Identity, times: Int? = 2
  ) async throws -> [String] {
    let script = """
      import select, socket, ssl, sys, time
      port, pem, times = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
      context.check_hostname = False
      context.verify_mode = ssl.CERT_NONE
      context.set_alpn_protocols(['h2'])
      context.load_cert_chain(pem)
      session, told, end = None, [], time.time() + 60
      while time.time() < end:
        raw = socket.create_connection(('127.0.0.1', port))
        with context.wrap_socket(raw, session=session) as connection:
          connection.recv(1)
          session = connection.session
          if times or told[-1:] != [connection.session_reused]: told.append(connection.session_reused)
        if len(told) == (times or 3): break
        if not times: select.select([], [], [], 0.1)
      for is_resumed in told: print(is_resumed)
      """
    let output = try await runProgram(
      URL(filePath: "/usr/bin/python3"),
      ["-c", script, String(echo.address.port), try save(client), String(times ?? 0)])
    return output.split(separator: "\n").map(String.init)
  }

  @Test("a peer that was here before shakes hands in short, and is the same peer")
  func resumed() async throws {
    let echo = try await start()
    let client = try pki.system("roll", department: "police")
    #expect(try await connect(echo, client, times: 3) == ["False", "True", "True"])
    #expect(await echo.server.statistics().handshakesResumed == 2)
    await echo.shutdown()
  }

  @Test(
    "our own client resumes after the server has closed an idle connection, and the peer's name stays"
  )
  func ours() async throws {
    let echo = try await start { $0.idleTimeout = .milliseconds(50) }
    let channel = try echo.channel(on: ReactorGroup(threadCount: 1, seed: 3))
    _ = try await channel.unary("/test.Echo/Unary", [])
    try await eventually("a resumed connection") {
      await echo.server.statistics().handshakesResumed > 0
    }
    let reply = try await channel.unary("/test.Echo/WhoAmI", [])
    #expect(text(reply.message) == "spiffe://weir.test/department/police/system/roll 0")
    await echo.shutdown()
  }

  @Test("not once the certificate has ended")
  func expired() async throws {
    let echo = try await start()
    let client = try pki.system(
      "roll", department: "police", term: pki.now - 60...Int64(Date().timeIntervalSince1970) + 3)
    #expect(try await connect(echo, client, times: nil) == ["False", "True", "False"])
    await echo.shutdown()
  }

  @Test(
    "not below an authority that the server does not know beforehand: nothing could be verified again"
  )
  func unknownAuthority() async throws {
    let echo = try await start()
    var tls = try tls()
    tls.intermediatesPEM = []
    try echo.server.update(tls: tls)
    let client = try pki.system("roll", department: "police")
    #expect(try await connect(echo, client) == ["False", "False"])
    await echo.shutdown()
  }

  @Test("not once the list has ended, nor under a context of before; a revoked one is refused")
  func revoked() async throws {
    let echo = try await start()
    let client = try pki.system("roll", department: "police")
    func list(_ revoked: [Certificate], ends: Int64) throws -> [UInt8] {
      bytes(
        try pki.departmentIssuer.revocationList(
          revoked.map {
            RevokedCertificate(serialHex: $0.serialHex, revokedAt: pki.now, reason: .unspecified)
          }, number: 1, thisUpdate: pki.now - 60, nextUpdate: ends
        ).pem)
    }
    let soon = Int64(Date().timeIntervalSince1970) + 3
    try echo.server.update(tls: try tls(try list([], ends: soon)))
    #expect(try await connect(echo, client, times: nil) == ["False", "True", "False"])
    #expect(await echo.server.statistics().refusals[.revocationListEnded] == 1)
    let resumed = await echo.server.statistics().handshakesResumed

    try echo.server.update(tls: try tls(try list([], ends: soon + 3600)))
    let channel = try echo.channel(as: client, on: ReactorGroup(threadCount: 1, seed: 3))
    _ = try await channel.unary("/test.Echo/Unary", [])
    try echo.server.update(tls: try tls(try list([client.certificate], ends: soon + 3600)))
    try await eventually("the call under the revoked certificate to be refused") {
      do { _ = try await channel.unary("/test.Echo/Unary", []) } catch let status as Status {
        return status.code == .unauthenticated
      }
      return false
    }
    #expect(await echo.server.statistics().handshakesResumed == resumed)
    await echo.shutdown()
  }

  @Test("a ticket allows no early data")
  func noEarlyData() async throws {
    let echo = try await start { $0.handshakeTimeout = .seconds(1) }
    let client = try save(try pki.system("roll", department: "police"))
    let output = try await runProgram(
      URL(filePath: "/usr/bin/env"),
      [
        "openssl", "s_client", "-connect", "\(echo.address)", "-tls1_3", "-alpn", "h2", "-cert",
        client, "-cert_chain", client, "-key", client, "-ign_eof",
      ])
    #expect(output.contains("Post-Handshake New Session Ticket arrived"))
    #expect(output.contains("Max Early Data: 0"))
    await echo.shutdown()
  }
}
