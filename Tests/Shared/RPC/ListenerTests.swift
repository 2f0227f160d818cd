// TLS at the listener and at the channel: who gets in, who learns why not, and certificates renewed without a restart.

import Crypto
import Foundation
import RPC
import TestSupport
import Testing

@Suite(
  "a listener takes TLS 1.3 with h2 from holders of certificates that it trusts, and nothing else")
struct ListenerTests {
  @Test("the peer's certificate is read whole")
  func certificate() async throws {
    let echo = try await EchoServer()
    let identity = try echo.pki.system("roll", department: "police")
    let seen = Signal()
    let box = Box<PeerCertificate>()
    let server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: try echo.pki.service("other").tls(trusting: echo.pki.departmentRootPEM),
        onFault: { _, _, _ in }),
      reactors: echo.reactors,
      methods: [
        MethodHandler(
          path: "/test.Echo/Unary",
          implementation: .unary { message, context in
            box.set(context.peer.certificate)
            seen.send()
            return UnaryReply(message)
          })
      ])
    let address = try await server.start()
    _ = try await echo.channel(to: [address], as: identity).unary("/test.Echo/Unary", [])
    await seen.wait()
    let certificate = try #require(box.value)
    #expect(certificate.der == identity.certificate.der)
    #expect(certificate.sha256 == SHA256.hash(identity.certificate.der))
    #expect(certificate.uris == ["spiffe://weir.test/department/police/system/roll"])
    #expect(certificate.notAfter - certificate.notBefore == 91 * 86_400)
    #expect(certificate.issuer.contains("CN=Department issuer"))
    #expect(certificate.verifyError == 0)
    #expect(!certificate.serialHex.isEmpty)
    await server.stop()
    await echo.shutdown()
  }

  @Test("a client without a certificate gets the alert, and the listener counts it")
  func noCertificate() async throws {
    let echo = try await EchoServer()
    var tls = try echo.pki.system("roll", department: "police").tls(
      trusting: echo.pki.serviceRootPEM)
    tls.certificateChainPEM = []
    let channel = try echo.channel { $0.tls = tls }
    let status = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("certificate required") == true)
    try await eventually("the refusal to be counted") {
      await echo.server.statistics().handshakesFailed >= 1
    }
    #expect(echo.events.all.contains { $0.contains("peer did not return a certificate") })
    await echo.shutdown()
  }

  @Test("a certificate of a foreign authority gets the alert")
  func foreignClient() async throws {
    let echo = try await EchoServer()
    let stranger = try TestPKI().system("roll", department: "police")
    let channel = try echo.channel(as: stranger)
    let status = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("unknown ca") == true)
    await echo.shutdown()
  }

  @Test("a service's certificate is foreign where departments are trusted")
  func otherRoot() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel(as: try echo.pki.service("share"))
    let status = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unavailable)
    await echo.shutdown()
  }

  @Test(
    "an expired certificate passes where that is tolerated, with the reason noted; elsewhere it gets the alert"
  )
  func expired() async throws {
    let pki = try TestPKI()
    let expired = try pki.system(
      "roll", department: "police", term: pki.now - 900...pki.now - 300)
    let tolerant = try await EchoServer(pki: pki)
    let reply = try await tolerant.channel(as: expired).unary("/test.Echo/WhoAmI", [])
    #expect(text(reply.message) == "spiffe://weir.test/department/police/system/roll 10")
    await tolerant.shutdown()

    let strict = try await EchoServer(pki: pki, toleratesExpired: false)
    let channel = try strict.channel(as: expired)
    let status = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("expired") == true)
    await strict.shutdown()
  }

  @Test("an expired certificate of a foreign authority gets the alert all the same")
  func expiredForeign() async throws {
    let foreign = try TestPKI()
    let echo = try await EchoServer()
    let expired = try foreign.system(
      "roll", department: "police", term: foreign.now - 900...foreign.now - 300)
    let channel = try echo.channel(as: expired)
    #expect(await status { try await channel.unary("/test.Echo/Unary", []) }?.code == .unavailable)
    await echo.shutdown()
  }

  @Test("a listener without client certificates takes anybody")
  func open() async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    var tls = try echo.pki.system("roll", department: "police").tls(
      trusting: echo.pki.serviceRootPEM)
    tls.certificateChainPEM = []
    let reply = try await echo.channel { $0.tls = tls }.unary("/test.Echo/WhoAmI", [])
    #expect(text(reply.message) == "nobody -1")
    await echo.shutdown()
  }

  @Test(
    "a client refuses a server of a foreign authority, of another name or without the expected URI")
  func serverIdentity() async throws {
    let echo = try await EchoServer()
    let foreign = try echo.channel(trusting: try TestPKI().serviceRootPEM)
    let otherName = try echo.channel { $0.serverName = "share.example" }
    let otherURI = try echo.channel { $0.expectedServerURI = "spiffe://weir.test/service/share" }
    for (channel, reason) in [
      (foreign, "certificate verify failed"), (otherName, "hostname mismatch"),
      (otherURI, "does not name spiffe://weir.test/service/share alone"),
    ] {
      let status = await status { try await channel.unary("/test.Echo/Unary", []) }
      #expect(status?.code == .unavailable)
      #expect(status?.message.contains(reason) == true, "\(status?.message ?? "")")
    }
    let byURI = try echo.channel {
      $0.expectedServerURI = "spiffe://weir.test/service/echo"
      $0.serverName = "share.example"
    }
    _ = try await byURI.unary("/test.Echo/Unary", [])
    await echo.shutdown()
  }

  @Test("new certificates and trust hold for new connections; open ones go on")
  func reload() async throws {
    let echo = try await EchoServer()
    let before = try echo.channel(on: ReactorGroup(threadCount: 1, seed: 1))
    _ = try await before.unary("/test.Echo/Unary", [])
    let renewed = try TestPKI()
    try echo.server.update(
      tls: try renewed.service("echo").tls(trusting: renewed.departmentRootPEM))
    for _ in 0..<4 { _ = try await before.unary("/test.Echo/Unary", []) }
    let after = try echo.channel(
      as: try renewed.system("roll", department: "police"), trusting: renewed.serviceRootPEM,
      on: ReactorGroup(threadCount: 1, seed: 1))
    _ = try await after.unary("/test.Echo/Unary", [])
    let old = try echo.channel(on: ReactorGroup(threadCount: 1, seed: 1))
    #expect(await status { try await old.unary("/test.Echo/Unary", []) }?.code == .unavailable)
    await echo.shutdown()
  }

  @Test(
    "TLS 1.2, TLS 1.3 without h2 and other suites are turned away, each with its alert",
    .obligation("meizhou-specific-2021/33a"),
    arguments: [
      (["-tls1_2", "-alpn", "h2"], "alert protocol version"),
      (["-tls1_3"], "alert no application protocol"),
      (["-tls1_3", "-alpn", "http/1.1"], "alert no application protocol"),
      (
        ["-tls1_3", "-alpn", "h2", "-ciphersuites", "TLS_AES_128_CCM_SHA256"],
        "alert handshake failure"
      ),
    ])
  func otherProtocols(_ arguments: [String], _ alert: String) async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    let output = try await runProgram(
      URL(filePath: "/usr/bin/env"),
      ["openssl", "s_client", "-connect", "\(echo.address)", "-brief"] + arguments)
    #expect(output.contains(alert), "\(output)")
    #expect(await echo.server.statistics().handshakesFailed == 1)
    await echo.shutdown()
  }

  @Test(
    "each of the three suites is taken",
    arguments: [
      "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ])
  func suites(_ suite: String) async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    let output = try await runProgram(
      URL(filePath: "/usr/bin/env"),
      [
        "openssl", "s_client", "-connect", "\(echo.address)", "-tls1_3", "-alpn", "h2", "-brief",
        "-ciphersuites", suite,
      ])
    #expect(output.contains("Ciphersuite: \(suite)"), "\(output)")
    await echo.shutdown()
  }

  @Test("what cannot be used is refused when it is configured, by name")
  func badConfiguration() async throws {
    let pki = try TestPKI()
    let good = try pki.service("echo").tls(trusting: pki.departmentRootPEM)
    let other = try pki.service("other").tls(trusting: pki.departmentRootPEM)
    var cases: [(TLSConfiguration, TLSError)] = []
    var tls = good
    tls.certificateChainPEM = []
    cases.append((tls, .certificateMissing))
    tls = good
    tls.privateKeyPEM = bytes("nonsense")
    cases.append((tls, .privateKeyUnreadable))
    tls = good
    tls.privateKeyPEM = other.privateKeyPEM
    cases.append((tls, .privateKeyDoesNotMatchCertificate))
    tls = good
    tls.trustRootsPEM = []
    cases.append((tls, .trustRootMissing))
    tls = good
    tls.trustRootsPEM.append(bytes("-----BEGIN nothing"))
    cases.append((tls, .trustRootUnreadable(index: 1)))
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    for (tls, error) in cases {
      #expect(throws: error) {
        try Server(
          configuration: ServerConfiguration(
            address: Address(host: "127.0.0.1", port: 0), tls: tls, onFault: { _, _, _ in }),
          reactors: reactors, methods: [])
      }
    }
    await reactors.shutdown()
  }

  @Test("an address that is taken is refused with its reason")
  func addressTaken() async throws {
    let echo = try await EchoServer()
    let pki = echo.pki
    let server = try Server(
      configuration: ServerConfiguration(
        address: echo.address, tls: try pki.service("echo").tls(trusting: pki.departmentRootPEM),
        onFault: { _, _, _ in }), reactors: echo.reactors, methods: [])
    await #expect(throws: SocketError.cannotBind(echo.address, reason: "Address already in use")) {
      try await server.start()
    }
    await echo.shutdown()
  }

  @Test("IPv6 is listened to and called")
  func ipv6() async throws {
    let echo = try await EchoServer(host: "::1")
    #expect(echo.address.description.hasPrefix("[::1]:"))
    _ = try await echo.channel().unary("/test.Echo/Unary", [])
    await echo.shutdown()
  }
}
