// The programs of deploy/examples as the READMEs show them: one person looked up under a grant, with a receipt that holds offline.

import Boot
import Contracts
import Foundation
import Integrity
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("the examples for integrators", .serialized)
struct ExampleTests {
  private static let java =
    ["javac", "grpc_java_plugin"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
    } && FileManager.default.fileExists(atPath: "/usr/share/java/grpc-netty.jar")

  /// What stands between two lines of the README's block, or the one line.
  private struct Shown {
    let lines: [String]

    init() throws {
      let block = try ReadmeBlock.one("sh", with: "deploy/examples/curl/lookup")
      lines = block.replacing("\\\n", with: "").split(separator: "\n").map(String.init)
    }

    /// The lines that hold one of these words, in their order; the arguments and the check always.
    func part(_ words: String...) -> String {
      lines.filter { line in
        (["set --", "weir audit verify"] + words).contains { line.contains($0) }
      }.joined(separator: "\n")
    }
  }

  /// A demonstration as far as its grants; then what a test shows, with the grant and the person of the plan.
  private func onStage(
    _ body: @escaping @Sendable (_ place: Place) async throws -> Void
  ) async throws {
    let demo = try SmallDemo(seed: 21)
    let folder = demo.folder
    try await demo.play(through: "subscriptions") { stage in
      let person = stage.plan.wronglyDead
      let place = Place(
        path: try readerFolder(folder, node: stage.running.dataFolder),
        port: String(stage.running.ready.gateway.split(separator: ":").last ?? ""),
        grant: try stage.grant(.cremation).name)
      try Files.write(
        "\(person.identifier)\n\(person.name)\n", to: place.path + "/person.txt", isPrivate: true)
      try await body(place)
    }
  }

  /// Where a reader of the README stands.
  private struct Place: Sendable {
    let path: String
    let port: String
    let grant: String

    /// Runs what the README shows, as a shell would.
    func run(_ text: String) async throws -> (status: Int32, output: String) {
      try await shell(
        "PATH=$PWD/.build/debug:$PATH\n"
          + text.replacing("PORT", with: port).replacing("GRANT", with: grant), in: path)
    }
  }

  private func check(_ ended: (status: Int32, output: String), _ place: Place) throws {
    #expect(ended.status == 0, "\(ended.output.suffix(3000))")
    #expect(ended.output.contains("name"))
    let receipt = try Receipt(try readBytes(place.path + "/receipt.json"))
    #expect(String(decoding: receipt.leaf.payload, as: UTF8.self).contains(place.grant))
    try FileManager.default.removeItem(atPath: place.path + "/receipt.json")
  }

  @Test("curl: who am I, a person under a grant, and a refusal in words")
  func curl() async throws {
    let who = try ReadmeBlock.one("sh", with: "Registry/WhoAmI")
    let shown = try Shown()
    try await onStage { place in
      let answer = try await place.run(who)
      #expect(answer.output.contains(#""person":"departments/data-bureau/persons/chen""#))
      try check(try await place.run(shown.part("examples/curl")), place)
      let refused = try await place.run(
        shown.part("examples/curl").replacing("核对养老金领取资格", with: "好奇"))
      #expect(refused.status == 1 && refused.output.contains(#"{"code":"permission_denied""#))
      #expect(!FileManager.default.fileExists(atPath: place.path + "/receipt.json"))
    }
  }

  @Test(
    "Python, stock grpcio",
    .enabled(if: Checkout.hasPythonClients, "there is no Python environment: run deploy/setup test")
  )
  func python() async throws {
    let shown = try Shown()
    try await onStage { place in
      let lines = shown.part("mkdir -p contracts", "grpc_tools.protoc", "examples/python")
      try check(try await place.run(lines), place)
      let refused = try await place.run(lines.replacing("核对养老金领取资格", with: "好奇"))
      #expect(refused.status == 1 && refused.output.contains("PERMISSION_DENIED"))
      #expect(refused.output.contains("share."))
    }
  }

  @Test(
    "Java, stock grpc-java, compiled for Java 8",
    .enabled(if: java, "there is no grpc-java: run deploy/setup test"))
  func java8() async throws {
    let shown = try Shown()
    try await onStage { place in
      try check(try await place.run(shown.part("examples/java8", "java/lookup")), place)
      // Version 52 of the class files is Java 8's.
      let compiled = try readBytes(place.path + "/java/classes/Lookup.class")
      #expect(compiled[4..<8].elementsEqual([0, 0, 0, 52]))
      let refused = try await place.run(
        shown.part("java/lookup").replacing("核对养老金领取资格", with: "好奇"))
      #expect(refused.status == 1 && refused.output.contains("PERMISSION_DENIED"))
    }
  }
}
