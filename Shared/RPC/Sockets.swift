// Sockets: listening, connecting without blocking, addresses as text, and names resolved on a thread of their own.

import CLinux
import Glibc

/// Why an address could not be listened at or connected to.
package enum SocketError: Error, Sendable, Equatable {
  /// The name or address is unknown; the system's own words.
  case unknownHost(String)
  case cannotBind(Address, reason: String)
}

/// An IPv4 or IPv6 address with its port, as the kernel wants it.
struct SocketAddress: Sendable {
  private var storage = sockaddr_storage()
  private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  init() {}

  fileprivate init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    self.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
    // Copies at most the size of the storage, from a structure that getaddrinfo says is that long.
    withUnsafeMutableBytes(of: &storage) {
      $0.baseAddress.map { _ = memcpy($0, address, Int(self.length)) }
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  func lend<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) {
      // Every socket address begins as `sockaddr`; the kernel reads the family first.
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  mutating func receive<Result>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
  ) -> Result {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }

  /// The numbers in it; `nil` for a family that has none.
  var address: Address? {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: 32)
    let error = lend { address, length in
      getnameinfo(
        address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
        NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard error == 0, let number = UInt16(text(port)) else { return nil }
    return Address(host: text(host), port: number)
  }

  var text: String { address?.description ?? "unknown" }

  /// What one holder has of addresses: all of an IPv4 address, the first half of an IPv6 one.
  var network: [UInt8] {
    withUnsafeBytes(of: storage) { bytes in
      // RFC 3493 section 3.3 and the kernel's `sockaddr_in`: the address lies behind family and port (and flow).
      if family == AF_INET { return Array(bytes[4..<8]) }
      let address = bytes[8..<24]
      let isMapped = address.prefix(10).allSatisfy { $0 == 0 } && bytes[18] == 255
      return Array(isMapped ? address.suffix(4) : address.prefix(8))
    }
  }

  private func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

enum Sockets {
  /// All socket addresses of a host; blocks for a name, not for a number.
  static func resolve(
    _ address: Address, numericOnly: Bool, passive: Bool = false
  ) -> Result<[SocketAddress], SocketError> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags =
      AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0) | (passive ? AI_PASSIVE : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let error = getaddrinfo(address.host, String(address.port), &hints, &list)
    guard error == 0, let list else {
      return .failure(.unknownHost(String(cString: gai_strerror(error))))
    }
    defer { freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var next: UnsafeMutablePointer<addrinfo>? = list
    while let entry = next {
      if let address = entry.pointee.ai_addr {
        found.append(SocketAddress(address, length: entry.pointee.ai_addrlen))
      }
      next = entry.pointee.ai_next
    }
    return .success(found)
  }

  static func isNumeric(_ host: String) -> Bool {
    if case .success = resolve(Address(host: host, port: 0), numericOnly: true) { return true }
    return false
  }

  /// A listening socket and where it listens.
  static func listen(at address: Address) throws(SocketError) -> (Int32, Address) {
    var lastError = EADDRNOTAVAIL
    for candidate in try resolve(address, numericOnly: false, passive: true).get() {
      let descriptor = makeSocket(candidate.family)
      if descriptor < 0 {
        lastError = errno
        continue
      }
      var one: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
      if candidate.lend({ Glibc.bind(descriptor, $0, $1) }) == 0,
        Glibc.listen(descriptor, 1024) == 0
      {
        var bound = SocketAddress()
        let result = bound.receive { getsockname(descriptor, $0, $1) }
        if result == 0, let bound = bound.address { return (descriptor, bound) }
      }
      lastError = errno
      close(descriptor)
    }
    throw .cannotBind(address, reason: String(cString: strerror(lastError)))
  }

  /// A socket that is connecting, or the reason why not.
  static func connect(to address: SocketAddress) -> Result<Int32, SocketError> {
    let descriptor = makeSocket(address.family)
    if descriptor < 0 { return .failure(.unknownHost(String(cString: strerror(errno)))) }
    setNoDelay(descriptor)
    let result = address.lend { Glibc.connect(descriptor, $0, $1) }
    if result == 0 || errno == EINPROGRESS { return .success(descriptor) }
    let reason = String(cString: strerror(errno))
    close(descriptor)
    return .failure(.unknownHost(reason))
  }

  /// The first number that the descriptor of an accepted connection may not have: those behind it are left for files and
  /// calls to others, for a process without any is ended by libdispatch itself. The kernel gives the lowest free number, so
  /// the number says how many are open.
  static var descriptorCeiling: Int {
    let limit = Int(clamping: weir_descriptor_limit())
    return limit - min(64, limit / 2)
  }

  static func setNoDelay(_ descriptor: Int32) {
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func makeSocket(_ family: Int32) -> Int32 {
    let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    return socket(family, Int32(type), 0)
  }
}
