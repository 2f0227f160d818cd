// One POST over plain HTTP, for a certificate authority's responder, whose answers are signed.

import Glibc
import Synchronization

/// `http://host[:port]/path`.
package struct HTTPPlace: Sendable, Equatable {
  package let host: String
  package let port: String
  package let path: String

  package init?(_ text: String) {
    let scheme = "http://"
    guard text.hasPrefix(scheme), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      return nil
    }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    let tail = rest.dropFirst(authority.count)
    path = tail.isEmpty ? "/" : String(tail)
    let end = authority.lastIndex(of: "]").map { authority.index(after: $0) }
    let colon = authority[(end ?? authority.startIndex)...].lastIndex(of: ":")
    let name = authority[..<(colon ?? authority.endIndex)]
    host = String(name.hasPrefix("[") ? name.dropFirst().dropLast() : name)
    let number = colon.map { String(authority[authority.index(after: $0)...]) } ?? "80"
    guard !host.isEmpty, let value = UInt16(number), value > 0 else { return nil }
    port = number
  }
}

/// Why a POST brought nothing.
package enum HTTPError: Error, Sendable, Equatable {
  case unreachable(String)
  /// Another status than 200, or no HTTP.
  case answer(String)
  case tooLong
}

/// Sends a body and returns the answer's.
///
/// By HTTP/1.0, whose answer ends with its connection: no chunks, nothing kept open. Runs on a thread of its own, for it blocks;
/// each step takes ten seconds at most.
package func httpPost(
  _ place: HTTPPlace, contentType: String, _ body: [UInt8]
) async throws -> [UInt8] {
  try await withCheckedThrowingContinuation { continuation in
    startThread(named: "http-post") {
      continuation.resume(with: Result { try post(place, contentType, body) })
    }
  }
}

private let answerLimit = 64 << 10

private func post(
  _ place: HTTPPlace, _ contentType: String, _ body: [UInt8]
) throws(HTTPError) -> [UInt8] {
  let descriptor = try connect(place)
  defer { close(descriptor) }
  let head = """
    POST \(place.path) HTTP/1.0\r
    Host: \(place.host)\r
    Content-Type: \(contentType)\r
    Content-Length: \(body.count)\r
    \r\n
    """
  let message = Array(head.utf8) + body
  var sent = 0
  while sent < message.count {
    // Sound: the range lies inside the array, which is alive for the call.
    let count = message.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
      return send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
    }
    if count <= 0 { throw .unreachable(String(cString: strerror(errno))) }
    sent += count
  }
  var answer: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    // Sound: at most as many bytes as the buffer has.
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw .unreachable(String(cString: strerror(errno))) }
    if count == 0 { return try content(of: answer) }
    answer += buffer[..<count]
    if answer.count > answerLimit { throw .tooLong }
  }
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
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      // Linux has SO_SNDTIMEO hold for connect(2), too.
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    if connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
      return descriptor
    }
    reason = String(cString: strerror(errno))
    close(descriptor)
    next = entry.pointee.ai_next
  }
  throw .unreachable(reason)
}

/// What stands behind the empty line of an answer with status 200.
private func content(of answer: [UInt8]) throws(HTTPError) -> [UInt8] {
  let line = String(decoding: answer.prefix { $0 != 13 && $0 != 10 }.prefix(80), as: UTF8.self)
  let words = line.split(separator: " ")
  guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1] == "200" else {
    throw .answer(line)
  }
  let end = Array("\r\n\r\n".utf8)
  var index = 0
  while index + end.count <= answer.count {
    if answer[index] == end[0], Array(answer[index..<index + end.count]) == end {
      return Array(answer[(index + end.count)...])
    }
    index += 1
  }
  throw .answer("no end of the headers")
}
