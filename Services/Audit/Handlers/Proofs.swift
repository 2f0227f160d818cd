// Proofs that an entry is in the log, and that the log only grew.

package import Access
import AuditRules
import AuditStore
package import Contracts
import Crypto
import Database
import Integrity

extension AuditCalls {
  package func getInclusionProof(
    _ request: AuditV1.GetInclusionProofRequest, _ call: CallContext
  ) async throws -> AuditV1.InclusionProof {
    try await call.answering(refusals) {
      guard request.leaf.count == SHA256.byteCount else {
        throw AuditRefusal.malformed(field: "leaf")
      }
      guard request.treeSize >= 0 else { throw AuditRefusal.malformed(field: "tree_size") }
      return try await database.read { transaction in
        let (newest, note) = try transaction.publishedLog()
        let size = request.treeSize == 0 ? newest : UInt64(request.treeSize)
        guard size <= newest else {
          throw AuditRefusal.treeTooLarge(field: "tree_size", size: size, newest: newest)
        }
        guard let index = try transaction.position(ofLeaf: request.leaf) else {
          throw AuditRefusal.noSuchLeaf
        }
        guard index < size else { throw AuditRefusal.leafNotCovered }
        let hashes = try transaction.hashes(in: size) {
          _ = MerkleTree.inclusionProof(index: index, size: size, from: $0)
        }
        return AuditV1.InclusionProof(
          index: Int64(clamping: index), treeSize: Int64(clamping: size),
          path: MerkleTree.inclusionProof(index: index, size: size, from: hashes),
          checkpoint: size == newest ? note : "")
      }
    }
  }

  package func getConsistencyProof(
    _ request: AuditV1.GetConsistencyProofRequest, _ call: CallContext
  ) async throws -> AuditV1.ConsistencyProof {
    try await call.answering(refusals) {
      guard request.firstSize >= 0 else { throw AuditRefusal.malformed(field: "first_size") }
      guard request.secondSize >= 0 else { throw AuditRefusal.malformed(field: "second_size") }
      return try await database.read { transaction in
        let newest = try transaction.publishedLog().size
        let size = request.secondSize == 0 ? newest : UInt64(request.secondSize)
        guard size <= newest else {
          throw AuditRefusal.treeTooLarge(field: "second_size", size: size, newest: newest)
        }
        let old = UInt64(request.firstSize)
        guard old <= size else { throw AuditRefusal.sizesReversed }
        return AuditV1.ConsistencyProof(
          path: try transaction.consistencyProof(from: old, to: size))
      }
    }
  }
}

/// Notes which tiles a proof reads; answers with nothing of worth.
private final class TileList: TreeHashes {
  private let size: UInt64
  private(set) var tiles: Set<Tile> = []

  init(size: UInt64) { self.size = size }

  func hash(level: Int, index: UInt64) -> [UInt8] {
    let rest = UInt64(level % Tile.height)
    let last = (index << rest) + (1 << rest) - 1
    tiles.insert(Tile.hashes(level: level / Tile.height, containing: last, size: size))
    return []
  }
}

extension SQLReading where Self: ~Copyable {
  /// The proof between two sizes that the log has had (RFC 6962 section 2.1.2).
  func consistencyProof(from old: UInt64, to size: UInt64) throws -> [[UInt8]] {
    let hashes = try hashes(in: size) {
      _ = MerkleTree.consistencyProof(from: old, to: size, from: $0)
    }
    return MerkleTree.consistencyProof(from: old, to: size, from: hashes)
  }

  /// The hashes that a proof needs: first asked for by a trial run, then read, a handful of tiles whatever the size.
  fileprivate func hashes(
    in size: UInt64, for proof: (TileList) -> Void
  ) throws -> TileHashes<Never> {
    let list = TileList(size: size)
    proof(list)
    var contents: [Tile: [UInt8]] = [:]
    for tile in list.tiles {
      guard let content = try content(of: tile) else {
        throw LogFault.broken("the database lacks \(tile.path)")
      }
      contents[tile] = content
    }
    let known = contents
    return TileHashes(size: size) { known[$0] ?? [] }
  }
}
