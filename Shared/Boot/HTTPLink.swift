// A socket of HTTP/1, plain or under TLS, on a thread that may wait; and reading a message from it.

import Glibc
import RPC

/// Why an exchange came to nothing.
package enum HTTPError: Error, Sendable, Equatable {
  case unreachable(String)
  /// Another status than 200, or no HTTP.
  case answer(String)
  case tooLong
}

/// One connection. Closes its socket when it goes.
final class HTTPLink {
  private let descriptor: Int32
  private let tls: PlainTLS?
  private var waiting: [UInt8] = []
  /// Until when what is being read must have come; each step by itself has the socket's limit.
  var deadline: ContinuousClock.Instant?

  /// - Parameters:
  ///   - descriptor: A connected socket with time limits; from here on the link's.
  ///   - context: For TLS; plain without one.
  ///   - host: Clients under TLS: whom the certificate must name.
  init(_ descriptor: Int32, _ context: PlainTLSContext?, host: String? = nil) throws(HTTPError) {
    self.descriptor = descriptor
    do throws(PlainTLSError) {
      tls = try context.map { context throws(PlainTLSError) in
        try PlainTLS(context, descriptor: descriptor, host: host)
      }
    } catch {
      Glibc.close(descriptor)
      throw .unreachable("\(error)")
    }
  }

  deinit {
    tls?.close()
    Glibc.close(descriptor)
  }

  func write(_ bytes: [UInt8]) throws(HTTPError) {
    if let tls {
      do throws(PlainTLSError) { return try tls.write(bytes) } catch {
        throw .unreachable("\(error)")
      }
    }
    var sent = 0
    while sent < bytes.count {
      // Sound: the range lies inside the array, which is alive for the call.
      let count = bytes.withUnsafeBytes { buffer in
        let rest = UnsafeRawBufferPointer(rebasing: buffer[sent...])
        return send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { throw .unreachable(String(cString: strerror(errno))) }
      sent += count
    }
  }

  /// What has come; empty at the end.
  private func read() throws(HTTPError) -> [UInt8] {
    if let deadline, ContinuousClock.now > deadline { throw .unreachable("too slow") }
    if let tls {
      do throws(PlainTLSError) { return try tls.read() } catch { throw .unreachable("\(error)") }
    }
    var buffer = [UInt8](repeating: 0, count: 4096)
    // Sound: at most as many bytes as the buffer has.
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw .unreachable(String(cString: strerror(errno))) }
    return Array(buffer[..<count])
  }

  /// A message's head; `nil` where the other side has closed before one.
  func readHead() throws(HTTPError) -> HTTPHead? {
    let end = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      while searched + end.count <= waiting.count {
        if waiting[searched] == end[0], Array(waiting[searched..<searched + end.count]) == end {
          let head = HTTPHead(waiting[..<searched])
          waiting.removeFirst(searched + end.count)
          return head
        }
        searched += 1
      }
      if waiting.count > HTTPHead.sizeLimitBytes { throw .tooLong }
      let more = try read()
      if more.isEmpty {
        if waiting.isEmpty { return nil }
        throw .answer("no end of the headers")
      }
      waiting += more
    }
  }

  /// A body of so many bytes, or up to the end of the connection.
  func readBody(length: Int?, limit: Int) throws(HTTPError) -> [UInt8] {
    if let length, length > limit { throw .tooLong }
    while waiting.count < length ?? .max {
      if waiting.count > limit { throw .tooLong }
      let more = try read()
      if more.isEmpty {
        if length != nil { throw .answer("cut short") }
        break
      }
      waiting += more
    }
    defer { waiting.removeFirst(length ?? waiting.count) }
    return Array(waiting.prefix(length ?? waiting.count))
  }
}

/// The first line and the fields of a message (RFC 9112).
struct HTTPHead {
  static let sizeLimitBytes = 8 << 10

  /// The words of the first line.
  let words: [String]
  /// By lower-case name.
  private let fields: [String: String]

  init(_ bytes: ArraySlice<UInt8>) {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    words = (lines.first ?? "").split(separator: " ", maxSplits: 2).map(String.init)
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[line[..<colon].lowercased()] =
        line[line.index(after: colon)...]
        .drop { $0 == " " }.description
    }
    self.fields = fields
  }

  subscript(_ name: String) -> String? { fields[name] }

  /// `nil` where the head does not say, or not as a number.
  var length: Int? { fields["content-length"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 } }
}

/// Lets a socket's steps take this long and no longer; Linux has the second hold for connect(2), too.
func setTimeLimit(_ seconds: Int, on descriptor: Int32) {
  var limit = timeval(tv_sec: seconds, tv_usec: 0)
  for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
    setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
  }
}
