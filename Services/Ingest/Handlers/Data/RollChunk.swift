// One chunk of a department's own roll, checked and packed.

import Contracts
import Crypto
import IngestRules
import Vocabulary
import Access

/// The rows of a roll chunk as blocks, one for each row.
struct RollChunk: Sendable {
  static let rowLimit = 32_768

  let number: Int
  /// 16 bytes a row.
  let blocks: [UInt8]
  /// One a row, or none.
  let names: [String]
  let isPresent: Bool
  let period: PaymentPeriod
  /// Leads are answered from this row on; those before it were.
  let firstRow: Int
  /// Of everything that the answer depends on.
  let digest: [UInt8]

  var count: Int { blocks.count / IdentifierBlock.byteCount }

  /// - Parameter keys: Packs documents that no public rule packs.
  init(_ request: IngestV1.CompareChunkRequest, keys: RegisterKeySet) throws {
    let width = IdentifierBlock.byteCount
    guard request.number >= 1 else {
      throw RequestRefusal.malformed(
        field: "number", expected: BilingualText("从 1 起的块号", "a chunk number from 1 on"))
    }
    let count = request.ids.count / width
    guard count * width == request.ids.count, (1...Self.rowLimit).contains(count) else {
      throw RequestRefusal.malformed(
        field: "ids",
        expected: BilingualText(
          "每行 16 字节、1 至 \(Self.rowLimit) 行", "16 bytes a row, 1 to \(Self.rowLimit) rows"))
    }
    guard request.names.isEmpty || request.names.count == count else {
      throw RequestRefusal.malformed(
        field: "names", expected: BilingualText("每行一个或全无", "one a row, or none"))
    }
    var blocks = request.ids
    var others: Set<Int> = []
    for other in request.others {
      let row = Int(other.row)
      let number = documentNumber(other.documentNumber)
      guard (0..<count).contains(row), others.insert(row).inserted, !number.isEmpty,
        !other.documentType.isEmpty
      else {
        throw RequestRefusal.malformed(
          field: "others",
          expected: BilingualText("行号、证件类型与号码", "a row, a document type and its number"))
      }
      let block = keys.block(of: .document(type: other.documentType, number: number))
      blocks.replaceSubrange(row * width..<(row + 1) * width, with: block.bytes)
    }
    let span = blocks.span
    for row in 0..<count where !others.contains(row) {
      guard IdentifierBlock(wire: span, at: row * width) != nil else {
        throw DataRefusal.subjectMalformed(field: "ids[\(row)]")
      }
    }
    guard request.direction == .present || request.direction == .absent else {
      throw RequestRefusal.malformed(
        field: "direction", expected: BilingualText("PRESENT 或 ABSENT", "PRESENT or ABSENT"))
    }
    let first = try civilDate(request.period?.firstDay ?? "", field: "period.first_day")
    let last = try civilDate(request.period?.lastDay ?? "", field: "period.last_day")
    guard let period = PaymentPeriod(firstDay: first, lastDay: last) else {
      throw RequestRefusal.malformed(
        field: "period", expected: BilingualText("首日不晚于末日", "a first day not after the last"))
    }
    guard (0..<Int32(count)).contains(request.firstRow) else {
      throw RequestRefusal.malformed(
        field: "first_row", expected: BilingualText("0 或上次答复的 next_row", "0 or a next_row"))
    }
    firstRow = Int(request.firstRow)
    number = Int(request.number)
    self.blocks = blocks
    names = request.names
    isPresent = request.direction == .present
    self.period = period
    digest = Self.digest(blocks, request)
  }

  private static func digest(_ blocks: [UInt8], _ request: IngestV1.CompareChunkRequest) -> [UInt8]
  {
    var writer = ByteWriter()
    writer.append(request.number)
    writer.append(Int32(request.direction.rawValue))
    writer.append(request.period?.firstDay ?? "")
    writer.append(request.period?.lastDay ?? "")
    for name in request.names { writer.append(name) }
    var hash = SHA256()
    hash.update(blocks)
    hash.update(writer.bytes)
    return hash.digest()
  }
}
