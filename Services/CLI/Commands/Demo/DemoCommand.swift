// weir demo: the whole main job on this machine, with synthetic data, compared with a plan written beforehand.

import ArgumentParser
import Boot
import Foundation
import Synth
import Vocabulary

struct DemoCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "demo", "演示：在本机跑完整个主流程，并与预先写下的清单逐项核对。",
      "Run the whole main job on this machine and compare it with a plan written beforehand.",
      more: BilingualText(
        """
        启动六个服务，只以客户端身份经网关操作；所有人员均为虚构。有一项与清单不符即以非零码退出。\
        --profile 以另一规章演示同一故事，报告列出不同之处及条款；日期默认为该规章施行期间的一天。\
        在终端上运行时系统保持运行并打印地址；加 --once 或非终端时结束即停止。
        """,
        """
        Starts all six services and acts only as clients through the gateway; all persons are \
        invented. Ends with an error when anything differs from the plan. --profile tells the same \
        story under another regulation, on a day in its time unless --date names one, and the report \
        lists what went otherwise, with the articles. On a terminal the system \
        is left running and its address printed; with --once, or elsewhere, everything is stopped.
        """),
      examples: "demo", "demo --once --output json --seed 7",
      "demo --once --profile meizhou-specific-2021 --date 2022-03-07")
  }

  @OptionGroup var options: CommonOptions
  @Option(help: ArgumentHelp(spoken("种子。", "The seed."), valueName: "number"))
  var seed: UInt64 = 1
  @Option(help: ArgumentHelp(spoken("规章档案。", "The regulation's profile."), valueName: "profile"))
  var profile = DemoScene.standard.profile
  @Option(
    name: .customLong("date"),
    help: ArgumentHelp(spoken("演示日期。", "The day of the story."), valueName: "date"))
  var day: CivilDate?
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      spoken("新的数据目录；默认为临时目录。", "A new data folder; a temporary one unless given."),
      valueName: "dir"))
  var dataFolder: String?
  @Flag(help: ArgumentHelp(spoken("结束后停止全部服务。", "Stop everything at the end.")))
  var once = false
  @Option(
    help: ArgumentHelp(
      spoken("full：20 万条记录；small：数千条。", "full: 200,000 records; small: a few thousand."),
      valueName: "full|small"))
  var size: DemoSize = .full
  @Option(
    name: .customLong("law"),
    help: ArgumentHelp(
      spoken("规章目录（含 policies/）。", "The folder of the law (with policies/)."), valueName: "dir"))
  var law: String?
  @Option(name: .customLong("flaw"), help: .hidden)
  var flaws: [DemoFlaw] = []

  func run() async throws {
    // First of all, so that every later thread leaves these signals alone.
    let signals = StopSignals()
    let console = options.console
    let demo = try demoOptions()
    let scene = demo.scene
    console.say(
      BilingualText(
        "规章：\(scene.profile)；日期：\(scene.day)（演示时钟）",
        "Profile: \(scene.profile); date: \(scene.day) (demo clock)"))
    let staysUp = !once && console.width != nil && console.format == .table
    let outcome = try await playDemo(demo, console: console) { outcome, node in
      outcome.show(
        on: console, gateway: node.ready.gateway, dataFolder: node.dataFolder,
        profile: scene.profile, day: scene.day)
      guard staysUp, outcome.isGreen else { return }
      console.say(
        BilingualText(
          "系统仍在运行：\(node.ready.gateway)。按 Ctrl-C 停止。",
          "The system is running at \(node.ready.gateway). Ctrl-C stops it."))
      await signals.first()
    }
    if !outcome.isGreen { throw ProgramEnd(exit: .fault) }
  }

  private func demoOptions() throws -> DemoOptions {
    let surroundings = Surroundings.current
    guard let executable = surroundings.executable else {
      throw CommandFailure(
        .fault, spoken("不知道程序所在目录。", "The folder of the program is not known."))
    }
    let manager = FileManager.default
    let folder = try dataFolder ?? newFolder()
    guard (try? manager.contentsOfDirectory(atPath: folder))?.isEmpty != false else {
      throw CommandFailure(
        .usage, spoken("目录 \(folder) 不为空。", "The folder \(folder) is not empty."))
    }
    let law = try LawFolder.find(
      option: law, environment: surroundings.environment, executable: executable,
      workingFolder: manager.currentDirectoryPath)
    var demo = DemoOptions(
      dataFolder: folder, inputFolder: folder + "-input", seed: seed, sizes: size.sizes,
      law: law.path, programs: URL(filePath: executable).deletingLastPathComponent().path)
    demo.flaws = Set(flaws)
    demo.scene = try scene()
    // Said before anything is made.
    _ = try DemoLaw(demo.scene, folder: law.path)
    return demo
  }

  private func scene() throws(CommandFailure) -> DemoScene {
    if let scene = DemoScene.of(profile, day: day?.iso) { return scene }
    throw CommandFailure(
      .usage,
      spoken(
        "请用 --date 给出 \(profile) 施行期间的一天。", "Name a day on which \(profile) is in force: --date."))
  }

  private func newFolder() throws -> String {
    let parent = FileManager.default.temporaryDirectory
      .appending(path: "weir-demo-\(ProcessInfo.processInfo.processIdentifier)").path
    try Files.makeFolder(parent)
    return parent + "/node"
  }
}

/// How much data the demonstration takes.
enum DemoSize: String, ExpressibleByArgument, CaseIterable {
  case full
  case small

  var sizes: Sizes { self == .full ? .demo : .small }
}

extension DemoFlaw: ExpressibleByArgument {}
