// weir compare run: packs a roll, sends it in chunks, and writes the leads beside the roll's own lines.

import ArgumentParser
import Contracts
import Foundation
import IngestFormats
import RPC
import Vocabulary

struct CompareRun: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "run", "上传名册并比对；线索写入 CSV。", "Upload a roll and compare it; the leads go into a CSV file.",
      more: BilingualText(
        "名册为带标题行的 CSV；证件号码列和姓名列按标题指定。命中只是线索，须经人工核查。中断后用 --resume 续传，不重复计数。",
        "The roll is CSV with a header; columns are named by their titles. A hit is a lead, never a verdict. After an interruption --resume goes on, and nothing counts twice."
      ),
      examples:
        "compare run G-1 pension.csv --purpose 养老金发放核查 --first-day 2024-02-01 --last-day 2024-02-29 --leads leads.csv",
      "compare run G-4 stopped.csv --purpose 救助核查 --first-day 2024-02-01 --last-day 2024-02-29 --direction present --id-column 身份证号 --leads leads.csv",
      "compare run G-1 pension.csv --resume C-1 --leads leads.csv")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("授权。", "The grant.", "grant")) var grant: String
  @Argument(help: hint("名册。", "The roll.", "file")) var file: String
  @Option(help: hint("方向。", "The direction.")) var direction = Word(IngestV1.Direction.present)
  @Option(help: hint("发放期间首日。", "First day of the payment period.", "date"))
  var firstDay: CivilDate?
  @Option(help: hint("发放期间末日。", "Its last day.", "date")) var lastDay: CivilDate?
  @Option(help: hint("utf-8 或 gb18030。", "utf-8 or gb18030.", "name"))
  var encoding: TextEncoding = .utf8
  @Option(help: hint("证件号码列；默认第一列。", "Column of identifiers; the first unless given.", "title"))
  var idColumn: String?
  @Option(
    help: hint("姓名列；默认第二列，none 为不发送。", "Column of names; the second; none sends none.", "title"))
  var nameColumn: String?
  @Option(help: hint("名册名称；默认取自授权。", "The roll's name; the grant's unless given.", "name"))
  var roll: String?
  @Option(help: hint("用途。", "The purpose.", "text")) var purpose = ""
  @Option(help: hint("所放行的发放批次。", "The payout that this run clears.", "text")) var payout = ""
  @Option(help: hint("责任人。", "Who answers for the run.", "who")) var person: String?
  @Option(help: hint("线索 CSV 文件。", "The CSV file of leads.", "file")) var leads: String
  @Option(help: hint("续传的比对。", "The run to go on with.", "run")) var resume: String?

  func validate() throws {
    guard resume != nil || (!purpose.isEmpty && firstDay != nil && lastDay != nil) else {
      throw ValidationError(
        spoken(
          "请给出 --purpose、--first-day 和 --last-day，或以 --resume 续传。",
          "Give --purpose, --first-day and --last-day, or go on with --resume."))
    }
  }

  func call(_ session: Session) async throws {
    let packed = try await PackedRoll(
      path: file, encoding: encoding, idColumn: idColumn, nameColumn: nameColumn)
    let run = try await open(packed, session)
    if packed.chunks.count > 1 { noteResume(run, session) }
    var output = try CSVFile(
      path: leads,
      header: ["case", "line", "record", "name_differs", "under_check", "issue", "values"])
    let progress = ProgressLine(
      BilingualText("比对 \(run.name)", "comparing \(run.name)"), total: packed.rowCount,
      console: session.console)
    let found: [(chunk: Int32, lead: IngestV1.Lead)]
    do {
      found = try await upload(packed, to: run.name, session, progress)
    } catch let status as Status {
      progress.finish(BilingualText("中断", "interrupted"))
      noteResume(run, session)
      throw status
    }
    let done = try await session.share.finishComparison(
      .init(
        name: run.name, chunks: Int32(clamping: packed.chunks.count),
        requestID: session.newRequest("finish")), session.options)
    progress.finish(BilingualText("\(found.count) 条线索", "\(found.count) leads"))
    let cases = try await caseNames(of: run.name, session)
    for (chunk, lead) in found {
      let line = packed.line(chunk: chunk, row: lead.row)
      try output.write([
        cases["\(chunk)/\(lead.row)"] ?? "", line.map { "\($0)" } ?? "", lead.record,
        lead.nameDiffers ? "1" : "", lead.underCheck ? "1" : "", lead.issue,
        lead.values.map { "\($0.item)=\($0.value)" }.joined(separator: "; "),
      ])
    }
    try output.close()
    try session.show(done)
    session.console.note(BilingualText("线索在 \(leads)", "the leads are in \(leads)"))
  }

  /// Sends the chunks, a few at once: they may come in any order (FORMATS "Roll chunk"). What the run has already is sent again:
  /// the same content gets the same answer and is not charged twice, and leads are stored nowhere from where they could be fetched.
  ///
  /// - Returns: The leads in the order of the roll.
  private func upload(
    _ packed: PackedRoll, to run: String, _ session: Session, _ progress: ProgressLine
  ) async throws -> [(chunk: Int32, lead: IngestV1.Lead)] {
    let replies = try await withThrowingTaskGroup(of: (Int32, [IngestV1.Lead]).self) { group in
      var replies: [Int32: [IngestV1.Lead]] = [:]
      for (index, chunk) in packed.chunks.enumerated() {
        if index >= Self.chunksAtOnce, let (number, leads) = try await group.next() {
          replies[number] = leads
        }
        group.addTask {
          let reply = try await session.share.uploadWhole(
            .init(
              comparison: run, number: chunk.number, ids: chunk.ids, names: chunk.names,
              others: chunk.others), session.options)
          progress.advance(by: chunk.rowCount)
          return (chunk.number, reply.leads)
        }
      }
      for try await (number, leads) in group { replies[number] = leads }
      return replies
    }
    return replies.sorted { $0.key < $1.key }.flatMap { number, leads in
      leads.map { (chunk: number, lead: $0) }
    }
  }

  private static let chunksAtOnce = 4

  private func open(_ packed: PackedRoll, _ session: Session) async throws -> ShareV1.Comparison {
    if let resume {
      let run = try await session.share.getComparison(
        .init(name: resource("comparisons", resume)), session.options)
      guard run.rollRows == Int64(packed.rowCount) else {
        throw CommandFailure(
          .usage,
          spoken(
            "\(file) 有 \(packed.rowCount) 行，\(run.name) 的名册为 \(run.rollRows) 行：不是同一份名册。",
            "\(file) has \(packed.rowCount) rows, the roll of \(run.name) \(run.rollRows): another roll."
          ))
      }
      return run
    }
    let grantName = resource("grants", grant)
    let ownRoll =
      if let roll { roll } else {
        try await session.share.getGrant(.init(name: grantName), session.options).roll?.roll ?? ""
      }
    var period: IngestV1.Period?
    if let firstDay, let lastDay {
      period = IngestV1.Period(firstDay: firstDay.iso, lastDay: lastDay.iso)
    }
    let run = ShareV1.Comparison(
      grant: grantName, direction: direction.value, period: period,
      rollRows: Int64(packed.rowCount), roll: ownRoll, purpose: purpose,
      responsiblePerson: try person.map(personName) ?? "", payout: payout)
    return try await session.share.createComparison(
      .init(comparison: run, requestID: session.newRequest()), session.options)
  }

  private func noteResume(_ run: ShareV1.Comparison, _ session: Session) {
    let command = "weir compare run \(grant) \(file) --resume \(run.name) --leads \(leads)"
    session.console.note(
      BilingualText("中断后续传：\(command)", "after an interruption: \(command)"))
  }

  private func caseNames(of run: String, _ session: Session) async throws -> [String: String] {
    var names: [String: String] = [:]
    var token = ""
    repeat {
      let page = try await session.share.listCases(
        .init(parent: run, pageSize: 500, pageToken: token), session.options)
      for item in page.cases { names["\(item.chunk)/\(item.row)"] = item.name }
      token = page.nextPageToken
    } while !token.isEmpty
    return names
  }
}

