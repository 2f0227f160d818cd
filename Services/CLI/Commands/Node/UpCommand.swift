// weir up: everything of one machine, from nothing.

import ArgumentParser
import Boot
import Crypto
import Foundation
import Vocabulary

struct UpCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "up", "在一台机器上启动全部服务。", "Start everything on one machine.",
      more: BilingualText(
        """
        新目录会先建好：两个根证书、各服务证书、首批单位与人员、规章参数。\
        六个进程只监听本机回环地址，彼此以 TLS 证书相认；网关对外端口打印在屏幕上，\
        也写入 DIR/ready。按 Ctrl-C 停止；进程意外退出会自动重启。
        """,
        """
        A new folder is made first: both certificate roots, the services' certificates, the first \
        departments and persons, the law as data. Six processes listen on loopback alone and know \
        each other by TLS certificates; the gateway's public port is printed and written to \
        DIR/ready. Ctrl-C stops everything; a process that dies is started again.
        """),
      examples: "up --data /srv/weir", "up --data /srv/weir --port 7443 --domain meizhou.example",
      "up --data ./try --demo-start 2024-03-04")
  }

  @OptionGroup var options: CommonOptions
  @OptionGroup var law: LawOptions
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(spoken("数据目录。", "The data folder."), valueName: "dir"))
  var dataFolder: String
  @Option(
    help: ArgumentHelp(
      spoken("网关对外端口；默认选一个空闲端口。", "The gateway's public port; a free one unless given."),
      valueName: "number"))
  var port: UInt16?
  @Option(
    help: ArgumentHelp(
      spoken("信任域名；默认 weir.local。", "The trust domain; weir.local unless given."),
      valueName: "name"))
  var domain: String?
  @Option(
    help: ArgumentHelp(
      spoken(
        "把新目录建成演示目录，民用时间从这一天开始。",
        "Make a new folder a demonstration whose civil time begins on this day."),
      valueName: "date"))
  var demoStart: CivilDate?
  @Option(
    help: ArgumentHelp(
      spoken("首批单位与人员的 YAML 文件。", "A YAML file with the first departments and persons."),
      valueName: "file"))
  var founding: String?

  func validate() throws {
    if let domain { try checkDomain(domain) }
  }

  func run() async throws {
    // First of all, so that every later thread leaves these signals alone.
    let signals = StopSignals()
    let console = options.console
    let node = try nodeOptions()
    let progress = ProgressLine(
      BilingualText("启动", "starting"), total: ServiceConfiguration.services.count,
      console: console)
    do {
      try await withNode(
        node,
        tell: { line in console.note(BilingualText(line, line)) },
        answered: { _ in progress.advance() }
      ) { running in
        progress.finish(BilingualText("六个服务均已就绪", "all six services answer"))
        show(running, on: console)
        await signals.first()
        console.note(BilingualText("正在停止……", "stopping …"))
      }
    } catch {
      progress.finish(BilingualText("未能启动", "did not start"))
      throw error
    }
  }

  private func nodeOptions() throws -> NodeOptions {
    let surroundings = Surroundings.current
    guard let executable = surroundings.executable else {
      throw CommandFailure(
        .fault, spoken("不知道程序所在目录。", "The folder of the program is not known."))
    }
    var node = NodeOptions(
      dataFolder: dataFolder, law: try law.folder(of: dataFolder).path,
      programs: URL(filePath: executable).deletingLastPathComponent().path,
      random: SystemRandom())
    node.domain = domain
    node.gatewayPort = port
    node.demoStart = demoStart
    node.founding = try founding.map { try Founding.load(path: $0) }
    return node
  }

  private func show(_ running: RunningNode, on console: Console) {
    console.show([
      ("data", BilingualText("数据目录", "data folder"), .text(running.dataFolder)),
      ("gateway", BilingualText("网关地址", "gateway"), .text(running.ready.gateway)),
      ("domain", BilingualText("信任域", "domain"), .text(running.keys.domain)),
    ])
    console.note(
      BilingualText(
        "下一步：weir department whoami --data \(running.dataFolder) --as data-bureau/chen",
        "next: weir department whoami --data \(running.dataFolder) --as data-bureau/chen"))
  }
}

/// A trust domain stands in the name of every certificate.
func checkDomain(_ domain: String) throws {
  guard domain.wholeMatch(of: /[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/) != nil else {
    throw ValidationError(
      spoken(
        "信任域名由小写字母、数字、点和连字符组成。",
        "A trust domain has lower-case letters, digits, dots and hyphens."))
  }
}
