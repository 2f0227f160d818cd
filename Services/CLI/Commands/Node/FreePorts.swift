// Ports on loopback that nobody listens on, for a new data folder.

import Crypto
import Glibc

enum FreePorts {
  /// Below the range from which Linux takes the ports of outgoing connections (32768 on): a port in that range could belong to a
  /// passing connection at the moment of a restart.
  private static let range: Range<UInt64> = 20_000..<32_000

  /// So many different ports that can be bound now on 127.0.0.1.
  ///
  /// - Throws: `NodeFailure.noPorts` when a thousand tries found too few.
  static func choose(_ count: Int, random: any RandomSource) throws(NodeFailure) -> [UInt16] {
    var found: [UInt16] = []
    for _ in 0..<1000 where found.count < count {
      let number = range.lowerBound + random.uniform(below: UInt64(range.count))
      let port = UInt16(truncatingIfNeeded: number)
      if !found.contains(port), isFree(port) { found.append(port) }
    }
    guard found.count == count else { throw .noPorts }
    return found
  }

  /// Whether the port can be bound on 127.0.0.1.
  static func isFree(_ port: UInt16) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      // Sound: a sockaddr_in begins as a sockaddr does, and its size is given.
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
