// weir feedback: wrong records, their repair, and the recall of wrong values.

import ArgumentParser
import Contracts
import Telemetry
import Vocabulary

struct FeedbackCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "feedback", "数据疑义：提出、核实、整改、召回。", "Wrong records: report, verify, repair, recall.",
      examples:
        "feedback file E-1 --alive --slip 2024-0001 --seen resident-identity-card --id-file -",
      "feedback verify Q-1 --confirmed", "feedback list --overdue",
      subcommands: [
        FeedbackFile.self, FeedbackVerify.self, FeedbackExtend.self, FeedbackAgreeDate.self,
        FeedbackClose.self, FeedbackReopen.self, FeedbackWithdraw.self, FeedbackShow.self,
        FeedbackList.self, RecallCommand.self,
      ])
  }
}

struct FeedbackFile: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "file", "提出疑义：作为使用部门，或在窗口替本人提出。",
      "Report an error, as a holder of a grant or for a person at a counter.",
      examples:
        "feedback file E-1 --grant G-1 --record entries/E-1/records/17 --item event-date --cause 日期在未来",
      "feedback file E-1 --alive --slip 2024-0001 --seen resident-identity-card --id-file -")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(
    name: .customLong("record"), help: hint("记录，可重复。", "A record; may be repeated.", "record"))
  var records: [String] = []
  @Option(help: hint("有误的数据项。", "The wrong item.", "item")) var item = ""
  @Option(help: hint("问题种类。", "The kind of problem."))
  var kind = Word(FeedbackV1.ProblemKind.inaccurate)
  @Option(help: hint("缘由。", "The cause.", "text")) var cause = ""
  @Option(
    name: .customLong("detail"),
    help: hint("问题清单，可重复。", "One line of the list; may be repeated.", "text"))
  var details: [String] = []
  @Option(help: hint("取得该值的授权。", "The grant under which it was received.", "grant")) var grant = ""
  @Option(help: hint("窗口回执单号。", "The counter's slip.", "number")) var slip = ""
  @Option(help: hint("所验证件。", "The document seen.", "kind")) var seen = ""
  @Flag(help: hint("本人健在。", "The person is alive.")) var alive = false
  @Option(
    name: .customLong("id-file"),
    help: hint("证件号码文件；- 为标准输入。", "A file with the identifier; - is standard input.", "file"))
  var idFile: String?

  func call(_ session: Session) async throws {
    var subject: IngestV1.Subject?
    if let idFile {
      let text = try IdentifierFile.read(idFile, limit: 1)[0].exposed
      guard let block = SubjectReading.block(text) else {
        throw CommandFailure(
          .usage, spoken("读到的证件号码无效。", "The identifier that was read is not valid."))
      }
      subject = IngestV1.Subject(block: block.bytes)
    }
    let issue = FeedbackV1.Issue(
      entry: resource("entries", entry), records: records, item: item, kind: kind.value,
      cause: cause, details: details, reporter: grant.isEmpty ? .counter : .grantHolder,
      channel: .platform, grant: resource("grants", grant), slipNumber: slip,
      identityDocumentSeen: seen, personIsAlive: alive)
    let reply = try await session.feedback.fileIssue(
      .init(issue: issue, subject: subject, requestID: session.newRequest()), session.options)
    try session.keepReceipt(of: reply)
    if let filed = reply.issue { try session.show(filed) }
  }
}

struct FeedbackVerify: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "verify", "来源部门：证实，或写明不属实的理由。", "The source confirms, or gives its reasons why not.",
      examples: "feedback verify Q-1 --confirmed", "feedback verify Q-1 --reason 与原始档案一致")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String
  @Flag(help: hint("属实。", "It is wrong indeed.")) var confirmed = false
  @Option(name: .customLong("reason"), help: hint("理由，可重复。", "A reason; may be repeated.", "text"))
  var reasons: [String] = []

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.concludeVerification(
        .init(
          name: resource("issues", issue), confirmed: confirmed, reasons: reasons,
          requestID: session.newRequest()), session.options))
  }
}

struct FeedbackExtend: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "extend", "负责人延长一次期限，须在原期限之前。", "The head's one extension, before the first due date.",
      examples: "feedback extend Q-1 --days 5 --reason 须调阅纸质档案 --filing 鹤数备3号")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String
  @Option(help: hint("工作日。", "Working days.", "days")) var days: Int32
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Option(help: hint("备案。", "The filing.", "text")) var filing = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.extendIssue(
        .init(
          name: resource("issues", issue), workingDays: days, reason: reason, filing: filing,
          requestID: session.newRequest()), session.options))
  }
}

