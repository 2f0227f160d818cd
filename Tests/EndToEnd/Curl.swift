// curl with a certificate, as a clerk's script would use it.

import Boot
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

/// What came back over HTTP.
struct WebAnswer {
  /// 0 where there was no answer at all.
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON.
  var object: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
  }

  /// The code of an error in the shape of the Connect protocol.
  var code: String? { object["code"] as? String }

  /// Why Weir refused; the unary answer's trailers are headers with a prefix.
  func trailer(_ name: String) -> String? {
    headers["trailer-" + name]?.removingPercentEncoding
  }
}

/// Calls of one node by curl.
struct Curl {
  let keys: KeyFolder
  let folder: TemporaryFolder

  init(_ keys: KeyFolder) throws {
    self.keys = keys
    folder = try TemporaryFolder()
  }

  /// - Parameters:
  ///   - certificate: A folder with `cert.pem` and `key.pem`; `nil` for none.
  ///   - body: Sent by POST as JSON unless the arguments say otherwise.
  func ask(
    _ address: String, _ path: String, as certificate: String?, body: [UInt8]? = nil,
    _ arguments: [String] = []
  ) async throws -> WebAnswer {
    var all = [
      "--silent", "--http2", "--max-time", "20", "--cacert", keys.serviceRoot,
      "--dump-header", folder.path("headers"), "--output", folder.path("body"),
      "--write-out", "%{http_code}",
    ]
    for name in ["headers", "body"] {
      try Files.write("", to: folder.path(name), isPrivate: true)
    }
    if let certificate {
      all += ["--cert", certificate + "/cert.pem", "--key", certificate + "/key.pem"]
    }
    if let body {
      try Files.write(body, to: folder.path("request"), isPrivate: true)
      all += ["--data-binary", "@" + folder.path("request")]
      if !arguments.contains(where: { $0.hasPrefix("content-type:") }) {
        all += ["--header", "content-type: application/json"]
      }
    }
    let ended = try await runToEnd("curl", all + arguments + ["https://\(address)\(path)"])
    var headers: [String: String] = [:]
    for line in try readText("headers").split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
        .trimmingCharacters(in: .whitespaces)
    }
    return WebAnswer(
      status: Int(ended.output) ?? 0, headers: headers, body: try readBytes(folder.path("body")))
  }

  private func readText(_ name: String) throws -> String {
    String(decoding: try readBytes(folder.path(name)), as: UTF8.self)
  }
}
