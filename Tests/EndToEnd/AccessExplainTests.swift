// weir access explain over a whole node: for oneself, for those who may look, and for nobody else.

import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("weir access explain tells who sees what, to those who may know", .serialized)
struct AccessExplainTests {
  private struct Told: Decodable {
    struct Method: Decodable {
      let method: String
      let permitted: Bool
      let reason: String?
      let citation: String?
    }
    struct Data: Decodable {
      let entry: String
      let owner: String
      let opens: Bool
      let grant: String?
      let until: String?
      let items: [String]
    }
    let name: String
    let methods: [Method]
    let data: [Data]
  }

  @Test("an officer sees the grants that open data; a neighbour is refused, an auditor is not")
  func explain() async throws {
    let demo = try SmallDemo(seed: 9)
    _ = try await demo.play { node in
      func run(_ arguments: [String], as who: String) async -> (exit: ProgramExit, output: String) {
        let ended = await weir(
          ["access", "explain"] + arguments,
          environment: ["WEIR_DATA": node.dataFolder, "WEIR_AS": who])
        return (ended.exit, ended.exit == .done ? ended.output : ended.errors)
      }
      func told(_ arguments: [String], as who: String) async throws -> Told {
        let ended = await run(arguments + ["--output", "json"], as: who)
        try #require(ended.exit == .done, "\(ended.output)")
        return try JSONDecoder().decode(Told.self, from: Foundation.Data(ended.output.utf8))
      }
      let mine = try await told([], as: "human-resources/wang")
      #expect(mine.name == "departments/human-resources/persons/wang")
      let open = mine.data.filter(\.opens)
      #expect(!open.isEmpty && open.allSatisfy { $0.grant != nil && $0.until != nil })
      #expect(mine.data.contains { !$0.opens })
      let alarms = try #require(
        mine.methods.first { $0.method == "weir.audit.v1.Audit/ListAlarms" })
      #expect(!alarms.permitted && alarms.reason == "access.role_missing")
      #expect(alarms.citation == "luyi-2019/18.2a")

      let system = "human-resources/system:pensions"
      for who in ["audit-bureau/shen", "data-bureau/chen", "human-resources/liu"] {
        let other = try await told([system, "--method", "Share/Lookup"], as: who)
        #expect(other.methods.map(\.permitted) == [true])
      }
      let seen = try await told([system], as: "audit-bureau/shen").data.filter(\.opens)
      #expect(seen.compactMap(\.grant) == open.compactMap(\.grant))
      #expect(await run([system], as: "justice/tang").exit == .refused)
      #expect(await run(["human-resources/nobody"], as: "human-resources/wang").exit == .notFound)
      let table = await run(["--lang", "en"], as: "human-resources/wang")
      #expect(table.exit == .done && table.output.contains("grants/G-"))
    }
  }
}
