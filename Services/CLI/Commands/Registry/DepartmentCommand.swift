// weir department: the bodies that take part, their persons, systems and certificates.

import ArgumentParser
import Contracts
import Vocabulary

struct DepartmentCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "department", "单位、人员、系统与证书。", "Departments, persons, systems and certificates.",
      examples: "department list", "department whoami --as data-bureau/chen",
      "department person add civil-affairs/li --title 李科长 --role dept-officer",
      subcommands: [
        WhoAmI.self, DepartmentList.self, DepartmentShow.self, DepartmentRegister.self,
        DepartmentUpdate.self, DepartmentState.self, DepartmentRegions.self, PersonCommand.self,
        SystemCommand.self,
        RunCommand.self,
        CertificateCommand.self, DocumentCommand.self, DutyCommand.self, SecurityCommand.self,
      ])
  }
}

struct WhoAmI: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "whoami", "网关眼中的我是谁；被拒绝时先看这里。", "Who I am to the gateway; look here first when refused.",
      examples: "department whoami --data /srv/weir --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.whoAmI(RegistryV1.WhoAmIRequest(), session.options))
  }
}

struct DepartmentList: CallCommand {
  static var configuration: CommandConfiguration {
    about("list", "列出登记的单位。", "List the registered departments.", examples: "department list")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions

  func call(_ session: Session) async throws {
    let departments = try await session.list(limit) { size, token in
      let page = try await session.registry.listDepartments(
        .init(pageSize: size, pageToken: token), session.options)
      return (page.departments, page.nextPageToken)
    }
    try session.show(
      departments,
      columns: ["name", "title", "level", "region", "kinds", "body", "authority", "state"])
  }
}

struct DepartmentShow: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "show", "显示一个单位。", "Show a department.", examples: "department show civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.getDepartment(
        .init(name: resource("departments", code)), session.options))
  }
}

struct DepartmentRegister: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "register", "登记一个单位（主管部门办理）。", "Register a department; the authority does it.",
      more: BilingualText(
        "现行办法决定收哪些单位；授权的事业单位、社会组织须写明授权的法律、法规或规章。",
        "The governing text says which kinds of body are taken; an authorised institution or organisation names the law that authorises it."
      ),
      examples: "department register civil-affairs --title 民政局 --region 441400 --kind 民政",
      "department register archives --title 档案馆 --region 441400 --kind 档案 --body authorised-institution --instrument law:中华人民共和国档案法:第十条"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Option(help: hint("单位名称。", "Its name.", "text")) var title: String
  @Option(help: hint("级别。", "Its level.", "level")) var level = Word(RegistryV1.Level.city)
  @Option(help: hint("行政区划代码（GB/T 2260）。", "Region code, GB/T 2260.", "code")) var region: String
  @Option(name: .customLong("kind"), help: hint("规章中的类别，可重复。", "A kind that laws name.", "word"))
  var kinds: [String] = []
  @Option(help: hint("主管部门；默认为自己所在单位。", "Its authority; one's own unless given.", "code"))
  var authority: String?
  @Option(help: hint(bodyHint.chinese, bodyHint.english, "kind")) var body = ""
  @Option(help: hint(instrumentHint.chinese, instrumentHint.english, "basis"))
  var instrument: BasisArgument?
  @Option(
    name: .customLong("function"),
    help: hint(
      "职能，可重复；供数和用数以此为限。", "A function; what it provides and asks for is held to these.", "text"))
  var functions: [String] = []
  @Flag(help: hint("只校验，不登记。", "Only check, register nothing.")) var validateOnly = false

  func call(_ session: Session) async throws {
    let own = try await session.registry.whoAmI(RegistryV1.WhoAmIRequest(), session.options)
    let department = RegistryV1.Department(
      name: resource("departments", code), title: title, level: level.value, region: region,
      kinds: kinds, authority: resource("departments", authority ?? own.department),
      body: bodyWord(body), instrument: instrument?.basis, functions: functions)
    let made = try await session.registry.registerDepartment(
      .init(
        department: department, requestID: session.newRequest(), validateOnly: validateOnly),
      session.options)
    try session.show(made)
    if validateOnly { return session.noteChecked() }
    if made.state == .disabled {
      session.console.note(
        BilingualText(
          "尚未启用。下一步：weir department person add \(code)/… --role dept-security，"
            + "再 weir department state \(code) active --reason …",
          "Not active yet. Next: weir department person add \(code)/… --role dept-security, then "
            + "weir department state \(code) active --reason …"))
    }
  }
}

