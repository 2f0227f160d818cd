// A node's ports are its own from before its processes start.

import Crypto
import Glibc
import Testing

@testable import WeirCLI

@Suite("The ports of a node are claimed before its processes start")
struct PortClaimsTests {
  /// A socket bound to the port as a service binds it, listening if it may; `nil` where the system refuses.
  private func listener(on port: UInt16, shared: Bool) -> Int32? {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    if shared {
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, listen(socket, 1) == 0 else {
      close(socket)
      return nil
    }
    return socket
  }

  @Test("a claimed port is free for the node's service and for nobody else")
  func claimed() throws {
    var claims = PortClaims()
    defer { claims.release() }
    let port = try claims.choose(1, random: SystemRandom())[0]
    #expect(listener(on: port, shared: false) == nil)
    let service = try #require(listener(on: port, shared: true))
    close(service)
    let again = try #require(listener(on: port, shared: true), "a service that comes back")
    close(again)
  }

  @Test("two nodes that choose from the same numbers get different ports")
  func chosenTwice() throws {
    var first = PortClaims()
    var second = PortClaims()
    defer {
      first.release()
      second.release()
    }
    let one = try first.choose(8, random: SeededRandom(seed: 7))
    let other = try second.choose(8, random: SeededRandom(seed: 7))
    #expect(Set(one).count == 8 && Set(one).isDisjoint(with: other))
  }

  @Test("a port on which another program listens is named")
  func taken() throws {
    var other = PortClaims()
    let port = try other.choose(1, random: SystemRandom())[0]
    let service = try #require(listener(on: port, shared: true))
    other.release()
    var claims = PortClaims()
    defer { claims.release() }
    #expect(throws: NodeFailure.portTaken(port)) { try claims.hold([port]) }
    close(service)
    try claims.hold([port])
  }
}
