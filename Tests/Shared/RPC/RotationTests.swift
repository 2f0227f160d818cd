// A channel's own certificate renewed: on a new connection, without a lost call.

import Crypto
import RPC
import TestSupport
import Testing

@Suite("a renewed certificate is shown on new connections, and no call is lost for it")
struct RotationTests {
  @Test("the connection is replaced while calls run on the old one, which then closes")
  func replaced() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel(
      as: try echo.pki.system("old", department: "police"),
      on: ReactorGroup(threadCount: 1, seed: 3))
    async let waiting = channel.unary("/test.Echo/Gate", [7])
    try await eventually("the call") { echo.events.count("gate reached") == 1 }
    let renewed = try echo.pki.system("new", department: "police")
    try channel.update(tls: renewed.tls(trusting: echo.pki.serviceRootPEM))
    try await eventually("calls under the new certificate") {
      // Each of these must come through, before the change and after.
      let reply = try await channel.unary("/test.Echo/WhoAmI", [])
      return text(reply.message)?.contains("/system/new") == true
    }
    #expect(await echo.server.statistics().connectionsOpen == 2)
    echo.events.gate.send()
    #expect(try await waiting.message == [7])
    try await eventually("the old connection to be closed") {
      await echo.server.statistics().connectionsOpen == 1
    }
    await echo.shutdown()
  }

  @Test("a new certificate that the server does not take leaves the old connection at work")
  func refused() async throws {
    let echo = try await EchoServer()
    let channel = try echo.channel(on: ReactorGroup(threadCount: 1, seed: 3))
    _ = try await channel.unary("/test.Echo/Unary", [])
    let foreign = try TestPKI().system("roll", department: "police")
    try channel.update(tls: foreign.tls(trusting: echo.pki.serviceRootPEM))
    // Tried more than once, and each time in vain.
    try await eventually("the attempts to be refused") {
      _ = try await channel.unary("/test.Echo/Unary", [])
      return await echo.server.statistics().handshakesFailed >= 2
    }
    let good = try echo.pki.system("new", department: "police")
    try channel.update(tls: good.tls(trusting: echo.pki.serviceRootPEM))
    try await eventually("the good one") {
      let reply = try await channel.unary("/test.Echo/WhoAmI", [])
      return text(reply.message)?.contains("/system/new") == true
    }
    await echo.shutdown()
  }
}
