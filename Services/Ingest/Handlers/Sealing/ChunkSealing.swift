// A chunk of a batch from bytes to sealed rows: read, judge, make tokens, seal. Nothing plain leaves this file.

import Crypto
import IngestFormats
import IngestRules
import IngestStore
import Regulation
import Vocabulary

/// A chunk with all its rows sealed, ready to be kept.
struct SealedChunk: Sendable {
  /// Of the register's keys under which all of it was sealed.
  let keyVersion: Int
  /// Accepted rows with their salts, by part, in the order of their ids.
  var parts: [Int: SaltedRows] = [:]
  var rejects: [StoredReject] = []
  var accepted = 0
  var rejectsByRule: [String: Int] = [:]
  var marks: [String: Int] = [:]
  /// Planted identifiers among the accepted rows.
  var touches: [CanaryTouch] = []
}

/// Reads and seals the chunks of one batch.
struct ChunkSealing: Sendable {
  let batch: StoredBatch
  let keys: RegisterKeySet
  let today: CivilDate
  let random: any RandomSource
  let canaries: Canaries
  private let order: ColumnOrder
  private let check: RowCheck
  /// The place of every record of the batch, but for its token and its id.
  private let place: SealContext

  /// Rows that one thread takes at a time.
  static let sliceRows = 2_048

  init(
    batch: StoredBatch, keys: RegisterKeySet, today: CivilDate, doubts: DoubtTreatment,
    canaries: Canaries, random: any RandomSource
  ) throws {
    self.canaries = canaries
    self.batch = batch
    self.keys = keys
    self.today = today
    self.random = random
    place = batch.context(token: nil, record: 0)
    order = try columnOrder(of: batch.terms)
    check = RowCheck(
      schema: batch.terms.schema, order: order, asOf: batch.terms.asOf, today: today,
      basis: RuleBasis(profile: profileKey(of: batch.terms)), doubts: doubts)
  }

  /// The rows of a chunk, unjudged. The first chunk is also looked through for digits that a spreadsheet threw away.
  func read(_ content: [UInt8], number: Int, firstLine: Int, rowCount: Int) throws -> RecordBlock {
    let block: RecordBlock
    if batch.terms.format == BatchFormat.jsonLines.rawValue {
      let reader = JSONLinesReader(columns: batch.terms.schema.items.map(\.name))
      block = try reader.read(content, firstLine: firstLine, rowCount: rowCount)
    } else {
      let reader = CSVReader(encoding: TextEncoding(name: batch.terms.encoding) ?? .utf8)
      block = try reader.read(content, firstLine: firstLine, rowCount: rowCount)
    }
    if number == 1 {
      try checkDigits(
        rows: (0..<block.count).map { block.fields(ofRow: $0) }, schema: batch.terms.schema,
        order: order)
    }
    return block
  }

  /// Judges and seals some rows of a chunk.
  func seal(_ block: RecordBlock, rows: Range<Int>, chunk: Int) throws -> SealedChunk {
    var sealed = SealedChunk(keyVersion: keys.version)
    var accepted: [CheckedRow] = []
    var blocks: [UInt8] = []
    accepted.reserveCapacity(rows.count)
    blocks.reserveCapacity(rows.count * IdentifierBlock.byteCount)
    let sealer = try Sealer(key: keys.seal, random: random)
    for row in rows {
      let fields = block.fields(ofRow: row)
      switch check.check(fields, line: block.line(ofRow: row)) {
      case .accepted(let checked):
        guard let subject = batch.terms.schema.subject(of: checked) else {
          preconditionFailure("the subject of an entry is a required item")
        }
        for value in checked.values {
          for mark in value.marks { for slug in mark.slugs { sealed.marks[slug, default: 0] += 1 } }
        }
        keys.block(of: subject).append(to: &blocks)
        accepted.append(checked)
      case .rejected(let rejections):
        for rejection in rejections { sealed.rejectsByRule[rejection.rule, default: 0] += 1 }
        sealed.rejects.append(
          try self.sealed(
            RejectContent(
              line: block.line(ofRow: row), row: sent(fields), rejections: rejections),
            id: Int64(chunk) << 24 | Int64(row), by: sealer))
      }
    }
    sealed.accepted = accepted.count
    sealed.touches = canaries.touched(in: blocks)
    sealed.parts = try partition(accepted, tokens: try keys.token.tokens(of: blocks), by: sealer)
    return sealed
  }

  // MARK: - Accepted rows

