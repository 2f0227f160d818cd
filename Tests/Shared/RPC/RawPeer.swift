// Peers that speak TLS properly and HTTP/2 as a test likes, frame by frame: a client for our server, a server for our client.

import Glibc
import TestSupport
import Testing

import Threads
@testable import RPC

/// HTTP/2 by hand (RFC 9113 section 4.1).
enum Raw {
  static let magic = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  static let preface = magic + frame(4, 0, 0, [])
  static let endStream: UInt8 = 1
  static let acknowledges: UInt8 = 1
  static let endHeaders: UInt8 = 4
  static let padded: UInt8 = 8

  struct Frame: Equatable {
    var type: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]

    /// The number that GOAWAY, WINDOW_UPDATE and RST_STREAM begin with.
    var number: UInt32 { payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    var endsStream: Bool { flags & Raw.endStream != 0 && type <= 1 }
  }

  static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8]
  {
    var bytes: [UInt8] = []
    for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift)) }
    return bytes + [type, flags] + number(stream) + payload
  }

  static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// One SETTINGS frame (RFC 9113 section 6.5.2); 4 is the initial window, 5 the size of frames.
  static func settings(_ values: [(id: UInt8, value: UInt32)]) -> [UInt8] {
    frame(4, 0, 0, values.flatMap { [0, $0.id] + number($0.value) })
  }

  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
    frame(8, 0, stream, number(increment))
  }

  /// Literal fields without indexing or Huffman coding (RFC 7541 section 6.2.2).
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in fields {
      bytes += [0, UInt8(name.utf8.count)]
      bytes += name.utf8
      bytes.append(UInt8(value.utf8.count))
      bytes += value.utf8
    }
    return bytes
  }

  static func requestBlock(_ path: String, also: [(String, String)] = []) -> [UInt8] {
    block(
      [
        (":method", "POST"), (":scheme", "https"), (":authority", "x"), (":path", path),
        ("te", "trailers"), ("content-type", "application/grpc"),
      ] + also)
  }

  static func headers(
    _ stream: UInt32, _ path: String, flags: UInt8 = endHeaders, also: [(String, String)] = []
  ) -> [UInt8] {
    frame(1, flags, stream, requestBlock(path, also: also))
  }

  static let answerBlock = block([(":status", "200"), ("content-type", "application/grpc")])
  static let trailerBlock = block([("grpc-status", "0")])

  /// A whole good answer.
  static func answer(_ stream: UInt32, _ content: [UInt8]) -> [UInt8] {
    frame(1, endHeaders, stream, answerBlock) + frame(0, 0, stream, message(content))
      + frame(1, endHeaders | endStream, stream, trailerBlock)
  }

  /// A whole unary request in frames of the smallest largest size.
  static func call(_ stream: UInt32, _ path: String, _ content: [UInt8]) -> [UInt8] {
    var bytes = headers(stream, path)
    let message = message(content)
    for start in stride(from: 0, to: message.count, by: 16_384) {
      let part = message[start..<min(start + 16_384, message.count)]
      bytes += frame(0, part.endIndex == message.count ? endStream : 0, stream, Array(part))
    }
    return bytes
  }

  /// gRPC's framing.
  static func message(_ content: [UInt8]) -> [UInt8] {
    [0] + number(UInt32(content.count)) + content
  }
}

/// One connection; blocking, with a limit on each wait.
final class RawPeer {
  let link: TLSLink
  private let descriptor: Int32
  private var received: [UInt8] = []
  private var kept: [Raw.Frame] = []

  enum Failure: Error { case handshake, connect, closed }

  /// A client of the echo server.
  ///
  /// - Parameter source: The loopback address that it comes from.
  convenience init(
    _ echo: EchoServer, as identity: TestPKI.Identity? = nil, from source: String? = nil
  ) throws {
    let identity = try identity ?? echo.pki.system("raw", department: "police")
    let context = try TLSContext(identity.tls(trusting: echo.pki.serviceRootPEM), forServer: false)
    let descriptor = try Self.connect(echo, from: source)
    let link = TLSLink(
      context, descriptor: descriptor, isServer: false, serverName: "127.0.0.1", isAddress: true)
    try self.init(descriptor, try #require(link))
  }

  fileprivate init(_ descriptor: Int32, _ link: TLSLink) throws {
    self.descriptor = descriptor
    self.link = link
    guard case .done = link.handshake() else { throw Failure.handshake }
  }

  deinit { close(descriptor) }

  /// Sends no more, and goes on reading.
  func closeHalf() { Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

  static func connect(_ echo: EchoServer, from source: String? = nil) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    limitWaits(of: descriptor)
    if let source {
      let here = Address(host: source, port: 0)
      let address = try #require(try Sockets.resolve(here, numericOnly: true).get().first)
      guard address.lend({ Glibc.bind(descriptor, $0, $1) }) == 0 else { throw Failure.connect }
    }
    let address = try #require(try Sockets.resolve(echo.address, numericOnly: true).get().first)
    guard address.lend({ Glibc.connect(descriptor, $0, $1) }) == 0 else { throw Failure.connect }
    return descriptor
  }

  fileprivate static func limitWaits(of descriptor: Int32) {
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      var count = 0
      guard case .done = rest.withUnsafeBytes({ link.write($0, count: &count) }) else { return }
      rest = rest.dropFirst(count)
    }
  }

