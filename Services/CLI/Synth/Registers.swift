// The five registers of the demo and the two rolls: their columns, as the catalogue entries declare them.

/// A column of a register: what the catalogue entry says of the item.
package struct Column: Hashable, Sendable {
  /// The item's slug.
  package let name: String
  /// The item's Chinese title, which is the column's header.
  package let title: String
  /// `person_id`, `name`, `date`, `code`, `integer`, `decimal`, `organisation_id` or `text`.
  package let type: String
  /// `subject`, `subject_name`, `event_date`, `period_start`, `period_end`, `revoked_mark`, or empty.
  package let role: String
  package let isRequired: Bool
  /// In characters; 0 for none.
  package let maximumLength: Int
  /// Values and titles of a code.
  package let codes: [Code]

  package struct Code: Hashable, Sendable {
    package let value: String
    package let title: String
  }

  init(
    _ name: String, _ title: String, _ type: String, role: String = "", required: Bool = false,
    maximum: Int = 0, codes: [(String, String)] = []
  ) {
    self.name = name
    self.title = title
    self.type = type
    self.role = role
    isRequired = required
    maximumLength = maximum
    self.codes = codes.map { Code(value: $0.0, title: $0.1) }
  }
}

/// A register of the demo.
package enum RegisterKind: String, CaseIterable, Sendable {
  case cremation
  case cancellation
  case correction
  case lowIncome = "low-income"
  case health

  package var title: String {
    switch self {
    case .cremation: "火化记录"
    case .cancellation: "户口注销信息"
    case .correction: "社区矫正对象信息（不含未成年人）"
    case .lowIncome: "低收入救助对象信息"
    case .health: "重大疾病诊疗信息"
    }
  }

  /// The code of the department that keeps it.
  package var department: String {
    switch self {
    case .cremation, .lowIncome: "civil-affairs"
    case .cancellation: "public-security"
    case .correction: "justice"
    case .health: "health"
    }
  }

  /// Most of the persons in it.
  var cohort: Cohort {
    switch self {
    case .cremation, .cancellation: .elder
    case .correction, .lowIncome, .health: .adult
    }
  }

  package var columns: [Column] {
    switch self {
    case .cremation:
      Self.subject + [
        Column("cremation-date", "火化日期", "date", role: "event_date", required: true),
        Column("place", "火化地点", "text", maximum: 30),
        Column("certificate", "火化证编号", "text", required: true, maximum: 20), Self.revoked,
      ]
    case .cancellation:
      Self.subject + [
        Column("cancel-date", "注销日期", "date", role: "event_date", required: true),
        Column(
          "reason", "注销原因", "code", required: true,
          codes: [("1", "死亡"), ("2", "宣告死亡")]),
        Column("station", "派出所", "text", maximum: 30), Self.revoked,
      ]
    case .correction:
      Self.subject + Self.period("矫正开始日期", "矫正结束日期") + [
        Column(
          "kind", "矫正类别", "code", required: true,
          codes: [("1", "管制"), ("2", "缓刑"), ("3", "假释"), ("4", "暂予监外执行")]),
        Column("judgment-number", "判决书文号", "text", maximum: 40),
        Column("court", "判决法院", "text", maximum: 30), Self.revoked,
      ]
    case .lowIncome:
      Self.subject + Self.period("认定日期", "有效期至") + [
        Column(
          "category", "救助类别", "code", required: true,
          codes: [("1", "最低生活保障"), ("2", "特困供养"), ("3", "低收入家庭")]),
        Column("members", "家庭人口", "integer"), Column("income", "月人均收入", "decimal"),
        Column("town", "镇街", "text", maximum: 30), Self.revoked,
      ]
    case .health:
      Self.subject + [
        Column("diagnosis-date", "确诊日期", "date", role: "event_date", required: true),
        Column(
          "disease", "病种", "code", required: true,
          codes: [("A1", "恶性肿瘤"), ("B2", "终末期肾病"), ("C3", "再生障碍性贫血"), ("D4", "器官移植")]),
        Column("hospital", "医疗机构统一社会信用代码", "organisation_id"),
        Column("note", "备注", "text", maximum: 50), Self.revoked,
      ]
    }
  }

  private static let subject = [
    Column("id", "身份证号码", "person_id", role: "subject", required: true),
    Column("name", "姓名", "name", role: "subject_name", required: true, maximum: 50),
  ]
  private static let revoked = Column(
    "revoked", "撤销标记", "code", role: "revoked_mark", codes: [("1", "已撤销")])

  private static func period(_ start: String, _ end: String) -> [Column] {
    [
      Column("start", start, "date", role: "period_start", required: true),
      Column("end", end, "date", role: "period_end"),
    ]
  }

  // Where the planted errors go. The first two columns are the subject's number and name, the third a date.
  static let identifierColumn = 0
  static let nameColumn = 1
  static let dateColumn = 2

  /// A code that must not be empty, or else the revocation mark.
  var codeColumn: Int {
    columns.firstIndex { $0.type == "code" && $0.isRequired } ?? revokedColumn
  }
  var textColumn: Int { columns.lastIndex { $0.type == "text" && !$0.isRequired } ?? 0 }
  var revokedColumn: Int { columns.count - 1 }
  var isPeriod: Bool { columns[3].role == "period_end" }

  /// Keeps the numbers of the registers apart.
  var key: UInt64 {
    switch self {
    case .cremation: 1
    case .cancellation: 2
    case .correction: 3
    case .lowIncome: 4
    case .health: 5
    }
  }
}

/// A roll to be compared.
package enum RollKind: String, CaseIterable, Sendable {
  /// Who draws a pension; found in a register of the dead or of corrections, a person is a lead.
  case pension
  /// Whose allowance was stopped; found in the low-income register, a person may have been forgotten.
  case stopped

  package var columns: [Column] {
    [
      Column("id", "身份证号码", "person_id", role: "subject", required: true),
      Column("name", "姓名", "name", role: "subject_name", required: true, maximum: 50),
      Column("amount", self == .pension ? "月养老金" : "停发金额", "decimal"),
    ]
  }

  /// The registers it is compared with.
  package var registers: [RegisterKind] {
    switch self {
    case .pension: [.cremation, .cancellation, .correction]
    case .stopped: [.lowIncome]
    }
  }

  var cohort: Cohort { self == .pension ? .elder : .adult }
  var key: UInt64 { self == .pension ? 11 : 12 }
}
