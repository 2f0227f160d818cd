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

  private func post(
    _ echo: EchoServer, _ path: String, _ body: String, _ more: [String] = []
  ) async throws -> [String] {
    let output = try await runProgram(
      URL(filePath: "/usr/bin/env"),
      [
        "curl", "-sk", "--http2-prior-knowledge", "-H", "content-type: application/json",
        "--data-binary", body, "-w", "\n%{http_code} %{content_type} %header{trailer-weir-reason}",
        "https://\(echo.address)\(path)",
      ] + more)
    return output.split(separator: "\n").map(String.init)
  }

  @Test("JSON by POST is answered with JSON, an error in the shape of the Connect protocol")
  func json() async throws {
    var limits = ServerLimits()
    limits.messageSizeBytes = 50_000
    let echo = try await EchoServer(clientCertificates: .none, limits: limits)
    let long = "{" + String(repeating: "x", count: 49_998) + "}"
    #expect(try await post(echo, "/test.Echo/JSON", long).first == long)
    #expect(
      try await post(echo, "/test.Echo/JSON", "{}") == ["{}", "200 application/json "])
    #expect(
      try await post(echo, "/test.Echo/JSON", "") == [
        #"{"code":"not_found","message":"nicht \"da\"\u000a没有","details":[{"type":"T","value":"Bw"}]}"#,
        "404 application/json test.no",
      ])
    for (path, body, code, status) in [
      ("/test.Echo/JSON", "bad", "invalid_argument", "400"),
      ("/test.Echo/JSON", long + " ", "resource_exhausted", "429"),
      ("/test.Echo/Bidi", "{}", "unimplemented", "501"),
      ("/test.Echo/Nothing", "{}", "unimplemented", "501"),
    ] {
      let answer = try await post(echo, path, body)
      #expect(answer.first?.hasPrefix(#"{"code":"\#(code)","message":""#) == true)
      #expect(answer.last == "\(status) application/json ")
    }
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
