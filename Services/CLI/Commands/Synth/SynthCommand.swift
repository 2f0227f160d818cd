// weir synth: synthetic registers and rolls, with the plan of what was planted in them.

import ArgumentParser
import Foundation
import IngestFormats
import Synth
import Vocabulary

struct SynthCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "synth", "生成虚构的登记表和名册，并附其中植入内容的清单。",
      "Make synthetic registers and rolls, with the plan of what is planted in them.",
      more: BilingualText(
        """
        同一种子生成的文件逐字节相同。所有人员均为虚构，证件号码校验位有效。\
        entries/ 下是与登记表相配的目录条目，可直接用于 weir catalog draft。
        """,
        """
        The same seed gives the same bytes. All persons are invented; their check digits are valid. \
        entries/ has the catalogue entries of the registers, ready for weir catalog draft.
        """),
      examples: "synth data --seed 7 --records 20000 --roll 10000",
      "synth data --encoding gb18030")
  }

  @OptionGroup var options: CommonOptions
  @Argument(
    help: ArgumentHelp(spoken("新的或空的目录。", "A folder that is new or empty."), valueName: "dir"))
  var folder: String
  @Option(help: ArgumentHelp(spoken("种子。", "The seed."), valueName: "number"))
  var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp(spoken("各登记表合计行数。", "Rows of all registers together."), valueName: "rows"))
  var records = 200_000
  @Option(
    help: ArgumentHelp(
      spoken("养老金名册行数；另一名册为其五分之一。", "Rows of the pension roll; the other has a fifth."),
      valueName: "rows"))
  var roll = 100_000
  @Option(
    help: ArgumentHelp(
      spoken("utf-8 或 gb18030。", "utf-8 or gb18030."), valueName: "name"))
  var encoding: TextEncoding = .utf8
  @Option(
    help: ArgumentHelp(
      spoken("数据所处的日期；默认 2024-03-04。", "The day the data are of; 2024-03-04 unless given."),
      valueName: "date"))
  var today: CivilDate?

  func validate() throws {
    // Beyond this the synthetic identifiers run out, long before a number overflows.
    guard (0...100_000_000).contains(records), (0...100_000_000).contains(roll) else {
      throw ValidationError(spoken("行数须在 0 到 1 亿之间。", "Rows lie between 0 and 100,000,000."))
    }
  }

  func run() async throws {
    let plan = try makePlan()
    try makeFolders()
    let console = options.console
    let progress = ProgressLine(
      BilingualText("生成", "writing"), total: RegisterKind.allCases.count + RollKind.allCases.count,
      console: console)
    for kind in RegisterKind.allCases {
      try plan.writeRegister(kind, to: path("registers", kind.rawValue), encoding: encoding)
      progress.advance()
    }
    for kind in RollKind.allCases {
      try plan.writeRoll(kind, to: path("rolls", kind.rawValue), encoding: encoding)
      progress.advance()
    }
    for kind in RegisterKind.allCases {
      let owner = DemoCast.department(kind.department)
      let entry = try MessageView(DemoEntries.draft(kind, owner)).value.json(in: .english)
      try Data((entry + "\n").utf8).write(
        to: URL(filePath: "\(folder)/entries/\(kind.rawValue).json"))
    }
    try Data(plan.json().utf8).write(to: URL(filePath: folder + "/plan.json"))
    progress.finish(BilingualText("完成", "done"))
    console.show(
      [
        ("folder", BilingualText("目录", "folder"), .text(folder)),
        ("seed", BilingualText("种子", "seed"), .text("\(seed)")),
        ("today", BilingualText("日期", "day"), .day(plan.today)),
        ("encoding", BilingualText("编码", "encoding"), .text(encoding.rawValue)),
      ],
      tables: [("registers", Self.registers(plan)), ("rolls", Self.rolls(plan))])
  }

  private func path(_ part: String, _ name: String) -> String {
    "\(folder)/\(part)/\(name).csv"
  }

  private func makePlan() throws -> Plan {
    do throws(SynthError) {
      return try Plan(seed: seed, sizes: Sizes(total: records, roll: roll), today: today)
    } catch {
      throw CommandFailure(.usage, error.sentence, in: options.console.language)
    }
  }

  /// What is there is never overwritten: it may be the plan that a result is to be compared with.
  private func makeFolders() throws {
    let manager = FileManager.default
    guard (try? manager.contentsOfDirectory(atPath: folder))?.isEmpty != false else {
      throw CommandFailure(
        .usage, spoken("目录 \(folder) 不为空。", "The folder \(folder) is not empty."))
    }
    for part in ["registers", "rolls", "entries"] {
      do {
        try manager.createDirectory(
          atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
      } catch {
        throw CommandFailure(
          .usage, spoken("无法创建目录 \(folder)。", "The folder \(folder) cannot be made."))
      }
    }
  }

  private static func registers(_ plan: Plan) -> Table {
    var table = Table(columns: [
      .init("register", BilingualText("登记表", "register")),
      .init("title", BilingualText("名称", "title")),
      .init("department", BilingualText("部门", "department")),
      .init("rows", BilingualText("行数", "rows"), alignment: .right),
      .init("to_be_rejected", BilingualText("应拒收", "to be rejected"), alignment: .right),
    ])
    for register in plan.registers {
      table.append([
        .text(register.kind.rawValue), .text(register.kind.title), .text(register.kind.department),
        .integer(register.rows), .integer(register.rejected),
      ])
    }
    return table
  }

  private static func rolls(_ plan: Plan) -> Table {
    var table = Table(columns: [
      .init("roll", BilingualText("名册", "roll")),
      .init("rows", BilingualText("行数", "rows"), alignment: .right),
      .init("register", BilingualText("比对登记表", "compared with")),
      .init("leads", BilingualText("应得线索", "leads due"), alignment: .right),
      .init("doubtful", BilingualText("其中存疑", "of them doubtful"), alignment: .right),
    ])
    for roll in RollKind.allCases {
      for register in roll.registers {
        let leads = plan.leads(of: roll, in: register)
        table.append([
          .text(roll.rawValue), .integer(plan.sizes.rows(of: roll)), .text(register.rawValue),
          .integer(leads.count), .integer(leads.count { $0.isDoubtful }),
        ])
      }
    }
    return table
  }
}

extension TextEncoding: ExpressibleByArgument {
  package init?(argument: String) { self.init(name: argument) }
}

extension SynthError {
  fileprivate var sentence: BilingualText {
    switch self {
    case .tooFewRows(let what, let least):
      BilingualText("\(what) 至少需要 \(least) 行。", "\(what) needs at least \(least) rows.")
    case .tooManyRows(let what, let most):
      BilingualText("\(what) 最多 \(most) 行。", "\(what) can have at most \(most) rows.")
    case .tooEarly:
      BilingualText("日期不得早于 2024-02-01。", "The day cannot lie before 2024-02-01.")
    }
  }
}
