// The words of the national spreadsheet, and what they are in an entry.

import CatalogRules
import Contracts
import Vocabulary

/// A name as names are compared: without width, blanks, punctuation and case.
package func comparableName(_ name: String) -> String { comparable(name) }

/// The words that a column takes, each with what it stands for; compared without width, blanks and punctuation.
struct SheetWords<Value: Sendable>: Sendable {
  private let values: [String: Value]
  /// For the advice, in their order.
  let shown: [String]

  init(_ words: [(names: [String], value: Value)]) {
    var values: [String: Value] = [:]
    for word in words {
      for name in word.names { values[comparable(name)] = word.value }
    }
    self.values = values
    shown = words.compactMap(\.names.first)
  }

  subscript(_ text: String) -> Value? { values[comparable(text)] }
}

enum SheetDictionary {
  static let shareTypes = SheetWords<CatalogV1.ShareType>([
    (["无条件共享", "无条件", "unconditional"], .unconditional),
    (["有条件共享", "有条件", "conditional"], .conditional),
    (["不予共享", "不共享", "不予", "not_shared"], .notShared),
  ])

  static let cycles = SheetWords<UpdateFrequency>([
    (["实时"], .realTime), (["每日", "每天", "日"], .daily), (["每周", "周"], .weekly),
    (["每月", "月"], .monthly), (["每季度", "每季", "季度"], .quarterly), (["每半年", "半年"], .halfYearly),
    (["每年", "年", "年度"], .yearly), (["不定期", "其他"], .irregular),
  ])

  static let formats = SheetWords<ResourceFormat>([
    (["电子文件", "文件"], .file), (["电子表格", "表格"], .spreadsheet), (["数据库", "数据库类"], .database),
    (["图形图像", "图形图像类"], .image), (["流媒体", "流媒体类"], .stream), (["自描述格式", "自描述"], .selfDescribing),
  ])

  static let modes = SheetWords<ShareMode>([
    (["数据库", "库表", "库表交换"], .table), (["文件", "文件下载", "文件交换"], .file),
    (["服务接口", "接口", "API"], .interface), (["邮件", "电子邮件"], .mail),
    (["介质交换", "介质", "拷盘", "光盘", "移动硬盘"], .media),
  ])

  static let answers = SheetWords<Bool>([
    (["是", "Y", "yes", "true", "开放", "1"], true), (["否", "N", "no", "false", "不开放", "0"], false),
  ])

  static let secrecies = SheetWords<CatalogV1.SecrecyMark>([
    (["非涉密", "不涉密", "无", SecrecyMark.none.term.chinese], .notSecret),
    ([SecrecyMark.tradeSecret.term.chinese, "商业秘密"], .tradeSecret),
    ([SecrecyMark.privacy.term.chinese, "个人隐私"], .privacy),
    ([SecrecyMark.stateSecret.term.chinese, "涉密", "国家秘密"], .stateSecret),
    (["秘密"], .secret), (["机密"], .confidential), (["绝密"], .topSecret),
  ])

  static let origins = SheetWords<CatalogV1.Origin>([
    ([DataOrigin.selfBuilt.term.chinese, "自建"], .selfBuilt),
    ([DataOrigin.upperLevel.term.chinese, "上级"], .upperLevel),
    ([DataOrigin.noSystem.term.chinese], .noSystem),
  ])

  static let roles = SheetWords<CatalogV1.ItemRole>(
    zip(ItemRole.allCases, wireRoles).map { ([$0.term.chinese, $0.rawValue], $1) })

  private static let wireRoles: [CatalogV1.ItemRole] = [
    .unspecified, .subject, .subjectName, .eventDate, .periodStart, .periodEnd, .revokedMark,
  ]

  /// A data type, and whether something of it is lost here.
  struct Kind: Sendable {
    let type: CatalogV1.ItemType
    var isNarrowed = false
  }

  /// The types of the guide, by letter and by name, and ours.
  static let types = SheetWords<Kind>(
    national.map { ([$0.name + $0.letter, $0.name, $0.letter, $0.letter + $0.name], $0.kind) }
      + zip(ItemType.allCases, wireTypes).map { ([$0.term.chinese, $0.rawValue], Kind(type: $1)) })

  private static let national: [(letter: String, name: String, kind: Kind)] = [
    ("C", "字符型", Kind(type: .text)), ("N", "数值型", Kind(type: .decimal)),
    ("Y", "货币型", Kind(type: .decimal)), ("D", "日期型", Kind(type: .date)),
    ("T", "日期时间型", Kind(type: .text, isNarrowed: true)),
    ("L", "逻辑型", Kind(type: .text, isNarrowed: true)), ("M", "备注型", Kind(type: .text)),
    ("G", "通用型", Kind(type: .text, isNarrowed: true)), ("B", "双精度型", Kind(type: .decimal)),
    ("I", "整型", Kind(type: .integer)), ("F", "浮点型", Kind(type: .decimal)),
  ]

  /// What may be stated as a ground; the rest of that list are kinds that profiles allow.
  static let grounds: [BasisKind] = [.law, .regulation, .rule, .nationalProvision, .internalRule]

  private static let wireTypes: [CatalogV1.ItemType] = [
    .text, .integer, .decimal, .date, .code, .personID, .organisationID, .personName,
    .otherDocumentID,
  ]

  /// How a type is written into a sheet: as the guide has it where it has it.
  static func word(_ type: CatalogV1.ItemType) -> String {
    switch type {
    case .text: "字符型C"
    case .integer: "整型I"
    case .decimal: "数值型N"
    case .date: "日期型D"
    default:
      zip(ItemType.allCases, wireTypes).first { $1 == type }?.0.term.chinese ?? ""
    }
  }

  static func word(_ role: CatalogV1.ItemRole) -> String {
    if role == .unspecified { return "" }
    return zip(ItemRole.allCases, wireRoles).first { $1 == role }?.0.term.chinese ?? ""
  }
}
