// weir share: applications and subscriptions; grants, queries and verification requests have files of their own.

import ArgumentParser
import Boot
import Contracts
import Vocabulary

struct ShareCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "share", "申请、授权、单人查询、核验。", "Applications, grants, one-person queries, verification.",
      examples: "share apply application.yaml", "share review A-1 --approve name,event-date",
      "share lookup G-1 --id-file - --purpose 养老金资格核实 --case 2024-17",
      subcommands: [
        ShareApply.self, ShareSubmit.self, ShareReview.self, ShareAgreeDate.self,
        ShareWithdraw.self, ShareShow.self, ShareList.self, ShareSubscribe.self, ShareAccept.self,
        ShareFileModes.self, ShareSuspend.self, ShareResume.self, ShareRevoke.self,
        ShareGrants.self, ShareGrant.self,
        ShareLookup.self, VerifyCommand.self,
      ])
  }
}

struct ShareApply: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "apply", "按 YAML 或 JSON 文件编制申请；--submit 随即提交。",
      "Draft an application from a YAML or JSON file; --submit hands it in at once.",
      more: BilingualText(
        """
        文件字段：entry、items、purpose、business、legal_basis、scenario、scope、modes、until、rows、roll、daily_subjects、systems、recipients。\
        数据要提供给他人、公开或到境外的，在 recipients 中逐一写明（kind：THIRD_PARTY、PUBLIC、OWN_SYSTEM；name、title、purpose、\
        items、region、deidentified）及所依据的记录（personal_consent、export_assessment、security_review、records_until）；未写明的一律不得提供。
        """,
        """
        Fields: entry, items, purpose, business, legal_basis, scenario, scope, modes, until, rows, roll, daily_subjects, \
        systems, recipients. Whom data go on to, publication and places abroad stand in recipients, one by one (kind: \
        THIRD_PARTY, PUBLIC, OWN_SYSTEM; name, title, purpose, items, region, deidentified), with the records they rely on \
        (personal_consent, export_assessment, security_review, records_until); nobody else gets any.
        """
      ),
      examples: "share apply application.yaml --submit")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("文件；- 为标准输入。", "The file; - is standard input.", "file")) var file: String
  @Flag(help: hint("随即提交。", "Hand it in at once.")) var submit = false

  func call(_ session: Session) async throws {
    let application: ShareV1.Application = try MessageFile.read(file)
    var made = try await session.share.createApplication(
      .init(application: application, requestID: session.newRequest()), session.options)
    if submit {
      made = try await session.share.submitApplication(
        .init(name: made.name, etag: made.etag, requestID: session.newRequest("submit")),
        session.options)
    }
    try session.show(made)
  }
}

struct ShareSubmit: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "submit", "提交申请；答复期限自受理起算。", "Hand an application in; the clock of the reply starts.",
      examples: "share submit A-1", "share submit A-1 --validate-only")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("申请。", "The application.", "application")) var application: String
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""
  @Flag(help: hint("只校验，不提交。", "Only check, change nothing.")) var validateOnly = false

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.submitApplication(
        .init(
          name: resource("applications", application), etag: etag, requestID: session.newRequest(),
          validateOnly: validateOnly), session.options))
    if validateOnly { session.noteChecked() }
  }
}

struct ShareReview: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "review", "逐项审核：同意或附依据拒绝。", "Decide item by item: approve, or refuse with a ground.",
      more: BilingualText(
        "拒绝须写明理由和依据；内部规定不能作为依据。未以 --consent 点名的接收方，视为不同意。敏感或重要数据项还须来源部门另一人审核。",
        """
        A refusal needs reason and ground; an internal rule is never one. A recipient that --consent does not name is \
        refused. Sensitive items wait for a second person of the source.
        """),
      examples: "share review A-1 --approve name,event-date",
      "share review A-1 --approve name --refuse judgment-number --reason 与用途无关 --basis law:个人信息保护法:第六条",
      "share review A-2 --approve all --consent statistics-bulletin"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("申请。", "The application.", "application")) var application: String
  @Option(help: hint("同意的数据项，逗号分隔；all 为全部。", "Items approved, with commas; all for all.", "items"))
  var approve = ""
  @Option(help: hint("拒绝的数据项，逗号分隔；all 为全部。", "Items refused, with commas; all for all.", "items"))
  var refuse = ""
  @Option(help: hint("同意的接收方，逗号分隔。", "Recipients consented to, with commas.", "names"))
  var consent = ""
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""
  @Option(help: hint(basisHint.chinese, basisHint.english, "basis")) var basis: BasisArgument?
  @Option(help: hint("所见版本的标签。", "The etag seen.", "etag")) var etag = ""
  @Flag(help: hint("只校验，不决定。", "Only check, decide nothing.")) var validateOnly = false

  func call(_ session: Session) async throws {
    let name = resource("applications", application)
    var asked: [String] = []
    if approve == "all" || refuse == "all" {
      asked = try await session.share.getApplication(.init(name: name), session.options).items
    }
    func items(_ text: String) -> [String] {
      text == "all" ? asked : text.split(separator: ",").map(String.init)
    }
    let decisions =
      items(approve).map { ShareV1.ItemDecision(item: $0, approved: true) }
      + items(refuse).map {
        ShareV1.ItemDecision(item: $0, approved: false, reason: reason, basis: basis?.basis)
      }
    try session.show(
      try await session.share.reviewApplication(
        .init(
          name: name, decisions: decisions, reason: reason, etag: etag,
          requestID: session.newRequest(), validateOnly: validateOnly,
          recipients: consent.split(separator: ",").map(String.init)), session.options))
    if validateOnly { session.noteChecked() }
  }
}

