// TLS on a socket that blocks, for the few exchanges of HTTP/1.1 that we have with witnesses.

import Glibc

/// Certificates, key and trust of `PlainTLS`, loaded once.
package struct PlainTLSContext: Sendable {
  fileprivate let context: TLSContext
  fileprivate let isServer: Bool

  package init(_ configuration: TLSConfiguration, forServer isServer: Bool) throws(TLSError) {
    // OpenSSL writes by itself: a peer that has closed is an error of that write, not a reason to end the process.
    signal(SIGPIPE, SIG_IGN)
    var configuration = configuration
    configuration.speaksHTTP1 = true
    context = try TLSContext(configuration, forServer: isServer)
    self.isServer = isServer
  }
}

/// Why a link carries nothing any more.
package enum PlainTLSError: Error, Sendable, Equatable {
  /// The socket's own time is over.
  case timedOut
  case failed(String)
}

/// One connection on one thread. Its socket stays the caller's, blocks, and has time limits.
package final class PlainTLS {
  private let link: TLSLink

  /// Shakes hands.
  ///
  /// - Parameter host: Clients only: the name or address that the server's certificate must bear.
  package init(
    _ context: PlainTLSContext, descriptor: Int32, host: String? = nil
  ) throws(PlainTLSError) {
    let isAddress = host.map { Sockets.isNumeric($0) } ?? false
    let link = TLSLink(
      context.context, descriptor: descriptor, isServer: context.isServer, serverName: host,
      isAddress: isAddress)
    guard let link else { throw .failed("no connection") }
    self.link = link
    while try Self.mustRepeat(link.handshake()) {}
  }

  /// What has come, at most 16 KiB; empty at the end.
  package func read() throws(PlainTLSError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    var count = 0
    // Sound: the link writes at most as many bytes as the buffer has.
    while true {
      switch buffer.withUnsafeMutableBytes({ link.read(into: $0, count: &count) }) {
      case .done where count == 0: continue
      case .done: return Array(buffer[..<count])
      case .waits: throw .timedOut
      case .failed: return []
      }
    }
  }

  package func write(_ bytes: [UInt8]) throws(PlainTLSError) {
    var sent = 0
    while sent < bytes.count {
      var count = 0
      // Sound: the range lies inside the array, which is alive for the call.
      let progress = bytes.withUnsafeBytes { buffer in
        link.write(UnsafeRawBufferPointer(rebasing: buffer[sent...]), count: &count)
      }
      _ = try Self.mustRepeat(progress)
      sent += count
    }
  }

  package func close() { link.shutdown() }

  /// A socket that blocks says "wait" only when its time is over.
  private static func mustRepeat(_ progress: TLSLink.Progress) throws(PlainTLSError) -> Bool {
    switch progress {
    case .done: return false
    case .waits: throw .timedOut
    case .failed(let reason): throw .failed(reason)
    }
  }
}
