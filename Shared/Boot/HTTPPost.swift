// One POST over HTTP, plain or under TLS: for a certificate authority's responder and for witnesses, whose answers are signed.

import CLinux
import Glibc
package import RPC
import Synchronization
import Threads

/// `http://host[:port]/path` or `https://…`.
package struct HTTPPlace: Sendable, Equatable {
  package let isSecure: Bool
  package let host: String
  package let port: String
  package let path: String

  package init?(_ text: String) {
    guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    isSecure = scheme == "https://"
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    let tail = rest.dropFirst(authority.count)
    path = tail.isEmpty ? "/" : String(tail)
    let end = authority.lastIndex(of: "]").map { authority.index(after: $0) }
    let colon = authority[(end ?? authority.startIndex)...].lastIndex(of: ":")
    let name = authority[..<(colon ?? authority.endIndex)]
    host = String(name.hasPrefix("[") ? name.dropFirst().dropLast() : name)
    let number =
      colon.map { String(authority[authority.index(after: $0)...]) } ?? (isSecure ? "443" : "80")
    guard !host.isEmpty, let value = UInt16(number), value > 0 else { return nil }
    port = number
  }
}

/// An answer, whatever its status.
package struct HTTPAnswer: Sendable, Equatable {
  package let status: Int
  package let contentType: String
  package let body: [UInt8]
}

/// Sends a body and returns the answer's.
///
/// - Throws: `HTTPError.answer` for another status than 200.
package func httpPost(
  _ place: HTTPPlace, contentType: String, _ body: [UInt8]
) async throws -> [UInt8] {
  let answer = try await httpExchange(place, contentType: contentType, body)
  guard answer.status == 200 else { throw HTTPError.answer("HTTP \(answer.status)") }
  return answer.body
}

/// Sends a body and returns the answer.
///
/// By HTTP/1.0, whose answer ends with its connection: no chunks, nothing kept open. Runs on a thread of its own, for it blocks;
/// each step takes ten seconds at most. Who is cancelled does not wait for that.
///
/// - Parameter tls: For a place under `https:` alone; it must be given there.
package func httpExchange(
  _ place: HTTPPlace, contentType: String, _ body: [UInt8], tls: PlainTLSContext? = nil
) async throws -> HTTPAnswer {
  let waiting = Waiting()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      guard waiting.begin(continuation) else { return }
      startThread(named: "http-post") {
        waiting.end(
          with: Result { () throws(HTTPError) in try post(place, contentType, body, tls) })
      }
    }
  } onCancel: {
    waiting.end(with: .failure(HTTPError.unreachable("given up")))
  }
}

/// Somebody who waits for a thread, and is answered once.
private final class Waiting: Sendable {
  private enum State {
    case new
    case waits(CheckedContinuation<HTTPAnswer, any Error>)
    case answered
  }

  private let state = Mutex(State.new)

  /// - Returns: Whether there is anything to do still.
  func begin(_ continuation: CheckedContinuation<HTTPAnswer, any Error>) -> Bool {
    let isNew = state.withLock { state in
      guard case .new = state else { return false }
      state = .waits(continuation)
      return true
    }
    if !isNew { continuation.resume(throwing: HTTPError.unreachable("given up")) }
    return isNew
  }

  func end(with result: Result<HTTPAnswer, HTTPError>) {
    let waiting = state.withLock { state -> CheckedContinuation<HTTPAnswer, any Error>? in
      defer { state = .answered }
      if case .waits(let continuation) = state { return continuation }
      return nil
    }
    waiting?.resume(with: result)
  }
}

private let answerLimit = 64 << 10
private let timeLimitSeconds = 10

private func post(
  _ place: HTTPPlace, _ contentType: String, _ body: [UInt8], _ tls: PlainTLSContext?
) throws(HTTPError) -> HTTPAnswer {
  guard place.isSecure == (tls != nil) else {
    throw .unreachable("https goes with a trust root, and http without")
  }
  let link = try HTTPLink(try connect(place), tls, host: place.host)
  let head = """
    POST \(place.path) HTTP/1.0\r
    Host: \(place.host)\r
    Content-Type: \(contentType)\r
    Content-Length: \(body.count)\r
    \r\n
    """
  try link.write(Array(head.utf8) + body)
  guard let answer = try link.readHead(), answer.words.count >= 2,
    answer.words[0].hasPrefix("HTTP/1."), let status = Int(answer.words[1])
  else { throw .answer("no HTTP") }
  return HTTPAnswer(
    status: status, contentType: answer["content-type"] ?? "",
    body: try link.readBody(length: answer.length, limit: answerLimit))
}

private func connect(_ place: HTTPPlace) throws(HTTPError) -> Int32 {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  let failure = getaddrinfo(place.host, place.port, &hints, &found)
  guard failure == 0, let found else {
    throw .unreachable(String(cString: gai_strerror(failure)))
  }
  // Sound: the list lives until it is freed here, after the last look at it.
  defer { freeaddrinfo(found) }
  var next: UnsafeMutablePointer<addrinfo>? = found
  var reason = "no address"
  while let entry = next {
    let descriptor = socket(
      entry.pointee.ai_family, entry.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    setTimeLimit(timeLimitSeconds, on: descriptor)
    if connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
      return descriptor
    }
    reason = String(cString: strerror(errno))
    close(descriptor)
    next = entry.pointee.ai_next
  }
  throw .unreachable(reason)
}
