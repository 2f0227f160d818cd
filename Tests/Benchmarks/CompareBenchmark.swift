// A roll against a register: over the wire with durable evidence, against DuckDB's join of the same files as plain text.

import Foundation
import Synth
import Vocabulary

/// Ours: `weir compare run` from its start to its end: the roll is read, each identifier validated, sent in chunks over TLS
/// through gateway and Share to Ingest, made into tokens, found in the index; decision and disclosure are durable before the
/// seals of what was found are opened; cases are made, and the leads written beside the roll's lines. The peer reads both
/// files and joins them in one process with all processors, keeps nothing and tells nobody.
func compareFigures(_ workshop: Workshop) async throws -> [Figure] {
  let rows = workshop.rows(1_000_000)
  let register = try SyntheticRegister(workshop, rows: workshop.rows(5_000_000), rollRows: rows)
  let roll = try register.writeRoll(rows: rows, to: workshop.path("roll.csv"))
  let small = try register.writeRoll(rows: rows / 10, to: workshop.path("small-roll.csv"))
  let node = try BenchNode(workshop)
  defer { node.stop() }
  try register.deliver(to: node)
  let bench = try ComparisonBench(workshop, node, register)
  let hits = try bench.join(roll).hits

  let smallMemory = try bench.memory { try bench.compare(small, hits: nil) }
  var ours: [Double] = []
  var peer: [Double] = []
  var memory: [Double] = []
  for _ in 0..<min(workshop.rounds, 3) {
    memory.append(try bench.memory { ours.append(try bench.compare(roll, hits: hits)) })
    peer.append(try bench.join(roll).seconds)
  }
  return [
    .time(
      "compare \(rows) ids with \(register.rows) sealed records, \(hits) hits", unit: "s",
      ours: median(ours), peer: median(peer), against: "DuckDB plain-text join, in process",
      target: 1),
    .time(
      "memory of gateway, Share and Ingest, comparing \(rows)", unit: "MB",
      ours: median(memory) / 1e6, peer: smallMemory / 1e6, against: "themselves, \(rows / 10)",
      target: 1 / 1.1),
  ]
}

/// What the runs have in common: a grant, and a number for each payout.
private final class ComparisonBench {
  private let workshop: Workshop
  private let node: BenchNode
  private let register: SyntheticRegister
  private let grant: String
  private var payouts = 0

  init(_ workshop: Workshop, _ node: BenchNode, _ register: SyntheticRegister) throws {
    self.workshop = workshop
    self.node = node
    self.register = register
    let said = try node.weir(
      [
        "share", "subscribe", node.entry, "--items", "name,cremation-date",
        "--purpose", BenchNode.purpose, "--business", "养老保险待遇核发", "--scenario", "发放前比对",
        "--mode", "comparison", "--until", "2025-12-31", "--roll", BenchNode.roll, "--roll-rows",
        "100000000", "--roll-growth", "1000", "--frequency", "per-batch",
      ], as: BenchNode.user)
    guard let name = (said as? [String: Any])?["name"] as? String else {
      throw BenchError.unreadable("the grant")
    }
    grant = name
  }

  /// - Parameter hits: How many leads there are by plain text. Ours are a few more and a few less: it reads identifiers that
  ///   were written in another way, and has rejected rows with errors.
  /// - Returns: The seconds that it took.
  @discardableResult
  func compare(_ roll: String, hits: Int?) throws -> Double {
    payouts += 1
    let start = DispatchTime.now().uptimeNanoseconds
    let said = try node.weir(
      [
        "compare", "run", grant, roll, "--first-day", register.plan.period.lowerBound.iso,
        "--last-day", register.plan.period.upperBound.iso, "--roll", BenchNode.roll, "--purpose",
        BenchNode.purpose, "--payout", "\(payouts)", "--person", BenchNode.user,
        "--leads", workshop.path("leads.csv"),
      ], as: BenchNode.userSystem)
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let leads = ((said as? [String: Any])?["leads"] as? String).flatMap { Int($0) } ?? -1
    if let hits, abs(leads - hits) > hits / 50 + 5 {
      throw BenchError.unreadable("\(leads) leads where \(hits) were joined")
    }
    return elapsed
  }

  /// The most memory of the services on the way while the body runs, in bytes.
  func memory(_ body: () throws -> Void) throws -> Double {
    try node.forgetPeaks()
    try body()
    return try BenchNode.comparisonServices.reduce(0) { $0 + (try node.peakMemory(of: $1)) }
  }

  /// The peer's join, with the same predicate on date and revocation.
  func join(_ roll: String) throws -> (seconds: Double, hits: Int) {
    let said = try workshop.run(
      workshop.root.appendingPathComponent(".venv/bin/python").path,
      [workshop.peers + "/join.py", register.path, roll, register.plan.period.upperBound.iso]
    ).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    guard said.count == 2 else { throw BenchError.unreadable("the join") }
    return (said[0], Int(said[1]))
  }
}

extension SyntheticRegister {
  /// Writes a roll in which every hundredth person is in the register.
  func writeRoll(rows: Int, to path: String) throws -> String {
    let payees = RollRows(plan, .pension)
    let records = RegisterRows(plan, .cremation)
    var text = RollKind.pension.columns.map(\.title).joined(separator: ",") + "\n"
    for row in 0..<rows {
      var fields = payees.fields(ofRow: row)
      if row % 100 == 50 {
        // Those whose identifier stands there as it should: the client refuses a roll with another.
        var place = row / 100 * 7919 % records.count
        var record = records.fields(ofRow: place)
        while PersonIdentifier(exact: record[0]) == nil || record[1].isEmpty {
          place = (place + 1) % records.count
          record = records.fields(ofRow: place)
        }
        fields.replaceSubrange(0...1, with: record[0...1])
      }
      text += fields.joined(separator: ",") + "\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
