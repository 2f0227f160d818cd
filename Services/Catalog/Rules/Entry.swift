// A catalogue entry as the rules see it: what a source drafts, and what becomes of each version.

package import Regulation
package import Vocabulary

/// The ground of a share type or of a withdrawal.
package typealias Basis = LegalBasis

/// What the values of an item are.
package enum ItemType: String, ClosedList {
  case text, integer, decimal, date, code
  case personID = "person_id"
  case organisationID = "organisation_id"
  case personName = "person_name"
  case otherDocumentID = "other_document_id"

  package var term: BilingualText {
    switch self {
    case .text: BilingualText("文本", "text")
    case .integer: BilingualText("整数", "integer")
    case .decimal: BilingualText("小数", "decimal")
    case .date: BilingualText("日期", "date")
    case .code: BilingualText("代码", "code")
    case .personID: BilingualText("公民身份号码", "person identifier")
    case .organisationID: BilingualText("统一社会信用代码", "organisation identifier")
    case .personName: BilingualText("姓名", "person's name")
    case .otherDocumentID: BilingualText("其他证件号码", "other document number")
    }
  }
}

/// What an item means where records are found and compared.
package enum ItemRole: String, ClosedList {
  case none
  case subject
  case subjectName = "subject_name"
  case eventDate = "event_date"
  case periodStart = "period_start"
  case periodEnd = "period_end"
  case revokedMark = "revoked_mark"

  package var term: BilingualText {
    switch self {
    case .none: BilingualText("一般数据项", "plain item")
    case .subject: BilingualText("主体标识", "subject")
    case .subjectName: BilingualText("主体名称", "subject's name")
    case .eventDate: BilingualText("事件日期", "event date")
    case .periodStart: BilingualText("起始日期", "first day")
    case .periodEnd: BilingualText("终止日期", "last day")
    case .revokedMark: BilingualText("撤销标记", "revoked mark")
    }
  }
}

package struct CodeValue: Hashable, Sendable {
  package var value: String
  package var title: String

  package init(value: String, title: String) {
    self.value = value
    self.title = title
  }
}

/// One data item of an entry.
package struct Item: Hashable, Sendable {
  package var name: String
  package var title: String
  package var type: ItemType
  package var role: ItemRole
  package var isRequired: Bool
  /// In characters; 0 for none beyond the system's own.
  package var maxLength: Int
  package var codes: [CodeValue]
  /// `nil` takes the entry's (meizhou-public-2023/9 marks every item).
  package var shareType: ShareType?
  package var bases: [Basis]
  package var conditions: String
  /// 1 general to 4 core; 0 takes the entry's.
  package var grade: Int
  package var mask: String
  package var unit: String
  package var standard: String

  package init(
    name: String, title: String, type: ItemType, role: ItemRole = .none, isRequired: Bool = false,
    maxLength: Int = 0, codes: [CodeValue] = [], shareType: ShareType? = nil, bases: [Basis] = [],
    conditions: String = "", grade: Int = 0, mask: String = "none", unit: String = "",
    standard: String = ""
  ) {
    self.name = name
    self.title = title
    self.type = type
    self.role = role
    self.isRequired = isRequired
    self.maxLength = maxLength
    self.codes = codes
    self.shareType = shareType
    self.bases = bases
    self.conditions = conditions
    self.grade = grade
    self.mask = mask
    self.unit = unit
    self.standard = standard
  }
}

