// The token index against a dictionary, and every way in which a file must be refused.

import Crypto
import Foundation
import TestSupport
import Testing

@testable import IngestIndex

@Suite("the token index finds what the database holds, or is not served (DESIGN 7)")
struct TokenIndexTests {
  /// A folder that is gone when the test ends.
  private final class Folder {
    let path: String
    var index: String { path + "/subjects.index" }

    init() throws {
      let url = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private let key = HMACSHA256(key: [UInt8](repeating: 7, count: 32))

  private func binding(
    _ rows: Int, resource: String = "entries/E-1", keyVersion: UInt64 = 1, generation: UInt64 = 5,
    root: UInt8 = 9
  ) -> IndexBinding {
    IndexBinding(
      resource: resource, keyVersion: keyVersion, generation: generation,
      databaseRoot: [UInt8](repeating: root, count: 32), rowCount: rows)
  }

  private func entries(_ count: Int, seed: UInt64, subjects: Int) -> [IndexEntry] {
    var random = SeededGenerator(seed: seed)
    let tokens = (0..<max(subjects, 1)).map { _ in Token(high: random.next(), low: random.next()) }
    return (0..<count).map { record in
      IndexEntry(
        token: tokens[Int.random(in: 0..<tokens.count, using: &random)], record: Int64(record))
    }
  }

  private func refusal(_ body: () throws -> Void) -> IndexError? {
    do {
      try body()
      return nil
    } catch {
      return error as? IndexError
    }
  }

  @Test(
    "every subject's records are found, and nobody else's (random, against a dictionary)",
    arguments: [
      (0, 1), (1, 1), (2, 1), (3, 3), (100, 10), (1000, 1000), (5000, 7), (40_000, 30_000),
    ])
  func dictionaryOracle(_ count: Int, _ subjects: Int) throws {
    let seed = UInt64(count * 31 + subjects)
    print("seed \(seed)")
    let folder = try Folder()
    let rows = entries(count, seed: seed, subjects: subjects)
    try TokenIndex.write(
      to: folder.index, binding: binding(count), key: key, entries: rows)
    let index = try TokenIndex(path: folder.index, expected: binding(count), key: key)
    var expected: [Token: Set<Int64>] = [:]
    for row in rows { expected[row.token, default: []].insert(row.record) }

    var random = SeededGenerator(seed: seed &+ 1)
    var sought = Array(expected.keys)
    for _ in 0..<(sought.count + 100) {
      sought.append(Token(high: random.next(), low: random.next()))
    }
    // Neighbours: the same leading half, another rest.
    for token in expected.keys.prefix(50) {
      sought.append(Token(high: token.high, low: token.low ^ 1))
      sought.append(Token(high: token.high ^ 1, low: token.low))
    }
    sought.shuffle(using: &random)

    let hits = index.hits(in: sought.flatMap(\.bytes))
    #expect(hits.map(\.row) == sought.indices.filter { expected[sought[$0]] != nil })
    for hit in hits {
      #expect(Set(hit.ordinals.map(index.record)) == expected[sought[hit.row]])
      #expect(index.ordinals(of: sought[hit.row]) == hit.ordinals)
    }
    for token in sought.prefix(500) where expected[token] == nil {
      #expect(index.ordinals(of: token).isEmpty)
    }
  }

  @Test("tokens that are not evenly spread are found all the same")
  func unevenTokens() throws {
    let folder = try Folder()
    let rows = (0..<5000).map { number in
      IndexEntry(token: Token(high: 42, low: UInt64(number / 2)), record: Int64(number))
    }
    try TokenIndex.write(to: folder.index, binding: binding(5000), key: key, entries: rows)
    let index = try TokenIndex(path: folder.index, expected: binding(5000), key: key)
    for low in [UInt64(0), 1, 1234, 2499] {
      let found = index.ordinals(of: Token(high: 42, low: low))
      #expect(Set(found.map(index.record)) == [Int64(low) * 2, Int64(low) * 2 + 1])
    }
    #expect(index.ordinals(of: Token(high: 42, low: 2500)).isEmpty)
    #expect(index.ordinals(of: Token(high: 41, low: 0)).isEmpty)
    #expect(index.ordinals(of: Token(high: .max, low: .max)).isEmpty)
  }

  @Test("the same rows in another order give the same file")
  func deterministic() throws {
    let folder = try Folder()
    let rows = entries(3000, seed: 11, subjects: 900)
    try TokenIndex.write(to: folder.index, binding: binding(3000), key: key, entries: rows)
    let first = try Data(contentsOf: URL(fileURLWithPath: folder.index))
    try TokenIndex.write(
      to: folder.index, binding: binding(3000), key: key, entries: rows.reversed())
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.index)) == first)
  }

  @Test("no bit can be changed, no byte be missing or added")
  func tampering() throws {
    let folder = try Folder()
    try TokenIndex.write(
      to: folder.index, binding: binding(60), key: key,
      entries: entries(60, seed: 3, subjects: 50))
    let url = URL(fileURLWithPath: folder.index)
    let good = [UInt8](try Data(contentsOf: url))
    let expected = binding(60)
    func error(_ bytes: [UInt8]) throws -> IndexError? {
      try Data(bytes).write(to: url)
      return refusal { _ = try TokenIndex(path: folder.index, expected: expected, key: key) }
    }
    #expect(try error(good) == nil)
    // All of header, hashes and code; then the body; the zeros between them are not part of what is read.
    let body = 4096
    for place in Array(0..<320) + Array(stride(from: body, to: good.count, by: 7)) {
      var bad = good
      bad[place] ^= 1 << (place % 8)
      #expect(try error(bad) != nil, "byte \(place)")
      if place >= body { #expect(try error(bad) == .damaged(chunk: 0)) }
    }
    for count in [0, 1, 255, 256, 319, 320, 4096, good.count - 1] {
      #expect(try error(Array(good.prefix(count))) == .malformed, "\(count) bytes")
    }
    #expect(try error(good + [0]) == .malformed)
    let other = HMACSHA256(key: [UInt8](repeating: 8, count: 32))
    try Data(good).write(to: url)
    #expect(
      refusal { _ = try TokenIndex(path: folder.index, expected: expected, key: other) }
        == .notAuthentic)
  }

  @Test("a damaged chunk is named, in a file of several")
  func severalChunks() throws {
    let folder = try Folder()
    let count = 120_000
    try TokenIndex.write(
      to: folder.index, binding: binding(count), key: key,
      entries: entries(count, seed: 4, subjects: count))
    let url = URL(fileURLWithPath: folder.index)
    var bytes = [UInt8](try Data(contentsOf: url))
    bytes[4096 + (2 << 20) + 17] ^= 0x80
    try Data(bytes).write(to: url)
    #expect(
      refusal { _ = try TokenIndex(path: folder.index, expected: binding(count), key: key) }
        == .damaged(chunk: 2))
  }

  @Test("an authentic index of another state is stale, a replayed older generation too")
  func stale() throws {
    let folder = try Folder()
    let rows = entries(20, seed: 5, subjects: 20)
    try TokenIndex.write(to: folder.index, binding: binding(20), key: key, entries: rows)
    let old = try Data(contentsOf: URL(fileURLWithPath: folder.index))
    try TokenIndex.write(
      to: folder.index, binding: binding(20, generation: 6), key: key, entries: rows)
    _ = try TokenIndex(path: folder.index, expected: binding(20, generation: 6), key: key)
    try old.write(to: URL(fileURLWithPath: folder.index))
    for (expected, field) in [
      (binding(20, generation: 6), IndexBindingField.generation),
      (binding(20, resource: "entries/E-2"), .resource), (binding(20, keyVersion: 2), .keyVersion),
      (binding(20, root: 1), .databaseRoot), (binding(21), .rowCount),
    ] {
      #expect(
        refusal { _ = try TokenIndex(path: folder.index, expected: expected, key: key) }
          == .stale(field))
    }
  }

  @Test("an open index goes on with its file when another is swapped in")
  func swap() throws {
    let folder = try Folder()
    let old = entries(50, seed: 6, subjects: 50)
    try TokenIndex.write(to: folder.index, binding: binding(50), key: key, entries: old)
    let before = try TokenIndex(path: folder.index, expected: binding(50), key: key)
    let new = entries(10, seed: 7, subjects: 10)
    try TokenIndex.write(
      to: folder.index, binding: binding(10, generation: 6), key: key, entries: new)
    let after = try TokenIndex(
      path: folder.index, expected: binding(10, generation: 6), key: key)
    #expect(before.ordinals(of: old[0].token).isEmpty == false)
    #expect(after.ordinals(of: old[0].token).isEmpty)
    #expect(after.ordinals(of: new[0].token).isEmpty == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["subjects.index"])
  }

  @Test("a build that fails leaves the old index and nothing else")
  func failedBuild() throws {
    let folder = try Folder()
    let rows = entries(5, seed: 8, subjects: 5)
    try TokenIndex.write(to: folder.index, binding: binding(5), key: key, entries: rows)
    #expect(
      refusal {
        try TokenIndex.write(to: folder.index, binding: binding(6), key: key, entries: rows)
      } == .rowCount(expected: 6, found: 5))
    _ = try TokenIndex(path: folder.index, expected: binding(5), key: key)
    #expect(
      refusal {
        try TokenIndex.write(
          to: folder.path + "/none/x", binding: binding(5), key: key, entries: rows)
      } == .system(call: "open", code: ENOENT))
    // A half-written draft of a process that died is written over.
    try Data("half".utf8).write(to: URL(fileURLWithPath: folder.index + ".building"))
    try TokenIndex.write(to: folder.index, binding: binding(5), key: key, entries: rows)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["subjects.index"])
  }
}
