// Rows from one version of a register's keys to the next: opened, put under the new token, sealed again. Nothing plain is kept.

import Crypto
import IngestRules
import IngestStore
import Integrity
import Vocabulary

/// One version of what seals a register and makes its tokens.
struct KeyVersion: Sendable {
  let number: Int
  let seal: SealKey
  let token: TokenKey

  /// Tokens of another version as those of this one.
  func tokens(_ tokens: [UInt8], from other: KeyVersion) throws -> [UInt8] {
    if other.number == number { return tokens }
    return try token.tokens(of: try other.token.blocks(of: tokens))
  }
}

/// Puts rows of one register under other keys.
struct Resealing {
  private let (old, new): (KeyVersion, KeyVersion)
  private let (opener, sealer): (Sealer, Sealer)

  init(from old: KeyVersion, to new: KeyVersion, random: any RandomSource) throws {
    (self.old, self.new) = (old, new)
    opener = try Sealer(key: old.seal, random: random)
    sealer = try Sealer(key: new.seal, random: random)
  }

  /// The rows under the new keys, with the same ids in the same places. A row whose salt was deleted stays what it is: nothing.
  ///
  /// - Throws: `SealError` where a row is not what was sealed.
  func resealed(_ rows: RowPack, salts: [UInt8], of batch: StoredBatch) throws -> RowPack {
    guard salts.count == rows.count * SaltedRows.saltByteCount else { throw SealError.truncated }
    let tokens = try new.tokens(rows.tokens, from: old)
    var result = RowPack()
    var plain: [UInt8] = []
    var envelope: [UInt8] = []
    for row in 0..<rows.count {
      let id = rows.ids[row]
      let salt = Array(
        salts[row * SaltedRows.saltByteCount..<(row + 1) * SaltedRows.saltByteCount])
      if rows.isErased(row) || salt.allSatisfy({ $0 == 0 }) {
        result.append(token: rows.token(row), id: id, envelope: [])
        continue
      }
      let token = tokens[row * Token.byteCount..<(row + 1) * Token.byteCount]
      plain.removeAll(keepingCapacity: true)
      envelope.removeAll(keepingCapacity: true)
      let sealed = Array(rows.envelope(row))
      try opener.open(
        sealed.span.bytes, salt: salt,
        context: batch.context(token: Token(bytes: rows.token(row)), record: id), into: &plain)
      try sealer.seal(
        plain.span.bytes, salt: salt,
        context: batch.context(token: Token(bytes: token), record: id),
        into: &envelope)
      result.append(token: token, id: id, envelope: envelope[...])
    }
    return result
  }

  /// A rejected row under the new keys.
  func resealed(_ reject: StoredReject, of batch: StoredBatch) throws -> StoredReject {
    let place = batch.rejectSource.context(reject.id)
    return StoredReject(
      id: reject.id,
      sealed: try sealer.seal(try opener.open(reject.sealed, context: place), context: place),
      keyVersion: new.number)
  }
}

extension RegisterKeySet {
  /// From the keys of a version to the newest.
  func resealing(from version: Int, random: any RandomSource) throws -> Resealing {
    guard let old = keys(of: version) else { throw UnreadableContent(what: "key version") }
    return try Resealing(from: old, to: current, random: random)
  }

  /// Staged rows under the newest keys.
  func current(
    _ part: StagedPart, _ salts: [UInt8], of batch: StoredBatch, random: any RandomSource
  ) throws -> RowPack {
    if part.keyVersion == version { return part.rows }
    return try resealing(from: part.keyVersion, random: random)
      .resealed(part.rows, salts: salts, of: batch)
  }
}
