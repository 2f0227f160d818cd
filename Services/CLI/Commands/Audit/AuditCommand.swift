// weir audit: the log as auditors and everybody else may see it.

import ArgumentParser
import Boot
import Contracts
import Crypto
import Integrity
import Vocabulary

struct AuditCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "audit", "审计日志：检查点、条目、告警、离线验证。",
      "The log: checkpoints, entries, alarms, offline verification.",
      examples: "audit checkpoint --keep last.checkpoint", "audit export ./log",
      "audit verify --log ./log --root-key root.key --last-checkpoint last.checkpoint",
      subcommands: [
        AuditCheckpoint.self, AuditEntries.self, AuditAlarms.self, AuditOrigins.self,
        AuditExport.self, AuditProve.self, AuditVerify.self,
      ])
  }
}

struct AuditCheckpoint: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "checkpoint", "取最新检查点；给出留存的检查点时证明日志只增不改。",
      "The newest checkpoint; with one kept before, proves that the log has only grown.",
      examples: "audit checkpoint --keep last.checkpoint")
  }
  @OptionGroup var caller: CallerOptions
  @Option(
    help: hint(
      "留存检查点的文件；已有时先与之核对。", "Where it is kept; one that is there is compared first.", "file"))
  var keep: String?

  func call(_ session: Session) async throws {
    let text = try await session.audit.getCheckpoint(.init(), session.options).note
    guard let newest = Checkpoint(text: try SignedNote(text).text) else {
      throw EvidenceFailure.unreadable("checkpoint").failure
    }
    if let keep {
      if let held = try LogCopy.heldCheckpoint(keep) {
        guard held.size <= newest.size else {
          throw EvidenceFailure.shorter(held: held.size, now: newest.size).failure
        }
        let proof = try await session.audit.getConsistencyProof(
          .init(firstSize: Int64(held.size), secondSize: Int64(newest.size)), session.options)
        guard held.isBegun(in: newest, proof: proof.path) else {
          throw EvidenceFailure.rewritten(size: held.size).failure
        }
      }
      try Files.write(text, to: keep, isPrivate: false)
    }
    session.console.show([
      ("origin", BilingualText("日志", "log"), .text(newest.origin)),
      ("size", BilingualText("条目数", "entries"), .integer(Int(newest.size))),
      ("root", BilingualText("根值", "root"), .text(Hex.encode(newest.root))),
    ])
  }
}

struct AuditEntries: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "entries", "查看日志条目内容；查看本身也入日志。", "Entries with their contents; the reading is itself logged.",
      examples: "audit entries --topic share.decision --limit 20", "audit entries --grant G-1")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("来源。", "The origin.", "origin")) var origin = ""
  @Option(help: hint("事项。", "The topic.", "topic")) var topic = ""
  @Option(help: hint("授权。", "The grant.", "grant")) var grant = ""
  @Option(help: hint("单位。", "The department.", "code")) var department = ""
  @Option(name: .customLong("call"), help: hint("调用号。", "The call.", "id")) var callID = ""
  @Option(help: hint("自哪一天（含）。", "From this day on.", "date")) var from: CivilDate?
  @Option(help: hint("至哪一天（含）。", "To this day.", "date")) var to: CivilDate?

  func call(_ session: Session) async throws {
    let filter = AuditV1.ListEntriesRequest.Filter(
      origin: origin, topic: topic, grant: resource("grants", grant), callID: callID,
      department: resource("departments", department),
      after: from.map { .init(Instant(startOf: $0)) },
      before: to.map { .init(Instant(startOf: $0.adding(days: 1))) })
    let entries = try await session.list(limit) { size, token in
      let page = try await session.audit.listEntries(
        .init(filter: filter, pageSize: size, pageToken: token), session.options)
      return (page.entries, page.nextPageToken)
    }
    switch session.console.format {
    case .json: try session.show(entries, columns: [])
    case .table:
      session.console.show(
        Table(
          columns: [
            .init("index", BilingualText("序号", "index"), alignment: .right),
            .init("time", BilingualText("时间", "time")),
            .init("topic", BilingualText("事项", "topic")),
            .init("origin", BilingualText("来源", "origin")),
            .init("payload", BilingualText("内容", "contents")),
          ],
          rows: entries.map { entry in
            [
              .integer(Int(entry.index)),
              Words.value(entry.time.flatMap { $0.instant }?.rfc3339 ?? ""), .text(entry.topic),
              .text(String(entry.origin.prefix { $0 != "/" }) + "/\(entry.sequence)"),
              .text(String(decoding: entry.payload, as: UTF8.self)),
            ]
          }))
    }
  }
}

