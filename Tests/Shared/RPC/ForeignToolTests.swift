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

  /// The status, the content type and the hint about what would do, of an answer to curl; and its body.
  private func ask(
    _ echo: EchoServer, _ path: String, _ arguments: [String]
  ) async throws -> [String] {
    let format = "\n%{http_code} [%{content_type}] [%header{allow}%header{accept-post}]"
    let output = try await runProgram(
      URL(filePath: "/usr/bin/env"),
      ["curl", "-sk", "-w", format, "https://\(echo.address)\(path)"] + arguments)
    return output.split(separator: "\n").map(String.init)
  }

  @Test("a refused method or content type says which would do")
  func hints() async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    #expect(try await ask(echo, "/test.Echo/Unary", []) == ["405 [] [POST]"])
    #expect(try await ask(echo, "/page", ["-d", "x"]) == ["405 [] [GET]"])
    #expect(
      try await ask(echo, "/test.Echo/Unary", ["-H", "content-type: text/plain", "-d", "x"])
        == ["415 [] [application/grpc, application/json]"])
    await echo.shutdown()
  }

  @Test("a page is got, an error of it in JSON; HTTP/1.1 is refused in the handshake")
  func page() async throws {
    let echo = try await EchoServer(clientCertificates: .none)
    #expect(
      try await ask(echo, "/page", []) == ["一页", "200 [text/plain; charset=utf-8] []"])
    #expect(
      try await ask(echo, "/page", ["-H", "x-who: nobody"]) == [
        #"{"code":"permission_denied","message":"not you"}"#, "403 [application/json] []",
      ])
    // Also with a body, which GET may have.
    #expect(
      try await ask(echo, "/page", ["-X", "GET", "-d", "what?"]) == [
        "一页", "200 [text/plain; charset=utf-8] []",
      ])
    #expect(try await ask(echo, "/page", ["--http1.1"]) == ["000 [] []"])
    #expect(echo.events.all.contains { $0.contains("no application protocol") })
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
      ("/test.Echo/JSON", "fault", "internal", "500"),
      ("/test.Echo/Unary", "{}", "unimplemented", "501"),
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
