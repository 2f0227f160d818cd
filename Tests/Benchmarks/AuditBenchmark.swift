// Evidence, durable and provable, against raw inserts of the same payloads in the same batches with the same sync setting.

import Crypto
import Database
import Foundation
import Integrity
import Vocabulary

/// Ours: leaf, chain, seal and signed group for each commit, so that every entry has its receipt when the commit is done.
/// The peer: SQLite's own shell, WAL, synchronous=FULL, the payload alone.
func auditFigures(_ workshop: Workshop) async throws -> [Figure] {
  let batches = workshop.quick ? 10 : 400
  let batch = 250
  let text = String(repeating: "x", count: 300)
  let payloads = (0..<batches * batch).map { Array(#"{"text":"\#(text)","time":\#($0)}"#.utf8) }
  var ours: [Double] = []
  var peer: [Double] = []
  for round in 0..<workshop.rounds {
    ours.append(try await appends(workshop, round, batches: batches, batch: batch, text))
    peer.append(try rawInserts(workshop, "outbox-\(round)", payloads, batch))
  }
  return [
    .rate(
      "append evidence, \(batch) a commit, signed, with receipts", unit: "entries/s",
      ours: median(ours), peer: median(peer), against: "sqlite3 INSERT, WAL, synchronous=FULL",
      target: 0.8),
    try await logFigure(workshop),
  ]
}

private func appends(
  _ workshop: Workshop, _ round: Int, batches: Int, batch: Int, _ text: String
) async throws -> Double {
  let random = SystemRandom()
  let outbox = OutboxConfiguration(
    service: "bench", replica: "r1",
    signer: try NoteSigner(
      name: KeyList.evidenceName("bench", service: "bench"),
      key: try Ed25519PrivateKey(random: random)),
    keyring: try Keyring(folder: workshop.path("keys-\(round)"), creates: true, random: random),
    random: random)
  let database = try await SQLDatabase.open(
    .sqlite(path: workshop.path("audit-\(round)/audit.sqlite")), schema: [], outbox: outbox,
    now: { Instant(milliseconds: 1_709_524_800_000) })
  let start = DispatchTime.now().uptimeNanoseconds
  for number in 0..<batches {
    let committed = try await database.writeWithEvidence { transaction in
      for entry in 0..<batch {
        var payload = JSONObject()
        payload["time"] = .integer(Int64(number * batch + entry))
        payload["text"] = .string(text)
        try transaction.append(topic: "bench.entry", payload: .object(payload))
      }
    }
    precondition(committed.evidence?.entries.count == batch, "every entry is evidence")
  }
  let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  await database.close()
  return Double(batches * batch) / elapsed
}
