// Tiles of the log (C2SP tlog-tiles): which there are, where they lie, and hashes read from them.

import Crypto

/// A tile of hashes, eight levels high, or a bundle of entries beside it.
///
/// A tile at level L and index N holds the hashes of tree level 8L with indices 256N ..< 256N + width, 32 bytes each. An
/// entry bundle holds the entries of the same leaves, each behind a 2-byte big-endian length. Entries of Weir's log are the
/// 32-byte commitments of leaves and nothing else, so that what is published says nothing without salt and payload.
package struct Tile: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case hashes(level: Int)
    case entries
  }

  package static let fullWidth = 256
  package static let height = 8

  package let kind: Kind
  package let index: UInt64
  /// How many hashes or entries it holds, 1 to 256; less than 256 is a partial tile.
  package let width: Int

  package init(kind: Kind, index: UInt64, width: Int = Tile.fullWidth) {
    precondition((1...Self.fullWidth).contains(width), "a tile holds 1 to 256 hashes")
    self.kind = kind
    self.index = index
    self.width = width
  }

  /// The path under the log's prefix: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, N in groups of three digits of
  /// which all but the last begin with x: 1234067 is `x001/x234/067`.
  package var path: String {
    let level =
      switch kind {
      case .hashes(let level): String(level)
      case .entries: "entries"
      }
    var digits = String(index)
    digits = String(repeating: "0", count: (3 - digits.count % 3) % 3) + digits
    var groups: [Substring] = []
    while !digits.isEmpty {
      groups.append(digits.prefix(3))
      digits = String(digits.dropFirst(3))
    }
    let path = groups.dropLast().map { "x\($0)/" }.joined() + (groups.last ?? "000")
    return "tile/\(level)/\(path)" + (width < Self.fullWidth ? ".p/\(width)" : "")
  }

  /// The tile of a path; nil when the path is not exactly what `path` gives.
  package init?(path: String) {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.popFirst() == "tile", let levelText = parts.popFirst() else { return nil }
    var width = Self.fullWidth
    if let beforeLast = parts.dropLast().last, beforeLast.hasSuffix(".p") {
      guard let value = parts.popLast().flatMap({ Int($0) }), (1..<Self.fullWidth).contains(value)
      else { return nil }
      width = value
      parts[parts.endIndex - 1] = beforeLast.dropLast(2)
    }
    let digits = parts.map { $0.first == "x" ? $0.dropFirst() : $0 }.joined()
    guard let index = UInt64(digits) else { return nil }
    if levelText == "entries" {
      self.init(kind: .entries, index: index, width: width)
    } else {
      guard let level = Int(levelText), (0...7).contains(level) else { return nil }
      self.init(kind: .hashes(level: level), index: index, width: width)
    }
    guard self.path == path else { return nil }
  }

  /// The tile that holds node `index` of tree level 8 x `level` in a tree of `size` leaves, at its width there.
  package static func hashes(level: Int, containing index: UInt64, size: UInt64) -> Tile {
    let count = size >> UInt64(level * height)
    precondition(index < count, "a node lies in its tree")
    let tile = index / UInt64(fullWidth)
    let width = min(count - tile * UInt64(fullWidth), UInt64(fullWidth))
    return Tile(kind: .hashes(level: level), index: tile, width: Int(width))
  }

  /// Every tile and bundle that is new or wider in the tree of `size` leaves than in that of `oldSize`.
  package static func changed(from oldSize: UInt64, to size: UInt64) -> [Tile] {
    guard oldSize < size else { return [] }
    var tiles: [Tile] = []
    var level = 0
    while level < 8, size >> UInt64(level * height) > 0 {
      let old = oldSize >> UInt64(level * height)
      let count = size >> UInt64(level * height)
      if old < count {
        let first = old / UInt64(fullWidth)
        let last = (count - 1) / UInt64(fullWidth)
        for index in first...last {
          let width = Int(min(count - index * UInt64(fullWidth), UInt64(fullWidth)))
          tiles.append(Tile(kind: .hashes(level: level), index: index, width: width))
          if level == 0 { tiles.append(Tile(kind: .entries, index: index, width: width)) }
        }
      }
      level += 1
    }
    return tiles
  }
}

/// The entries of a bundle, each behind a 2-byte length.
package enum EntryBundle {
  package static func encode(_ entries: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      precondition(entry.count <= Int(UInt16.max), "an entry has at most 65,535 bytes")
      bytes += UInt16(entry.count).bigEndianBytes + entry
    }
    return bytes
  }

  /// nil when the bytes do not end with an entry.
  package static func decode(_ bytes: [UInt8]) -> [[UInt8]]? {
    var reader = ByteReader(bytes)
    var entries: [[UInt8]] = []
    while !reader.isAtEnd {
      guard let count = reader.number(UInt16.self), let entry = reader.fixed(Int(count)) else {
        return nil
      }
      entries.append(entry)
    }
    return entries
  }
}

/// Hashes of a tree of `size` leaves, read from its tiles.
package struct TileHashes<Failure: Error>: TreeHashes {
  private let size: UInt64
  private let read: (Tile) throws(Failure) -> [UInt8]

  /// - Parameter read: The bytes of a tile, exactly 32 x its width; whoever reads checks that.
  package init(size: UInt64, read: @escaping (Tile) throws(Failure) -> [UInt8]) {
    self.size = size
    self.read = read
  }

  package func hash(level: Int, index: UInt64) throws(Failure) -> [UInt8] {
    let tileLevel = level / Tile.height
    let rest = level % Tile.height
    let first = index << UInt64(rest)
    let tile = Tile.hashes(
      level: tileLevel, containing: first + (1 << UInt64(rest)) - 1, size: size)
    let bytes = try read(tile)
    precondition(bytes.count == tile.width * SHA256.byteCount, "a tile has 32 bytes for each hash")
    var hashes: [[UInt8]] = []
    let start = Int(first % UInt64(Tile.fullWidth))
    for position in start..<start + (1 << rest) {
      hashes.append(Array(bytes[position * 32..<position * 32 + 32]))
    }
    while hashes.count > 1 {
      hashes = stride(from: 0, to: hashes.count, by: 2).map {
        MerkleTree.nodeHash(hashes[$0], hashes[$0 + 1])
      }
    }
    return hashes[0]
  }
}
