// The register behind a data call, in one state: found through the index, still sealed.

import Contracts
import Crypto
import Database
import IngestIndex
import IngestRules
import IngestStore
import Vocabulary
import Access

/// A stored row that was found; its seal is closed.
struct SealedHit: Sendable {
  /// The row of the roll, or 0 for a single subject.
  let row: Int
  let location: RecordLocation
  let record: Int64
  let batch: StoredBatch
  /// As it is stored, under the keys of the row's version.
  let token: Token
  let keyVersion: Int
  let envelope: [UInt8]
}

/// A row whose seal was opened.
struct OpenedRecord: Sendable {
  let row: Int
  let record: Int64
  let batch: StoredBatch
  let content: RecordContent

  var schema: EntrySchema { batch.terms.schema }

  /// The name of the person or organisation, where the entry has one.
  var subjectName: String? {
    schema.index(of: .subjectName).flatMap { index in
      index < content.values.count ? content.values[index] : nil
    }
  }
}

/// What may leave under a disclosure, with what must be said or hidden of it.
struct Opened: Sendable {
  let records: [OpenedRecord]
  /// Which records of the register are under check, with the issue.
  let issues: [Int64: String]
  /// The masks that the publisher of the entry signed, by item; `nil` where nobody did, and nothing is shown.
  let masks: [String: Mask]?
}

/// The register is another than the one that was searched: find again.
struct StaleRegister: Error {}

extension IngestService {
  /// Keys and state of a register that may answer.
  func serving(_ entry: Int64) async throws -> (RegisterKeySet, ServedRegister) {
    let name = ResourceName.entry(entry).text
    if keys.loaded(entry) == nil, try await database.read({ try $0.register(entry) }) == nil {
      throw DataRefusal.nothingDelivered(entry: name)
    }
    let set = try await registerKeys(entry, makes: false)
    // Asked first: of rows that are missing no index can be made.
    guard try await !isDamaged(entry) else { throw DataRefusal.registerDamaged(entry: name) }
    guard let register = try await shelf.register(entry, keys: set) else {
      throw DataRefusal.nothingDelivered(entry: name)
    }
    guard !register.state.isWithdrawn else { throw DataRefusal.entryWithdrawn(entry: name) }
    return (set, register)
  }

  /// Runs the body on a register, once more where a commit replaced rows under it. A caller whom commits overtake again and
  /// again is told so and may come again; it is never told that the register is damaged.
  func withRegister<T>(
    _ entry: Int64, _ body: (RegisterKeySet, ServedRegister) async throws -> T
  ) async throws -> T {
    for _ in 0..<4 {
      do {
        let (keys, register) = try await serving(entry)
        return try await body(keys, register)
      } catch is StaleRegister {
        continue
      }
    }
    throw RequestRefusal.changedMeanwhile(name: ResourceName.entry(entry).text)
  }

  /// The stored rows of index hits, in the order of the roll.
  func sealedHits(
    _ hits: [TokenIndex.Hit], in register: ServedRegister
  ) async throws -> [SealedHit] {
    if hits.isEmpty { return [] }
    var places: [(row: Int, location: RecordLocation)] = []
    for hit in hits {
      for ordinal in hit.ordinals {
        places.append(
          (hit.row, RecordLocation(number: register.index.record(at: ordinal))))
      }
    }
    let ids = Array(Set(places.map(\.location.block))).sorted()
    let blocks = try await database.read { try $0.blocks(ids) }
    let byID = Dictionary(blocks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return try places.map { place in
      guard let block = byID[place.location.block], place.location.slot < block.rows.count,
        let batch = register.batches[block.batch],
        let token = Token(bytes: block.rows.token(place.location.slot))
      else { throw StaleRegister() }
      return SealedHit(
        row: place.row, location: place.location, record: block.rows.ids[place.location.slot],
        batch: batch, token: token, keyVersion: block.keyVersion,
        envelope: Array(block.rows.envelope(place.location.slot)))
    }
  }

  /// Opens the rows of a disclosure that is durable, and looks afterwards whether the register is still the one that was
  /// searched. Where it is not, nothing leaves: a value that a correction took out never goes out after that correction, and
  /// what was announced is taken back.
  func open(
    _ hits: [SealedHit], under disclosure: Disclosure, id: Int64, in register: ServedRegister,
    keys: RegisterKeySet
  ) async throws -> Opened {
    let entry = register.state.entry
    let opened: Result<[OpenedRecord], any Error>
    do {
      opened = .success(try await open(hits, entry: entry, keys: keys))
    } catch {
      opened = .failure(error)
    }
    let (state, issues, known) = try await database.read {
      (try $0.register(entry), try $0.underCheck(entry), try $0.knownEntry(entry))
    }
    let masks = try await masks(known)
    if state == register.state, case .success(let records) = opened {
      return Opened(records: records, issues: issues, masks: masks)
    }
    try await withdraw([], of: disclosure, id: id)
    guard state == register.state else { throw StaleRegister() }
    return Opened(records: try opened.get(), issues: issues, masks: masks)
  }

  /// Opens rows. Called only after the disclosure is durable.
  ///
  /// A row that was moved, changed or put under another person's token does not open: the register is damaged then. A row
  /// whose subject's salt was deleted is gone, and left out.
  func open(
    _ hits: [SealedHit], entry: Int64, keys: RegisterKeySet
  ) async throws -> [OpenedRecord] {
    if hits.isEmpty { return [] }
    let ids = Array(Set(hits.map(\.location.block))).sorted()
    let salts = try await identity.read { try $0.salts(ofBlocks: ids) }
    let (pool, random) = (pool, outside.random)
    let slice = 1_024
    return try await withThrowingTaskGroup(of: (Int, [OpenedRecord]).self) { group in
      for start in stride(from: 0, to: hits.count, by: slice) {
        let some = Array(hits[start..<min(start + slice, hits.count)])
        group.addTask {
          (
            start,
            try await pool.run {
              try opened(some, salts: salts, entry: entry, keys: keys, random: random)
            }
          )
        }
      }
      var parts: [(Int, [OpenedRecord])] = []
      for try await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap { $0.1 }
    }
  }
}

private func opened(
  _ hits: [SealedHit], salts: [Int64: [UInt8]], entry: Int64, keys: RegisterKeySet,
  random: any RandomSource
) throws -> [OpenedRecord] {
  let damaged = DataRefusal.registerDamaged(entry: ResourceName.entry(entry).text)
  var sealers: [Int: Sealer] = [:]
  var records: [OpenedRecord] = []
  records.reserveCapacity(hits.count)
  for hit in hits {
    let start = hit.location.slot * SaltedRows.saltByteCount
    guard let block = salts[hit.location.block], start + SaltedRows.saltByteCount <= block.count
    else { throw damaged }
    let salt = Array(block[start..<start + SaltedRows.saltByteCount])
    // A deleted salt is written over with zeros; chance alone never makes one.
    if salt.allSatisfy({ $0 == 0 }) { continue }
    let bytes: [UInt8]
    guard let version = keys.keys(of: hit.keyVersion) else { throw damaged }
    let sealer = try sealers[hit.keyVersion] ?? Sealer(key: version.seal, random: random)
    sealers[hit.keyVersion] = sealer
    do throws(SealError) {
      bytes = try sealer.open(
        hit.envelope, salt: salt, context: hit.batch.context(token: hit.token, record: hit.record))
    } catch {
      throw damaged
    }
    guard let content = RecordContent(bytes) else { throw damaged }
    records.append(
      OpenedRecord(row: hit.row, record: hit.record, batch: hit.batch, content: content))
  }
  return records
}
