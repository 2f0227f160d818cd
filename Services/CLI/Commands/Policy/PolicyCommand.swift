// weir policy: what the regulations say, and how a period is counted.

import ArgumentParser
import Boot
import Foundation
import Regulation
import Vocabulary

struct PolicyCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "policy", "查看规章参数，演算期限。", "Show what the regulations say; count periods.",
      examples: "policy list", "policy show meizhou-public-2023 --key share.",
      "policy simulate hebi-2021 share.reply --start 2024-04-02",
      subcommands: [PolicyList.self, PolicyShow.self, PolicyTerms.self, PolicySimulate.self])
  }
}

/// The options of all policy commands.
struct LawOptions: ParsableArguments {
  @Option(
    name: .customLong("law"),
    help: ArgumentHelp(
      spoken("含有 policies/ 的目录。", "The folder that holds policies/."), valueName: "dir"))
  var path: String?

  /// - Parameter dataFolder: A data folder has the law that it was made with; `WEIR_DATA` unless given.
  func folder(of dataFolder: String? = nil) throws -> LawFolder {
    let surroundings = Surroundings.current
    return try LawFolder.find(
      option: path, dataFolder: dataFolder, environment: surroundings.environment,
      executable: surroundings.executable,
      workingFolder: FileManager.default.currentDirectoryPath)
  }
}

extension CivilDate: ExpressibleByArgument {
  package init?(argument: String) { self.init(iso: argument) }
}

extension RegulatedClock: ExpressibleByArgument {}

extension ProfileSet {
  /// The profile of a name that a person typed.
  fileprivate func named(_ name: String) throws(CommandFailure) -> Profile {
    if let profile = profile(named: name) { return profile }
    throw CommandFailure(
      .notFound,
      spoken(
        "没有档案 \(name)；已有：\(keys.joined(separator: "、"))。",
        "There is no profile \(name); there are \(keys.joined(separator: ", "))."))
  }
}

struct PolicyList: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出所收录的规章。", "List the regulations held.", examples: "policy list")
  }

  @OptionGroup var law: LawOptions
  @OptionGroup var options: CommonOptions
  @Option(
    name: .customLong("on"),
    help: ArgumentHelp(
      spoken("哪一天；默认今天。", "On which day; today unless given."), valueName: "date"))
  var day: CivilDate?

  func run() async throws {
    let profiles = try law.folder().profiles()
    let day = day ?? systemNow().civilDate
    let console = options.console
    console.show(PolicyTables.regulations(profiles, on: day))
    for expiry in profiles.expiries(on: day) { console.note(PolicyTables.warning(expiry)) }
  }
}

struct PolicyShow: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一部规章的各项参数及其条款。", "Show a regulation's parameters, each with its article.",
      examples: "policy show meizhou-public-2023 --key share.")
  }

  @OptionGroup var law: LawOptions
  @OptionGroup var options: CommonOptions
  @Argument(help: ArgumentHelp(spoken("档案名，如 hebi-2021。", "The profile, such as hebi-2021.")))
  var profile: String
  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      spoken("只显示以此开头的参数。", "Only parameters that begin so."), valueName: "prefix"))
  var prefix = ""
  @Flag(
    name: .customLong("unset"),
    help: ArgumentHelp(
      spoken("改列没有任何条文规定的参数。", "List the parameters that nothing sets instead.")))
  var showsUnset = false

  func run() async throws {
    let found = try law.folder().profiles().named(profile)
    let document = found.document
    let console = options.console
    console.show(
      [
        ("profile", BilingualText("档案", "profile"), .text(found.reference.text)),
        ("title", BilingualText("名称", "title"), .text(document.title)),
        ("number", BilingualText("文号", "number"), .text(document.number)),
      ],
      tables: [
        ("chain", PolicyTables.chain(of: found)),
        showsUnset
          ? ("unset", PolicyTables.unset(in: found, prefix: prefix))
          : ("parameters", PolicyTables.provisions(of: found, prefix: prefix)),
      ])
    for silent in found.chain where !silent.isTextHeld {
      console.note(
        BilingualText(
          "提示：尚未收录《\(silent.title)》的文本，其条款不参与查找。",
          "Note: the search ends in \(silent.shortName.english); nothing is found there."
        ))
    }
  }
}

struct PolicyTerms: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "terms", "列出一部规章的用语及其所指。", "List the words of a regulation and what each means here.",
      examples: "policy terms meizhou-specific-2021")
  }

  @OptionGroup var law: LawOptions
  @OptionGroup var options: CommonOptions
  @Argument(help: ArgumentHelp(spoken("档案名，如 hebi-2021。", "The profile, such as hebi-2021.")))
  var profile: String

  func run() async throws {
    options.console.show(
      PolicyTables.terms(of: try law.folder().profiles().named(profile).document))
  }
}

struct PolicySimulate: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "simulate", "逐日演算一个期限。", "Count a period day by day.",
      examples: "policy simulate hebi-2021 share.reply --start 2024-04-02")
  }

  @OptionGroup var law: LawOptions
  @OptionGroup var options: CommonOptions
  @Argument(help: ArgumentHelp(spoken("档案名，如 hebi-2021。", "The profile, such as hebi-2021.")))
  var profile: String
  @Argument(help: ArgumentHelp(spoken("期限，如 share.reply。", "The clock, such as share.reply.")))
  var clock: RegulatedClock
  @Option(
    name: .customLong("start"),
    help: ArgumentHelp(
      spoken("起算事件之日；当日不计。", "The day of the start event, which does not count."),
      valueName: "date"))
  var start: CivilDate

  func run() async throws {
    let folder = try law.folder()
    let found = try folder.profiles().named(profile)
    guard let rule = found.clock(clock) else {
      throw CommandFailure(
        .notFound,
        spoken(
          "\(profile) 及其上级均未规定期限 \(clock.rawValue)。",
          "Neither \(profile) nor its parents set the period \(clock.rawValue)."))
    }
    let explanation = LegalClock(rule: rule, started: start)
      .explain(on: try folder.calendar(), today: start)
    options.console.show(
      PolicyTables.summary(explanation, profile: found),
      tables: [("days", PolicyTables.days(explanation))])
  }
}
