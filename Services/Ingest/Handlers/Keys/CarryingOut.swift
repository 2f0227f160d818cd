// Destroying what two persons decided to destroy: once begun it goes on after any stop, is looked at again, and is certified.

import Access
import Contracts
import Crypto
import Database
import IngestIndex
import IngestRules
import IngestStore
import Integrity
import Vocabulary

/// A person's rows in a register, those that a correction took out too.
struct ErasableRows: Sendable {
  let places: [ErasedSlots]
  /// The records that stand.
  let records: [Int64]
}

extension IngestService {
  /// Goes on with what was approved and not finished.
  package func finishDestructions() async throws {
    for standing in try await database.read({ try $0.approvedDestructions() }) {
      try await carryOut(standing.destruction.number)
    }
    try await tellLapses()
  }

  /// Destroys, looks whether it is so, and certifies. Done again it does what is left to do.
  func carryOut(_ number: Int64) async throws {
    try await inTurn(ofDestruction: number) { try await carryOut(number, $0) }
  }

  private func carryOut(_ number: Int64, _ turn: Turn) async throws {
    guard let standing = try await database.read({ try $0.destruction(number) }),
      standing.destruction.state == .approved
    else { return }
    var subject = ""
    switch standing.destruction.kind {
    case .register: try await destroyRegister(standing.destruction)
    case .subject: subject = try await erase(standing)
    }
    // What was written over stands in the journal still, until that is taken into the file.
    try await identity.checkpoint()
    try await database.checkpoint()
    // Until no replica that lives has keys or indexes of it in its hands nothing is certified.
    try await tellKeysGone()
    try await certify(number, subject: subject, turn)
  }

  // MARK: - A register

  /// The rows first, in one transaction with the register's own row: without it nobody misses its keys at the next start.
  private func destroyRegister(_ destruction: Destruction) async throws {
    let (entry, time) = (destruction.entry, outside.civil())
    try await inTurn(entry) { turn in
      let batches = try await database.write { transaction -> [Int64] in
        try turn.check(in: transaction)
        try transaction.tellKeysGone(as: outside.replica)
        let gone = try transaction.destroyRegister(entry, at: time)
        try transaction.count(
          rows: gone.rows, rejects: gone.rejects, in: destruction.number)
        return try transaction.batchIDs(ofEntry: entry)
      }
      try await identity.write { transaction in
        for batch in batches {
          try transaction.deleteStagedSalts(of: batch)
          try transaction.deleteSaltBlocks(of: batch)
        }
      }
      let keys = keys
      try await pool.run { try keys.destroyAll(entry) }
      try await shelf.forget(entry)
      damaged.remove(entry)
      let salted = try await identity.read { try $0.saltedBatches() }
      guard try await !database.read({ try $0.holdsRows(entry) }), salted.isDisjoint(with: batches),
        try await pool.run({ try keys.isGone(entry) })
      else { throw UnreadableContent(what: "destroyed register") }
    }
  }

  // MARK: - A person

  /// - Returns: The subject's pseudonym, as the log names it.
  private func erase(_ standing: StandingDestruction) async throws -> String {
    let destruction = standing.destruction
    guard let sealed = standing.sealedSubject else {
      throw UnreadableContent(what: "subject of a destruction")
    }
    let opened = try keys.manifests.open(sealed, at: .destruction(destruction.number))
    let subject = try SubjectIdentifier(try IngestV1.Subject(serialized: opened))
    for entry in try await entries(of: destruction) {
      try await inTurn(entry) { turn in
        try await erase(subject, in: entry, destruction.number, turn)
        guard try await erasable(subject, in: entry)?.places.isEmpty ?? true else {
          throw UnreadableContent(what: "erased rows")
        }
      }
    }
    guard case .block(let block) = subject else { return "" }
    return Pseudonym(of: block.bytes, key: keys.pseudonyms).text
  }

  /// Salts first: from there on the rows open to nobody, and a stop before they are written over finds them again by their token.
  private func erase(
    _ subject: SubjectIdentifier, in entry: Int64, _ destruction: Int64, _ turn: Turn
  ) async throws {
    guard let rows = try await erasable(subject, in: entry) else { return }
    let set = try await registerKeys(entry)
    let rejects = try await rejects(about: subject, in: entry, set)
    if rows.places.isEmpty, rejects.isEmpty { return }
    let places = rows.places
    let locations = places.flatMap { place in
      place.slots.map { RecordLocation(block: place.block, slot: $0) }
    }
    let next = try await shelf.next(
      entry, keys: set, after: RegisterChange(removed: locations))
    try await shelf.changing(to: next) {
      try await identity.write { try $0.eraseSalts(places) }
      try await database.write { transaction in
        try turn.check(in: transaction)
        let gone = places.isEmpty ? 0 : try transaction.erase(places, of: entry)
        try transaction.delete(rejects)
        try transaction.count(rows: gone, rejects: rejects.count, in: destruction)
      }
    }
  }

