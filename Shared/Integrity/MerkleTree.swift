// The Merkle tree of RFC 6962 (hashing as in RFC 9162 section 2.1): roots, proofs and their verification.

import Crypto

/// A source of the hashes of complete subtrees.
package protocol TreeHashes {
  associatedtype Failure: Error
  /// The hash over the leaves `index << level ..< (index + 1) << level`, all of which exist.
  func hash(level: Int, index: UInt64) throws(Failure) -> [UInt8]
}

/// RFC 6962 section 2.1 over SHA-256. Sizes and indices count leaves.
package enum MerkleTree {
  /// The root of the tree without leaves: SHA-256 of nothing.
  package static let emptyRoot = SHA256.hash([])

  /// SHA-256(0x00 ‖ entry). In Weir's log the entry is the 32-byte commitment of `Leaf`.
  package static func leafHash(_ entry: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(UInt8(0))
    hash.update(entry)
    return hash.digest()
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  package static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(UInt8(1))
    hash.update(left)
    hash.update(right)
    return hash.digest()
  }

  // MARK: Roots and proofs

  /// The root of the first `size` leaves.
  package static func root<Hashes: TreeHashes>(
    size: UInt64, from hashes: Hashes
  ) throws(Hashes.Failure) -> [UInt8] {
    size == 0 ? emptyRoot : try hash(of: 0..<size, from: hashes)
  }

  /// The proof that leaf `index` is in the tree of `size` leaves, lowest hash first (RFC 6962 section 2.1.1).
  package static func inclusionProof<Hashes: TreeHashes>(
    index: UInt64, size: UInt64, from hashes: Hashes
  ) throws(Hashes.Failure) -> [[UInt8]] {
    precondition(index < size, "a leaf lies in its tree")
    var range = 0..<size
    var siblings: [Range<UInt64>] = []
    while range.count > 1 {
      let middle = range.lowerBound + split(UInt64(range.count))
      if index < middle {
        siblings.append(middle..<range.upperBound)
        range = range.lowerBound..<middle
      } else {
        siblings.append(range.lowerBound..<middle)
        range = middle..<range.upperBound
      }
    }
    return try siblings.reversed().map { (range) throws(Hashes.Failure) in
      try hash(of: range, from: hashes)
    }
  }

  /// The proof that the tree of `size` leaves begins with that of `oldSize` (RFC 6962 section 2.1.2). Empty when they are
  /// equal, and when the old tree is empty.
  package static func consistencyProof<Hashes: TreeHashes>(
    from oldSize: UInt64, to size: UInt64, from hashes: Hashes
  ) throws(Hashes.Failure) -> [[UInt8]] {
    precondition(oldSize <= size, "a tree only grows")
    guard oldSize > 0, oldSize < size else { return [] }
    var range = 0..<size
    var parts: [Range<UInt64>] = []
    while oldSize != range.upperBound {
      let middle = range.lowerBound + split(UInt64(range.count))
      if oldSize <= middle {
        parts.append(middle..<range.upperBound)
        range = range.lowerBound..<middle
      } else {
        parts.append(range.lowerBound..<middle)
        range = middle..<range.upperBound
      }
    }
    // The verifier has the old root itself; any other part it must be given.
    if range.lowerBound > 0 { parts.append(range) }
    return try parts.reversed().map { (range) throws(Hashes.Failure) in
      try hash(of: range, from: hashes)
    }
  }

  /// The largest power of two below the count: where RFC 6962 splits a tree of more than one leaf.
  private static func split(_ count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }

  /// The hash of a range that is a node of some tree: its lower bound is a multiple of the largest power of two in it.
  private static func hash<Hashes: TreeHashes>(
    of range: Range<UInt64>, from hashes: Hashes
  ) throws(Hashes.Failure) -> [UInt8] {
    var parts: [[UInt8]] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let level = 63 - (range.upperBound - start).leadingZeroBitCount
      parts.append(try hashes.hash(level: level, index: start >> UInt64(level)))
      start += 1 << UInt64(level)
    }
    return combine(parts)
  }

  /// The hash over neighbouring complete subtrees of falling size.
  static func combine(_ parts: [[UInt8]]) -> [UInt8] {
    guard var result = parts.last else { return emptyRoot }
    for part in parts.dropLast().reversed() { result = nodeHash(part, result) }
    return result
  }

  // MARK: Verification

  /// Whether the proof leads from the leaf hash to the root (RFC 9162 section 2.1.3.2).
  package static func isIncluded(
    leafHash: [UInt8], index: UInt64, size: UInt64, root: [UInt8], proof: [[UInt8]]
  ) -> Bool {
    guard index < size, proof.allSatisfy({ $0.count == SHA256.byteCount }) else { return false }
    var node = index
    var last = size - 1
    var result = leafHash
    for sibling in proof {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        result = nodeHash(sibling, result)
        // The last node of a level that has no right neighbour moves up unhashed.
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        result = nodeHash(result, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && result == root
  }

  /// Whether the proof shows that the newer tree begins with the older one (RFC 9162 section 2.1.4.2). An empty older
  /// tree begins every tree; its root must be that of no leaves.
  package static func isConsistent(
    oldSize: UInt64, oldRoot: [UInt8], size: UInt64, root: [UInt8], proof: [[UInt8]]
  ) -> Bool {
    guard oldSize <= size, proof.allSatisfy({ $0.count == SHA256.byteCount }) else { return false }
    if oldSize == 0 { return proof.isEmpty && oldRoot == emptyRoot }
    if oldSize == size { return proof.isEmpty && oldRoot == root }
    // A complete old tree is itself the first part of the proof, and is not sent.
    let parts = oldSize & (oldSize - 1) == 0 ? [oldRoot] + proof : proof
    guard let first = parts.first else { return false }
    var node = oldSize - 1
    var last = size - 1
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var oldResult = first
    var result = first
    for part in parts.dropFirst() {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        oldResult = nodeHash(part, oldResult)
        result = nodeHash(part, result)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        result = nodeHash(result, part)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && oldResult == oldRoot && result == root
  }
}

/// A tree whose leaf hashes are all in memory, every level kept: for group commits and tests.
package struct MemoryTree: TreeHashes, Sendable {
  /// `levels[l][i]` is the hash of complete subtree i at level l.
  private var levels: [[[UInt8]]] = [[]]

  package init(leafHashes: [[UInt8]] = []) {
    for hash in leafHashes { append(leafHash: hash) }
  }

  /// A tree over entries, each hashed as a leaf.
  package init(entries: [[UInt8]]) { self.init(leafHashes: entries.map(MerkleTree.leafHash)) }

  package var size: UInt64 { UInt64(levels[0].count) }

  package mutating func append(leafHash: [UInt8]) {
    var level = 0
    levels[0].append(leafHash)
    while levels[level].count.isMultiple(of: 2) {
      let pair = levels[level].suffix(2)
      if level + 1 == levels.count { levels.append([]) }
      levels[level + 1].append(
        MerkleTree.nodeHash(pair[pair.startIndex], pair[pair.startIndex + 1]))
      level += 1
    }
  }

  package func hash(level: Int, index: UInt64) -> [UInt8] { levels[level][Int(index)] }

  package var root: [UInt8] { MerkleTree.root(size: size, from: self) }

  package func inclusionProof(index: UInt64) -> [[UInt8]] {
    MerkleTree.inclusionProof(index: index, size: size, from: self)
  }
}

/// The right edge of a growing tree: enough to append and to know the root, in 32 bytes per level.
package struct MerkleFrontier: Sendable, Equatable {
  /// A complete subtree that an append finished.
  package struct Node: Sendable, Equatable {
    package let level: Int
    package let index: UInt64
    package let hash: [UInt8]
  }

  package private(set) var size: UInt64 = 0
  /// The hashes of the complete subtrees that make up the tree, largest first.
  package private(set) var hashes: [[UInt8]] = []

  package init() {}

  /// A frontier read back from storage; nil when the count of hashes does not belong to the size.
  package init?(size: UInt64, hashes: [[UInt8]]) {
    guard hashes.count == size.nonzeroBitCount,
      hashes.allSatisfy({ $0.count == SHA256.byteCount })
    else { return nil }
    self.size = size
    self.hashes = hashes
  }

  /// Appends a leaf and tells every subtree that is complete by it, the leaf itself first.
  @discardableResult
  package mutating func append(leafHash: [UInt8]) -> [Node] {
    var nodes = [Node(level: 0, index: size, hash: leafHash)]
    var hash = leafHash
    var index = size
    var level = 0
    while index & 1 == 1 {
      hash = MerkleTree.nodeHash(hashes.removeLast(), hash)
      index >>= 1
      level += 1
      nodes.append(Node(level: level, index: index, hash: hash))
    }
    hashes.append(hash)
    size += 1
    return nodes
  }

  package var root: [UInt8] { MerkleTree.combine(hashes) }
}