struct DepartmentUpdate: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "update", "更正一个单位的登记（主管部门办理，须写明理由）。",
      "Correct what was registered of a department; the authority does it, with a reason.",
      examples: "department update health --kind 卫生健康 --reason 登记时类别有误",
      "department update civil-affairs --function 殡葬管理 --function 社会救助 --reason 依三定规定登记职能",
      "department update zone-affairs --level functional-zone --region 441471 --reason 登记有误 --validate-only"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Option(help: hint("单位名称。", "Its name.", "text")) var title: String?
  @Option(help: hint("级别。", "Its level.", "level")) var level: Word<RegistryV1.Level>?
  @Option(help: hint("行政区划代码（GB/T 2260）。", "Region code, GB/T 2260.", "code"))
  var region: String?
  @Option(
    name: .customLong("kind"),
    help: hint("规章中的全部类别，可重复；取代原有类别。", "All kinds that laws name; they replace the former.", "word")
  )
  var kinds: [String] = []
  @Option(help: hint("主管部门。", "Its authority.", "code")) var authority: String?
  @Option(help: hint(bodyHint.chinese, bodyHint.english, "kind")) var body: String?
  @Option(help: hint(instrumentHint.chinese, instrumentHint.english, "basis"))
  var instrument: BasisArgument?
  @Option(
    name: .customLong("function"),
    help: hint(
      "职能，可重复；供数和用数以此为限。", "A function; what it provides and asks for is held to these.", "text"))
  var functions: [String] = []
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Flag(help: hint("只校验，不更正。", "Only check, correct nothing.")) var validateOnly = false

  func call(_ session: Session) async throws {
    let given: [(field: String, isGiven: Bool)] = [
      ("title", title != nil), ("level", level != nil), ("region", region != nil),
      ("kinds", !kinds.isEmpty), ("authority", authority != nil), ("body", body != nil),
      ("instrument", instrument != nil), ("functions", !functions.isEmpty),
    ]
    let department = RegistryV1.Department(
      name: resource("departments", code), title: title ?? "",
      level: level?.value ?? .unspecified, region: region ?? "", kinds: kinds,
      authority: authority.map { resource("departments", $0) } ?? "",
      body: bodyWord(body ?? ""), instrument: instrument?.basis, functions: functions)
    try session.show(
      try await session.registry.updateDepartment(
        .init(
          department: department, updateMask: given.filter(\.isGiven).map(\.field), reason: reason,
          requestID: session.newRequest(), validateOnly: validateOnly), session.options))
    if validateOnly { session.noteChecked() }
  }
}

private let bodyHint = BilingualText(
  "单位性质，如 authorised-institution、public-enterprise、central-branch；默认为行政机关。",
  "What kind of body: authorised-institution, public-enterprise, central-branch …; an administrative organ unless given."
)
private let instrumentHint = BilingualText(
  "授权的法律、法规、规章，或者确定主管部门的文件，形如 law:名称:条款。",
  "The law that authorises it, or the document that named the authority, such as law:title:article."
)

/// As the registry writes it.
private func bodyWord(_ text: String) -> String { text.replacing("-", with: "_") }

struct DepartmentRegions: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "regions", "列出有单位登记的区域及其主管部门；缺主管部门的在此标出。",
      "List the regions that have bodies, with their authority; one without is marked.",
      examples: "department regions --as data-bureau/chen")
  }
  @OptionGroup var caller: CallerOptions

  func call(_ session: Session) async throws {
    let found = try await session.registry.listRegions(.init(), session.options)
    try session.show(
      found.regions, columns: ["code", "level", "authority", "departments", "lacks_authority"])
  }
}

struct DepartmentState: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "state", "停用或恢复一个单位；停用后下一次调用即被拒绝。",
      "Disable a department or bring it back; its next call is refused.",
      examples: "department state civil-affairs disabled --reason 机构撤并")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String
  @Argument(help: hint("状态。", "The state.")) var state: Word<RegistryV1.State>
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.setDepartmentState(
        .init(
          name: resource("departments", code), state: state.value, reason: reason,
          requestID: session.newRequest()), session.options))
  }
}
