// Step: 200,000 records arrive in table mode; planted errors are rejected with reasons; a manual upload is refused.

import Boot
import Contracts
import Foundation
import IngestFormats
import Regulation
import Synth
import Vocabulary

extension DemoStep {
  static let manualUpload = DemoStep(
    name: "manual-upload",
    title: BilingualText(
      "自建系统条目的人工上传", "A manual upload to a self-built system's entry")
  ) { stage in
    let owner = DemoCast.civilAffairs
    let officer = try stage.wire.client(owner.principal(owner.officer)).ingest
    let entry = try stage.entry(.cremation)
    let batch = DemoDelivery.batch(.cremation, entry.name, stage.plan, mode: .file)
    let request = stage.request()
    var opened: IngestV1.Batch?
    let refused = try await refusal {
      opened = try await officer.createBatch(.init(batch: batch, requestID: request))
    }
    stage.ledger.expect(
      BilingualText("人工上传", "the manual upload"), stage.law.manualUpload(.cremation),
      refused?.description ?? "\(opened?.state ?? .unspecified)",
      by: .law(.ingestSelfBuilt, .cremation))
    // Its system delivers all the same.
    guard let opened else { return }
    _ = try await officer.abandonBatch(
      .init(name: opened.name, reason: "改由业务系统汇聚", requestID: stage.request()))
  }

  static let delivery = DemoStep(
    name: "delivery",
    title: BilingualText("库表汇聚：校验、拒收、封存", "Delivery in table mode: checked, rejected, sealed")
  ) { stage in
    let total = stage.plan.registers.reduce(0) { $0 + $1.rows }
    let progress = ProgressLine(
      BilingualText("汇聚记录", "records delivered"), total: total, console: stage.console)
    let made = try await deliverAll(stage, progress)
    for kind in RegisterKind.allCases {
      guard let batch = made[kind] else { continue }
      stage.batches[kind] = batch
      try await compare(kind, batch, &stage)
    }
    progress.finish(BilingualText("\(total) 条", "\(total) records"))
    stage.ledger.expect(
      BilingualText("汇聚方式", "delivered as"), stage.law.deliversTables ? "table" : "interface",
      "\(made[.cremation]?.mode ?? .unspecified)", by: .law(.ingestModes, .cremation))
    stage.receipt = made[.cremation]?.receipt?.json ?? []
  }

  private static func deliverAll(
    _ stage: DemoStage, _ progress: ProgressLine
  ) async throws -> [RegisterKind: IngestV1.Batch] {
    try await withThrowingTaskGroup(of: (RegisterKind, IngestV1.Batch).self) { group in
      for kind in RegisterKind.allCases {
        group.addTask { (kind, try await DemoDelivery.deliver(kind, stage, progress)) }
      }
      var made: [RegisterKind: IngestV1.Batch] = [:]
      for try await (kind, batch) in group { made[kind] = batch }
      return made
    }
  }

  private static func compare(
    _ kind: RegisterKind, _ batch: IngestV1.Batch, _ stage: inout DemoStage
  ) async throws {
    let plan = stage.plan.register(kind)
    func what(_ chinese: String, _ english: String) -> BilingualText {
      BilingualText("\(kind.title)：\(chinese)", "\(kind.rawValue): \(english)")
    }
    stage.ledger.expect(what("入库", "accepted"), plan.accepted, batch.acceptedRows)
    stage.ledger.expect(
      what("按规则拒收", "rejected by rule"), text(plan.rejectsByRule), text(batch.rejectsByRule))
    stage.ledger.expect(
      what("标识清洗", "identifiers cleaned"), text(plan.cleanedByMark),
      text(batch.cleanedByMark))
    let owner = DemoCast.department(kind.department)
    let system = try stage.wire.client(owner.systemName).ingest
    var lines: Set<RegisterPlan.Reject> = []
    var token = ""
    repeat {
      let page = try await system.listRejects(
        .init(batch: batch.name, pageSize: 500, pageToken: token))
      lines.formUnion(page.rejects.map { .init(line: Int($0.line), rule: $0.rule) })
      token = page.nextPageToken
    } while !token.isEmpty
    stage.ledger.expect(
      what("拒收行号与规则逐行相符", "rejected lines and rules agree"), plan.rejects.count,
      lines.intersection(plan.rejects).count)
  }

  private static func text(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  private static func text(_ counts: [IngestV1.RuleCount]) -> String {
    text(
      Dictionary(counts.map { ($0.rule, Int($0.count)) }, uniquingKeysWith: +)
        .filter { $0.value > 0 })
  }
}

/// One register on its way.
enum DemoDelivery {
  /// Two encodings, as two departments would have them.
  static func encoding(_ kind: RegisterKind) -> TextEncoding {
    kind == .cancellation ? .gb18030 : .utf8
  }

  static func batch(
    _ kind: RegisterKind, _ entry: String, _ plan: Plan, mode: IngestV1.DeliveryMode
  ) -> IngestV1.Batch {
    var batch = IngestV1.Batch()
    batch.entry = entry
    batch.mode = mode
    batch.kind = .stock
    batch.format = .csv
    batch.encoding = encoding(kind) == .gb18030 ? .gb18030 : .utf8
    batch.header = encoding(kind).encode(kind.columns.map(\.title).joined(separator: ",") + "\n")
    batch.asOf = plan.today.iso
    batch.coverage = "全量"
    return batch
  }

  static func deliver(
    _ kind: RegisterKind, _ stage: DemoStage, _ progress: ProgressLine
  ) async throws -> IngestV1.Batch {
    let owner = DemoCast.department(kind.department)
    let system = try stage.wire.client(owner.systemName).ingest
    let entry = try stage.entry(kind)
    let opened = try await system.createBatch(
      .init(
        batch: batch(
          kind, entry.name, stage.plan, mode: stage.law.deliversTables ? .table : .interface),
        requestID: "demo-batch-\(kind.rawValue)"))
    let chunks = try chunks(of: stage.registerFile(kind))
    var rows = 0
    for chunk in chunks {
      _ = try await system.uploadChunk(
        .init(
          batch: opened.name, number: Int32(chunk.number), firstLine: Int64(chunk.firstLine),
          rows: Int32(chunk.rowCount), content: chunk.bytes))
      rows += chunk.rowCount
      progress.advance(by: chunk.rowCount)
    }
    return try await system.commitBatch(
      .init(
        name: opened.name, chunks: Int32(chunks.count), rows: Int64(rows),
        requestID: "demo-commit-\(kind.rawValue)"))
  }

  /// The file without its header line, cut at record ends.
  static func chunks(of path: String) throws -> [RecordCutter.Chunk] {
    let bytes = try readBytes(path)
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return [] }
    var cutter = RecordCutter(maximumBytes: 1_000_000)
    return try cutter.append(Array(bytes[(end + 1)...])) + cutter.finish()
  }
}

extension Optional where Wrapped == DemoRefusal {
  /// What stands in the report where nothing was refused.
  var text: String { map(\.description) ?? "not refused" }
}
