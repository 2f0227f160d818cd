// A foreign client: stock Python grpcio with a client certificate calls every kind of method.

import Foundation
import RPC
import TestSupport
import Testing

@Suite("a stock gRPC client in another language can call")
struct PythonClientTests {
  @Test(
    "Python grpcio with a client certificate: unary, three kinds of streams, deadline, error details"
  )
  func python() async throws {
    let python = try #require(
      RepositoryPath.root.appending(path: ".venv/bin/python").existing,
      "there is no Python environment: run deploy/setup test")
    let echo = try await EchoServer()
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "weir-rpc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let client = try echo.pki.system("roll", department: "police")
    for (name, text) in [
      ("root.pem", echo.pki.serviceRootPEM), ("client.pem", client.chainPEM),
      ("client.key", client.privateKeyPEM),
    ] {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    let script = RepositoryPath.root.appending(path: "Tests/Shared/RPC/python/echo_client.py")
    let output = try await runProgram(
      python, [script.path, "localhost:\(echo.address.port)", folder.path])
    #expect(output == "ok\n")
    try await eventually("the cancelled handlers to end") {
      echo.events.count("wait cancelled") == 1 && echo.events.count("flood stopped") == 1
    }
    #expect(echo.events.count("has deadline") == 1)
    #expect(echo.events.all.contains { $0.hasPrefix("fault: Unexpected() /test.Echo/Fault ref") })
    await echo.shutdown()
  }
}

/// Where this checkout lies.
enum RepositoryPath {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}

extension URL {
  var existing: URL? { FileManager.default.fileExists(atPath: path) ? self : nil }
}