/// What the source says of its data: everything in an entry that a draft may change.
package struct EntryContent: Hashable, Sendable {
  package var title = ""
  package var summary = ""
  package var category = ""
  package var resourceClass = ""
  package var owner: DepartmentCode
  package var collectingDepartment = ""
  package var approvingDepartment = ""
  package var providingDepartment = ""
  package var dataForm: DataForm?
  package var sharedContent = ""
  package var shareType: ShareType?
  package var bases: [Basis] = []
  package var conditions = ""
  package var shareScope = ""
  package var openAttribute: OpeningType?
  package var updateFrequency: UpdateFrequency?
  package var origin: DataOrigin?
  package var secrecy: SecrecyMark?
  package var grade = 0
  package var acquisitionMode: AcquisitionMode?
  package var acquisitionBasis: Basis?
  package var necessity = ""
  /// The producing system, or the agreement.
  package var acquisitionReference = ""
  package var items: [Item] = []
  /// `nil` takes the profile's; 0 takes a batch only when it has no wrong row.
  package var rejectThresholdPercent: Int?
  package var isMembershipHarmless = false
  package var excludesMinors = false
  /// Entries and grants by their names, from which the data were received or derived (AC-46).
  package var derivedFrom: [String] = []
  package var businessClass: BusinessClass?
  /// Another law that governs the data (meizhou-public-2023/2.3).
  package var specialLaw: Basis?
  package var acquisitionSource: AcquisitionSource?
  package var structure: DataStructure?
  package var activeSharing: ActiveSharing?
  /// "records/R-1": the meeting that decided on it (luyi-2019/3.2, 10.i3).
  package var groupDecision = ""
  /// To whom a conditional entry is open; empty for all who meet its conditions (meizhou-public-2023/9.4).
  package var shareDepartments: [DepartmentCode] = []
  package var duplicateReason = ""
  /// The regions whose data it has, GB/T 2260; none for the owner's own.
  package var coverage: [String] = []
  /// By which of its functions the owner provides it (luyi-2019/5).
  package var function = ""
  package var format: ResourceFormat?
  package var formatType = ""
  package var shareMode: ShareMode?
  /// Of resources that belong to it.
  package var relatedCodes: [String] = []

  package init(owner: DepartmentCode) {
    self.owner = owner
  }

  /// The type under which an item is shared: its own, else the entry's.
  package func shareType(of item: Item) -> ShareType? { item.shareType ?? shareType }
}

/// The states of a version (policies e.1).
package enum EntryState: String, ClosedList {
  case draft, submitted, returned, approved, published, superseded, withdrawn

  package var term: BilingualText {
    switch self {
    case .draft: BilingualText("草稿", "draft")
    case .submitted: BilingualText("待审核", "submitted")
    case .returned: BilingualText("退回", "returned")
    case .approved: BilingualText("已通过", "approved")
    case .published: BilingualText("已发布", "published")
    case .superseded: BilingualText("已替换", "superseded")
    case .withdrawn: BilingualText("已撤销", "withdrawn")
    }
  }
}

/// The filing of a not-shared entry with the authority (meizhou-public-2023/10.2b).
package struct Filing: Hashable, Sendable {
  package var number: String
  package var date: CivilDate
  package var reason: String

  package init(number: String, date: CivilDate, reason: String) {
    self.number = number
    self.date = date
    self.reason = reason
  }
}

/// The secrecy review of a version: by whom it was passed, and when (meizhou-public-2023/39.1e, hebi-2021/15.3).
package struct SecrecyReview: Hashable, Sendable {
  /// "departments/d/persons/p"
  package let person: String
  package let time: Instant

  package init(person: String, time: Instant) {
    self.person = person
    self.time = time
  }
}

/// What was done in a step that leaves the state as it is.
package enum EntryAction: String, CaseIterable, Sendable {
  case secrecyPassed = "secrecy_passed"
  case typeFixed = "type_fixed"
  case withdrawalRequested = "withdrawal_requested"
  case withdrawalDeclined = "withdrawal_declined"
  case withdrawalTakenBack = "withdrawal_taken_back"
  case profileChanged = "profile_changed"
  case filed, mounted, unmounted, relieved
}

/// A step in a version's history.
package struct EntryStep: Hashable, Sendable {
  package let from: EntryState?
  package let to: EntryState
  /// "departments/d/persons/p"; empty where the system acted.
  package let actor: String
  package let time: Instant
  package let reason: String
  /// `nil` where the states tell what was done.
  package let action: EntryAction?
  /// What the step was about: an item and its types, a filing's number, a system, a version.
  package let detail: String
  package let basis: Basis?

  package init(
    from: EntryState?, to: EntryState, actor: String, time: Instant, reason: String,
    action: EntryAction? = nil, detail: String = "", basis: Basis? = nil
  ) {
    self.from = from
    self.to = to
    self.actor = actor
    self.time = time
    self.reason = reason
    self.action = action
    self.detail = detail
    self.basis = basis
  }
}

