// weir audit fsck: the log's store on disk, looked through by the program that keeps it.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Integrity
import Vocabulary

struct AuditFsck: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "fsck", "检查审计服务在磁盘上的全部存储。", "Check all that the audit service keeps on disk.",
      more: BilingualText(
        """
        须先停止服务。逐条重算树、来源链与瓦片，核对公布的文件、检查点与会签，打开每条内容与其摘要、检索词核对，\
        再与各服务的待发日志比对。不显示内容，也不改动日志。
        退出码：0 完好，或只缺下次启动会重写的文件；7 证据被改动、缺失或伪造；6 正在使用；1 无法检查。
        检查所信的根密钥取自本目录；只信自己所持的人用 weir audit verify。
        """,
        """
        The service must be stopped. Computes tree, chains and tiles again from the entries, compares the published files, \
        checks checkpoint and cosignatures, opens every entry and holds it to its leaf and its search terms, then compares \
        with the services' outboxes. Shows no content and changes nothing of the log.
        Ends with 0 when it is whole, or lacks only files that the next start writes again; 7 when evidence was changed, lost \
        or forged; 6 while it is in use; 1 when it cannot be checked.
        The root key is the folder's own; who trusts only what he holds himself runs weir audit verify.
        """),
      examples: "audit fsck --data /srv/weir", "audit fsck --data /srv/weir --output json",
      "audit fsck --configuration /etc/weir/audit.yaml --outbox /etc/weir/ingest.yaml")
  }
  @OptionGroup var options: CommonOptions
  @Option(
    name: .customLong("data"),
    help: hint("数据目录；默认取自 WEIR_DATA。", "The data folder; WEIR_DATA unless given.", "dir"))
  var dataFolder: String?
  @Option(
    name: .customLong("configuration"),
    help: hint("单独部署时审计服务的配置。", "Where it runs by itself, its configuration.", "file"))
  var configurationFile: String?
  @Option(
    help: hint(
      "另一服务的配置，比对其待发日志；可多次。",
      "Another service's configuration, whose outbox is compared; may be repeated.", "file"))
  var outbox: [String] = []

  func validate() throws {
    guard dataFolder == nil || configurationFile == nil else {
      throw ValidationError(
        spoken("--data 与 --configuration 择一。", "Give --data or --configuration, not both."))
    }
  }

  func run() async throws {
    var configurations = (audit: configurationFile ?? "", others: outbox)
    var lock: FolderLock?
    defer { lock?.release() }
    if configurationFile == nil {
      guard let path = dataFolder ?? Surroundings.current.environment["WEIR_DATA"] else {
        throw CommandFailure(
          .usage, spoken("请给出 --data 或 --configuration。", "Give --data or --configuration."))
      }
      let folder = NodeFolder(path: absolute(path))
      let description = try folder.description()
      guard let held = try FolderLock(folder: folder.path) else { throw inUse }
      lock = held
      try folder.writeConfigurations(description)
      configurations.audit = folder.configurationFile("audit")
      configurations.others += ServiceConfiguration.services.filter { $0 != "audit" }
        .map { folder.configurationFile($0) }
    }
    let ended = try await check(configurations.audit, configurations.others)
    switch ended.status {
    case 0, 7: try show(ended.output)
    case 6: throw inUse
    default:
      throw CommandFailure(.fault, ended.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    if ended.status == 7 { throw ProgramEnd(exit: .evidenceBroken) }
  }

  private var inUse: CommandFailure {
    CommandFailure(
      .tryAgain, spoken("服务正在运行；请先停止。", "The service is running; stop it first."))
  }

  /// Lets the program of the service look, for only it reads that store.
  private func check(
    _ configuration: String, _ others: [String]
  ) async throws -> (status: Int32, output: String) {
    guard let executable = Surroundings.current.executable else {
      throw CommandFailure(
        .fault, spoken("不知道程序所在目录。", "The folder of the program is not known."))
    }
    let draft = FileManager.default.temporaryDirectory
      .appending(path: "weir-fsck-\(Hex.encode(SystemRandom().bytes(16)))").path
    defer { Files.remove(draft) }
    let child = try ChildProcess(
      executable: URL(filePath: executable).deletingLastPathComponent().path + "/weir-audit",
      arguments: ["--check", "--configuration", configuration]
        + others.flatMap { ["--outbox", $0] }, log: draft,
      environment: (try? ServiceConfiguration.load(path: configuration))?.masterKey?.environment
        ?? [:])
    let status = await child.exitStatus()
    return (status, String(decoding: try readBytes(draft), as: UTF8.self))
  }

  private func show(_ output: String) throws {
    guard let line = output.split(separator: "\n").last,
      let report = try? CanonicalJSON.decode(Array(line.utf8)), let parts = report["parts"]?.array
    else { throw CommandFailure(.fault, output) }
    let table = Table(
      columns: [
        .init("part", BilingualText("部分", "part")),
        .init("about", BilingualText("检查", "check")),
        .init("state", BilingualText("结果", "result")),
        .init("looked_at", BilingualText("查看", "looked at"), alignment: .right),
        .init("found", BilingualText("不符", "wrong"), alignment: .right),
        .init("findings", BilingualText("详情", "detail")),
      ], layout: .report, rows: parts.map { row($0) })
    let isBroken = parts.contains { state($0) == "broken" }
    options.console.show(
      [
        ("entries", BilingualText("条目数", "entries"), number(report["entries"])),
        ("published", BilingualText("已公布", "published"), number(report["published"])),
        ("whole", BilingualText("完好", "whole"), .flag(!isBroken)),
      ], tables: [("checks", table)])
  }

  private func row(_ part: JSONValue) -> [OutputValue] {
    let findings = part["findings"]?.array ?? []
    return [
      .text(part["part"]?.string ?? ""), .bilingual(words(part, "title")),
      options.console.format == .table ? .bilingual(stateTerm(part)) : .text(state(part)),
      number(part["looked_at"]), number(part["found"]),
      .list(
        findings.map { finding in
          options.console.format == .table
            ? .bilingual(words(finding, "sentence"))
            : .object([
              OutputField("code", .text(finding["code"]?.string ?? "")),
              OutputField("mended", .flag(finding["mended"] == .bool(true))),
              OutputField("sentence", .bilingual(words(finding, "sentence"))),
            ])
        }),
    ]
  }

  private func state(_ part: JSONValue) -> String {
    let findings = part["findings"]?.array ?? []
    if findings.isEmpty { return "whole" }
    return findings.allSatisfy { $0["mended"] == .bool(true) } ? "mended_at_start" : "broken"
  }

  private func stateTerm(_ part: JSONValue) -> BilingualText {
    switch state(part) {
    case "whole": BilingualText("完好", "whole")
    case "broken": BilingualText("有误", "broken")
    default: BilingualText("下次启动自愈", "mended at the next start")
    }
  }

  private func words(_ value: JSONValue, _ name: String) -> BilingualText {
    BilingualText(value[name + "_zh"]?.string ?? "", value[name]?.string ?? "")
  }

  private func number(_ value: JSONValue?) -> OutputValue {
    .integer(Int(clamping: value?.integer ?? 0))
  }
}
