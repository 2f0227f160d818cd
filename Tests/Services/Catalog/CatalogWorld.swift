// The law and a small world for the catalogue's suites: departments, people, an entry that nothing is wrong with.

import Boot
import CatalogRules
import Regulation
import TestSupport
import Testing
import Vocabulary

enum CatalogWorld {
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(4)
    return parts.joined(separator: "/")
  }()

  private static let law = Result {
    (
      profiles: try PolicyFiles.load(
        policiesFolder: root + "/deploy/policies", governanceFile: root + "/deploy/governance.yaml"),
      calendar: try CalendarFiles.load(calendarsFolder: root + "/deploy/calendars"),
      taxonomies: try TaxonomyFiles.load(taxonomiesFolder: root + "/deploy/taxonomies")
    )
  }

  static func profiles() throws -> ProfileSet { try law.get().profiles }

  /// The same profiles where one of them governs everything, with a row of it replaced where one is given.
  static func profiles(
    under key: String, replacing row: String = "", by other: String = ""
  ) throws -> ProfileSet {
    try governingLaw(root, under: key, replacing: row, by: other)
  }

  static func calendar() throws -> WorkingCalendar { try law.get().calendar }
  static func taxonomies() throws -> [String: Taxonomy] { try law.get().taxonomies }
  static func profile(_ key: String) throws -> Profile {
    try #require(try profiles().profile(named: key))
  }

  /// 2024-03-04, a Monday, 12:00 in Asia/Shanghai.
  static let noon = Instant(milliseconds: 1_709_524_800_000)

  static func code(_ text: String) throws -> DepartmentCode { try #require(DepartmentCode(text)) }

  static func facts(
    _ code: String, level: AdministrativeLevel = .city, region: String = "441400",
    kinds: Set<String> = ["民政"], authority: String? = "data-bureau", isAuthority: Bool = false,
    holders: [Role: Set<String>] = [.populationBaseAdministrator: ["population-base"]],
    body: BodyKind = .administrativeOrgan, duties: Set<DutyPost> = Set(DutyPost.allCases),
    functions: [String] = []
  ) throws -> DepartmentFacts {
    DepartmentFacts(
      code: try self.code(code), level: level, region: region, kinds: kinds,
      authority: try authority.map { try self.code($0) },
      isAuthority: isAuthority || authority == nil,
      holders: try holders.mapValues { Set(try $0.map(self.code)) }, body: body, duties: duties,
      functions: functions)
  }

  static func actor(
    _ code: String, _ roles: Set<Role> = [.departmentOfficer], level: AdministrativeLevel = .city,
    region: String = "441400", authority: String? = "data-bureau", person: String = "li",
    holders: [Role: Set<String>] = [.populationBaseAdministrator: ["population-base"]]
  ) throws -> Actor {
    Actor(
      department: try facts(
        code, level: level, region: region, authority: authority, holders: holders),
      name: "departments/\(code)/persons/\(person)", roles: roles)
  }

  static func authority() throws -> Actor {
    try actor("data-bureau", [.authority], authority: nil)
  }

  static let basis = Basis(kind: .law, title: "中华人民共和国社区矫正法", article: "第五条")

  /// The cremation register of civil affairs, unconditional, with everything that meizhou-public-2023/7.3 names.
  static func content(owner: String = "civil-affairs") throws -> EntryContent {
    var content = EntryContent(owner: try code(owner))
    content.title = "火化记录"
    content.category = "death.cremation"
    content.resourceClass = "specific_population"
    content.collectingDepartment = "departments/\(owner)"
    content.approvingDepartment = "departments/\(owner)"
    content.providingDepartment = "departments/\(owner)"
    content.dataForm = .text
    content.sharedContent = "火化登记信息"
    content.shareType = .unconditional
    content.shareScope = "全市政务部门"
    content.openAttribute = .notOpen
    content.updateFrequency = .daily
    content.origin = .selfBuilt
    content.secrecy = SecrecyMark.none
    content.acquisitionMode = .byLaw
    content.acquisitionBasis = basis
    content.necessity = "核验待遇领取资格所必需"
    content.items = [
      Item(name: "id-number", title: "身份证号码", type: .personID, role: .subject, isRequired: true),
      Item(name: "name", title: "姓名", type: .personName, role: .subjectName, isRequired: true),
      Item(name: "cremated", title: "火化日期", type: .date, role: .eventDate, isRequired: true),
    ]
    return content
  }

  static func category(_ slug: String) throws -> KnownCategory? {
    for taxonomy in try taxonomies().values where KnownCategory.taxonomies.contains(taxonomy.key) {
      if let category = taxonomy.category(slug) {
        return KnownCategory(category, in: taxonomy)
      }
    }
    return nil
  }

  /// Checks as SubmitEntry does, in the class of its category.
  static func check(
    _ content: EntryContent, claims: [ItemClaim] = [], owner: DepartmentFacts? = nil,
    under key: String = "meizhou-public-2023"
  ) throws -> EntryContent {
    var content = content
    let category = try category(content.category)
    content.resourceClass = category?.resourceClass ?? KnownCategory.generalClass
    return try checkEntry(
      content, category: category,
      owner: try owner ?? facts(content.owner.text), claims: claims, under: try profile(key))
  }

  static func version(
    _ content: EntryContent, number: Int = 1, state: EntryState = .draft,
    isSecrecyPassed: Bool = true, under key: String = "meizhou-public-2023"
  ) throws -> EntryVersion {
    EntryVersion(
      entry: 1, number: number, content: content, state: state,
      profile: try profile(key).reference,
      secrecyReview: isSecrecyPassed
        ? SecrecyReview(person: "departments/data-bureau/persons/chen", time: noon) : nil,
      created: noon)
  }
}

/// The refusal that a body ends with.
func refusal(_ body: () throws -> Void) -> CatalogRefusal? {
  do {
    try body()
    return nil
  } catch {
    return error as? CatalogRefusal
  }
}
