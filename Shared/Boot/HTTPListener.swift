// A small server of HTTP/1.1 under TLS, for a witness: a thread for each connection, few of them, small bodies.

import CLinux
import Glibc
package import RPC
import Synchronization
import Threads

/// A request as a handler sees it.
package struct HTTPRequest: Sendable {
  package let method: String
  package let path: String
  package let body: [UInt8]
}

package struct HTTPReply: Sendable, Equatable {
  package let status: Int
  package let contentType: String
  package let body: [UInt8]

  package init(status: Int, contentType: String = "text/plain", _ body: String = "") {
    self.status = status
    self.contentType = contentType
    self.body = Array(body.utf8)
  }
}

/// Listens from the moment it is made.
package final class HTTPListener: Sendable {
  /// Connections at a time; beyond it the next one is closed at once.
  private static let connectionLimit = 64
  /// How long a request may take to come, waiting for it too; a step of it takes no longer either.
  package static let timeLimitSeconds = 30
  /// A body that is too large is still read up to here, so that its sender can read why.
  private static let readLimit = 1 << 20

  package let address: Address
  private let descriptor: Int32
  private let tls: PlainTLSContext
  private let bodyLimit: Int
  private let timeLimit: Int
  private let handle: @Sendable (HTTPRequest) -> HTTPReply
  private let connections = Mutex(0)

  /// - Parameters:
  ///   - address: A number, no name; port 0 for any that is free.
  ///   - handle: Called on the connection's thread; may block.
  package init(
    _ address: Address, tls: PlainTLSContext, bodyLimit: Int,
    timeLimitSeconds: Int = HTTPListener.timeLimitSeconds,
    handle: @escaping @Sendable (HTTPRequest) -> HTTPReply
  ) throws(HTTPError) {
    descriptor = try listen(at: address)
    self.address = Address(host: address.host, port: boundPort(of: descriptor))
    self.tls = tls
    self.bodyLimit = bodyLimit
    timeLimit = timeLimitSeconds
    self.handle = handle
    startThread(named: "http-accept") { [self] in accept() }
  }

  /// Takes no further connections.
  package func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func accept() {
    while true {
      let connection = accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
      if connection < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        if errno == EMFILE || errno == ENFILE {
          // Others close theirs in time.
          usleep(50_000)
          continue
        }
        close(descriptor)
        return
      }
      let isRoom = connections.withLock { count in
        if count >= Self.connectionLimit { return false }
        count += 1
        return true
      }
      guard isRoom else {
        close(connection)
        continue
      }
      startThread(named: "http") { [self] in
        serve(connection)
        connections.withLock { $0 -= 1 }
      }
    }
  }

  /// Answers one request after the other; what goes wrong ends the connection.
  private func serve(_ connection: Int32) {
    setTimeLimit(timeLimit, on: connection)
    guard let link = try? HTTPLink(connection, tls) else { return }
    while (try? answerNext(link)) == true {}
  }

  /// - Returns: Whether the connection stays.
  private func answerNext(_ link: HTTPLink) throws(HTTPError) -> Bool {
    link.deadline = .now + .seconds(timeLimit)
    guard let head = try link.readHead(), head.words.count == 3,
      head.words[2].hasPrefix("HTTP/1.")
    else { return false }
    let stays = head.words[2] == "HTTP/1.1" && head["connection"]?.lowercased() != "close"
    var reply: HTTPReply
    if head["transfer-encoding"] != nil || (head.words[0] == "POST" && head.length == nil) {
      reply = HTTPReply(status: 411)
    } else if let length = head.length, length > bodyLimit {
      _ = try link.readBody(length: min(length, Self.readLimit), limit: Self.readLimit)
      reply = HTTPReply(status: 413)
    } else {
      if head["expect"]?.lowercased() == "100-continue" {
        try link.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
      let body = try link.readBody(length: head.length ?? 0, limit: bodyLimit)
      reply = handle(HTTPRequest(method: head.words[0], path: head.words[1], body: body))
    }
    let goesOn = stays && reply.status != 411 && reply.status != 413
    let fields = """
      HTTP/1.1 \(reply.status) \(Self.reason(reply.status))\r
      Content-Type: \(reply.contentType)\r
      Content-Length: \(reply.body.count)\r
      Connection: \(goesOn ? "keep-alive" : "close")\r
      \r\n
      """
    try link.write(Array(fields.utf8) + reply.body)
    return goesOn
  }

  /// The phrases of RFC 9110 section 15, which nobody reads but a person.
  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 422: "Unprocessable Content"
    default: "Internal Server Error"
    }
  }
}

private func listen(at address: Address) throws(HTTPError) -> Int32 {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
  var found: UnsafeMutablePointer<addrinfo>?
  let failure = getaddrinfo(address.host, String(address.port), &hints, &found)
  guard failure == 0, let found else {
    throw .unreachable(String(cString: gai_strerror(failure)))
  }
  // Sound: the list lives until it is freed here, after the last look at it.
  defer { freeaddrinfo(found) }
  let entry = found.pointee
  let descriptor = socket(
    entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
  var on: Int32 = 1
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
  guard bind(descriptor, entry.ai_addr, entry.ai_addrlen) == 0, Glibc.listen(descriptor, 64) == 0
  else {
    let reason = String(cString: strerror(errno))
    close(descriptor)
    throw .unreachable("\(address): \(reason)")
  }
  return descriptor
}

private func boundPort(of descriptor: Int32) -> UInt16 {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  return withUnsafeMutableBytes(of: &storage) { bytes in
    guard let start = bytes.baseAddress else { return 0 }
    // Sound: the kernel writes at most `length` bytes, the size of the storage, which begins as every address does.
    guard getsockname(descriptor, start.assumingMemoryBound(to: sockaddr.self), &length) == 0
    else { return 0 }
    // RFC 3493: the port stands behind the family in both kinds, in network order.
    return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
  }
}
