// weir department person: officials, what they may do, and the end of it.

import ArgumentParser
import Contracts
import Vocabulary

struct PersonCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "person", "人员及其角色。", "Persons and their roles.",
      examples: "department person list civil-affairs",
      subcommands: [PersonList.self, PersonAdd.self, PersonRoles.self, PersonDisable.self])
  }
}

/// `department/person` or the whole name.
func personName(_ text: String) throws -> String {
  text.hasPrefix("departments/") ? text : try RunningFolder.principal(text)
}

struct PersonList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一个单位的人员。", "List the persons of a department.",
      examples: "department person list civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    let parent = resource("departments", code)
    let persons = try await session.list(limit) { size, token in
      let page = try await session.registry.listPersons(
        .init(parent: parent, pageSize: size, pageToken: token), session.options)
      return (page.persons, page.nextPageToken)
    }
    try session.show(persons, columns: ["name", "title", "roles", "state", "successor"])
  }
}

struct PersonAdd: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "add", "登记一名人员及其角色；相斥的角色会被拒绝。",
      "Register a person with roles; roles that exclude each other are refused.",
      examples: "department person add civil-affairs/li --title 李科长 --role dept-officer")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/人员。", "department/person.", "who")) var person: String
  @Option(help: hint("姓名。", "The official's name.", "text")) var title: String
  @Option(name: .customLong("role"), help: hint("角色，可重复。", "A role; may be repeated.", "role"))
  var roles: [String] = []

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.registerPerson(
        .init(
          person: .init(name: try personName(person), title: title, roles: roles),
          requestID: session.newRequest()), session.options))
  }
}

struct PersonRoles: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "roles", "重设一名人员的全部角色。", "Set all roles of a person anew.",
      examples: "department person roles civil-affairs/li --role dept-officer --role dept-security")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/人员。", "department/person.", "who")) var person: String
  @Option(name: .customLong("role"), help: hint("角色，可重复。", "A role; may be repeated.", "role"))
  var roles: [String] = []

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.setPersonRoles(
        .init(name: try personName(person), roles: roles, requestID: session.newRequest()),
        session.options))
  }
}

struct PersonDisable: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "disable", "停用一名人员，立即生效；未办事项转给接替人。",
      "Disable a person at once; open duties move to the successor.",
      examples:
        "department person disable civil-affairs/li --reason 调离 --successor civil-affairs/wu")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/人员。", "department/person.", "who")) var person: String
  @Option(help: hint("理由。", "Why.", "text")) var reason: String
  @Option(help: hint("接替人。", "Who takes over.", "who")) var successor: String?

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.disablePerson(
        .init(
          name: try personName(person), reason: reason,
          successor: try successor.map(personName) ?? "", requestID: session.newRequest()),
        session.options))
  }
}

struct SystemCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "system", "系统及其责任人。", "Systems and who answers for them.",
      examples: "department system list civil-affairs",
      subcommands: [SystemList.self, SystemAdd.self, SystemState.self])
  }
}

struct SystemList: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "list", "列出一个单位的系统。", "List the systems of a department.",
      examples: "department system list civil-affairs")
  }
  @OptionGroup var caller: CallerOptions
  @OptionGroup var limit: ListOptions
  @Argument(help: hint("单位代码。", "The department's code.", "code")) var code: String

  func call(_ session: Session) async throws {
    let parent = resource("departments", code)
    let systems = try await session.list(limit) { size, token in
      let page = try await session.registry.listSystems(
        .init(parent: parent, pageSize: size, pageToken: token), session.options)
      return (page.systems, page.nextPageToken)
    }
    try session.show(systems, columns: ["name", "title", "responsible_person", "region", "state"])
  }
}

struct SystemAdd: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "add", "登记一个系统及其责任人。", "Register a system and who answers for it.",
      examples:
        "department system add civil-affairs/system:registers --title 登记系统 --person civil-affairs/li",
      "department system add civil-affairs/system:liaison --title 驻港联络 --person civil-affairs/li --region HK"
    )
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/system:系统。", "department/system:name.", "which")) var system: String
  @Option(help: hint("系统名称。", "Its title.", "text")) var title: String
  @Option(help: hint("责任人。", "Who answers for it.", "who")) var person: String
  @Option(
    help: hint(
      "所在国家或地区（ISO 3166-1）；在境内不填。",
      "Where it stands, by ISO 3166-1; not given for the mainland.", "code"))
  var region = ""

  func call(_ session: Session) async throws {
    let value = RegistryV1.System(
      name: try personName(system), title: title, responsiblePerson: try personName(person),
      region: region)
    try session.show(
      try await session.registry.registerSystem(
        .init(system: value, requestID: session.newRequest()), session.options))
  }
}

struct SystemState: CallCommand {
  static var configuration: CommandConfiguration {
    about(
      "state", "停用或恢复一个系统。", "Disable a system or bring it back.",
      examples: "department system state civil-affairs/system:registers disabled --reason 停运")
  }
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("单位/system:系统。", "department/system:name.", "which")) var system: String
  @Argument(help: hint("状态。", "The state.")) var state: Word<RegistryV1.State>
  @Option(help: hint("理由。", "Why.", "text")) var reason = ""

  func call(_ session: Session) async throws {
    try session.show(
      try await session.registry.setSystemState(
        .init(
          name: try personName(system), state: state.value, reason: reason,
          requestID: session.newRequest()), session.options))
  }
}