struct FeedbackAgreeDate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "agree-date", "商定整改日：一方提出，另一方以同一日期同意。",
      "Agree on the day of repair: one side proposes, the other repeats it.",
      examples: "feedback agree-date Q-1 2024-03-20")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String
  @Argument(help: hint("日期。", "The day.", "date")) var date: CivilDate

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.agreeRectificationDate(
        .init(
          name: resource("issues", issue), date: date.iso, requestID: session.newRequest()),
        session.options))
  }
}

struct FeedbackClose: CallCommand {
  static var configuration: CommandConfiguration {
    about("close", "提出方认可结果。", "The reporter accepts the result.", examples: "feedback close Q-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.closeIssue(
        .init(name: resource("issues", issue), requestID: session.newRequest()), session.options))
  }
}

struct FeedbackReopen: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "reopen", "同一事实仍有误：重新计时。", "The same fact is still wrong: new clocks.",
      examples: "feedback reopen Q-1 --reason 仍显示死亡")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.reopenIssue(
        .init(name: resource("issues", issue), reason: reason, requestID: session.newRequest()),
        session.options))
  }
}

struct FeedbackWithdraw: CallCommand {
  static var configuration: CommandConfiguration {
    about("withdraw", "撤回疑义。", "Withdraw an issue.", examples: "feedback withdraw Q-1 --reason 误报")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.withdrawIssue(
        .init(name: resource("issues", issue), reason: reason, requestID: session.newRequest()),
        session.options))
  }
}

struct FeedbackShow: CallCommand {
  static var configuration: CommandConfiguration {
    about("show", "显示一个疑义及期限。", "Show an issue with its clocks.", examples: "feedback show Q-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("疑义。", "The issue.", "issue")) var issue: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.getIssue(.init(name: resource("issues", issue)), session.options))
  }
}

struct FeedbackList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出疑义；--overdue 只列逾期。", "List issues; --overdue only those that are late.",
      examples: "feedback list", "feedback list --overdue")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("条目。", "The entry.", "entry")) var entry = ""
  @Option(help: hint("状态。", "The state.")) var state: Word<FeedbackV1.IssueState>?
  @Flag(help: hint("只列逾期。", "Only those that are late.")) var overdue = false

  func call(_ session: Session) async throws {
    let issues = try await session.list(limit) { size, token in
      let page = try await session.feedback.listIssues(
        .init(
          entry: resource("entries", entry), state: state.value(), overdue: overdue,
          pageSize: size, pageToken: token), session.options)
      return (page.issues, page.nextPageToken)
    }
    try session.show(
      issues,
      columns: ["name", "entry", "kind", "state", "source_department", "verify_due", "rectify_due"])
  }
}

struct RecallCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "recall", "召回：谁收到了有误的值，后来怎样。",
      "Recalls: who received the wrong value, and what became of it.",
      examples: "feedback recall list --open", "feedback recall ack R-1 reopened --note 已恢复发放",
      subcommands: [RecallList.self, RecallShow.self, RecallAcknowledge.self])
  }
}

struct RecallList: CallCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出召回。", "List recalls.", examples: "feedback recall list --open")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Flag(name: .customLong("open"), help: hint("只列未确认。", "Only those not acknowledged."))
  var isOpen = false

  func call(_ session: Session) async throws {
    let recalls = try await session.list(limit) { size, token in
      let page = try await session.feedback.listRecalls(
        .init(unacknowledged: isOpen, pageSize: size, pageToken: token), session.options)
      return (page.recalls, page.nextPageToken)
    }
    try session.show(
      recalls, columns: ["name", "issue", "entry", "record", "acknowledged", "create_time"])
  }
}

struct RecallShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一次召回及各接收方。", "Show a recall with its receivers.",
      examples: "feedback recall show R-1")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("召回。", "The recall.", "recall")) var recall: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.getRecall(
        .init(name: resource("recalls", recall)), session.options))
  }
}

struct RecallAcknowledge: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "ack", "接收方确认并说明结果：reopened、not_affected、made_good。",
      "A receiver takes it up, with the outcome: reopened, not_affected, made_good.",
      examples: "feedback recall ack R-1 reopened --note 已恢复发放")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("召回。", "The recall.", "recall")) var recall: String
  @Argument(help: hint("结果。", "The outcome.", "outcome")) var outcome: String
  @Option(help: hint("备注。", "A note.", "text")) var note = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.feedback.acknowledgeRecall(
        .init(
          name: resource("recalls", recall), outcome: outcome.replacing("-", with: "_"),
          note: note, requestID: session.newRequest()), session.options))
  }
}
