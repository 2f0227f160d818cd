// A roll against a register: tokens and probe of our index, against DuckDB's join of the same files as plain text.

import Crypto
import Foundation
import IngestIndex
import Vocabulary

/// What is measured is what one process does once the roll is there: read it, validate each identifier, encrypt it to its
/// token, find it in the authenticated index. The register's own way into the index is the ingest figure's.
func compareFigures(_ workshop: Workshop) async throws -> [Figure] {
  let registerRows = workshop.quick ? 50_000 : 5_000_000
  let rollRows = workshop.quick ? 10_000 : 1_000_000
  let register = try writeIdentifiers(
    workshop.path("register.csv"), count: registerRows, first: 0, step: 1)
  // Every tenth row of the roll is in the register.
  let roll = try writeIdentifiers(
    workshop.path("roll.csv"), count: rollRows, first: 0, step: 10)
  let random = SeededRandom(seed: 11)
  let key = try TokenKey(
    id: KeyID(rawValue: 1), suite: .aes256, secret: SecretBytes(random.bytes(32)))
  let indexKey = HMACSHA256(key: random.bytes(32))
  let binding = IndexBinding(
    resource: "entries/E-1", keyVersion: 1, generation: 1, databaseRoot: random.bytes(32),
    rowCount: registerRows)
  let path = workshop.path("index")
  let tokens = try key.tokens(of: try blocks(of: register))
  try TokenIndex.write(
    to: path, binding: binding, key: indexKey,
    entries: (0..<registerRows).lazy.map { row in
      IndexEntry(token: token(tokens, row), record: Int64(row))
    })
  let index = try TokenIndex(path: path, expected: binding, key: indexKey)

  var ours: [Double] = []
  var peer: [Double] = []
  for _ in 0..<workshop.rounds {
    let start = DispatchTime.now().uptimeNanoseconds
    let hits = index.hits(in: try key.tokens(of: try blocks(of: roll))).count
    ours.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
    let said = try workshop.run(
      workshop.root.appendingPathComponent(".venv/bin/python").path,
      [workshop.peers + "/join.py", register, roll]
    ).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    guard said.count == 2, Int(said[1]) == hits else {
      throw BenchError.unreadable("the join: \(said) where \(hits) were found")
    }
    peer.append(said[0])
  }
  return [
    .time(
      "find \(rollRows) ids among \(registerRows), in process, one thread", unit: "s",
      ours: median(ours), peer: median(peer), against: "DuckDB plain-text join, one thread",
      target: 1)
  ]
}

/// Writes distinct valid identifiers, one a line under the header `id`.
private func writeIdentifiers(
  _ path: String, count: Int, first: Int, step: Int
) throws -> String {
  var text = "id\n"
  text.reserveCapacity(count * 20)
  for row in 0..<count {
    text += identifier(first + row * step)
    text += "\n"
  }
  try text.write(toFile: path, atomically: true, encoding: .utf8)
  return path
}

/// The n-th of a family of valid identifiers: birth days from 1930 on, a thousand people a day.
private func identifier(_ number: Int) -> String {
  let day = CivilDate(dayNumber: -14_610 + number / 1000 % 30_000)
  let digits =
    "4414\(number / 30_000_000 % 90 + 10)\(day.iso.filter { $0 != "-" })"
    + String(String(1000 + number % 1000).dropFirst())
  let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  let sum = zip(digits.utf8, weights).reduce(0) { $0 + Int($1.0 - 48) * $1.1 }
  return digits + String(Array("10X98765432")[sum % 11])
}

/// Reads a file of identifiers as a client packs a roll: each validated, sixteen bytes each.
private func blocks(of path: String) throws -> [UInt8] {
  let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  var packed: [UInt8] = []
  packed.reserveCapacity(bytes.count)
  for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
    guard let person = PersonIdentifier(exact: String(decoding: line, as: UTF8.self)) else {
      throw BenchError.unreadable("an identifier of \(path)")
    }
    IdentifierBlock(person).append(to: &packed)
  }
  return packed
}

/// The n-th token of a packed column.
private func token(_ packed: [UInt8], _ row: Int) -> Token {
  func word(_ start: Int) -> UInt64 {
    packed[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }
  return Token(high: word(row * 16), low: word(row * 16 + 8))
}
