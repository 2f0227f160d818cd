// What each data item must be, and which items identify a person (meizhou-specific-2021/9c).

package import Regulation
import Vocabulary

/// Checks the items one by one: names, types, code lists, roles.
package func checkItems(_ content: EntryContent) throws(CatalogRefusal) {
  if content.items.count > EntryLimits.items { throw .tooManyItems(limit: EntryLimits.items) }
  var names: Set<String> = []
  var titles: Set<String> = []
  var roles: Set<ItemRole> = []
  for (index, item) in content.items.enumerated() {
    let path = "entry.items[\(index)]"
    guard isItemName(item.name) else { throw .itemNameInvalid(path: path + ".name") }
    guard names.insert(item.name).inserted else {
      throw .itemRepeated(path: path + ".name", name: item.name)
    }
    if item.title.isEmpty {
      throw .fieldMissing(
        path: path + ".title", term: BilingualText("数据项名称", "item title"),
        citation: Citation(document: Citation.productDocument, article: "catalog"))
    }
    guard titles.insert(item.title).inserted else {
      throw .itemRepeated(path: path + ".title", name: item.title)
    }
    try checkShape(item, path)
    if item.role != .none, !roles.insert(item.role).inserted {
      throw .itemMalformed(
        path: path + ".role",
        rule: BilingualText(
          "角色“\(item.role.term.chinese)”只能有一个数据项", "only one item is the \(item.role.term.english)")
      )
    }
  }
}

extension Item {
  /// Whether it says who or what a record is about, and nothing of it: the number and the name stand in every register and are no
  /// department's datum (AC-16). The role alone does not make it so: any text can be given one.
  package var isIdentity: Bool {
    switch (role, type) {
    case (.subject, .personID), (.subject, .organisationID), (.subjectName, .personName): true
    case (.subject, .otherDocumentID), (.subjectName, .text):
      Self.identityTitles.contains(title)
    default: false
    }
  }

  private static let identityTitles: Set<String> = [
    "证件号码", "身份证件号码", "有效证件号码", "护照号码", "港澳居民来往内地通行证号码", "台湾居民来往大陆通行证号码", "外国人永久居留身份证号码",
    "姓名", "名称", "单位名称", "企业名称", "机构名称", "组织名称", "法人名称", "个体工商户名称", "社会组织名称",
  ]
}

private func checkShape(_ item: Item, _ path: String) throws(CatalogRefusal) {
  func refuse(_ field: String, _ chinese: String, _ english: String) -> CatalogRefusal {
    .itemMalformed(path: "\(path).\(field)", rule: BilingualText(chinese, english))
  }
  if item.maxLength < 0 { throw refuse("max_length", "长度不能为负", "a length is not negative") }
  if !(0...4).contains(item.grade) { throw refuse("grade", "级别为1至4", "a grade is 1 to 4") }
  if item.type == .code, item.codes.isEmpty {
    throw refuse("codes", "代码型数据项须有代码表", "an item of codes lists its codes")
  }
  if item.type != .code, !item.codes.isEmpty {
    throw refuse("codes", "只有代码型数据项有代码表", "only an item of codes lists codes")
  }
  if Set(item.codes.map(\.value)).count < item.codes.count {
    throw refuse("codes", "代码重复", "a code stands twice")
  }
  let wanted: Set<ItemType>
  switch item.role {
  case .none: return
  case .subject: wanted = [.personID, .organisationID, .otherDocumentID]
  case .subjectName: wanted = [.personName, .text]
  case .eventDate, .periodStart, .periodEnd: wanted = [.date]
  case .revokedMark: wanted = [.text, .code, .date]
  }
  guard wanted.contains(item.type) else {
    throw refuse(
      "role", "“\(item.type.term.chinese)”不能作\(item.role.term.chinese)",
      "an item of type \(item.type.term.english) cannot be the \(item.role.term.english)")
  }
}

/// Checks that an entry of specific-population information has the identity number and the name
/// (meizhou-specific-2021/9c: 身份证号码 and 姓名 in every entry).
///
/// - Parameter isSpecificPopulation: Whether its category is one of that taxonomy; the duty follows the category, whichever
///   profile governs since the trial of 2021 ended.
package func checkIdentityItems(
  _ content: EntryContent, isSpecificPopulation: Bool, under profile: Profile
) throws(CatalogRefusal) {
  let origin = Citation(document: "meizhou-specific-2021", article: "9c")
  let duty: Provision<[IdentityItem]>
  if let own = profile.mandatoryIdentityItems {
    duty = own
  } else if isSpecificPopulation {
    // Its text ended with the trial; that the duty goes on is our reading (policies g.5).
    duty = Provision(
      value: [.identityNumber, .name],
      citation: Citation(document: Citation.productDocument, article: "g.5"), origin: .reading)
  } else {
    return
  }
  for item in duty.value {
    let isThere =
      switch item {
      case .identityNumber:
        content.items.contains { $0.type == .personID && $0.role == .subject && $0.isRequired }
      case .name:
        content.items.contains { $0.role == .subjectName && $0.isRequired }
      }
    if !isThere { throw .identityItemMissing(item, origin: origin, citation: duty.citation) }
  }
}
