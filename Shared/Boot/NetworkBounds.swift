// Which addresses a node may call of itself: the public network, and of private ones those that the operator lists.

/// Addresses that a configuration lets a process reach. Names are looked up first and the address is judged, so that a name which
/// points elsewhere tomorrow is judged tomorrow.
package struct NetworkBounds: Sendable, Equatable {
  /// `10.1.0.0/16`, `fd00::/8`.
  struct Network: Sendable, Equatable {
    let bytes: [UInt8]
    let prefix: Int

    init(_ bytes: [UInt8], _ prefix: Int) {
      self.bytes = bytes
      self.prefix = prefix
    }

    /// `nil` for what is no network.
    init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let bytes = addressBytes(String(parts[0])),
        let prefix = Int(parts[1]), (0...bytes.count * 8).contains(prefix)
      else { return nil }
      self.init(bytes, prefix)
    }

    func contains(_ address: [UInt8]) -> Bool {
      guard address.count == bytes.count else { return false }
      return (0..<prefix).allSatisfy { bit in
        let mask = UInt8(0x80) >> UInt8(bit % 8)
        return (address[bit / 8] ^ bytes[bit / 8]) & mask == 0
      }
    }
  }

  private let listed: [Network]

  /// - Parameter networks: Private ones that are permitted all the same.
  /// - Returns: `nil` where one of them is no network.
  package init?(permitting networks: [String]) {
    let listed = networks.compactMap(Network.init)
    guard listed.count == networks.count else { return nil }
    self.listed = listed
  }

  /// - Parameter address: 4 or 16 bytes, in network order.
  package func permits(_ address: [UInt8]) -> Bool {
    let plain = Self.unmapped(address)
    if listed.contains(where: { $0.contains(plain) }) { return true }
    return !Self.notPublic.contains { $0.contains(plain) }
  }

  /// An IPv4 address inside IPv6 is judged as what it is.
  private static func unmapped(_ address: [UInt8]) -> [UInt8] {
    let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    return address.count == 16 && address.starts(with: mapped) ? Array(address[12...]) : address
  }

  /// RFC 6890 and RFC 4193: this host, private, shared, link-local (where clouds keep their keys), multicast, reserved.
  private static let notPublic = [
    Network([0, 0, 0, 0], 8), Network([10, 0, 0, 0], 8), Network([100, 64, 0, 0], 10),
    Network([127, 0, 0, 0], 8), Network([169, 254, 0, 0], 16), Network([172, 16, 0, 0], 12),
    Network([192, 0, 0, 0], 24), Network([192, 168, 0, 0], 16), Network([198, 18, 0, 0], 15),
    Network([224, 0, 0, 0], 3),
    // ::/8 holds this host and what embeds IPv4 the old way; 64:ff9b::/96 and 2002::/16 lead into IPv4.
    Network([UInt8](repeating: 0, count: 16), 8),
    Network([0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 12), 32),
    Network([0x20, 0x02] + [UInt8](repeating: 0, count: 14), 16),
    Network([0xFC] + [UInt8](repeating: 0, count: 15), 7),
    Network([0xFE, 0x80] + [UInt8](repeating: 0, count: 14), 10),
    Network([0xFF] + [UInt8](repeating: 0, count: 15), 8),
  ]
}
