// weir backup, weir restore: a copy of a node while it runs, and the way back into a new folder.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Integrity
import Vocabulary

struct BackupCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "backup", "在线备份数据目录。", "Back up a data folder while its node runs.",
      more: BilingualText(
        """
        各服务的数据库取自同一时刻，附规章参数与目录说明；每个文件的 SHA-256 由审计证据密钥签名。
        备份不含任何密钥：密钥用 --keys-to 另存一处，绝不与数据放在一起。两者缺一，都不能恢复。
        定期备份写在 DIR/weir.yaml 的 backup 中，由 weir up 执行；--planned 立即照此备份一次。
        """,
        """
        The databases of all services as they stood at one moment, the law as data, and what the folder is; the SHA-256 of
        each file is signed by the log's evidence key. A backup holds no key: keys go elsewhere with --keys-to, never
        beside the data. It takes both to restore. Regular backups stand in DIR/weir.yaml under backup and are made by weir
        up; --planned makes them now.
        """),
      examples: "backup --data /srv/weir --to /backup/2026-11-23",
      "backup --data /srv/weir --planned",
      "backup --data /srv/weir --to /backup/2026-11-23 --keys-to /safe/keys-2026-11-23")
  }
  @OptionGroup var options: CommonOptions
  @Option(
    name: .customLong("data"),
    help: hint("数据目录；默认取自 WEIR_DATA。", "The data folder; WEIR_DATA unless given.", "dir"))
  var dataFolder: String?
  @Option(name: .customLong("to"), help: hint("新目录。", "A new folder.", "dir")) var target: String?
  @Option(help: hint("另存密钥的新目录。", "Another new folder, for the keys.", "dir"))
  var keysTo: String?
  @Flag(
    help: hint(
      "照 weir.yaml 中的计划备份到各处。", "To the places of the plan in weir.yaml, as it says."))
  var planned = false

  func validate() throws {
    guard planned == (target == nil), !planned || keysTo == nil else {
      throw ValidationError(spoken("请给出 --to 或 --planned。", "Give --to, or --planned alone."))
    }
  }

  func run() async throws {
    guard let path = dataFolder ?? Surroundings.current.environment["WEIR_DATA"] else {
      throw CommandFailure(.usage, spoken("请给出 --data。", "Give --data."))
    }
    let folder = NodeFolder(path: path)
    let description = try folder.description()
    guard let target else { return try runPlan(of: folder, description) }
    let backup = Backup(of: path, domain: description.domain)
    let manifest = try backup.write(to: target, keysTo: keysTo, now: systemNow())
    options.console.show(manifest, in: target)
    if keysTo == nil {
      options.console.note(
        BilingualText(
          "未备份密钥（\(path)/keys 与 \(path)/pki）：没有它们不能恢复。",
          "No keys were copied (\(path)/keys and \(path)/pki): without them nothing can be restored."
        ))
    }
  }

  private func runPlan(of folder: NodeFolder, _ description: NodeFolder.Description) throws {
    guard let plan = try folder.backupPlan(description) else {
      throw CommandFailure(
        .usage,
        spoken(
          "\(folder.descriptionFile) 中没有 backup。",
          "There is no backup in \(folder.descriptionFile)."))
    }
    let outcomes = BackupKeeper(
      plan: plan, of: folder.path, domain: description.domain, now: systemNow
    ).run(always: true)
    for outcome in outcomes {
      if case .success(let manifest) = outcome.result {
        options.console.show(manifest, in: outcome.place)
      } else {
        options.console.note(BilingualText(outcome.line, outcome.line))
      }
    }
    if outcomes.contains(where: { $0.fault != nil }) { throw ProgramEnd(exit: .fault) }
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "restore", "从备份恢复到新目录。", "Restore a backup into a new folder.",
      more: BilingualText(
        """
        先核对签名和每个文件；有改动即拒绝，退出码为 7。恢复后用 weir up --data DIR 启动。
        备份之后的一切不复存在：日志从备份时的状态继续，持有更新检查点的人会看出来。
        给出审计部门留存的检查点（--last-checkpoint），比备份新的会被拒绝。原节点不得同时运行。
        """,
        """
        Signature and every file are checked first; an altered one is refused and ends with 7. Start it with weir up --data
        DIR. What came after the backup is gone: the log goes on from its state then, and whoever holds a newer checkpoint
        will see that. Give the checkpoint that the auditors keep (--last-checkpoint), and one newer than the backup refuses
        it. The old node must not run beside it.
        """),
      examples: "restore --from /backup/2026-11-23 --keys /safe/keys-2026-11-23 --data /srv/weir-2",
      "restore --from /backup/2026-11-23 --keys /srv/weir --data /srv/weir-2 --last-checkpoint kept"
    )
  }
  @OptionGroup var options: CommonOptions
  @Option(name: .customLong("from"), help: hint("备份目录。", "The backup.", "dir")) var source: String
  @Option(
    help: hint(
      "密钥目录（含 keys 与 pki）。", "The folder of the keys, which holds keys and pki.", "dir"))
  var keys: String
  @Option(name: .customLong("data"), help: hint("新的数据目录。", "The new data folder.", "dir"))
  var dataFolder: String
  @Option(help: hint("留存的检查点。", "A checkpoint that was kept.", "file"))
  var lastCheckpoint: String?

  func run() async throws {
    let held = try lastCheckpoint.map { path in
      guard let note = try VerifierFiles.heldCheckpoint(path) else {
        throw CommandFailure(.usage, spoken("没有 \(path)。", "There is no \(path)."))
      }
      return note
    }
    let manifest = try Backup.restore(from: source, keys: keys, to: dataFolder, held: held)
    options.console.show(manifest, in: dataFolder)
    options.console.note(
      BilingualText(
        "已恢复到 \(manifest.time.rfc3339) 的状态；此后的记录和日志不在其中。下一步：weir up --data \(dataFolder)",
        "Restored as of \(manifest.time.rfc3339); what came later, records and log, is not in it. "
          + "next: weir up --data \(dataFolder)"))
  }
}

