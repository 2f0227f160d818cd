// The columns of the national catalogue spreadsheet (政务信息资源目录编制指南（试行）, 发改高技〔2017〕1272号), and ours beside them.

import CatalogRules

/// A column of the catalogue spreadsheet.
package enum SheetColumn: Int, CaseIterable, Sendable, Comparable {
  case classLevel1, classLevel2, classLevel3, classLevel4
  case title, code, provider, providerCode, summary
  case format, formatType
  case itemTitle, itemType, itemLength
  case shareType, conditions, modeClass, mode
  case isOpen, openConditions, cycle, published, related
  // What the guide leaves to extensions, and entries need.
  case category, secrecy, origin, basis
  case itemName, itemRole, itemRequired, itemUnit, itemStandard, itemCodes
  /// Why a row came back; not read.
  case why

  /// The upper of the two lines of the header; columns of one group stand under one cell.
  var group: String {
    switch self {
    case .classLevel1, .classLevel2, .classLevel3, .classLevel4: "信息资源分类"
    case .format, .formatType: "信息资源格式"
    case .itemTitle, .itemType, .itemLength: "信息项信息"
    case .shareType, .conditions, .modeClass, .mode: "共享属性"
    case .isOpen, .openConditions: "开放属性"
    case .category, .secrecy, .origin, .basis, .itemName, .itemRole, .itemRequired, .itemUnit,
      .itemStandard, .itemCodes:
      "扩展元数据"
    default: ""
    }
  }

  package var heading: String {
    switch self {
    case .classLevel1: "类"
    case .classLevel2: "项"
    case .classLevel3: "目"
    case .classLevel4: "细目"
    case .title: "信息资源名称"
    case .code: "信息资源代码"
    case .provider: "信息资源提供方"
    case .providerCode: "资源提供方代码"
    case .summary: "信息资源摘要"
    case .format: "信息资源格式分类"
    case .formatType: "信息资源格式类型"
    case .itemTitle: "信息项名称"
    case .itemType: "数据类型"
    case .itemLength: "数据长度"
    case .shareType: "共享类型"
    case .conditions: "共享条件"
    case .modeClass: "共享方式分类"
    case .mode: "共享方式类型"
    case .isOpen: "是否向社会开放"
    case .openConditions: "开放条件"
    case .cycle: "更新周期"
    case .published: "发布日期"
    case .related: "关联资源代码"
    case .category: "分类标识"
    case .secrecy: "涉密属性"
    case .origin: "系统来源"
    case .basis: "共享依据"
    case .itemName: "信息项标识"
    case .itemRole: "信息项角色"
    case .itemRequired: "是否必填"
    case .itemUnit: "计量单位"
    case .itemStandard: "执行标准"
    case .itemCodes: "代码表"
    case .why: "退回原因"
    }
  }

  /// Other headings in use; one with a stroke is for the cell below another.
  private var others: [String] {
    switch self {
    case .title: ["资源名称", "目录名称", "政务信息资源名称"]
    case .code: ["资源代码", "目录代码"]
    case .provider: ["资源提供方", "提供方", "提供部门", "提供单位", "信息资源提供方/名称"]
    case .providerCode: ["提供方代码", "信息资源提供方代码", "信息资源提供方/代码"]
    case .summary: ["资源摘要", "摘要"]
    case .format: ["格式分类", "资源格式分类", "信息资源格式/分类", "资源格式"]
    case .formatType: ["格式类型", "资源格式类型", "信息资源格式/类型"]
    case .itemTitle: ["数据项名称", "信息项", "信息项信息/名称"]
    case .itemType: ["信息项数据类型", "数据项类型", "信息项信息/类型"]
    case .itemLength: ["长度"]
    case .shareType: ["共享属性/类型"]
    case .conditions: ["共享属性/条件"]
    case .modeClass: ["共享方式/分类"]
    case .mode: ["共享方式", "共享方式/类型", "共享属性/方式"]
    case .isOpen: ["是否开放", "开放属性"]
    case .cycle: ["更新频率"]
    case .published: ["发布时间"]
    case .related: ["关联资源编码", "关联及类目名称"]
    case .secrecy: ["涉密标识", "涉密性"]
    case .itemUnit: ["单位"]
    default: []
    }
  }

  /// Whether it says something of the resource, not of one of its items.
  var isOfResource: Bool {
    switch self {
    case .itemTitle, .itemType, .itemLength, .itemName, .itemRole, .itemRequired, .itemUnit,
      .itemStandard, .itemCodes, .why:
      false
    default: true
    }
  }

  /// Codes are texts: as numbers they lose the zeros in front.
  var isCode: Bool {
    switch self {
    case .code, .providerCode, .related, .itemName: true
    default: false
    }
  }

  /// Without which a sheet is no catalogue, or which are left empty most often.
  var isRequired: Bool {
    switch self {
    case .title, .provider, .summary, .format, .itemTitle, .itemType, .shareType, .cycle: true
    default: false
    }
  }

  /// The field of an entry that it fills; of an item's without its place.
  var field: String {
    switch self {
    case .classLevel1, .classLevel2, .classLevel3, .classLevel4, .category: "entry.category"
    case .title, .why: "entry.title"
    case .code: "entry.resource_code"
    case .provider: "entry.providing_department"
    case .providerCode: "entry.owner"
    case .summary: "entry.summary"
    case .format: "entry.format"
    case .formatType: "entry.format_type"
    case .itemTitle: "title"
    case .itemType: "type"
    case .itemLength: "max_length"
    case .shareType: "entry.share_type"
    case .conditions: "entry.conditions"
    case .modeClass, .mode: "entry.share_mode"
    case .isOpen, .openConditions: "entry.open_attribute"
    case .cycle: "entry.update_frequency"
    case .published: "entry.publish_time"
    case .related: "entry.related_codes"
    case .secrecy: "entry.secrecy"
    case .origin: "entry.origin"
    case .basis: "entry.bases"
    case .itemName: "name"
    case .itemRole: "role"
    case .itemRequired: "required"
    case .itemUnit: "unit"
    case .itemStandard: "standard"
    case .itemCodes: "codes"
    }
  }

  package static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }

  /// The column of a heading, read with the cell above it; `nil` for one that is not ours.
  static func named(_ heading: String, under group: String) -> SheetColumn? {
    let own = plain(heading)
    if own.isEmpty { return nil }
    return byHeading[plain(group) + "/" + own] ?? byHeading[own]
  }

  private static let byHeading: [String: SheetColumn] = {
    var found: [String: SheetColumn] = [:]
    for column in allCases {
      for heading in [column.heading] + column.others {
        let parts = heading.split(separator: "/").map { plain(String($0)) }
        found[parts.joined(separator: "/")] = column
      }
    }
    return found
  }()

  /// Without marks such as "*" and "（必填）".
  private static func plain(_ heading: String) -> String {
    var text = comparable(heading)
    for mark in ["必填", "选填", "必选", "可选"] where text.hasSuffix(mark) && text != "是否必填" {
      text = String(text.dropLast(mark.count))
    }
    return text
  }
}
