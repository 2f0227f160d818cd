// weir synth writes files and plan, and never over what is there.

import Contracts
import Foundation
import Testing

@testable import WeirCLI

@Suite("weir synth")
struct SynthCommandTests {
  private func run(_ arguments: [String]) async -> (exit: ProgramExit, StreamRecorder) {
    let recorder = StreamRecorder()
    return (await runWeir(recorder.surroundings(["synth"] + arguments)), recorder)
  }

  private func lines(_ path: String) throws -> Int {
    try Data(contentsOf: URL(filePath: path)).count { $0 == UInt8(ascii: "\n") }
  }

  @Test("the same seed gives the same files; the rows are as many as the result says")
  func files() async throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "weir-synth-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let size = ["--seed", "7", "--records", "2000", "--roll", "1000", "--output", "json"]
    for folder in ["a", "b"] {
      let (exit, recorder) = await run(["\(root)/\(folder)"] + size)
      #expect(exit == .done)
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(recorder.output.utf8)) as? [String: Any])
      let registers = try #require(object["registers"] as? [[String: Any]])
      #expect(registers.count == 5)
      for register in registers {
        let name = try #require(register["register"] as? String)
        let rows = try #require(register["rows"] as? Int)
        #expect(try lines("\(root)/\(folder)/registers/\(name).csv") == rows + 1)
      }
    }
    for file in ["plan.json", "registers/cremation.csv", "rolls/pension.csv"] {
      #expect(
        FileManager.default.contentsEqual(atPath: "\(root)/a/\(file)", andPath: "\(root)/b/\(file)")
      )
    }
    let again = await run(["\(root)/a"] + size)
    #expect(again.exit == .usage && again.1.errors.contains("not empty"))
  }

  @Test("each register comes with an entry that can be drafted as it is")
  func entries() async throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "weir-synth-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    #expect(await run([root, "--records", "2000", "--roll", "1000"]).exit == .done)
    for name in ["cremation", "cancellation", "correction", "low-income", "health"] {
      let entry: CatalogV1.Entry = try MessageFile.read("\(root)/entries/\(name).json")
      let header = try String(contentsOfFile: "\(root)/registers/\(name).csv", encoding: .utf8)
        .split(separator: "\n")[0]
      #expect(entry.items.map(\.title).joined(separator: ",") == header)
      #expect(entry.state == .unspecified && entry.name.isEmpty)
    }
  }

  @Test("the other encoding has the same rows in other bytes")
  func encoding() async throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "weir-synth-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let size = ["--records", "2000", "--roll", "1000"]
    #expect(await run(["\(root)/a"] + size).exit == .done)
    #expect(await run(["\(root)/b", "--encoding", "gbk"] + size).exit == .done)
    #expect(
      FileManager.default.contentsEqual(
        atPath: "\(root)/a/plan.json", andPath: "\(root)/b/plan.json"))
    let file = "rolls/pension.csv"
    #expect(
      !FileManager.default.contentsEqual(atPath: "\(root)/a/\(file)", andPath: "\(root)/b/\(file)"))
    #expect(try lines("\(root)/a/\(file)") == lines("\(root)/b/\(file)"))
  }

  @Test(
    "sizes and days of which nothing can be made are wrong usage, and nothing is written",
    arguments: [
      ["--records", "1"], ["--records", "-1"], ["--roll", "1000000000000"],
      ["--today", "2004-01-31"], ["--today", "yesterday"], ["--encoding", "latin1"],
    ])
  func refused(arguments: [String]) async {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-synth-\(UUID())").path
    #expect(await run([folder] + arguments).exit == .usage)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
