// The tree's tiles, computed again from the entries: as the database has them, and as they were published.

import AuditStore
import Database
import Integrity

extension StoreCheck {
  /// Reads every leaf once.
  func checkTrees() async -> (tiles: PartReport, files: PartReport) {
    let folder = folder
    do {
      return try await database.read { transaction in
        let state = try transaction.logState()
        var check = TreeCheck(folder: folder, published: state.published)
        try transaction.forEach("SELECT leaf FROM entries ORDER BY position", []) { row in
          try check.add(try row[0], transaction)
        }
        try check.finish(transaction)
        return (check.tiles, check.files)
      }
    } catch {
      var tiles = PartReport(.tiles)
      tiles.add(Self.finding(error))
      return (tiles, PartReport(.files))
    }
  }
}

private struct TreeCheck {
  private let folder: any LogFolder
  private let published: UInt64
  private(set) var tiles = PartReport(.tiles)
  private(set) var files = PartReport(.files)
  private var frontier = MerkleFrontier()
  private var builder = TileBuilder()
  /// The entries of the bundle that is not full yet.
  private var bundle: [[UInt8]] = []

  init(folder: any LogFolder, published: UInt64) {
    self.folder = folder
    self.published = published
  }

  mutating func add(_ leaf: [UInt8], _ transaction: borrowing ReadTransaction) throws {
    for node in frontier.append(leafHash: MerkleTree.leafHash(leaf)) {
      for full in builder.add(node) { try check(full, transaction) }
    }
    bundle.append(leaf)
    if bundle.count == Tile.fullWidth { try checkBundle() }
  }

  mutating func finish(_ transaction: borrowing ReadTransaction) throws {
    for partial in builder.partial { try check(partial, transaction) }
    if !bundle.isEmpty { try checkBundle() }
  }

  private mutating func check(
    _ built: TileBuilder.Built, _ transaction: borrowing ReadTransaction
  ) throws {
    guard case .hashes(let level) = built.tile.kind else { return }
    tiles.lookedAt += 1
    if try transaction.tile(level: level, number: built.tile.index) != built.content {
      tiles.add(.tileWrong(path: built.tile.path))
    }
    try check(built.tile, of: published >> UInt64(level * Tile.height)) { width in
      Array(built.content.prefix(width * 32))
    }
  }

  private mutating func checkBundle() throws {
    let entries = bundle
    bundle = []
    let index = (frontier.size - 1) / UInt64(Tile.fullWidth)
    let tile = Tile(kind: .entries, index: index, width: entries.count)
    try check(tile, of: published) { EntryBundle.encode(Array(entries.prefix($0))) }
  }

  /// A file at the width that was published, or whole: the full one takes the place of those before it.
  private mutating func check(
    _ tile: Tile, of count: UInt64, content: (Int) -> [UInt8]
  ) throws {
    let first = tile.index * UInt64(Tile.fullWidth)
    guard count > first else { return }
    files.lookedAt += 1
    let width = Int(min(count - first, UInt64(Tile.fullWidth)))
    let file = Tile(kind: tile.kind, index: tile.index, width: width)
    let (path, bytes): (String, [UInt8])
    if let exact = try folder.read(file.path) {
      (path, bytes) = (file.path, exact)
    } else if tile.width == Tile.fullWidth, let full = try folder.read(tile.path) {
      (path, bytes) = (tile.path, full)
    } else {
      return files.add(.fileMissing(path: file.path))
    }
    if bytes != content(path == file.path ? width : tile.width) {
      files.add(.fileWrong(path: path))
    }
  }
}
