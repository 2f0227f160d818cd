// Tiles made from the entries of a log, as they grow.

/// Collects the hashes of a growing tree into its tiles.
package struct TileBuilder: Sendable {
  /// A tile with its bytes.
  package struct Built: Sendable, Equatable {
    package let tile: Tile
    package let content: [UInt8]
  }

  /// By level of tiles: the hashes of the last tile, and its index.
  private var open: [(index: UInt64, content: [UInt8])] = []

  package init() {}

  /// Adds a finished subtree, as ``MerkleFrontier/append(leafHash:)`` tells it.
  ///
  /// - Returns: The tile that is full by it, at most one.
  package mutating func add(_ node: MerkleFrontier.Node) -> [Built] {
    guard node.level.isMultiple(of: Tile.height) else { return [] }
    let level = node.level / Tile.height
    if level == open.count { open.append((0, [])) }
    open[level].content += node.hash
    guard open[level].content.count == Tile.fullWidth * 32 else { return [] }
    let full = Built(
      tile: Tile(kind: .hashes(level: level), index: open[level].index),
      content: open[level].content)
    open[level] = (open[level].index + 1, [])
    return [full]
  }

  /// The tiles that are not full yet, lowest first.
  package var partial: [Built] {
    open.enumerated().compactMap { level, tile in
      guard !tile.content.isEmpty else { return nil }
      return Built(
        tile: Tile(
          kind: .hashes(level: level), index: tile.index, width: tile.content.count / 32),
        content: tile.content)
    }
  }

  /// All files of a log with these entries, beside checkpoint and key list: tiles and bundles by their path.
  package static func files(of entries: [[UInt8]]) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var frontier = MerkleFrontier()
    var builder = TileBuilder()
    for entry in entries {
      for node in frontier.append(leafHash: MerkleTree.leafHash(entry)) {
        for full in builder.add(node) { files[full.tile.path] = full.content }
      }
    }
    for partial in builder.partial { files[partial.tile.path] = partial.content }
    for start in stride(from: 0, to: entries.count, by: Tile.fullWidth) {
      let bundle = Array(entries[start..<min(start + Tile.fullWidth, entries.count)])
      let tile = Tile(
        kind: .entries, index: UInt64(start / Tile.fullWidth), width: bundle.count)
      files[tile.path] = EntryBundle.encode(bundle)
    }
    return files
  }
}
