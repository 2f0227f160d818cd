// Secrets for a debugger: asked for, in a debug build, and else nowhere.

import Foundation
import RPC
import TestSupport
import Testing

@Suite("Secrets of connections are written only where a debug build is asked to")
struct KeyLogTests {
  @Test("asked to, both sides write the secrets of their connection, readable by their owner alone")
  func written() async throws {
    let folder = try TemporaryFolder()
    let echo = try await EchoServer()
    var tls = try echo.pki.service("echo").tls(trusting: echo.pki.departmentRootPEM)
    tls.keyLogFile = folder.path("server.keys")
    try echo.server.update(tls: tls)
    let channel = try echo.channel { $0.tls.keyLogFile = folder.path("client.keys") }
    _ = try await channel.unary("/test.Echo/Unary", [])
    for name in ["server.keys", "client.keys"] {
      let lines = try String(contentsOfFile: folder.path(name), encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("CLIENT_TRAFFIC_SECRET_0 ") })
      #expect(lines.contains { $0.hasPrefix("SERVER_TRAFFIC_SECRET_0 ") })
      let mode = try FileManager.default.attributesOfItem(atPath: folder.path(name))
      #expect(mode[.posixPermissions] as? Int == 0o600)
    }
    await echo.shutdown()
  }

  @Test(
    "a release build has no way to it: OpenSSL's callback is set in one file, all of which is for debug builds"
  )
  func release() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let files = FileManager.default.enumerator(
      at: root.appending(path: "Shared"), includingPropertiesForKeys: nil)
    var found: [String] = []
    for case let file as URL in try #require(files)
    where ["swift", "h"].contains(file.pathExtension) {
      let text = try String(contentsOf: file, encoding: .utf8)
      if text.contains("set_keylog_callback") || text.contains("environment[\"SSLKEYLOGFILE\"]") {
        found.append(file.lastPathComponent)
      }
    }
    #expect(found.sorted() == ["CertificateSet.swift", "KeyLog.swift"])
    let lines = try String(
      contentsOf: root.appending(path: "Shared/RPC/KeyLog.swift"), encoding: .utf8
    )
    .split(separator: "\n")
    #expect(lines.first?.hasPrefix("//") == true)
    #expect(lines.dropFirst().first == "#if DEBUG" && lines.last == "#endif")
    #expect(lines.count { $0.hasPrefix("#") } == 2)
  }
}
