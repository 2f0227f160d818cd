// Who takes part in the demonstration: the departments, their people and their systems.

/// A department of the demonstration.
struct DemoDepartment: Sendable {
  let code: String
  let title: String
  /// As laws name it.
  let kinds: [String]
  let officer: DemoPerson
  let head: DemoPerson
  let security: DemoPerson
  /// The system that delivers its registers or compares its rolls.
  let system: (name: String, title: String)

  var name: String { "departments/\(code)" }
  var systemName: String { "\(name)/systems/\(system.name)" }
  /// What its system does at the end of each month, by itself.
  var runName: String { "\(name)/runs/monthly-comparison" }
  func principal(_ person: DemoPerson) -> String { "\(name)/persons/\(person.id)" }
}

struct DemoPerson: Sendable {
  let id: String
  let title: String

  init(_ id: String, _ title: String) {
    self.id = id
    self.title = title
  }
}

/// The people of a new folder, and those whom the demonstration registers.
enum DemoCast {
  static let authority = "departments/data-bureau/persons/chen"
  /// The second behind each person's certificate.
  static let witness = "departments/data-bureau/persons/ma"
  static let auditor = "departments/audit-bureau/persons/shen"

  static let civilAffairs = DemoDepartment(
    code: "civil-affairs", title: "民政局", kinds: ["民政"], officer: DemoPerson("li", "李科长"),
    head: DemoPerson("sun", "孙局长"), security: DemoPerson("he", "何安全员"),
    system: ("registers", "民政业务系统"))
  static let publicSecurity = DemoDepartment(
    code: "public-security", title: "公安局", kinds: ["公安"], officer: DemoPerson("gao", "高科长"),
    head: DemoPerson("lin", "林局长"), security: DemoPerson("xu", "徐安全员"),
    system: ("registers", "户籍系统"))
  static let justice = DemoDepartment(
    code: "justice", title: "司法局", kinds: ["司法"], officer: DemoPerson("tang", "唐科长"),
    head: DemoPerson("song", "宋局长"), security: DemoPerson("deng", "邓安全员"),
    system: ("registers", "社区矫正系统"))
  static let health = DemoDepartment(
    code: "health", title: "卫生健康局", kinds: ["卫健", "卫生健康"], officer: DemoPerson("luo", "罗科长"),
    head: DemoPerson("xie", "谢局长"), security: DemoPerson("cai", "蔡安全员"),
    system: ("registers", "诊疗信息系统"))
  static let humanResources = DemoDepartment(
    code: "human-resources", title: "人力资源和社会保障局", kinds: ["人社", "人力资源社会保障"],
    officer: DemoPerson("wang", "王科长"), head: DemoPerson("liu", "刘局长"),
    security: DemoPerson("zhao", "赵安全员"), system: ("pensions", "养老金系统"))

  static let all = [civilAffairs, publicSecurity, justice, health, humanResources]

  static func department(_ code: String) -> DemoDepartment {
    guard let department = all.first(where: { $0.code == code }) else {
      preconditionFailure("every register's department takes part")
    }
    return department
  }
}
