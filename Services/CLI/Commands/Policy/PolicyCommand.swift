// weir policy: what the regulations say, and how a period is counted.

import ArgumentParser
import Boot
import Foundation
import Regulation
import Vocabulary

struct PolicyCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "policy", "查看规章参数，演算期限，报送和批准新版本。",
      "Show what the regulations say; count periods; bring and approve versions.",
      examples: "policy list", "policy show meizhou-public-2023 --key share.",
      "policy simulate meizhou-specific-2021 --filed 2026-02-13",
      "policy diff hebi-2021 ./hebi-2021-v2.yaml",
      subcommands: [
        PolicyList.self, PolicyShow.self, PolicyTerms.self, PolicySimulate.self, PolicyDiff.self,
        PolicyImport.self, PolicyDecide.self, PolicyVersions.self,
      ])
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
  ///
  /// - Parameter day: The version that new cases meet on this day; the newest unless given.
  func named(_ name: String, on day: CivilDate? = nil) throws(CommandFailure) -> Profile {
    let found = day.map { profile(named: name, on: $0) } ?? profile(named: name)
    if let found { return found }
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
  @Option(
    name: .customLong("on"),
    help: ArgumentHelp(
      spoken(
        "这一天新办事项适用的版本；默认最新版本。",
        "The version that new cases meet on this day; the newest unless given."),
      valueName: "date"))
  var day: CivilDate?
  @Flag(
    name: .customLong("unset"),
    help: ArgumentHelp(
      spoken("改列没有任何条文规定的参数。", "List the parameters that nothing sets instead.")))
  var showsUnset = false

  func run() async throws {
    let found = try law.folder().profiles().named(profile, on: day)
    let document = found.document
    let console = options.console
    console.show(
      [
        ("profile", BilingualText("档案", "profile"), .text(found.reference.text)),
        ("title", BilingualText("名称", "title"), .text(document.title)),
        ("number", BilingualText("文号", "number"), .text(document.number)),
        (
          "effective_from", BilingualText("新办适用", "effective from"),
          .day(document.effectiveFrom ?? document.inForceFrom)
        ),
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