/// A roll as it is sent: 16 bytes for each identifier (FORMATS "Roll chunk").
struct PackedRoll: Sendable {
  struct Chunk: Sendable {
    var number: Int32 = 0
    var ids: [UInt8] = []
    var names: [String] = []
    var others: [IngestV1.OtherSubject] = []
    var lines: [Int] = []
    var rowCount: Int { lines.count }
  }

  private(set) var chunks: [Chunk] = []
  var rowCount: Int { chunks.reduce(0) { $0 + $1.rowCount } }

  /// Reads and packs a file, its pieces on all processors at once: a roll may have millions of rows.
  init(
    path: String, encoding: TextEncoding, idColumn: String?, nameColumn: String?
  ) async throws {
    var source = try ChunkSource(path: path, isCSV: true)
    let reader = CSVReader(encoding: encoding)
    let titles = try reader.header(source.header)
    let sendsNames = nameColumn != "none" && (nameColumn != nil || titles.count > 1)
    let packing = RollPacking(
      reader: reader, id: try Self.column(idColumn, in: titles, else: 0),
      name: sendsNames ? try Self.column(nameColumn, in: titles, else: 1) : nil)
    let packed = try await withThrowingTaskGroup(
      of: (Int, Result<[Chunk], any Error>).self
    ) { group in
      while let piece = try source.next() {
        group.addTask { (piece.number, Result { try packing.chunks(of: piece) }) }
      }
      var packed: [Int: Result<[Chunk], any Error>] = [:]
      for try await (number, chunks) in group { packed[number] = chunks }
      return packed
    }
    // In the order of the file, so that of several faults the first is told.
    for (_, result) in packed.sorted(by: { $0.key < $1.key }) {
      for var chunk in try result.get() {
        chunk.number = Int32(clamping: chunks.count + 1)
        chunks.append(chunk)
      }
    }
  }

