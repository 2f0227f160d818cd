// One POST over HTTP, plain or under TLS: to a certificate authority's responder, to witnesses, and to whoever wants notices.

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
  /// The whole address as it is called (RFC 9421, `@target-uri`).
  package let text: String

  package init?(_ text: String) {
    guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    isSecure = scheme == "https://"
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    let tail = rest.dropFirst(authority.count)
    path = tail.isEmpty ? "/" : String(tail)
    self.text = scheme + authority + path
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
/// - Parameters:
///   - tls: For a place under `https:` alone; it must be given there.
///   - fields: Further fields of the request.
///   - bounds: The addresses that may be called; `nil` for those of an operator's own choosing.
package func httpExchange(
  _ place: HTTPPlace, contentType: String, _ body: [UInt8], tls: PlainTLSContext? = nil,
  fields: [(String, String)] = [], bounds: NetworkBounds? = nil
) async throws -> HTTPAnswer {
  let head =
    "POST \(place.path) HTTP/1.0\r\nHost: \(place.host)\r\nContent-Type: \(contentType)\r\n"
    + "Content-Length: \(body.count)\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
  let message = Array(head.utf8) + body
  let waiting = Waiting()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      guard waiting.begin(continuation) else { return }
      startThread(named: "http-post") {
        waiting.end(
          with: Result { () throws(HTTPError) in try post(place, message, tls, bounds) })
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
  _ place: HTTPPlace, _ message: [UInt8], _ tls: PlainTLSContext?, _ bounds: NetworkBounds?
) throws(HTTPError) -> HTTPAnswer {
  guard place.isSecure == (tls != nil) else {
    throw .unreachable("https goes with a trust root, and http without")
  }
  let link = try HTTPLink(try connect(place, bounds), tls, host: place.host)
  link.deadline = ContinuousClock.now + .seconds(3 * timeLimitSeconds)
  try link.write(message)
  guard let answer = try link.readHead(), answer.words.count >= 2,
    answer.words[0].hasPrefix("HTTP/1."), let status = Int(answer.words[1])
  else { throw .answer("no HTTP") }
  return HTTPAnswer(
    status: status, contentType: answer["content-type"] ?? "",
    body: try link.readBody(length: answer.length, limit: answerLimit))
}

private func connect(
  _ place: HTTPPlace, _ bounds: NetworkBounds?
) throws(HTTPError) -> Int32 {
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
    next = entry.pointee.ai_next
    if let bounds, !bounds.permits(addressBytes(of: entry.pointee)) {
      reason = "its address is not one that may be called"
      continue
    }
    let descriptor = socket(
      entry.pointee.ai_family, entry.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    setTimeLimit(timeLimitSeconds, on: descriptor)
    if connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
      return descriptor
    }
    reason = String(cString: strerror(errno))
    close(descriptor)
  }
  throw .unreachable(reason)
}

/// The 4 or 16 bytes of an address that was looked up; none of another family.
private func addressBytes(of entry: addrinfo) -> [UInt8] {
  let place: (offset: Int, count: Int) =
    switch entry.ai_family {
    case AF_INET: (MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 0, 4)
    case AF_INET6: (MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0, 16)
    default: (0, 0)
    }
  guard place.count > 0, Int(entry.ai_addrlen) >= place.offset + place.count else { return [] }
  // Sound: getaddrinfo says how long the address is, and no more than that is read.
  let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
  return Array(bytes[place.offset..<place.offset + place.count])
}

/// The bytes of a numeric address; `nil` for a name.
func addressBytes(_ text: String) -> [UInt8]? {
  for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
    var bytes = [UInt8](repeating: 0, count: count)
    // Sound: inet_pton writes 4 bytes of IPv4 and 16 of IPv6, for which there is room.
    let isAddress = bytes.withUnsafeMutableBytes { inet_pton(family, text, $0.baseAddress) == 1 }
    if isAddress { return bytes }
  }
  return nil
}