  /// Where a person's rows lie; `nil` where nothing was delivered.
  func erasable(_ subject: SubjectIdentifier, in entry: Int64) async throws -> ErasableRows? {
    guard try await database.read({ try $0.register(entry) }) != nil else { return nil }
    return try await withStandingRegister(entry) { keys, register in
      let token = try await pool.run { try keys.token.token(of: keys.block(of: subject).bytes) }
      let standing = register.index.ordinals(of: token).map {
        RecordLocation(number: register.index.record(at: $0))
      }
      let (records, removed) = try await database.read { transaction in
        let blocks = try transaction.blocks(Array(Set(standing.map(\.block))))
        return (
          standing.compactMap { location in
            blocks.first { $0.id == location.block }?.rows.ids[location.slot]
          }, try transaction.removedRows(entry, under: token, keys)
        )
      }
      let places = Dictionary(grouping: standing + removed, by: \.block)
        .sorted { $0.key < $1.key }
        .map { ErasedSlots(block: $0.key, slots: $0.value.map(\.slot).sorted()) }
      return ErasableRows(places: places, records: records)
    }
  }

  /// The index of a register that is whole, withdrawn or not.
  private func withStandingRegister<T>(
    _ entry: Int64, _ body: (RegisterKeySet, ServedRegister) async throws -> T
  ) async throws -> T {
    let name = ResourceName.entry(entry).text
    guard try await !isDamaged(entry) else { throw DataRefusal.registerDamaged(entry: name) }
    for _ in 0..<4 {
      do {
        let keys = try await registerKeys(entry)
        guard let register = try await shelf.register(entry, keys: keys) else {
          throw DataRefusal.nothingDelivered(entry: name)
        }
        return try await body(keys, register)
      } catch is StaleRegister {
        continue
      }
    }
    throw RequestRefusal.changedMeanwhile(name: name)
  }

  /// The rejected rows in which a person's number stands. A number that was itself unreadable is known to nobody; such rows go with
  /// their term.
  private func rejects(
    about subject: SubjectIdentifier, in entry: Int64, _ keys: RegisterKeySet
  ) async throws -> [(batch: Int64, id: Int64)] {
    var found: [(batch: Int64, id: Int64)] = []
    var after: (batch: Int64, id: Int64) = (0, -1)
    let random = outside.random
    while true {
      let from = after
      let page = try await database.read { transaction in
        try transaction.rejects(ofEntry: entry, after: from, limit: 500).map { row in
          (row: row, batch: try transaction.batch(row.batch))
        }
      }
      guard let last = page.last else { return found }
      after = (last.row.batch, last.row.reject.id)
      found += try await pool.run {
        try page.filter { row, batch in
          guard let batch, let version = keys.keys(of: row.reject.keyVersion) else { return false }
          let content = RejectContent(
            try Sealer(key: version.seal, random: random).open(
              row.reject.sealed, context: batch.rejectSource.context(row.reject.id)))
          return content?.mentions(subject) ?? false
        }.map { (batch: $0.row.batch, id: $0.row.reject.id) }
      }
    }
  }

  // MARK: - The certificate

  /// The entry of the log that says what is destroyed, and its receipt. A stop between the two writes the entry once more.
  private func certify(_ number: Int64, subject: String, _ turn: Turn) async throws {
    guard let destruction = try await database.read({ try $0.destruction(number) })?.destruction
    else { return }
    let time = outside.real()
    var members: [(String, JSONValue)] =
      destruction.members + [
        ("reason", .string(destruction.reason)),
        ("requested_by", .string(destruction.requester)),
        ("approved_by", .string(destruction.approver)),
        ("rows", .integer(Int64(destruction.rows))),
        ("rejects", .integer(Int64(destruction.rejects))),
        ("backups", .string(outside.backups == nil ? "none planned" : "planned")),
        ("backups_until", .string(outside.backups?.lapse(after: time).iso ?? "")),
      ]
    if !subject.isEmpty { members.append(("subject", .string(subject))) }
    let payload = event(members)
    let committed = try await database.writeWithEvidence { transaction in
      try turn.check(in: transaction)
      try transaction.append(topic: "ingest.data_destroyed", payload: payload)
    }
    guard let receipt = committed.evidence?.receipts(keys: outside.keyList).first else {
      throw UnreadableContent(what: "certificate")
    }
    let certificate = receipt.encoded()
    try await database.write { transaction in
      try turn.check(in: transaction)
      try transaction.certify(number, certificate: certificate, at: time)
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// The rows that a correction took out and that lie under a token still.
  fileprivate func removedRows(
    _ entry: Int64, under token: Token, _ keys: RegisterKeySet
  ) throws -> [RecordLocation] {
    let removed = try removedLocations(entry).map { RecordLocation(number: $0) }
    let blocks = try blocks(Array(Set(removed.map(\.block))))
    return try removed.filter { location in
      guard let block = blocks.first(where: { $0.id == location.block }),
        !block.rows.isErased(location.slot)
      else { return false }
      let own = Array(block.rows.token(location.slot))
      return try keys.currentTokens(own, under: block.keyVersion) == token.bytes
    }
  }
}

extension RejectContent {
  /// Whether a person's own number stands in the row as it was sent.
  fileprivate func mentions(_ subject: SubjectIdentifier) -> Bool {
    switch subject {
    case .document(_, let number): return row.contains(number)
    case .block(let block):
      let words = row.split { !$0.isLetter && !$0.isNumber }.map(String.init)
      return words.contains { word in
        if let person = try? PersonIdentifier.read(word) {
          return IdentifierBlock(person.identifier) == block
        }
        guard let organisation = try? OrganisationIdentifier.read(word) else { return false }
        return IdentifierBlock(organisation.identifier) == block
      }
    }
  }
}
