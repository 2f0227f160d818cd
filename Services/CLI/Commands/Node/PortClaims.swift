// The ports of a node on loopback, held from before its processes start until they have ended.

import Crypto
import Glibc

/// Ports on 127.0.0.1 that belong to this process and its services.
///
/// A claim is a socket bound to the port that never listens. Linux lets a service bind the same port (`SO_REUSEADDR` on both,
/// neither listening), and refuses everybody who does not say so: between choosing a port and the service's start, nobody
/// takes it, and no connection to a dead service waits in anybody's queue.
struct PortClaims {
  /// Below the range from which Linux takes the ports of outgoing connections (32768 on): a port in that range could belong to a
  /// passing connection at the moment of a restart.
  private static let range: Range<UInt64> = 20_000..<32_000

  private var sockets: [Int32] = []

  /// Lets go of all; the system does so when this process ends.
  func release() {
    for socket in sockets { close(socket) }
  }

  /// Claims so many different ports that nobody else has.
  ///
  /// - Throws: `NodeFailure.noPorts` when a thousand tries found too few.
  mutating func choose(
    _ count: Int, random: any RandomSource
  ) throws(NodeFailure) -> [UInt16] {
    var found: [UInt16] = []
    for _ in 0..<1000 where found.count < count {
      let number = Self.range.lowerBound + random.uniform(below: UInt64(Self.range.count))
      let port = UInt16(truncatingIfNeeded: number)
      // Strictly: another node's claim would let us in otherwise.
      if claim(port, shared: false) { found.append(port) }
    }
    guard found.count == count else { throw .noPorts }
    return found
  }

  /// Claims the ports that a data folder already has. Connections of its last run may still be closing on them.
  ///
  /// - Throws: `NodeFailure.portTaken` for the first that somebody listens on.
  mutating func hold(_ ports: [UInt16]) throws(NodeFailure) {
    for port in ports where !claim(port, shared: true) { throw .portTaken(port) }
  }

  private mutating func claim(_ port: UInt16, shared: Bool) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return false }
    if shared { share(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isBound = withUnsafePointer(to: &address) { pointer in
      // Sound: a sockaddr_in begins as a sockaddr does, and its size is given.
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound else {
      close(socket)
      return false
    }
    share(socket)
    sockets.append(socket)
    return true
  }

  private func share(_ socket: Int32) {
    var one: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
  }
}