  private enum Reading { case more, closed, silent }

  private func readMore() -> Reading {
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
      var count = 0
      switch link.read(into: buffer, count: &count) {
      case .done:
        received += buffer.prefix(count)
        return .more
      case .waits: return .silent
      case .failed: return .closed
      }
    }
  }

  /// Everything that comes until the other side closes; `nil` when it does not.
  func readToEnd() -> [UInt8]? {
    while true {
      switch readMore() {
      case .more: continue
      case .closed: return received
      case .silent: return nil
      }
    }
  }

  /// Reads the preface of a client, the bytes before its first frame.
  func readMagic() throws {
    while received.count < Raw.magic.count {
      guard case .more = readMore() else { throw Failure.closed }
    }
    received.removeFirst(Raw.magic.count)
  }

  private func readNextFrame() throws -> Raw.Frame {
    while true {
      if received.count >= 9 {
        let length = received.prefix(3).reduce(0) { $0 << 8 | Int($1) }
        if received.count >= 9 + length {
          let frame = Raw.Frame(
            type: received[3], flags: received[4],
            stream: received[5..<9].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF,
            payload: Array(received[9..<(9 + length)]))
          received.removeFirst(9 + length)
          return frame
        }
      }
      guard case .more = readMore() else { throw Failure.closed }
    }
  }

  /// The first frame of this type (and stream) that was not handed out yet; the others are kept.
  @discardableResult
  func nextFrame(type: UInt8, stream: UInt32? = nil) throws -> Raw.Frame {
    try nextFrame { $0.type == type && (stream == nil || $0.stream == stream) }
  }

  private func nextFrame(_ isWanted: (Raw.Frame) -> Bool) throws -> Raw.Frame {
    if let index = kept.firstIndex(where: isWanted) { return kept.remove(at: index) }
    while true {
      let frame = try readNextFrame()
      if isWanted(frame) { return frame }
      kept.append(frame)
    }
  }

  /// Whether such a frame has come and was not handed out.
  func hasKept(type: UInt8, stream: UInt32? = nil) -> Bool {
    kept.contains { $0.type == type && (stream == nil || $0.stream == stream) }
  }

  /// All frames of a stream up to its end.
  func frames(ofStream stream: UInt32) throws -> [Raw.Frame] {
    var frames: [Raw.Frame] = []
    while frames.last?.endsStream != true { frames.append(try nextFrame { $0.stream == stream }) }
    return frames
  }

  /// Whether a frame of this type comes before the end.
  func readFrame(type: UInt8) -> Bool { (try? nextFrame(type: type)) != nil }
}

/// A listening socket whose connections a test answers frame by frame.
final class RawServer: Sendable {
  let address: Address
  private let descriptor: Int32
  private let context: TLSContext

  init(_ pki: TestPKI) throws {
    let identity = try pki.service("raw")
    context = try TLSContext(identity.tls(trusting: pki.departmentRootPEM), forServer: true)
    (descriptor, address) = try Sockets.listen(at: Address(host: "127.0.0.1", port: 0))
    RawPeer.limitWaits(of: descriptor)
    // `listen` makes sockets that do not block; this one waits.
    _ = fcntl(descriptor, F_SETFL, 0)
  }

  deinit { close(descriptor) }

  /// The next connection, its preface read and answered with these settings.
  func accept(settings: [(id: UInt8, value: UInt32)] = []) throws -> RawPeer {
    let accepted = Glibc.accept(descriptor, nil, nil)
    if accepted < 0 { throw RawPeer.Failure.connect }
    RawPeer.limitWaits(of: accepted)
    let link = TLSLink(context, descriptor: accepted, isServer: true)
    let peer = try RawPeer(accepted, try #require(link))
    try peer.readMagic()
    peer.send(Raw.settings(settings))
    return peer
  }

  /// Plays the server's part on a thread of its own while the test calls; what it throws fails the test.
  func playing<Result>(
    _ part: @escaping @Sendable (RawServer) throws -> Void, _ body: () async throws -> Result
  ) async throws -> Result {
    let ended = Box<Swift.Result<Void, any Error>>()
    let latch = Latch()
    startThread(named: "raw-server") {
      ended.set(Swift.Result { try part(self) })
      latch.open()
    }
    let result = try await body()
    await latch.wait()
    try ended.value?.get()
    return result
  }
}

/// What a thread of a test waits for until a task opens it.
final class ThreadGate: Sendable {
  private let ends: [Int32]

  init() throws {
    var ends: [Int32] = [0, 0]
    if pipe(&ends) != 0 { throw RawPeer.Failure.connect }
    self.ends = ends
  }

  deinit { for end in ends { close(end) } }

  func open() { _ = write(ends[1], [1], 1) }

  func wait() {
    var byte: UInt8 = 0
    _ = read(ends[0], &byte, 1)
  }
}
