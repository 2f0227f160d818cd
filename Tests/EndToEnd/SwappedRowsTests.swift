// Somebody with the database file swaps two persons' rows: neither's data goes to the other, and the log tells of it.

import Contracts
import Foundation
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("rows swapped between two persons in the database file")
struct SwappedRowsTests {
  @Test("neither is answered, a third is, and the refusals are in the log")
  func swapped() async throws {
    let demo = try SmallDemo(seed: 10)
    let folder = demo.folder.path("node/ingest")
    try await demo.play(through: "subscriptions") { stage in
      let caller = try stage.impatient(DemoCast.humanResources.systemName)
      let leads = stage.plan.leads(of: .pension, in: .cremation)
      try #require(leads.count >= 3)
      let requests = try leads.prefix(3).map { try stage.lookup(of: $0) }
      var answers: [ShareV1.LookupResponse] = []
      for request in requests { answers.append(try await caller.share.lookup(request)) }
      let records = try answers.prefix(2).map { try #require($0.records.first).name }
      for what in ["envelope", "row", "row-and-salt"] {
        try await swap(what, records, in: folder)
        for request in requests.prefix(2) {
          let refused = try await refusal { _ = try await caller.share.lookup(request) }
          #expect(refused?.code == .dataLoss, "\(what)")
          #expect(refused?.reason == "ingest.register_damaged", "\(what)")
        }
        let third = try await caller.share.lookup(requests[2])
        #expect(third.records.map(\.values) == answers[2].records.map(\.values))
        // Swapped again, all is as it was: what was refused was the change, not the persons.
        try await swap(what, records, in: folder)
        let again = try await caller.share.lookup(requests[0])
        #expect(again.records.map(\.values) == answers[0].records.map(\.values), "\(what)")
      }
      try await eventually("the refusals to be in the log") {
        try await stage.logged("access.refused").contains {
          String(decoding: $0.payload, as: UTF8.self).contains("ingest.register_damaged")
        }
      }
    }
  }

  @Test(
    "sealed texts swapped between two cases, two steps of an issue or two rejected rows are not shown, and the log tells; put back they are"
  )
  func texts() async throws {
    let demo = try SmallDemo(seed: 16)
    let folder = demo.folder.path("node")
    try await demo.play(through: "wrongly-dead") { stage in
      let (user, source) = (DemoCast.humanResources, DemoCast.civilAffairs)
      let officer = try stage.impatient(user.principal(user.officer))
      let keeper = try stage.impatient(source.principal(source.officer))
      let run = try stage.comparison(.cremation).name
      let batch = try #require(stage.batches[.cremation]).name
      let reads: [(what: String, (() async throws -> String))] = [
        (
          "share cases content comparison=\(run.drop { !$0.isNumber })",
          { "\(try await officer.share.listCases(.init(parent: run)).cases)" }
        ),
        (
          "feedback issue_steps reason issue=1",
          { "\(try await officer.feedback.listIssues(.init()).issues)" }
        ),
        (
          "ingest rejects sealed batch=\(batch.drop { !$0.isNumber })",
          { "\(try await keeper.ingest.listRejects(.init(batch: batch)).rejects)" }
        ),
      ]
      for (what, read) in reads {
        let before = try await read()
        try await swapValues(what, in: folder)
        let refused = try await refusal { _ = try await read() }
        #expect(refused?.code == .dataLoss && refused?.reason == "store.value_damaged", "\(what)")
        try await swapValues(what, in: folder)
        #expect(try await read() == before, "\(what)")
      }
      try await eventually("the refusals to be in the log") {
        try await stage.logged("access.refused").filter {
          String(decoding: $0.payload, as: UTF8.self).contains("store.value_damaged")
        }.count == 3
      }
    }
  }

  /// Swaps the first two values of a column: "service table column where".
  private func swapValues(_ what: String, in folder: String) async throws {
    let words = what.split(separator: " ").map(String.init)
    let ended = try await runToEnd(
      Checkout.python, ["-c", swapTexts, "\(folder)/\(words[0])/\(words[0]).sqlite"] + words[1...])
    try #require(ended.status == 0, "\(ended.output)")
  }

  private func swap(_ what: String, _ records: [String], in folder: String) async throws {
    let numbers = try records.map { try #require($0.split(separator: "/").last).description }
    let ended = try await runToEnd(
      Checkout.python,
      ["-c", swapRows, "\(folder)/ingest.sqlite", "\(folder)/identity.sqlite", what] + numbers)
    try #require(ended.status == 0, "\(ended.output)")
  }
}

private let swapTexts = """
  import sqlite3, sys
  path, table, column, where = sys.argv[1:5]
  file = sqlite3.connect(path, timeout=20)
  (a, x), (b, y) = file.execute(
      f"SELECT rowid, {column} FROM {table} WHERE {where} AND LENGTH({column}) > 0 ORDER BY rowid LIMIT 2")
  file.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (y, a))
  file.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (x, b))
  file.commit()
  """

/// A block holds up to 32 rows: tokens of 16 bytes, ids of 8, envelopes each after its length; the salts lie in the other file.
private let swapRows = """
  import sqlite3, struct, sys
  file = sqlite3.connect(sys.argv[1], timeout=20)
  salts = sqlite3.connect(sys.argv[2], timeout=20)
  what, wanted = sys.argv[3], [struct.pack(">q", int(n)) for n in sys.argv[4:6]]

  class Block:
      def __init__(self, row):
          self.id, ids, rows = row
          self.ids = [ids[i:i + 8] for i in range(0, len(ids), 8)]
          self.rows, at = [], 0
          while at < len(rows):
              length = struct.unpack(">I", rows[at:at + 4])[0]
              self.rows.append(rows[at:at + 4 + length])
              at += 4 + length
          salt = salts.execute("SELECT salts FROM salt_blocks WHERE id = ?", (self.id,)).fetchone()[0]
          self.width = len(salt) // len(self.ids)
          self.salts = [salt[i:i + self.width] for i in range(0, len(salt), self.width)]

  found = {}
  blocks = {}
  for row in file.execute("SELECT id, ids, envelopes FROM blocks").fetchall():
      block = Block(row)
      for slot, number in enumerate(block.ids):
          if number in wanted:
              found[number] = (blocks.setdefault(block.id, block), slot)
  (a, i), (b, j) = found[wanted[0]], found[wanted[1]]
  a.rows[i], b.rows[j] = b.rows[j], a.rows[i]
  if what != "envelope":
      a.ids[i], b.ids[j] = b.ids[j], a.ids[i]
  if what == "row-and-salt":
      a.salts[i], b.salts[j] = b.salts[j], a.salts[i]
  for block in (a, b):
      file.execute("UPDATE blocks SET ids = ?, envelopes = ? WHERE id = ?",
          (b"".join(block.ids), b"".join(block.rows), block.id))
      salts.execute("UPDATE salt_blocks SET salts = ? WHERE id = ?", (b"".join(block.salts), block.id))
  file.commit()
  salts.commit()
  """
