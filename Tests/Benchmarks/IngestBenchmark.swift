// A register delivered: validated, sealed, indexed, committed with its evidence; against the shell of SQLite, which does none of it.

import Foundation
import Synth
import Vocabulary

/// Ours: `weir ingest upload` from its start to its end: the file is cut, sent in chunks over TLS through the gateway, judged,
/// made into tokens, sealed, stored, committed with its entry in the outbox, and indexed. The peer: `.import` of the same file
/// into a table with one index, WAL, synchronous=FULL.
func ingestFigures(_ workshop: Workshop) async throws -> [Figure] {
  let most = workshop.rows(1_000_000)
  let few = most / 10
  let register = try SyntheticRegister(workshop, rows: most)
  let small = try SyntheticRegister(workshop, rows: few)
  let node = try BenchNode(workshop)
  defer { node.stop() }
  let rounds = min(workshop.rounds, 3)
  // Each delivery but the first takes out one of its own size, as monthly stocks do; so the small ones come first.
  try small.deliver(to: node)
  let oursSmall = try (0..<rounds).map { _ in try small.deliver(to: node) }
  try register.deliver(to: node)
  var ours: [Double] = []
  var peer: [Double] = []
  for round in 0..<rounds {
    ours.append(try register.deliver(to: node))
    peer.append(try register.importIntoSQLite(workshop, round))
  }
  return [
    .rate(
      "ingest \(most) rows", unit: "rows/s", ours: Double(most) / median(ours),
      peer: Double(most) / median(peer),
      against: "sqlite3 .import, WAL, synchronous=FULL, one index", target: 1),
    .time(
      "ingest, cost of a row at \(most)", unit: "µs", ours: median(ours) / Double(most) * 1e6,
      peer: median(oursSmall) / Double(few) * 1e6, against: "itself at \(few) rows",
      target: 1 / 1.1),
  ]
}

/// A register of cremations with its planted errors, as a CSV file.
struct SyntheticRegister {
  let plan: Plan
  let path: String
  let rows: Int

  /// - Parameter rollRows: How many are in the pension roll that goes with it.
  init(_ workshop: Workshop, rows: Int, rollRows: Int = 2_000) throws {
    // The other registers are only there because a plan has them all.
    var sizes = Sizes(total: max(4_000, rollRows / 20), roll: rollRows)
    sizes.registers[.cremation] = rows
    plan = try Plan(seed: 23, sizes: sizes)
    self.rows = rows
    path = workshop.path("register-\(rows).csv")
    try plan.writeRegister(.cremation, to: path)
  }

  /// Delivers it as the whole stock.
  ///
  /// - Returns: The seconds that it took.
  @discardableResult
  func deliver(to node: BenchNode) throws -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    // With rejected rows the program ends with 5.
    let said = try node.weir(
      ["ingest", "upload", node.entry, path, "--as-of", plan.today.iso], as: BenchNode.source,
      accepts: [5])
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let batch = said as? [String: Any]
    let accepted = (batch?["accepted_rows"] as? String).flatMap { Int($0) } ?? 0
    let planned = plan.register(.cremation)
    // The demonstration has moved its clock on by a day: some dates that the plan has in the future are not there any more.
    let dates = planned.rejectsByRule["date.in_future"] ?? 0
    guard batch?["state"] as? String == "COMMITTED",
      (planned.accepted...planned.accepted + dates).contains(accepted)
    else {
      throw BenchError.unreadable("the batch: \(accepted) accepted of \(planned.accepted)")
    }
    return elapsed
  }

  func importIntoSQLite(_ workshop: Workshop, _ round: Int) throws -> Double {
    let database = workshop.path("import-\(round).sqlite")
    let script = """
      PRAGMA journal_mode=WAL;
      PRAGMA synchronous=FULL;
      CREATE TABLE register (id TEXT, name TEXT, date TEXT, place TEXT, number TEXT, revoked TEXT);
      CREATE INDEX register_id ON register (id);
      .import --csv --skip 1 \(path) register

      """
    let file = workshop.path("import.sql")
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    let start = DispatchTime.now().uptimeNanoseconds
    try workshop.run("sqlite3", [database, ".read \(file)"])
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: database + suffix)
    }
    return elapsed
  }
}
