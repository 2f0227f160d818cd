// Certificates that hold no longer: at the handshake, in the middle of a call, and when nobody can tell.

import Crypto
import Foundation
import RPC
import TestSupport
import Testing

@Suite("a revoked certificate is answered, not served, and ends what runs under it")
struct RevocationTests {
  private let pki: TestPKI

  init() throws { pki = try TestPKI() }

  private func list(
    of authority: CertificateAuthority, _ revoked: [Certificate] = [], endsIn seconds: Int64 = 3600
  ) throws -> [UInt8] {
    let list = try authority.revocationList(
      revoked.map {
        RevokedCertificate(serialHex: $0.serialHex, revokedAt: pki.now, reason: .keyCompromise)
      }, number: 1, thisUpdate: pki.now - 7200, nextUpdate: pki.now + seconds)
    return bytes(list.pem)
  }

  private func tls(_ lists: [UInt8]...) throws -> TLSConfiguration {
    var tls = try pki.service("echo").tls(trusting: pki.departmentRootPEM)
    tls.revocationListsPEM = lists
    return tls
  }

  /// A channel with connections of its own.
  private func channel(_ echo: EchoServer, _ client: TestPKI.Identity? = nil) throws -> Channel {
    try echo.channel(as: client, on: ReactorGroup(threadCount: 1, seed: 3))
  }

  @Test("at the handshake: UNAUTHENTICATED with the serial, counted; others are served")
  func handshake() async throws {
    let echo = try await EchoServer(pki: pki)
    let lost = try pki.system("lost", department: "police")
    try echo.server.update(tls: try tls(try list(of: pki.departmentIssuer, [lost.certificate])))
    let status = await status { try await channel(echo, lost).unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unauthenticated)
    #expect(status?.message.contains(lost.certificate.serialHex.uppercased()) == true)
    #expect(await echo.server.statistics().refusals[.revoked] == 1)
    _ = try await channel(echo).unary("/test.Echo/Unary", [])
    await echo.shutdown()
  }

  @Test(
    "an authority's revoked certificate ends in the alert, for whoever has its key may make any other"
  )
  func authority() async throws {
    let echo = try await EchoServer(pki: pki)
    let roots = try list(of: pki.departmentRoot, [pki.departmentIssuer.certificate])
    try echo.server.update(tls: try tls(roots))
    let status = await status { try await channel(echo).unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("certificate revoked") == true, "\(status?.message ?? "")")
    await echo.shutdown()
  }

  @Test("an authority without a list is looked up nowhere")
  func withoutList() async throws {
    let echo = try await EchoServer(pki: pki)
    try echo.server.update(tls: try tls(try list(of: pki.departmentRoot)))
    _ = try await channel(echo).unary("/test.Echo/Unary", [])
    await echo.shutdown()
  }

