// The published log over RPC: checkpoint, tiles, key list.

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity

extension AuditCalls {
  package func getCheckpoint(
    _ request: AuditV1.GetCheckpointRequest, _ call: CallContext
  ) async throws -> AuditV1.Checkpoint {
    try await call.answering(refusals) {
      AuditV1.Checkpoint(note: try await database.read { try $0.publishedLog().note })
    }
  }

  package func getTile(
    _ request: AuditV1.GetTileRequest, _ call: CallContext
  ) async throws -> AuditV1.Tile {
    try await call.answering(refusals) {
      guard let tile = Tile(path: request.path) else {
        throw AuditRefusal.malformed(field: "path")
      }
      let content = try await database.read { transaction -> [UInt8]? in
        // Only what a checkpoint covers is published.
        let size = try transaction.publishedLog().size
        guard tile.isWithin(size) else { return nil }
        return try transaction.content(of: tile)
      }
      guard let content else { throw AuditRefusal.noSuchTile(request.path) }
      return AuditV1.Tile(content: content)
    }
  }

  package func getKeyList(
    _ request: AuditV1.GetKeyListRequest, _ call: CallContext
  ) async throws -> AuditV1.KeyList {
    AuditV1.KeyList(json: Array(keyListNote.utf8))
  }
}

extension SQLReading where Self: ~Copyable {
  /// The newest published checkpoint.
  func publishedLog() throws -> (size: UInt64, note: String) {
    let state = try logState()
    guard state.published > 0 else { throw AuditRefusal.noCheckpoint }
    return (state.published, state.checkpoint)
  }
}

extension Tile {
  /// Whether a tree of this size has the tile at this width.
  fileprivate func isWithin(_ size: UInt64) -> Bool {
    let shift: UInt64 =
      switch kind {
      case .hashes(let level): UInt64(level * Tile.height)
      case .entries: 0
      }
    let (start, overflow) = index.multipliedReportingOverflow(by: UInt64(Tile.fullWidth))
    return !overflow && start <= size >> shift && UInt64(width) <= (size >> shift) - start
  }
}
