// Seeds for the targets out of captured calls (make corpus); libFuzzer keeps of them what reaches something new.

import Contracts
import Foundation
import Integrity
import Testing

@testable import RPC

/// Where they are kept.
private let captured = ProcessInfo.processInfo.environment["WEIR_CAPTURE"]

@Suite("captured calls as seeds", .enabled(if: captured != nil))
struct SeedTests {
  @Test("seeds keep the properties, and there are some for every target")
  func seeds() throws {
    let capture = URL(filePath: try #require(captured))
    var seeds = Seeds()
    for type in fuzzedTypes {
      for bytes in try files(in: capture.appending(path: "message/\(type.messageName)")) {
        try seeds.take(type, bytes)
      }
    }
    for fields in try files(in: capture.appending(path: "metadata")) {
      seeds.add(.metadata, fields)
    }
    for text in try files(in: capture.appending(path: "status")) { seeds.add(.status, text) }
    for value in try files(in: capture.appending(path: "field")) { seeds.take(value) }
    for target in FuzzTarget.allCases {
      let inputs = seeds.inputs[target, default: []]
      #expect(!inputs.isEmpty, "\(target)")
      let folder = capture.appending(path: "seeds/\(target.rawValue)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (number, input) in inputs.enumerated() {
        try target.run(input)
        try Data(input).write(to: folder.appending(path: "\(number)"))
      }
    }
  }

  private func files(in folder: URL) throws -> [[UInt8]] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      [UInt8](try Data(contentsOf: folder.appending(path: $0)))
    }
  }
}

/// What each target gets of a message: itself, its JSON, its frame, and every value in it.
private struct Seeds {
  private(set) var inputs: [FuzzTarget: Set<[UInt8]>] = [:]

  mutating func add(_ target: FuzzTarget, _ bytes: [UInt8]) {
    if bytes.count <= 1500 { inputs[target, default: []].insert(bytes) }
  }

  mutating func take<M: Message>(_ type: M.Type, _ bytes: [UInt8]) throws {
    let choice = prefix(choosing: type)
    let start = [UInt8(choice >> 8), UInt8(choice & 0xFF)]
    add(.message, start + bytes)
    let count = UInt32(bytes.count)
    add(
      .framing, [0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + bytes)
    if let compressed = Gzip.compress(bytes) { add(.gzip, compressed) }
    guard let json = try? M(serialized: bytes).jsonBytes() else { return }
    add(.json, start + json)
    add(.canonicalJSON, json)
    if let value = try? CanonicalJSON.decode(json) { take(value) }
  }

  private mutating func take(_ value: JSONValue) {
    switch value {
    case .string(let text):
      take(Array(text.utf8))
      if let bytes = Data(base64Encoded: text), !bytes.isEmpty { take([UInt8](bytes)) }
    case .array(let values): for value in values { take(value) }
    case .object(let fields): for member in fields.members { take(member.value) }
    default: break
    }
  }

  /// One value, offered to whatever reads such.
  mutating func take(_ bytes: [UInt8]) {
    let readers: [FuzzTarget] = [
      .evidence, .credentials, .canonicalJSON, .csv, .jsonLines, .status, .words,
    ]
    for target in readers { add(target, bytes) }
  }
}