  /// Seals rows under their subjects' salts and puts them in the order of their ids, part by part.
  private func partition(
    _ rows: [CheckedRow], tokens: [UInt8], by sealer: Sealer
  ) throws -> [Int: SaltedRows] {
    let ids = recordIDs(tokens: tokens)
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    let salts = random.bytes(rows.count * SaltedRows.saltByteCount)
    var saltRow: [Token: Int] = [:]
    saltRow.reserveCapacity(rows.count)
    var parts: [Int: SaltedRows] = [:]
    var current = SaltedRows()
    var currentPart = -1
    var writer = ByteWriter()
    var envelope: [UInt8] = []
    var context = place
    for row in order {
      let part = Int(ids[row] >> RecordID.partShift)
      if part != currentPart {
        if currentPart >= 0 { parts[currentPart] = current }
        (current, currentPart) = (SaltedRows(), part)
      }
      let bytes = tokens[row * 16..<(row + 1) * 16]
      guard let token = Token(bytes: bytes) else { preconditionFailure("a token is 16 bytes") }
      // A subject with several rows here has one salt for all.
      let from = saltRow[token] ?? row
      saltRow[token] = from
      let salt = Array(
        salts[from * SaltedRows.saltByteCount..<(from + 1) * SaltedRows.saltByteCount])
      writer.removeAll()
      RecordContent(rows[row]).encode(into: &writer)
      envelope.removeAll(keepingCapacity: true)
      context.token = token
      context.recordID = ids[row]
      try sealer.seal(writer.bytes.span.bytes, salt: salt, context: context, into: &envelope)
      current.rows.append(token: bytes, id: ids[row], envelope: envelope[...])
      current.salts.append(contentsOf: salt)
    }
    if currentPart >= 0 { parts[currentPart] = current }
    return parts
  }

  /// An id for each token: its leading bits, then chance. So the order of ids, in which rows lie, is that of sealed tokens
  /// and tells nothing of the source's order.
  private func recordIDs(tokens: [UInt8]) -> [Int64] {
    let count = tokens.count / 16
    let chance = random.bytes(count * 4)
    var taken: Set<Int64> = []
    taken.reserveCapacity(count)
    return (0..<count).map { row in
      var id = RecordID.make(
        token: tokens[row * 16..<row * 16 + 4], chance: chance[row * 4..<row * 4 + 4])
      while !taken.insert(id).inserted {
        id = RecordID.make(
          token: tokens[row * 16..<row * 16 + 4], chance: random.bytes(4)[...])
      }
      return id
    }
  }

  // MARK: - Rejected rows

  private func sealed(
    _ content: RejectContent, id: Int64, by sealer: Sealer
  ) throws -> StoredReject {
    var writer = ByteWriter()
    content.encode(into: &writer)
    return StoredReject(
      id: id,
      sealed: try sealer.seal(writer.bytes, context: batch.rejectSource.context(id)),
      keyVersion: keys.version)
  }

  /// The row as a line of CSV, so that it can be repaired and sent again.
  private func sent(_ fields: [String]) -> String {
    fields.map { field in
      let needsQuotes = field.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
      }
      guard needsQuotes else { return field }
      // By code points: a quote with a combining mark behind it is one character, and is a quote all the same.
      var quoted = String.UnicodeScalarView()
      quoted.append("\"")
      for scalar in field.unicodeScalars {
        if scalar == "\"" { quoted.append(scalar) }
        quoted.append(scalar)
      }
      quoted.append("\"")
      return String(quoted)
    }.joined(separator: ",")
  }
}

/// The formats in which a batch comes, as stored.
enum BatchFormat: String, Sendable {
  case csv
  case jsonLines = "json_lines"
}

extension StoredBatch {
  /// The place to which a record of this batch is bound.
  func context(token: Token?, record: Int64) -> SealContext {
    SealContext(
      kind: .record, resource: entryName, schemaVersion: UInt32(terms.entryVersion), batch: name,
      token: token, recordID: record)
  }
}

extension RejectSource {
  /// The place to which a rejected row is bound.
  func context(_ id: Int64) -> SealContext {
    SealContext(
      kind: .rejectedRow, resource: entryName, schemaVersion: UInt32(entryVersion), batch: name,
      recordID: id)
  }
}

/// The columns of a batch, from its header or, for JSON lines, from the entry itself.
func columnOrder(of terms: BatchTerms) throws -> ColumnOrder {
  guard terms.format == BatchFormat.csv.rawValue else { return ColumnOrder(schema: terms.schema) }
  let reader = CSVReader(encoding: TextEncoding(name: terms.encoding) ?? .utf8)
  return try ColumnOrder(header: try reader.header(terms.header), schema: terms.schema)
}

/// The key of the profile under which a batch was opened: `meizhou-public-2023`.
func profileKey(of terms: BatchTerms) -> String {
  terms.profile.split(separator: "@").first.map(String.init) ?? ""
}
