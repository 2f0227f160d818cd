// weir doctor: what is wrong with a node, and what to do about it.

import ArgumentParser
import Boot
import Contracts
import Crypto
import Foundation
import RPC
import Regulation
import Vocabulary

struct DoctorCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "doctor", "体检：指出哪里不对、怎么办。", "Says what is wrong and what to do.",
      more: BilingualText(
        "检查数据目录、密钥权限、证书有效期、吊销列表、工作日历、磁盘空间、时钟、备份、已销毁数据的备份和各服务。有问题时退出码为 1。",
        "Looks at the folder, modes of keys, terms of certificates, revocation lists, calendar, disk, clock, backups, backups of destroyed data, and services. Ends with 1 when something is wrong."
      ),
      examples: "doctor --data /srv/weir", "doctor --output json")
  }
  @OptionGroup var options: CommonOptions
  @Option(
    name: .customLong("data"),
    help: hint("数据目录；默认取自 WEIR_DATA。", "The data folder; WEIR_DATA unless given.", "dir"))
  var dataFolder: String?

  func run() async throws {
    guard let path = dataFolder ?? Surroundings.current.environment["WEIR_DATA"] else {
      throw CommandFailure(.usage, spoken("请给出 --data。", "Give --data."))
    }
    let findings = await Examination(folder: NodeFolder(path: path), now: systemNow()).run()
    options.console.show(
      Table(
        columns: [
          .init("check", BilingualText("检查", "check")),
          .init("state", BilingualText("结果", "result")),
          .init("detail", BilingualText("详情", "detail")),
          .init("advice", BilingualText("怎么办", "what to do")),
        ],
        rows: findings.map { finding in
          [
            .bilingual(finding.check), .bilingual(finding.grade.term), .bilingual(finding.detail),
            finding.advice.map { .bilingual($0) } ?? .none,
          ]
        }))
    if findings.contains(where: { $0.grade == .wrong }) { throw ProgramEnd(exit: .fault) }
  }
}

/// One thing that was looked at.
struct Finding: Sendable {
  enum Grade: Sendable {
    case well, soon, wrong

    var term: BilingualText {
      switch self {
      case .well: BilingualText("正常", "well")
      case .soon: BilingualText("注意", "soon")
      case .wrong: BilingualText("有误", "wrong")
      }
    }
  }

  let check: BilingualText
  let grade: Grade
  let detail: BilingualText
  let advice: BilingualText?
}

/// Looks at everything that commonly goes wrong. Changes nothing.
struct Examination: Sendable {
  let folder: NodeFolder
  let now: Instant

  static let soonDays: Int64 = 30
  static let daySeconds: Int64 = 86_400
  private static let lowBytes: Int64 = 1 << 30

  func run() async -> [Finding] {
    guard let description = try? folder.description() else {
      return [
        Finding(
          check: BilingualText("数据目录", "data folder"), grade: .wrong,
          detail: BilingualText(
            "\(folder.path) 不是 weir up 的数据目录", "\(folder.path) is no folder of weir up"),
          advice: BilingualText(
            "weir up --data \(folder.path)", "weir up --data \(folder.path)"))
      ]
    }
    let keys = folder.keys(domain: description.domain)
    var findings = [
      Finding(
        check: BilingualText("数据目录", "data folder"), grade: .well,
        detail: BilingualText(folder.path, folder.path), advice: nil),
      privateFiles(), terms(keys), pairs(keys), list(keys, .service), list(keys, .department),
      calendar(), disk(), clock(description),
    ]
    findings += replicas(description)
    findings += backups(description)
    findings += destructions(description)
    findings += await services(keys, description)
    return findings
  }

  // MARK: Files

  private func privateFiles() -> Finding {
    let check = BilingualText("密钥权限", "modes of keys")
    let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    let secrets = (found ?? []).filter {
      $0.hasSuffix(".key") && !$0.hasSuffix("public.key")
        || $0.hasSuffix("/key.pem") || $0.hasSuffix("/keyring")
    }
    let open = secrets.filter { name in
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
      let mode = attributes?[.posixPermissions] as? Int ?? 0
      return mode & 0o077 != 0
    }
    guard let first = open.first else {
      return Finding(
        check: check, grade: .well,
        detail: BilingualText("\(secrets.count) 个，均只有本人可读", "\(secrets.count), all private"),
        advice: nil)
    }
    return Finding(
      check: check, grade: .wrong,
      detail: BilingualText(
        "\(open.count) 个密钥他人可读，如 \(first)", "\(open.count) keys others may read, such as \(first)"),
      advice: BilingualText("chmod 600 这些文件", "chmod 600 them"))
  }

