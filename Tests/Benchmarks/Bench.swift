// weir-bench: figures against their peers in one run, as ratios.

import ArgumentParser
import Foundation

/// `weir-bench` runs every figure; `weir-bench echo messages` some; `--quick` with small sizes, to see that all works.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir-bench",
    abstract: "Measures Weir against its peers in the same run and prints the ratios.",
    subcommands: [RunFigures.self, ServeEcho.self], defaultSubcommand: RunFigures.self)
}

struct RunFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the figures (DESIGN, section 10).")

  @Flag(help: "Small sizes: shows that everything works, says nothing about speed.")
  var quick = false

  @Option(
    help: "Multiplies the rows of ingest (1 M), comparison (1 M with 5 M) and catalogue (100,000).")
  var scale = 1.0

  @Option(help: "Where the figures are written as JSON.")
  var json = ".build/bench.json"

  @Argument(
    help:
      "Some of: echo, connections, messages, gateway, latency, ingest, compare, rotate, audit, catalog. All without any."
  )
  var names: [String] = []

  func run() async throws {
    let workshop = try Workshop(quick: quick, scale: scale)
    defer { workshop.remove() }
    let all: [(String, (Workshop) async throws -> [Figure])] = [
      ("echo", echoFigures), ("connections", connectionFigures), ("messages", messageFigures),
      ("gateway", gatewayFigures), ("latency", latencyFigures),
      ("ingest", ingestFigures), ("compare", compareFigures), ("rotate", rotationFigures),
      ("audit", auditFigures), ("catalog", catalogFigures),
    ]
    for name in names where !all.contains(where: { $0.0 == name }) {
      throw ValidationError("there is no figure '\(name)'")
    }
    var figures: [Figure] = []
    for (name, measure) in all where names.isEmpty || names.contains(name) {
      FileHandle.standardError.write(Data("measuring \(name) …\n".utf8))
      figures += try await measure(workshop)
    }
    print(Figure.table(figures))
    try Figure.json(figures).write(toFile: json, atomically: true, encoding: .utf8)
  }
}
