// weir policy import, decide, versions: how a version of the law comes into use, by two persons (AC-90, AC-94).

import ArgumentParser
import Boot
import Contracts
import Regulation
import Vocabulary

struct PolicyImport: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "import", "报送一个规章档案版本或工作日历年度；另一人批准后生效，无需重启。",
      "Bring a version of a profile, or a year of the calendar; once another person approves, it is in use without a restart.",
      more: BilingualText(
        "先用 --dry-run 看它改变什么。运营方或本节点主管部门报送，主管部门的另一人用 weir policy decide 批准。",
        "See with --dry-run first what it changes. The operator or the node's authority brings it; another person of the "
          + "authority approves it with weir policy decide."),
      examples: "policy import ./hebi-2021-v2.yaml --reason 市政府修订 --dry-run",
      "policy import ./china-2027.yaml --reason 国务院办公厅通知 --as operations/zhou")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("档案或日历文件。", "A profile or a year of the calendar.", "file")) var file: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Flag(help: hint("只看它改变什么，不报送。", "Only tell what it changes; bring nothing.")) var dryRun = false

  func call(_ session: Session) async throws {
    // Told here with line, row and article, before anything is sent.
    _ = try LawDraft.brought(file)
    let request = RegistryV1.ProposeLawRequest(
      text: try readBytes(file), file: file.split(separator: "/").last.map(String.init) ?? file,
      reason: reason, requestID: session.newRequest(), validateOnly: dryRun)
    var version = try await session.registry.proposeLaw(request, session.options)
    version.statement = []
    try session.show(version)
    if dryRun { return session.noteChecked() }
    session.console.note(
      BilingualText(
        "下一步：由主管部门的另一人批准：weir policy decide \(version.name) --approve --reason …",
        "Next, by another person of the authority: weir policy decide \(version.name) --approve --reason …"
      ))
  }
}

struct PolicyDecide: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "decide", "批准或退回一个报送的版本；报送人本人不能批准。",
      "Approve a version that was brought, or send it back; never by who brought it.",
      examples: "policy decide profiles/hebi-2021@2 --approve --reason 已核对修订文本",
      "policy decide calendars/china-2027@1 --no-approve --reason 与通知不符")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("版本名称。", "The version's name.", "name")) var name: String
  @Flag(
    inversion: .prefixedNo,
    help: hint("批准；--no-approve 为退回。", "Approve; --no-approve sends it back."))
  var approve: Bool
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Flag(help: hint("只校验，不办理。", "Only check, decide nothing.")) var validateOnly = false

  func call(_ session: Session) async throws {
    var version = try await session.registry.decideLaw(
      .init(
        name: name, approve: approve, reason: reason, requestID: session.newRequest(),
        validateOnly: validateOnly), session.options)
    version.statement = []
    try session.show(version)
    if validateOnly { session.noteChecked() }
  }
}

struct PolicyVersions: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "versions", "列出报送过的版本；给出名称时显示该版本的文件。",
      "List the versions that were brought; with a name, the file of that one.",
      examples: "policy versions", "policy versions profiles/hebi-2021@2")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("版本名称。", "The version's name.", "name")) var name: String?

  func call(_ session: Session) async throws {
    if let name {
      var version = try await session.registry.getLaw(.init(name: name), session.options)
      if session.console.format == .table {
        let text = String(decoding: version.text, as: UTF8.self)
        session.console.say(BilingualText(text, text))
        version.text = []
      }
      return try session.show(version)
    }
    let versions = try await session.list(limit) { size, token in
      let page = try await session.registry.listLaw(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.versions, page.nextPageToken)
    }
    try session.show(
      versions,
      columns: ["name", "state", "effective_from", "proposer", "decider", "reason"])
  }
}
