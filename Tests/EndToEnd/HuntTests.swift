// A hunt through every file and log of a demonstration's data folder for planted identifiers and names.

import Foundation
import IngestFormats
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("a hunt through a demonstration's data folder")
struct HuntTests {
  @Test(
    "finds no planted identifier or name in any encoding (AC-33, hebi-2021/27)",
    .obligation("meizhou-specific-2021/33b"))
  func hunt() async throws {
    let demo = try SmallDemo(seed: 5)
    let outcome = try await demo.play()
    #expect(differences(outcome) == [])
    let plan = try Plan(seed: 5, sizes: .small, today: CivilDate(iso: DemoScene.standard.day))
    let prey = Prey(plan)
    // The hunt works at all: it finds them in what the departments brought along.
    #expect(try prey.found(in: demo.folder.path("input")) != [])
    #expect(try prey.found(in: demo.folder.path("node")) == [])
    // Nor in a backup of it, nor among the keys that go elsewhere.
    let (backup, keys) = (demo.folder.path("backup"), demo.folder.path("keys"))
    let ended = try await runToEnd(
      builtProgram("weir"),
      ["backup", "--data", demo.folder.path("node"), "--to", backup, "--keys-to", keys])
    #expect(ended.status == 0, "\(ended.output)")
    #expect(try prey.found(in: backup) == [] && prey.found(in: keys) == [])
    let names = FileManager.default.enumerator(atPath: backup)?.compactMap { $0 as? String } ?? []
    #expect(names.contains("ingest/identity.sqlite"))
    #expect(
      !names.contains { $0.hasSuffix(".key") || $0.hasSuffix("keyring") || $0.hasSuffix("key.pem") }
    )
  }
}

/// What is looked for, in each way it could be written.
private struct Prey {
  private var patterns: Set<[UInt8]> = []
  private static let prefixLength = 8
  private let byPrefix: [UInt64: [[UInt8]]]

  init(_ plan: Plan) {
    var texts: [(text: String, isName: Bool)] = []
    for kind in RegisterKind.allCases {
      let rows = RegisterRows(plan, kind)
      for row in stride(from: 0, to: rows.count, by: 7) {
        let fields = rows.fields(ofRow: row)
        texts.append((fields[0], false))
        texts.append((fields[1], true))
      }
    }
    for lead in plan.leads { texts += [(lead.identifier, false), (lead.name, true)] }
    // As the counter wrote it down: a short name alone would be below the shortest pattern.
    texts += [
      (plan.wronglyDead.identifier, false), (plan.wronglyDead.name + "本人到窗口", true),
    ]
    for claim in plan.claims { texts += [(claim.identifier, false), (claim.name, true)] }
    var patterns: Set<[UInt8]> = []
    for (text, isName) in texts where text.utf8.count >= 9 {
      let codings = Self.codings(of: text)
      for bytes in codings {
        patterns.insert(bytes)
        if !isName {
          patterns.insert(Array(Self.hex(bytes).utf8))
          patterns.insert(Array(Self.hex(bytes).uppercased().utf8))
        }
        patterns.formUnion(Self.base64(bytes))
      }
    }
    // Shorter ones occur in sealed bytes by chance.
    patterns = patterns.filter { $0.count >= Self.prefixLength }
    self.patterns = patterns
    byPrefix = Dictionary(grouping: patterns) { Self.prefix($0[...]) }
  }

  private static func codings(of text: String) -> [[UInt8]] {
    let units = Array(text.utf16)
    return [
      Array(text.utf8), TextEncoding.gb18030.encode(text),
      units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
      units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
    ]
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// What stays the same of a text's base64 wherever it stands in a longer text.
  private static func base64(_ bytes: [UInt8]) -> [[UInt8]] {
    (0..<3).compactMap { shift in
      let text = Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString()
      let whole = (shift + bytes.count) / 3 * 4
      let start = shift == 0 ? 0 : 4
      guard whole - start >= prefixLength else { return nil }
      return Array(text.utf8)[start..<whole].map { $0 }
    }
  }

  private static func prefix(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.prefix(prefixLength).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The files in which something was found.
  func found(in folder: String) throws -> [String] {
    let manager = FileManager.default
    var files: [String] = []
    for case let name as String in manager.enumerator(atPath: folder) ?? .init() {
      let path = folder + "/" + name
      guard let data = manager.contents(atPath: path), !data.isEmpty else { continue }
      if holdsPrey([UInt8](data)) { files.append(name) }
    }
    return files
  }

  private func holdsPrey(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= Self.prefixLength else { return false }
    var window = Self.prefix(bytes[...])
    var at = 0
    while true {
      if let candidates = byPrefix[window],
        candidates.contains(where: { bytes[at...].starts(with: $0) })
      {
        return true
      }
      guard at + Self.prefixLength < bytes.count else { return false }
      window = window << 8 | UInt64(bytes[at + Self.prefixLength])
      at += 1
    }
  }
}