  /// The roll's own line of a chunk's row.
  func line(chunk: Int32, row: Int32) -> Int? {
    guard let found = chunks.first(where: { $0.number == chunk }), row >= 0,
      Int(row) < found.lines.count
    else { return nil }
    return found.lines[Int(row)]
  }

  private static func column(_ title: String?, in titles: [String], else place: Int) throws -> Int {
    guard let title else { return place }
    guard let found = titles.firstIndex(of: title) else {
      throw CommandFailure(
        .usage,
        spoken(
          "名册没有“\(title)”列；有：\(titles.joined(separator: "、"))。",
          "The roll has no column '\(title)'; it has \(titles.joined(separator: ", "))."))
    }
    return found
  }
}

/// Packs pieces of a roll's file. A piece has no more rows than a chunk may have.
private struct RollPacking: Sendable {
  let reader: CSVReader
  /// The columns of identifiers and names; no names are sent without one.
  let id: Int
  let name: Int?

  /// Names and identifiers of a chunk together stay below 1 MiB.
  private static let maximumBytes = 900 * 1024

  func chunks(of piece: RecordCutter.Chunk) throws -> [PackedRoll.Chunk] {
    let block = try reader.read(piece.bytes, firstLine: piece.firstLine)
    var chunks: [PackedRoll.Chunk] = []
    var chunk = PackedRoll.Chunk()
    var bytes = 0
    for row in 0..<block.count {
      let fields = block.fields(ofRow: row)
      let text = name.flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
      if bytes + text.utf8.count > Self.maximumBytes {
        chunks.append(chunk)
        chunk = PackedRoll.Chunk()
        bytes = 0
      }
      guard let packed = SubjectReading.block(id < fields.count ? fields[id] : "") else {
        throw CommandFailure(
          .usage,
          spoken(
            "第 \(block.line(ofRow: row)) 行的证件号码无效；请更正名册后重试。",
            "The identifier on line \(block.line(ofRow: row)) is not valid; correct the roll first."
          ))
      }
      packed.append(to: &chunk.ids)
      if name != nil { chunk.names.append(text) }
      chunk.lines.append(block.line(ofRow: row))
      bytes += IdentifierBlock.byteCount + text.utf8.count + 4
    }
    if chunk.rowCount > 0 { chunks.append(chunk) }
    return chunks
  }
}
