// The tree against the published values of Certificate Transparency, and against RFC 6962 written down literally.

import Crypto
import Integrity
import Testing

func hex(_ text: String) -> [UInt8] { Hex.decode(text.filter { $0 != " " && $0 != "\n" })! }

/// RFC 6962 section 2.1, word for word, over leaf hashes; slow and obviously right.
final class ReferenceTree {
  private let leaves: [[UInt8]]
  private var known: [Range<Int>: [UInt8]] = [:]

  init(_ leaves: [[UInt8]]) { self.leaves = leaves }

  func root(_ range: Range<Int>) -> [UInt8] {
    if range.isEmpty { return SHA256.hash([]) }
    if range.count == 1 { return leaves[range.lowerBound] }
    if let hash = known[range] { return hash }
    let k = range.lowerBound + split(range.count)
    let hash = SHA256.hash([1] + root(range.lowerBound..<k) + root(k..<range.upperBound))
    known[range] = hash
    return hash
  }

  func path(_ m: Int, _ range: Range<Int>) -> [[UInt8]] {
    if range.count == 1 { return [] }
    let k = split(range.count)
    let middle = range.lowerBound + k
    return m < k
      ? path(m, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
      : path(m - k, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
  }

  func proof(_ m: Int, _ range: Range<Int>, _ isWhole: Bool = true) -> [[UInt8]] {
    if m == range.count { return isWhole ? [] : [root(range)] }
    let k = split(range.count)
    let middle = range.lowerBound + k
    return m <= k
      ? proof(m, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
      : proof(m - k, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
  }

  private func split(_ count: Int) -> Int {
    var k = 1
    while k * 2 < count { k *= 2 }
    return k
  }
}

@Suite("The tree is RFC 6962's")
struct MerkleTreeTests {
  /// The leaves and roots of the test data of Certificate Transparency.
  static let entries = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ].map(hex)
  static let roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ].map(hex)

  private func reference(_ size: Int) -> ReferenceTree {
    ReferenceTree((0..<size).map { MerkleTree.leafHash(UInt64($0).bigEndianBytes) })
  }

  private func tree(_ size: Int) -> MemoryTree {
    MemoryTree(entries: (0..<size).map { UInt64($0).bigEndianBytes })
  }

  @Test("the published roots of one to eight leaves, and of none")
  func publishedRoots() {
    #expect(
      MerkleTree.emptyRoot
        == hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    #expect(MemoryTree().root == MerkleTree.emptyRoot)
    for size in 1...8 {
      #expect(MemoryTree(entries: Array(Self.entries.prefix(size))).root == Self.roots[size - 1])
    }
  }

  @Test(
    "the published inclusion proofs",
    arguments: [
      (0, 1, []),
      (
        0, 8,
        [
          "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
      ),
      (
        5, 8,
        [
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
      ),
      (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
      (
        1, 5,
        [
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
      ),
    ])
  func publishedInclusion(_ index: Int, _ size: Int, _ proof: [String]) {
    let tree = MemoryTree(entries: Self.entries)
    let made = MerkleTree.inclusionProof(index: UInt64(index), size: UInt64(size), from: tree)
    #expect(made == proof.map(hex))
    #expect(
      MerkleTree.isIncluded(
        leafHash: MerkleTree.leafHash(Self.entries[index]), index: UInt64(index),
        size: UInt64(size), root: Self.roots[size - 1], proof: made))
  }

  @Test(
    "the published consistency proofs",
    arguments: [
      (1, 1, []),
      (
        1, 8,
        [
          "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
      ),
      (
        6, 8,
        [
          "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
      ),
      (
        2, 5,
        [
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
      ),
    ])
  func publishedConsistency(_ old: Int, _ size: Int, _ proof: [String]) {
    let tree = MemoryTree(entries: Self.entries)
    let made = MerkleTree.consistencyProof(from: UInt64(old), to: UInt64(size), from: tree)
    #expect(made == proof.map(hex))
    #expect(
      MerkleTree.isConsistent(
        oldSize: UInt64(old), oldRoot: Self.roots[old - 1], size: UInt64(size),
        root: Self.roots[size - 1], proof: made))
  }

  static let largest = 130

  @Test(
    "roots, proofs and frontier of every size up to 130 are the reference's, and every proof holds")
  func againstReference() throws {
    let reference = reference(Self.largest)
    let tree = tree(Self.largest)
    var frontier = MerkleFrontier()
    #expect(frontier.root == MerkleTree.emptyRoot)
    for size in 1...Self.largest {
      let leaf = MerkleTree.leafHash(UInt64(size - 1).bigEndianBytes)
      for node in frontier.append(leafHash: leaf) {
        #expect(tree.hash(level: node.level, index: node.index) == node.hash)
      }
      let root = reference.root(0..<size)
      #expect(MerkleTree.root(size: UInt64(size), from: tree) == root)
      #expect(frontier.root == root)
      let stored = try #require(MerkleFrontier(size: frontier.size, hashes: frontier.hashes))
      #expect(stored == frontier)
      for index in 0..<size {
        let proof = MerkleTree.inclusionProof(
          index: UInt64(index), size: UInt64(size), from: tree)
        #expect(proof == reference.path(index, 0..<size))
        #expect(
          MerkleTree.isIncluded(
            leafHash: MerkleTree.leafHash(UInt64(index).bigEndianBytes), index: UInt64(index),
            size: UInt64(size), root: root, proof: proof))
      }
      for old in 1...size {
        let proof = MerkleTree.consistencyProof(from: UInt64(old), to: UInt64(size), from: tree)
        #expect(proof == reference.proof(old, 0..<size))
        #expect(
          MerkleTree.isConsistent(
            oldSize: UInt64(old), oldRoot: reference.root(0..<old), size: UInt64(size),
            root: root, proof: proof))
      }
    }
  }

  @Test("an inclusion proof with anything changed does not hold")
  func wrongInclusion() {
    let reference = reference(33)
    let tree = tree(33)
    for size in 1...33 {
      let root = reference.root(0..<size)
      for index in 0..<size {
        let leaf = MerkleTree.leafHash(UInt64(index).bigEndianBytes)
        let proof = MerkleTree.inclusionProof(index: UInt64(index), size: UInt64(size), from: tree)
        func holds(
          leaf: [UInt8], index: Int, size: Int, root: [UInt8], _ proof: [[UInt8]]
        ) -> Bool {
          MerkleTree.isIncluded(
            leafHash: leaf, index: UInt64(index), size: UInt64(size), root: root, proof: proof)
        }
        #expect(!holds(leaf: root + [0], index: index, size: size, root: root, proof))
        #expect(!holds(leaf: leaf, index: size, size: size, root: root, proof))
        #expect(!holds(leaf: leaf, index: index, size: size, root: leaf + [0], proof))
        #expect(!holds(leaf: leaf, index: index, size: size, root: root, proof + [leaf]))
        #expect(!holds(leaf: leaf, index: index, size: size, root: root, [leaf] + proof))
        for other in 0..<size where other != index {
          #expect(!holds(leaf: leaf, index: other, size: size, root: root, proof))
        }
        for position in proof.indices {
          var changed = proof
          changed[position][position] ^= 1
          #expect(!holds(leaf: leaf, index: index, size: size, root: root, changed))
          changed = proof
          changed.remove(at: position)
          #expect(!holds(leaf: leaf, index: index, size: size, root: root, changed))
          changed = proof
          changed[position].append(0)
          #expect(!holds(leaf: leaf, index: index, size: size, root: root, changed))
        }
      }
    }
  }

  @Test("a consistency proof with anything changed does not hold")
  func wrongConsistency() {
    let reference = reference(40)
    let tree = tree(40)
    for size in 2...40 {
      let root = reference.root(0..<size)
      for old in 1..<size {
        let oldRoot = reference.root(0..<old)
        let proof = MerkleTree.consistencyProof(from: UInt64(old), to: UInt64(size), from: tree)
        func holds(_ old: Int, _ oldRoot: [UInt8], _ size: Int, _ proof: [[UInt8]]) -> Bool {
          MerkleTree.isConsistent(
            oldSize: UInt64(old), oldRoot: oldRoot, size: UInt64(size), root: root, proof: proof)
        }
        #expect(!holds(old, root, size, proof))
        #expect(!holds(size, oldRoot, size, []))
        #expect(!holds(size + 1, oldRoot, size, proof))
        #expect(!holds(old, oldRoot, size, proof + [root]))
        #expect(!holds(old, oldRoot, size, []))
        for position in proof.indices {
          var changed = proof
          changed[position][31] ^= 0x80
          #expect(!holds(old, oldRoot, size, changed))
          changed = proof
          changed.remove(at: position)
          #expect(!holds(old, oldRoot, size, changed))
        }
      }
    }
  }

  @Test("the empty tree begins every tree, and only with the empty root and proof")
  func empty() {
    let root = reference(5).root(0..<5)
    let empty = MerkleTree.emptyRoot
    func holds(_ oldRoot: [UInt8], _ proof: [[UInt8]]) -> Bool {
      MerkleTree.isConsistent(oldSize: 0, oldRoot: oldRoot, size: 5, root: root, proof: proof)
    }
    #expect(holds(empty, []))
    #expect(!holds(root, []))
    #expect(!holds(empty, [root]))
    #expect(MerkleTree.consistencyProof(from: 0, to: 5, from: tree(5)) == [])
    #expect(
      !MerkleTree.isIncluded(leafHash: empty, index: 0, size: 0, root: empty, proof: []))
  }

  @Test("a frontier whose hashes do not fit its size is refused")
  func frontier() {
    let hash = MerkleTree.emptyRoot
    #expect(MerkleFrontier(size: 5, hashes: [hash, hash]) != nil)
    #expect(MerkleFrontier(size: 5, hashes: [hash]) == nil)
    #expect(MerkleFrontier(size: 4, hashes: [[1]]) == nil)
    #expect(MerkleFrontier(size: 0, hashes: []) == MerkleFrontier())
  }
}

@Suite("Tiles are C2SP tlog-tiles'")
struct TileTests {
  @Test(
    "paths are those of the specification",
    arguments: [
      (Tile(kind: .hashes(level: 0), index: 0), "tile/0/000"),
      (Tile(kind: .hashes(level: 0), index: 1_234_067), "tile/0/x001/x234/067"),
      (Tile(kind: .hashes(level: 1), index: 999, width: 112), "tile/1/999.p/112"),
      (Tile(kind: .hashes(level: 3), index: 1_000, width: 1), "tile/3/x001/000.p/1"),
      (Tile(kind: .entries, index: 273, width: 255), "tile/entries/273.p/255"),
      (Tile(kind: .entries, index: 12_345_678), "tile/entries/x012/x345/678"),
    ])
  func paths(_ tile: Tile, _ path: String) {
    #expect(tile.path == path)
    #expect(Tile(path: path) == tile)
  }

  @Test(
    "other spellings are no tiles",
    arguments: [
      "", "tile", "tile/0", "tile/0/0", "tile/0/0000", "tile/0/x000/001", "tile/0/001/002",
      "tile/0/x001/x002", "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/001.p/01", "tile/8/000",
      "tile/00/000", "tile/-1/000", "tile/0/001.p", "tile/0/001.p/", "/tile/0/001",
      "tile/0/001/", "tile/entries/abc", "tile/data/001", "tile/0/+01", "tile/0/x1/002",
    ])
  func wrongPaths(_ path: String) {
    #expect(Tile(path: path) == nil)
  }

  @Test("a growing log publishes exactly the tiles that change, and proofs read from them hold")
  func fromTiles() throws {
    let sizes: [UInt64] = [1, 3, 255, 256, 257, 600, 65_536, 65_537, 66_100]
    var published: [String: [UInt8]] = [:]
    var levels: [Int: [[UInt8]]] = [:]
    var frontier = MerkleFrontier()
    var previous: UInt64 = 0
    var roots: [UInt64: [UInt8]] = [:]
    for size in sizes {
      while frontier.size < size {
        let leaf = MerkleTree.leafHash(frontier.size.bigEndianBytes)
        for node in frontier.append(leafHash: leaf) where node.level.isMultiple(of: 8) {
          levels[node.level / 8, default: []].append(node.hash)
        }
      }
      for tile in Tile.changed(from: previous, to: size) {
        guard case .hashes(let level) = tile.kind else { continue }
        let start = Int(tile.index) * 256
        let hashes = try #require(levels[level])[start..<start + tile.width]
        published[tile.path] = hashes.flatMap { $0 }
      }
      previous = size
      roots[size] = frontier.root
      let reader = TileHashes(size: size) { tile in try #require(published[tile.path]) }
      #expect(try MerkleTree.root(size: size, from: reader) == frontier.root)
      for index in Set([0, size / 3, size - 1]) {
        let proof = try MerkleTree.inclusionProof(index: index, size: size, from: reader)
        #expect(
          MerkleTree.isIncluded(
            leafHash: MerkleTree.leafHash(index.bigEndianBytes), index: index, size: size,
            root: frontier.root, proof: proof))
      }
      for (old, oldRoot) in roots {
        let proof = try MerkleTree.consistencyProof(from: old, to: size, from: reader)
        #expect(
          MerkleTree.isConsistent(
            oldSize: old, oldRoot: oldRoot, size: size, root: frontier.root, proof: proof))
      }
    }
  }

  @Test("what changes between two sizes, at the edges of tiles")
  func changed() {
    func paths(_ old: UInt64, _ size: UInt64) -> [String] {
      Tile.changed(from: old, to: size).map(\.path)
    }
    #expect(paths(0, 0) == [])
    #expect(paths(5, 5) == [])
    #expect(paths(0, 1) == ["tile/0/000.p/1", "tile/entries/000.p/1"])
    #expect(paths(255, 256) == ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"])
    #expect(paths(256, 257) == ["tile/0/001.p/1", "tile/entries/001.p/1"])
    #expect(
      paths(250, 513) == [
        "tile/0/000", "tile/entries/000", "tile/0/001", "tile/entries/001", "tile/0/002.p/1",
        "tile/entries/002.p/1", "tile/1/000.p/2",
      ])
  }

  @Test("entries of a bundle stand behind their lengths")
  func bundles() {
    let entries: [[UInt8]] = [[], [1, 2, 3], [UInt8](repeating: 7, count: 32)]
    let bytes = EntryBundle.encode(entries)
    #expect(bytes.prefix(7) == [0, 0, 0, 3, 1, 2, 3])
    #expect(EntryBundle.decode(bytes) == entries)
    #expect(EntryBundle.decode([]) == [])
    for count in 1..<bytes.count where ![2, 7].contains(count) {
      #expect(EntryBundle.decode(Array(bytes.prefix(count))) == nil)
    }
  }
}
