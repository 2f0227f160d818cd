// Commands over a whole node, where what matters is that they fit each other.

import Boot
import Contracts
import Crypto
import Foundation
import IngestFormats
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("commands over a whole node", .serialized)
struct CommandTests {
  @Test("a comparison is taken up again where it stopped: the same leads, the roll counted once")
  func resume() async throws {
    let demo = try SmallDemo(seed: 6)
    let plan = try Plan(seed: 6, sizes: .small, today: CivilDate(iso: DemoScene.standard.day))
    let (roll, other) = (demo.folder.path("pension.csv"), demo.folder.path("stopped.csv"))
    try plan.writeRoll(.pension, to: roll)
    try plan.writeRoll(.stopped, to: other)
    _ = try await demo.play { node in
      let environment = ["WEIR_DATA": node.dataFolder, "WEIR_AS": "human-resources/wang"]
      func call(_ arguments: [String]) async throws -> String {
        let ended = await weir(arguments, environment: environment)
        try #require(ended.exit == .done, "\(arguments): \(ended.errors)")
        return ended.output
      }
      let grant = try name(
        in: try await call([
          "share", "subscribe", "E-1", "--items", "name,cremation-date", "--purpose", "复核",
          "--scenario", "发放前复核", "--mode", "comparison", "--roll", "own-pension-roll",
          "--roll-rows", "10000", "--frequency", "per-batch", "--until", "2030-12-31", "--output",
          "json",
        ]))
      let period = ["--first-day", "2024-02-01", "--last-day", "2024-02-29"]
      let whole = demo.folder.path("whole.csv")
      _ = try await call(
        ["compare", "run", grant, roll, "--purpose", "复核", "--payout", "甲", "--leads", whole]
          + period)
      let run = try await interrupted(grant, roll, node)
      let again = demo.folder.path("again.csv")
      let shown = try await call([
        "compare", "run", grant, roll, "--resume", run, "--leads", again, "--output", "json",
      ])
      #expect(shown.contains("\"received_rows\": \"2000\""))
      #expect(
        try rows(again).map { $0.drop { $0 != "," } } == rows(whole).map { $0.drop { $0 != "," } })
      #expect(try rows(again).count > 1)
      // Another roll is not gone on with.
      let refused = await weir(
        ["compare", "run", grant, other, "--resume", run, "--leads", again],
        environment: environment)
      #expect(refused.exit == .usage && refused.errors.contains("another roll"))
    }
  }

  /// A run whose client went away after its first chunk was answered.
  private func interrupted(_ grant: String, _ roll: String, _ node: RunningNode) async throws
    -> String
  {
    let wire = DemoWire(
      keys: node.keys, gateway: try #require(Address(node.ready.gateway)), seed: 6)
    let bureau = DemoCast.humanResources
    let share = try wire.client(bureau.principal(bureau.officer)).share
    let packed = try await PackedRoll(path: roll, encoding: .utf8, idColumn: nil, nameColumn: nil)
    let run = try await share.createComparison(
      .init(
        comparison: ShareV1.Comparison(
          grant: grant, direction: .present,
          period: .init(firstDay: "2024-02-01", lastDay: "2024-02-29"),
          rollRows: Int64(packed.rowCount), roll: "own-pension-roll", purpose: "复核", payout: "乙"),
        requestID: "interrupted"))
    let chunk = try #require(packed.chunks.first)
    _ = try await share.uploadComparisonChunk(
      .init(
        comparison: run.name, number: chunk.number, ids: chunk.ids, names: chunk.names,
        others: chunk.others))
    await wire.shutdown()
    return run.name
  }

  private func name(in json: String) throws -> String {
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    return try #require(object?["name"] as? String)
  }

  private func rows(_ path: String) throws -> [Substring] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\r\n").flatMap {
      $0.split(separator: "\n")
    }
  }
}
