// What is not gRPC at all, said by curl: HTTP answers with HTTP.

import Foundation
import RPC
import TestSupport
import Testing

@Suite("a request that is not gRPC's gets an HTTP status")
struct ForeignToolTests {
  @Test(
    "another content type is 415, another method 405",
    arguments: [
      (["-X", "POST", "-H", "content-type: text/plain", "-d", "x"], "415"),
      (["-X", "POST", "-H", "content-type: application/grpcx", "-d", "x"], "415"),
      (["-X", "GET"], "405"),
      (["-X", "POST", "-H", "content-type: application/grpc+proto", "-d", ""], "200"),
    ])
  func statuses(_ arguments: [String], _ code: String) async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    let output = try await runProgram(
      URL(filePath: "/usr/bin/env"),
      [
        "curl", "-sk", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_code}",
        "https://\(echo.address)/test.Echo/Unary",
      ] + arguments)
    #expect(output == code)
    await echo.shutdown()
  }
}

/// The headers and trailers that curl prints of an answer to an empty gRPC request.
func http2Headers(
  of echo: EchoServer, _ path: String, _ headers: [String]
) async throws -> [String] {
  let output = try await runProgram(
    URL(filePath: "/usr/bin/env"),
    [
      "curl", "-sk", "--http2-prior-knowledge", "-D", "-", "-o", "/dev/null", "-X", "POST",
      "-H", "content-type: application/grpc", "-d", "", "https://\(echo.address)\(path)",
    ] + headers.flatMap { ["-H", $0] })
  return output.split(whereSeparator: \.isNewline).map(String.init)
}