/// One version of an entry.
package struct EntryVersion: Hashable, Sendable {
  package let entry: Int64
  package let number: Int
  package var content: EntryContent
  package var state: EntryState
  /// The profile under which the version was handed in; it is judged by this one to its end.
  package var profile: ProfileReference
  /// The day on which it was handed to review; the review clock counts from here.
  package var submitted: CivilDate?
  /// The review clock as it stood when the reviewers had decided; a later calendar changes nothing of it (AC-94).
  package var decided: ClockReading?
  package var filing: Filing?
  package var secrecyReview: SecrecyReview?
  /// What the source has asked for and the authority has not answered.
  package var withdrawal: Withdrawal?
  package var approvedBy: [Reviewer]
  package var history: [EntryStep]
  package let created: Instant
  package var published: Instant?

  package init(
    entry: Int64, number: Int, content: EntryContent, state: EntryState, profile: ProfileReference,
    submitted: CivilDate? = nil, decided: ClockReading? = nil, filing: Filing? = nil,
    secrecyReview: SecrecyReview? = nil, withdrawal: Withdrawal? = nil,
    approvedBy: [Reviewer] = [], history: [EntryStep] = [], created: Instant,
    published: Instant? = nil
  ) {
    self.entry = entry
    self.number = number
    self.content = content
    self.state = state
    self.profile = profile
    self.submitted = submitted
    self.decided = decided
    self.filing = filing
    self.secrecyReview = secrecyReview
    self.withdrawal = withdrawal
    self.approvedBy = approvedBy
    self.history = history
    self.created = created
    self.published = published
  }

  package var isUpdate: Bool { number > 1 }
  package var name: String { "entries/E-\(entry)" }
  package var versionName: String { "\(name)/versions/\(number)" }
}

/// What is true of an entry whatever its version.
package struct EntryStanding: Hashable, Sendable {
  package let entry: Int64
  package let owner: DepartmentCode
  package var resourceCode: String?
  /// The version that everybody sees, and the newest one.
  package var publishedVersion: Int?
  package var newestVersion: Int
  /// The system that fills it; `nil` while unmounted.
  package var sourceSystem: String?
  /// What of that system; `nil` where it was not said.
  package var resource: BoundResource?

  package init(
    entry: Int64, owner: DepartmentCode, resourceCode: String? = nil, publishedVersion: Int? = nil,
    newestVersion: Int = 1, sourceSystem: String? = nil, resource: BoundResource? = nil
  ) {
    self.resource = resource
    self.entry = entry
    self.owner = owner
    self.resourceCode = resourceCode
    self.publishedVersion = publishedVersion
    self.newestVersion = newestVersion
    self.sourceSystem = sourceSystem
  }
}

/// What the registry knows of a department, as far as rules ask for it.
package struct DepartmentFacts: Hashable, Sendable {
  package let code: DepartmentCode
  package let level: AdministrativeLevel
  /// GB/T 2260.
  package let region: String
  package let kinds: Set<String>
  /// The authority that decides on its entries: of its level and region, and for an authority itself the one above; `nil` where there
  /// is none above.
  package let authority: DepartmentCode?
  /// Whether it is an authority itself.
  package let isAuthority: Bool
  /// Which departments of its region, itself too, have a person with a role that counts for the whole region: the administrator of the
  /// population base, the construction group (luyi-2019/4, 9).
  package let holders: [Role: Set<DepartmentCode>]
  package let body: BodyKind
  /// Duties for which a unit and an active person are on file.
  package let duties: Set<DutyPost>
  /// What it is there for, as recorded; none where nothing is.
  package let functions: [String]

  package init(
    code: DepartmentCode, level: AdministrativeLevel, region: String, kinds: Set<String>,
    authority: DepartmentCode?, isAuthority: Bool, holders: [Role: Set<DepartmentCode>] = [:],
    body: BodyKind = .administrativeOrgan, duties: Set<DutyPost> = [],
    functions: [String] = []
  ) {
    self.functions = functions
    self.body = body
    self.duties = duties
    self.code = code
    self.level = level
    self.region = region
    self.kinds = kinds
    self.authority = authority
    self.isAuthority = isAuthority
    self.holders = holders
  }
}

/// Who acts: a person of a department with roles.
package struct Actor: Hashable, Sendable {
  package let department: DepartmentFacts
  /// "departments/d/persons/p"
  package let name: String
  package let roles: Set<Role>

  package init(department: DepartmentFacts, name: String, roles: Set<Role>) {
    self.department = department
    self.name = name
    self.roles = roles
  }
}
