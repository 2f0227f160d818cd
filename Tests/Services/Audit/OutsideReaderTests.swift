// Tools that are not ours read the published log: tiles by the text of tlog-tiles, tree and proofs by pymerkle.

import AuditHandlers
import AuditRules
import AuditStore
import Contracts
import Crypto
import Database
import Foundation
import Integrity
import TestSupport
import Testing
import Vocabulary

private let checkout = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
private let python = checkout.appending(path: ".venv/bin/python").path
private let hasPython = FileManager.default.fileExists(atPath: python)

/// What is given to the reader.
private struct Asked: Codable {
  struct Inclusion: Codable {
    let index: Int64
    let size: Int64
    let path: [String]
  }
  struct Consistency: Codable {
    let old: Int64
    let size: Int64
    let path: [String]
  }
  var inclusions: [Inclusion] = []
  var consistencies: [Consistency] = []
}

private struct Checked: Codable {
  let origin: String
  let size: Int
  let tile_hashes: Int
  let inclusions: Int
  let consistencies: Int
}

@Suite("Tools that are not ours agree with the log (C2SP tlog-tiles, pymerkle)")
struct OutsideReaderTests {
  @Test(
    "tiles, root, inclusion and consistency of a log of two levels, as calls give them",
    .enabled(if: hasPython, "there is no Python environment: run deploy/setup test"),
    arguments: [1, 256, 700])
  func outside(count: Int) async throws {
    let seed: UInt64 = 91
    let random = SeededRandom(seed: seed)
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    try await withNode(home, pki: pki, services: []) { node, _ in
      var share = try home.origin("share")
      let events = share.write(count)
      for start in stride(from: 0, to: count, by: 97) {
        try await node.log.intake.take(
          Array(events[start..<min(start + 97, count)]), of: share.origin)
      }
      try await node.log.publisher.publish()
      let size = Int64(count)
      try await eventually("the whole log to be published") {
        try await node.log.database.read { try $0.logState().published } == UInt64(count)
      }
      let reader = try node.client()
      var asked = Asked()
      let inclusion = try node.asPerson(
        "wu", of: "justice", [.departmentOfficer], "GetInclusionProof")
      let consistency = try node.asPerson(
        "wu", of: "justice", [.departmentOfficer], "GetConsistencyProof")
      for _ in 0..<30 {
        let later = 1 + Int64(random.uniform(below: UInt64(size)))
        let index = Int64(random.uniform(below: UInt64(later)))
        let proof = try await reader.getInclusionProof(
          .init(leaf: events[Int(index)].leaf, treeSize: later), inclusion)
        #expect(proof.index == index && proof.treeSize == later, "seed \(seed)")
        asked.inclusions.append(
          .init(index: index, size: later, path: proof.path.map { Hex.encode($0) }))
        let old = 1 + Int64(random.uniform(below: UInt64(later)))
        let grown = try await reader.getConsistencyProof(
          .init(firstSize: old, secondSize: later), consistency)
        if old < later {
          asked.consistencies.append(
            .init(old: old, size: later, path: grown.path.map { Hex.encode($0) }))
        }
      }
      let checked = try read(home, asked)
      #expect(checked.origin == "weir.test/audit" && checked.size == count)
      #expect(checked.tile_hashes == count + count / 256)
      #expect(checked.inclusions == 30 && checked.consistencies == asked.consistencies.count)
      try refuses(home, asked)
    }
  }

  /// The tools can say no: one byte of a bundle, of a tile, of a path.
  private func refuses(_ home: LogHome, _ asked: Asked) throws {
    for path in home.published.files.keys.filter({ $0.hasPrefix("tile/") }).sorted().prefix(2) {
      let bytes = try #require(home.published.files[path])
      home.published.set(path, [bytes[0]] + [bytes[1] ^ 1] + bytes.dropFirst(2))
      #expect(throws: (any Error).self) { try read(home, asked) }
      home.published.set(path, bytes)
    }
    if let first = asked.inclusions.firstIndex(where: { !$0.path.isEmpty }) {
      var wrong = asked
      let proof = asked.inclusions[first]
      wrong.inclusions[first] = .init(
        index: proof.index, size: proof.size,
        path: proof.path.reversed().map { String($0.reversed()) })
      #expect(throws: (any Error).self) { try read(home, wrong) }
    }
    if let first = asked.consistencies.first(where: { !$0.path.isEmpty }) {
      var wrong = asked
      wrong.consistencies = [
        .init(
          old: first.old, size: first.size,
          path: first.path.dropLast() + first.path.suffix(1).map { String($0.reversed()) })
      ]
      #expect(throws: (any Error).self) { try read(home, wrong) }
    }
  }

  private struct Refused: Error { let errors: String }

  /// Writes the published files to a folder and has them read.
  private func read(_ home: LogHome, _ asked: Asked) throws -> Checked {
    let folder = try TemporaryFolder()
    for (path, bytes) in home.published.files {
      let file = URL(filePath: folder.path("log/" + path))
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    let script = checkout.appending(path: "Tests/Services/Audit/python/outside_reader.py").path
    let end = try runBlocking(
      python, [script, folder.path("log")], input: [UInt8](try JSONEncoder().encode(asked)))
    guard end.status == 0 else {
      throw Refused(errors: String(decoding: end.errors, as: UTF8.self))
    }
    return try JSONDecoder().decode(Checked.self, from: Data(end.output))
  }
}