struct ShareAgreeDate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "agree-date", "商定答复日：一方提出，另一方以同一日期同意。",
      "Agree on the day of reply: one side proposes, the other repeats the same day.",
      examples: "share agree-date A-1 2024-03-20")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("申请。", "The application.", "application")) var application: String
  @Argument(help: hint("日期。", "The day.", "date")) var date: CivilDate

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.agreeReplyDate(
        .init(
          name: resource("applications", application), date: date.iso,
          requestID: session.newRequest()), session.options))
  }
}

struct ShareWithdraw: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "withdraw", "撤回申请。", "Withdraw an application.", examples: "share withdraw A-1 --reason 不再需要")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("申请。", "The application.", "application")) var application: String
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.withdrawApplication(
        .init(
          name: resource("applications", application), reason: reason,
          requestID: session.newRequest()), session.options))
  }
}

struct ShareShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一份申请及各方意见。", "Show an application with its opinions.", examples: "share show A-1",
      "share show A-1 --form-file form.json")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("申请。", "The application.", "application")) var application: String
  @Option(
    help: hint(
      "把申请表原文存入文件，其 SHA-256 即所示摘要值。",
      "Keep the form as it went out in a file; its SHA-256 is the one shown.", "file"))
  var formFile: String?

  func call(_ session: Session) async throws {
    let found = try await session.share.getApplication(
      .init(name: resource("applications", application)), session.options)
    try session.show(found)
    guard let formFile else { return }
    guard let form = found.form else {
      throw CommandFailure(
        .usage, spoken("申请尚未送达来源部门，没有申请表。", "It has not gone to the source yet: there is no form."))
    }
    try Files.write(Array(form.json.utf8), to: formFile, isPrivate: false)
  }
}

struct ShareList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出自己提出或待自己审核的申请。", "List applications made or to be reviewed.",
      examples: "share list", "share list --role reviewer --state under-review")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Option(help: hint("applicant 或 reviewer。", "applicant or reviewer.", "role")) var role = ""
  @Option(help: hint("状态。", "The state.")) var state: Word<ShareV1.ApplicationState>?

  func call(_ session: Session) async throws {
    let applications = try await session.list(limit) { size, token in
      let page = try await session.share.listApplications(
        .init(role: role, state: state.value(), pageSize: size, pageToken: token), session.options)
      return (page.applications, page.nextPageToken)
    }
    try session.show(
      applications,
      columns: ["name", "entry", "applicant", "purpose", "until", "state", "reply_due", "grant"])
  }
}

struct ShareSubscribe: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "subscribe", "启用无条件共享的条目。", "Take an unconditional entry into use.",
      examples:
        "share subscribe E-1 --items name,event-date --purpose 养老金发放核查 --scenario 发放前比对 --mode lookup --until 2024-12-31",
      "share subscribe E-1 --items name,event-date --purpose 养老金发放核查 --scenario 发放前比对 --mode comparison --roll own-pension-roll --roll-rows 200000 --until 2024-12-31"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("条目。", "The entry.", "entry")) var entry: String
  @Option(help: hint("数据项，逗号分隔。", "Items, with commas.", "items")) var items: String
  @Option(help: hint("用途。", "The purpose.", "text")) var purpose = ""
  @Option(help: hint("具体业务。", "The concrete business.", "text")) var business = ""
  @Option(help: hint("应用场景。", "The scenario.", "text")) var scenario = ""
  @Option(name: .customLong("mode"), help: hint("方式，可重复。", "A mode; may be repeated."))
  var modes: [Word<ShareV1.Mode>] = [Word(.lookup)]
  @Option(help: hint("最后一天。", "The last day of use.", "date")) var until: CivilDate
  @Option(
    name: .customLong("system"),
    help: hint(
      "可用的系统，可重复；默认本部门全部。",
      "A system that may use it, \"departments/d/systems/s\"; may be repeated; all unless given.",
      "name"))
  var systems: [String] = []
  @Option(help: hint("比对所用名册。", "The roll of comparisons.", "name")) var roll: String?
  @Option(help: hint("名册最多行数。", "The roll's most rows.", "rows")) var rollRows: Int64 = 0
  @Option(help: hint("名册较上次最多增长的百分比。", "Percent by which the roll may grow.", "percent"))
  var rollGrowth: Int32 = 20
  @Option(help: hint("比对频率：monthly、per-batch。", "How often: monthly, per-batch.", "word"))
  var frequency = "monthly"

  func call(_ session: Session) async throws {
    try session.show(
      try await session.share.subscribe(
        .init(
          entry: resource("entries", entry), items: items.split(separator: ",").map(String.init),
          purpose: purpose, business: business, modes: modes.map(\.value), until: until.iso,
          roll: roll.map {
            ShareV1.RollTerms(
              roll: $0, maxRows: rollRows, maxGrowthPercent: rollGrowth, frequency: frequency)
          },
          requestID: session.newRequest(), scenario: scenario, systems: systems), session.options))
  }
}
