// weir ingest upload: a file in numbered chunks, resumed where it stopped.

import ArgumentParser
import Contracts
import Foundation
import IngestFormats
import RPC
import Vocabulary

struct IngestUpload: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "upload", "上传一个文件并入库；中断后用 --resume 续传。",
      "Upload a file and commit it; --resume goes on after an interruption.",
      more: BilingualText(
        "系统身份为库表交换（table），人员身份为文件上传（file）。有拒收行时退出码为 5。",
        "A system's identity delivers in mode table, a person's in mode file. With rejected rows it ends with 5."
      ),
      examples: "ingest upload E-1 register.csv --as civil-affairs/system:registers",
      "ingest upload E-1 register.csv --encoding gb18030 --as-of 2024-03-01",
      "ingest upload E-1 register.csv --resume B-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Argument(help: hint("文件。", "The file.", "file")) var file: String
  @Option(help: hint("utf-8 或 gb18030。", "utf-8 or gb18030.", "name"))
  var encoding: TextEncoding = .utf8
  @Option(help: hint("格式。", "The form.")) var form = Word(IngestV1.Format.csv)
  @Option(help: hint("方式；默认按身份。", "The mode; by identity unless given."))
  var mode: Word<IngestV1.DeliveryMode>?
  @Option(help: hint("存量、增量。", "Stock or increment.")) var kind = Word(IngestV1.BatchKind.stock)
  @Option(help: hint("数据截至哪一天；默认今天。", "The day the data are of; today unless given.", "date"))
  var asOf: CivilDate?
  @Option(help: hint("覆盖范围。", "What the file covers.", "text")) var coverage = "whole register"
  @Option(help: hint("接口方式的理由。", "Why the interface mode.", "text")) var modeReason = ""
  @Option(help: hint("续传的批次。", "The batch to go on with.", "batch")) var resume: String?
  @Flag(help: hint("只上传，不入库。", "Upload, but do not commit.")) var noCommit = false

  func call(_ session: Session) async throws {
    let source = try ChunkSource(path: file, isCSV: form.value != .jsonLines)
    let batch = try await open(source, session)
    if batch.state == .committed {
      session.console.note(
        BilingualText(
          "\(batch.name) 此前已入库，未再上传。", "\(batch.name) was committed before; nothing was sent."))
      return try show(batch, session)
    }
    let sent = try await upload(source, to: batch, session)
    guard !noCommit else {
      return try session.show(
        try await session.ingest.getBatch(.init(name: batch.name), session.options))
    }
    // A commit puts all rows in order: with millions of them it may take minutes.
    var options = session.options
    options.timeout = .seconds(1_800)
    let done = try await session.ingest.commitBatch(
      .init(
        name: batch.name, chunks: sent.chunks, rows: sent.rows,
        requestID: session.newRequest("commit")), options)
    try show(done, session)
  }

  private func show(_ done: IngestV1.Batch, _ session: Session) throws {
    try session.show(done)
    if done.rejectedRows > 0 {
      session.console.note(
        BilingualText(
          "有 \(done.rejectedRows) 行被拒收：weir ingest rejects \(done.name) --out FILE",
          "\(done.rejectedRows) rows were rejected: weir ingest rejects \(done.name) --out FILE"))
      throw ProgramEnd(exit: done.state == .committed ? .rejectedRows : .refused)
    }
  }

  private func open(_ source: ChunkSource, _ session: Session) async throws -> IngestV1.Batch {
    if let resume {
      return try await session.ingest.getBatch(
        .init(name: resource("batches", resume)), session.options)
    }
    let day = try asOf ?? caller.today()
    let batch = IngestV1.Batch(
      entry: resource("entries", entry),
      mode: mode?.value ?? (session.isSystem ? .table : .file), kind: kind.value,
      format: form.value, encoding: encoding == .utf8 ? .utf8 : .gb18030, header: source.header,
      asOf: day.iso, coverage: coverage, modeReason: modeReason)
    return try await session.ingest.createBatch(
      .init(batch: batch, requestID: session.newRequest()), session.options)
  }

  private func upload(
    _ source: ChunkSource, to batch: IngestV1.Batch, _ session: Session
  ) async throws -> (chunks: Int32, rows: Int64) {
    if source.size > Self.longBytes { noteResume(batch, session) }
    let progress = ProgressLine(
      BilingualText("上传 \(batch.name)", "uploading \(batch.name)"), total: source.size,
      console: session.console)
    var source = source
    var rows: Int64 = 0
    var chunks: Int32 = 0
    var answer = (accepted: Int64(0), rejected: Int64(0))
    do {
      while let chunk = try source.next() {
        chunks = Int32(clamping: chunk.number)
        rows += Int64(chunk.rowCount)
        // What the batch has already is cut again, but not sent again.
        if chunks >= max(1, batch.nextChunk) {
          let reply = try await session.ingest.uploadChunk(
            .init(
              batch: batch.name, number: chunks, firstLine: Int64(chunk.firstLine),
              rows: Int32(clamping: chunk.rowCount), content: chunk.bytes), session.options)
          answer.accepted += Int64(reply.acceptedRows)
          answer.rejected += Int64(reply.rejectedRows)
        }
        progress.advance(by: chunk.bytes.count)
      }
    } catch let status as Status {
      progress.finish(BilingualText("中断", "interrupted"))
      noteResume(batch, session)
      throw status
    }
    progress.finish(
      BilingualText(
        "接收 \(answer.accepted) 行，拒收 \(answer.rejected) 行",
        "\(answer.accepted) rows accepted, \(answer.rejected) rejected"))
    return (chunks, rows)
  }

  /// Longer files take long enough to be interrupted, and then nothing more can be said.
  private static let longBytes = 4 << 20

  private func noteResume(_ batch: IngestV1.Batch, _ session: Session) {
    session.console.note(
      BilingualText(
        "中断后续传：weir ingest upload \(batch.entry) \(file) --resume \(batch.name)",
        "after an interruption: weir ingest upload \(batch.entry) \(file) --resume \(batch.name)"))
  }
}