  private func calendar() -> Finding {
    let check = BilingualText("工作日历", "working calendar")
    guard let calendar = try? CalendarFiles.load(calendarsFolder: folder.path + "/calendars") else {
      return Finding(
        check: check, grade: .wrong, detail: BilingualText("无法读取", "cannot be read"),
        advice: BilingualText("恢复 calendars 目录", "restore the folder calendars"))
    }
    let isNear = calendar.validThrough.daysSince(now.civilDate) < 60
    return Finding(
      check: check, grade: isNear ? .soon : .well,
      detail: BilingualText(
        "至 \(calendar.validThrough.iso)", "through \(calendar.validThrough.iso)"),
      advice: isNear
        ? BilingualText(
          "其后的期限为暂定；放假通知发布后加入新一年的文件",
          "later due days are provisional; add the next year's file once its notice is out")
        : nil)
  }

  private func disk() -> Finding {
    let check = BilingualText("磁盘空间", "disk space")
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
    let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
    let isLow = free < Self.lowBytes
    return Finding(
      check: check, grade: isLow ? .wrong : .well,
      detail: BilingualText("剩余 \(free >> 20) MiB", "\(free >> 20) MiB free"),
      advice: isLow
        ? BilingualText("腾出空间：写不下时服务会拒绝", "free some: services refuse when they cannot write")
        : nil)
  }

  private func clock(_ description: NodeFolder.Description) -> Finding {
    let check = BilingualText("时钟", "clock")
    // Certificates made in the future mean that this clock was set back since.
    let made = Self.made(folder)
    if now.milliseconds / 1000 < made {
      return Finding(
        check: check, grade: .wrong,
        detail: BilingualText("早于本目录的证书", "earlier than this folder's certificates"),
        advice: BilingualText("校准系统时间", "set the system's time"))
    }
    let demo = description.demoCivilStart
    return Finding(
      check: check, grade: .well,
      detail: demo.map {
        BilingualText("演示目录，民用时间自 \($0) 起", "a demonstration; civil time from \($0) on")
      } ?? BilingualText(now.civilDate.iso, now.civilDate.iso), advice: nil)
  }

  private static func made(_ folder: NodeFolder) -> Int64 {
    let path = folder.path + "/pki/service-root/ca.pem"
    guard let bytes = try? readBytes(path),
      let root = try? Certificate.all(pem: String(decoding: bytes, as: UTF8.self)).first
    else { return 0 }
    return root.notBefore
  }

  // MARK: Processes

  private func services(
    _ keys: KeyFolder, _ description: NodeFolder.Description
  ) async -> [Finding] {
    guard Files.exists(folder.readyFile),
      let ready = try? ReadyFile.load(path: folder.readyFile),
      let client = try? NodeClient(
        keys: keys, addresses: ready.addresses, random: SystemRandom())
    else {
      return [
        Finding(
          check: BilingualText("服务", "services"), grade: .wrong,
          detail: BilingualText("未在运行", "not running"),
          advice: BilingualText(
            "weir up --data \(folder.path)", "weir up --data \(folder.path)"))
      ]
    }
    var findings: [Finding] = []
    for service in description.processes {
      let isServing = await client.isServing(service)
      findings.append(
        Finding(
          check: BilingualText("服务 \(service)", "service \(service)"),
          grade: isServing ? .well : .wrong,
          detail: isServing
            ? BilingualText(ready.internal[service] ?? "", ready.internal[service] ?? "")
            : BilingualText("没有应答", "does not answer"),
          advice: isServing
            ? nil
            : BilingualText(
              "看日志 \(folder.logFile(service))", "look into \(folder.logFile(service))")))
    }
    await client.shutdown()
    return findings
  }
}