struct AuditAlarms: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "alarms", "日志自己发现的问题：缺口、分叉、无决定的披露。",
      "What the log itself found wrong: gaps, forks, disclosures without a decision.",
      examples: "audit alarms --as audit-bureau/shen")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let alarms = try await session.list(limit) { size, token in
      let page = try await session.audit.listAlarms(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.alarms, page.nextPageToken)
    }
    try session.show(alarms, columns: ["name", "kind", "origin", "sequence", "time", "text"])
  }
}

struct AuditOrigins: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "origins", "各服务的条目到哪里为止已落盘、已覆盖。",
      "How far each origin's entries are durable and covered.",
      examples: "audit origins --as audit-bureau/shen")
  }
  @OptionGroup var caller: CallerOptions

  func call(_ session: Session) async throws {
    let answer = try await session.audit.listOrigins(.init(), session.options)
    try session.show(answer.origins, columns: ["origin", "durable_sequence", "covered_sequence"])
  }
}

struct AuditExport: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "export", "把整个日志（只含加盐承诺）下载到目录，供离线验证。",
      "Fetch the whole log, salted commitments only, for offline verification.",
      examples: "audit export ./log")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("目录。", "The folder.", "dir")) var folder: String

  func call(_ session: Session) async throws {
    let note = try await session.audit.getCheckpoint(.init(), session.options).note
    guard let checkpoint = Checkpoint(text: try SignedNote(note).text) else {
      throw EvidenceFailure.unreadable("checkpoint").failure
    }
    let tiles = Tile.changed(from: 0, to: checkpoint.size)
    let progress = ProgressLine(
      BilingualText("下载", "fetching"), total: tiles.count, console: session.console)
    for tile in tiles {
      let content = try await session.audit.getTile(.init(path: tile.path), session.options).content
      let path = folder + "/" + tile.path
      if let slash = path.lastIndex(of: "/") { try Files.makeFolder(String(path[..<slash])) }
      try Files.write(content, to: path, isPrivate: false)
      progress.advance()
    }
    let keys = try await session.audit.getKeyList(.init(), session.options).json
    try Files.makeFolder(folder)
    try Files.write(keys, to: folder + "/keys", isPrivate: false)
    try Files.write(note, to: folder + "/checkpoint", isPrivate: false)
    progress.finish(
      BilingualText("\(checkpoint.size) 条", "\(checkpoint.size) entries"))
  }
}

struct AuditProve: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "prove", "为回执补上入日志的证明。", "Add to a receipt the proof that it is in the log.",
      examples: "audit prove receipt.json")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("回执文件。", "The receipt.", "file")) var file: String

  func call(_ session: Session) async throws {
    var receipt = try LogCopy.receipt(file)
    let proof = try await session.audit.getInclusionProof(
      .init(leaf: receipt.leaf.commitment), session.options)
    receipt.log = Receipt.LogProof(
      checkpoint: try SignedNote(proof.checkpoint), index: UInt64(max(0, proof.index)),
      path: proof.path)
    try Files.write(receipt.encoded(), to: file, isPrivate: false)
    session.console.show([
      ("file", BilingualText("回执", "receipt"), .text(file)),
      ("index", BilingualText("序号", "index"), .integer(Int(proof.index))),
      ("tree_size", BilingualText("日志条目数", "entries of the log"), .integer(Int(proof.treeSize))),
    ])
  }
}
