// weir audit: the log as auditors and everybody else may see it.

import ArgumentParser
import Contracts
import Vocabulary

struct AuditCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "audit", "审计日志：检查点、条目、告警、离线验证。",
      "The log: checkpoints, entries, alarms, offline verification.",
      examples: "audit checkpoint --root-key root.key --keep last.checkpoint",
      "audit export ./log --root-key root.key",
      "audit verify --log ./log --root-key root.key --last-checkpoint last.checkpoint",
      "audit fsck --data /srv/weir",
      "audit receipt receipt.json --root-key root.key --page receipt.html",
      subcommands: [
        AuditCheckpoint.self, AuditEntries.self, AuditAlarms.self, AuditOrigins.self,
        AuditExport.self, AuditProve.self, AuditVerify.self, AuditReceipt.self, AuditMonths.self,
        AuditRequest.self, AuditApprove.self, AuditActs.self, AuditTrace.self, AuditFsck.self,
        AuditCanary.self,
      ])
  }
}

struct AuditEntries: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "entries", "查看日志条目内容；查看本身也入日志。", "Entries with their contents; the reading is itself logged.",
      examples: "audit entries --topic share.decision --limit 20", "audit entries --grant G-1",
      "audit entries --batch B-1")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("来源。", "The origin.", "origin")) var origin = ""
  @Option(help: hint("事项。", "The topic.", "topic")) var topic = ""
  @Option(help: hint("授权。", "The grant.", "grant")) var grant = ""
  @Option(help: hint("批次。", "The batch.", "batch")) var batch = ""
  @Option(help: hint("单位。", "The department.", "code")) var department = ""
  @Option(name: .customLong("call"), help: hint("调用号。", "The call.", "id")) var callID = ""
  @Option(help: hint("自哪一天（含）。", "From this day on.", "date")) var from: CivilDate?
  @Option(help: hint("至哪一天（含）。", "To this day.", "date")) var to: CivilDate?

  func call(_ session: Session) async throws {
    let filter = AuditV1.ListEntriesRequest.Filter(
      origin: origin, topic: topic, grant: resource("grants", grant), callID: callID,
      department: resource("departments", department),
      after: from.map { .init(Instant(startOf: $0)) },
      before: to.map { .init(Instant(startOf: $0.adding(days: 1))) },
      batch: resource("batches", batch))
    let entries = try await session.list(limit) { size, token in
      let page = try await session.audit.listEntries(
        .init(filter: filter, pageSize: size, pageToken: token), session.options)
      return (page.entries, page.nextPageToken)
    }
    try Self.show(entries, session)
  }

  static func show(_ entries: [AuditV1.Entry], _ session: Session) throws {
    switch session.console.format {
    case .json:
      // Contents are JSON themselves, and are read as such.
      session.console.show(
        json: .list(
          try entries.map {
            try MessageView($0).replacing("payload", with: MessageView.parsed($0.payload)).value
          }))
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
    try session.show(
      answer.origins,
      columns: ["origin", "durable_sequence", "covered_sequence", "awaits_admission"])
  }
}
