// weir audit months, request, approve, acts and trace: what two persons decide about the log.

import ArgumentParser
import Contracts
import RPC
import Telemetry
import Vocabulary

struct AuditMonths: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "months", "日志各月的条目数、内容保存期限和是否已销毁。",
      "The log's months: entries, until when their contents are kept, whether they were destroyed.",
      examples: "audit months --as audit-bureau/shen")
  }
  @OptionGroup var caller: CallerOptions

  func call(_ session: Session) async throws {
    let answer = try await session.audit.listMonths(.init(), session.options)
    try session.show(
      answer.months, columns: ["month", "first", "entries", "kept_until", "destroyed"])
  }
}

struct AuditRequest: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "request", "申请须两人办理的事项：销毁期满月份的日志内容，查询谁看过某人，或准许重建的数据库提供数据。",
      "Ask for an act of two persons: destroy a month's contents after their term, trace who looked at a person, or admit a database that was begun anew.",
      more: BilingualText(
        "另一人用 weir audit approve 批准。证件号码不会保存，只保存带密钥的散列。",
        "Another person approves it with weir audit approve. The identifier is not kept, only a keyed hash of it."
      ),
      examples: "audit request --destroy-month 2021-03 --reason 保存期满",
      "audit request --trace --id-file - --reason 群众投诉2024-17号",
      "audit request --admit share/r1/0f3c… --reason 磁盘损坏后重建")
  }
  @OptionGroup var caller: CallerOptions
  @Option(help: hint("销毁这个月的内容。", "Destroy this month's contents.", "month"))
  var destroyMonth: String?
  @Flag(help: hint("查询谁看过某人。", "Trace who looked at a person.")) var trace = false
  @Option(
    help: hint(
      "准许这个来源提供数据；见 weir audit origins。",
      "Let this origin give data; see weir audit origins.", "origin"))
  var admit: String?
  @Option(
    name: .customLong("id-file"),
    help: hint("证件号码文件；- 为标准输入。", "A file with the identifier; - is standard input.", "file"))
  var idFile: String?
  @Option(help: hint("理由。", "The reason.", "text")) var reason: String

  func validate() throws {
    guard [destroyMonth != nil, trace, admit != nil].count(where: { $0 }) == 1 else {
      throw ValidationError(
        spoken(
          "请给出 --destroy-month、--trace、--admit 之一。",
          "Give one of --destroy-month, --trace and --admit."))
    }
    guard trace == (idFile != nil) else {
      throw ValidationError(
        spoken("--trace 与 --id-file 须同时给出。", "--trace and --id-file go together."))
    }
  }

  func call(_ session: Session) async throws {
    let act = try await session.audit.requestAct(
      .init(
        kind: trace ? "trace_subject" : admit == nil ? "destroy_month" : "admit_origin",
        month: destroyMonth ?? "",
        subject: try idFile.map { try IdentifierFile.subject($0) }, reason: reason,
        requestID: session.requestID, origin: admit ?? ""),
      session.options)
    try session.show(act)
  }
}

struct AuditApprove: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "approve", "批准另一人申请的事项；销毁在批准时执行，不可恢复。",
      "Approve what another person asked for; a destruction happens with it and cannot be undone.",
      examples: "audit approve acts/1 --as audit-bureau/lu")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("事项。", "The act.", "act")) var act: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.audit.approveAct(
        .init(name: resource("acts", act), requestID: session.requestID), session.options))
  }
}

struct AuditActs: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "acts", "须两人办理的事项及其状态。", "Acts of two persons and how they stand.",
      examples: "audit acts --output json")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let acts = try await session.list(limit) { size, token in
      let page = try await session.audit.listActs(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.acts, page.nextPageToken)
    }
    try session.show(
      acts,
      columns: [
        "name", "kind", "month", "origin", "requested_by", "approved_by", "state", "reason",
      ])
  }
}

struct AuditTrace: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "trace", "谁看过某人：须有已批准的事项，只有申请人可以查询，查询本身入日志。",
      "Who looked at a person: under an approved act, to whoever asked for it; the reading is itself logged.",
      more: BilingualText(
        "先列出逐人查询，再列出名册中有此人的批量比对：清单只有数据服务打得开，每次打开都入日志。密钥轮换或销毁之前的名册不再能查出。",
        "Queries about the person, then the comparisons whose roll named the person: their lists open to Ingest alone, and each opening is logged. Rolls from before the register's keys were rotated or destroyed are no longer found."
      ),
      examples: "audit trace acts/1 --id-file -")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(
    name: .customLong("id-file"),
    help: hint("证件号码文件；- 为标准输入。", "A file with the identifier; - is standard input.", "file"))
  var idFile: String
  @Argument(help: hint("事项。", "The act.", "act")) var act: String

  func call(_ session: Session) async throws {
    let (name, subject) = (resource("acts", act), try IdentifierFile.subject(idFile))
    var entries: [AuditV1.Entry] = []
    for comparisons in [false, true] {
      entries += try await session.list(limit) { size, token in
        let page = try await session.audit.traceSubject(
          .init(
            act: name, subject: subject, pageSize: size, pageToken: token,
            comparisons: comparisons), session.options)
        return (page.entries, page.nextPageToken)
      }
    }
    try AuditEntries.show(entries, session)
  }
}
