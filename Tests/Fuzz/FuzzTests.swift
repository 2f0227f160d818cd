// The corpus and a short seeded walk around it, in every test run; libFuzzer goes further (make fuzz SECONDS=n).

import Foundation
import TestSupport
import Testing

@Suite("hostile bytes")
struct FuzzTests {
  static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

  static func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
    let folder = corpus.appending(path: target.rawValue)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      [UInt8](try Data(contentsOf: folder.appending(path: $0)))
    }
  }

  @Test("every input of the corpus keeps the properties", arguments: FuzzTarget.allCases)
  func corpus(_ target: FuzzTarget) throws {
    let inputs = try Self.inputs(target)
    #expect(!inputs.isEmpty)
    for input in inputs { try target.run(input) }
  }

  @Test("every type of message has a prefix of its own")
  func prefixes() {
    #expect(Set(fuzzedTypes.map { prefix(choosing: $0) }).count == fuzzedTypes.count)
  }

  @Test("inputs near those of the corpus keep the properties", arguments: FuzzTarget.allCases)
  func walk(_ target: FuzzTarget) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let inputs = try Self.inputs(target)
    for _ in 0..<400 {
      let input = mutated(inputs[Int.random(in: 0..<inputs.count, using: &random)], &random)
      do { try target.run(input) } catch {
        Issue.record("\(error): seed \(seed), input \(Data(input).base64EncodedString())")
        return
      }
    }
  }

  /// A few changes: a bit, a byte that parsers look for, a piece doubled or cut out.
  private func mutated(_ input: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1:
        let telling = Array("\0\u{1}\u{7F}\u{80}\u{FF}\"{}[],:\n\r-0".utf8)
        bytes.insert(telling[Int.random(in: 0..<telling.count, using: &random)], at: place)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default:
        if !bytes.isEmpty { bytes[place] = UInt8.random(in: 0...255, using: &random) }
      }
    }
    return bytes
  }
}