  @Test(
    "a running stream and a waiting call end with UNAUTHENTICATED when the list comes; others go on"
  )
  func cutOff() async throws {
    let echo = try await EchoServer(pki: pki)
    let lost = try pki.system("lost", department: "police")
    let (theirs, others) = (try channel(echo, lost), try channel(echo))
    try await others.stream("/test.Echo/Bidi") { kept in
      try await kept.send([1])
      #expect(try await kept.next() == [1])
      // A call that nobody ends fails the test, not the run.
      let options = CallOptions(timeout: .seconds(60))
      async let waiting = status { try await theirs.unary("/test.Echo/Gate", [], options) }
      let ended = await status {
        try await theirs.stream("/test.Echo/Bidi", options) { stream in
          try await stream.send([1])
          #expect(try await stream.next() == [1])
          try await eventually("the other call") { echo.events.count("gate reached") == 1 }
          try echo.server.update(
            tls: try tls(try list(of: pki.departmentIssuer, [lost.certificate])))
          // Whether it is sent or not, nothing comes back but the end.
          while try await stream.next() != nil {}
        }
      }
      #expect(ended?.code == .unauthenticated)
      #expect(await waiting?.code == .unauthenticated)
      try await kept.send([2])
      #expect(try await kept.next() == [2])
    }
    #expect(
      await status { try await theirs.unary("/test.Echo/Unary", []) }?.code == .unauthenticated)
    try await eventually("the revoked peer's connections to be left") {
      await echo.server.statistics().refusals[.revoked] ?? 0 >= 1
    }
    await echo.shutdown()
  }

  @Test("a stream whose answers wait to be taken ends with UNAUTHENTICATED, and without them")
  func cutOffWithAnswers() async throws {
    let echo = try await EchoServer(pki: pki)
    let lost = try pki.system("lost", department: "police")
    let channel = try channel(echo, lost)
    let ended = await status {
      try await channel.stream("/test.Echo/Flood", CallOptions(timeout: .seconds(120) * patience)) {
        stream in
        // Nobody reads: the window shuts, and answers wait behind it.
        try await eventually("answers to wait") {
          await echo.server.statistics().heldBytes >= 128 << 10
        }
        try echo.server.update(
          tls: try tls(try list(of: pki.departmentIssuer, [lost.certificate])))
        var count = 0
        while try await stream.next() != nil { count += 1 }
        Issue.record("it came to its end, with \(count) messages")
      }
    }
    #expect(ended?.code == .unauthenticated, "\(ended?.message ?? "")")
    #expect(ended?.message.contains("is revoked") == true)
    try await eventually("nothing to be held") { await echo.server.statistics().heldBytes == 0 }
    let counted = await echo.server.statistics().methods["/test.Echo/Flood"]
    #expect(counted?[.unauthenticated] == 1)
    await echo.shutdown()
  }

  @Test(
    "a list that has ended turns new connections away and says why; what runs goes on, what it names does not"
  )
  func ended() async throws {
    let echo = try await EchoServer(pki: pki)
    let lost = try pki.system("lost", department: "police")
    let (good, theirs) = (try channel(echo), try channel(echo, lost))
    _ = try await good.unary("/test.Echo/Unary", [])
    _ = try await theirs.unary("/test.Echo/Unary", [])
    let stale = try list(of: pki.departmentIssuer, [lost.certificate], endsIn: -60)
    try echo.server.update(tls: try tls(stale))
    try await eventually("the revoked one to be cut off") {
      do { _ = try await theirs.unary("/test.Echo/Unary", []) } catch let status as Status {
        return status.code == .unauthenticated
      }
      return false
    }
    _ = try await good.unary("/test.Echo/Unary", [])
    let status = await status { try await channel(echo).unary("/test.Echo/Unary", []) }
    #expect(status?.code == .unauthenticated)
    #expect(status?.message.contains("revocation list of") == true)
    #expect(await echo.server.statistics().refusals[.revocationListEnded] == 1)
    await echo.shutdown()
  }

  @Test("a channel leaves a server that its list names, calls and all, and connects to none such")
  func server() async throws {
    let echo = try await EchoServer(pki: pki)
    let old = try pki.service("echo")
    try echo.server.update(tls: old.tls(trusting: pki.departmentRootPEM))
    let channel = try channel(echo)
    async let waiting = status { try await channel.unary("/test.Echo/Gate", []) }
    try await eventually("the call") { echo.events.count("gate reached") == 1 }
    var tls = try pki.system("roll", department: "police").tls(trusting: pki.serviceRootPEM)
    tls.revocationListsPEM = [try list(of: pki.serviceRoot, [old.certificate])]
    try channel.update(tls: tls)
    #expect(await waiting?.message.contains("revoked") == true)
    let refused = await status { try await channel.unary("/test.Echo/Unary", []) }
    #expect(refused?.message.contains("certificate revoked") == true, "\(refused?.message ?? "")")
    await echo.shutdown()
  }

  @Test("what is no list, or a list without an end, is refused when it is configured")
  func unreadable() async throws {
    let echo = try await EchoServer(pki: pki)
    let tls = try tls(bytes("nonsense"))
    #expect(throws: TLSError.revocationListUnreadable(index: 0)) {
      try echo.server.update(tls: tls)
    }
    _ = try await channel(echo).unary("/test.Echo/Unary", [])
    await echo.shutdown()
  }
}