extension Console {
  fileprivate func show(_ manifest: BackupManifest, in folder: String) {
    show([
      ("folder", BilingualText("目录", "folder"), .text(folder)),
      ("time", BilingualText("时刻", "as of"), .text(manifest.time.rfc3339)),
      ("domain", BilingualText("信任域", "domain"), .text(manifest.domain)),
      ("files", BilingualText("文件数", "files"), .integer(manifest.files.count)),
      ("bytes", BilingualText("字节数", "bytes"), .integer(Int(manifest.sizeBytes))),
    ])
  }
}

extension BackupError {
  var exit: ProgramExit {
    switch self {
    case .exists, .notANode: .usage
    case .altered, .olderThanHeld, .otherLog: .evidenceBroken
    case .keysUnsteady: .tryAgain
    }
  }

  var sentence: BilingualText {
    switch self {
    case .exists(let path):
      BilingualText("\(path) 已存在；请给出新目录。", "\(path) exists; name a new folder.")
    case .notANode(let path):
      BilingualText(
        "缺少 \(path)：不是 weir up 的数据目录或其备份。",
        "\(path) is missing: this is no folder of weir up, and no backup of one.")
    case .altered(let what):
      BilingualText(
        "备份被改动：\(what) 与签名的清单不符。",
        "The backup was altered: \(what) is not what the signed list says.")
    case .olderThanHeld(let held, let own):
      BilingualText(
        "备份早于留存的检查点：日志在备份中 \(own) 条，留存时已有 \(held) 条。",
        "The backup is older than the kept checkpoint: its log has \(own) entries, the kept one \(held)."
      )
    case .otherLog:
      BilingualText(
        "留存的检查点不属于备份中的日志。", "The kept checkpoint is not of the backup's log.")
    case .keysUnsteady:
      BilingualText("密钥正在更换；请重试。", "Keys are being replaced; try again.")
    }
  }
}
