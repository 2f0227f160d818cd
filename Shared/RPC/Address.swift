// A host and a port, as configuration writes them.

/// Where to listen or to connect: `127.0.0.1:7443`, `[::1]:7443` or `share.example:7443`.
package struct Address: Sendable, Hashable, CustomStringConvertible {
  /// An IPv4 or IPv6 address without brackets, or a DNS name.
  package var host: String
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port` or `[IPv6]:port`; `nil` where either part is missing or the port is no number.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    if host.isEmpty { return nil }
    self.init(host: String(host), port: port)
  }

  package var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
