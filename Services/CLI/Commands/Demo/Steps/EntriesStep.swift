// Step: five entries are drafted, submitted, reviewed, filed where that is due, published and mounted.

import Contracts
import Synth
import Vocabulary

extension DemoStep {
  static let entries = DemoStep(
    name: "entries",
    title: BilingualText(
      "编目：起草、送审、审核、备案、发布、挂接", "Catalogue: draft, submit, review, file, publish, mount")
  ) { stage in
    for kind in RegisterKind.allCases {
      let published = try await publish(kind, &stage)
      stage.entries[kind] = published
      stage.ledger.expect(
        BilingualText("“\(kind.title)”已发布并挂接", "\(kind.rawValue) is published and mounted"),
        "published mounted", "\(published.state)" + (published.mounted ? " mounted" : ""))
    }
    let listed = try await stage.wire.client(
      DemoCast.humanResources.principal(DemoCast.humanResources.officer)
    ).catalog.listEntries(.init())
    stage.ledger.expect(
      BilingualText("各部门可见目录条目", "entries that departments see"), RegisterKind.allCases.count,
      listed.entries.count)
  }

  private static func publish(
    _ kind: RegisterKind, _ stage: inout DemoStage
  ) async throws -> CatalogV1.Entry {
    let owner = DemoCast.department(kind.department)
    let officer = try stage.wire.client(owner.principal(owner.officer)).catalog
    let chen = try stage.wire.client(DemoCast.authority).catalog
    let draft = try await officer.createEntry(
      .init(entry: DemoEntries.draft(kind, owner), requestID: stage.request()))
    let submitted = try await officer.submitEntry(
      .init(name: draft.name, etag: draft.etag, requestID: stage.request()))
    let approved = try await chen.reviewEntry(
      .init(
        name: draft.name, version: draft.version, decision: .approve, reason: "要素齐全，类型有据",
        etag: submitted.etag, requestID: stage.request(), secrecyPassed: true))
    var etag = approved.etag
    if kind == .health {
      let filed = try await chen.fileNotShared(
        .init(
          name: draft.name,
          filing: .init(number: "备〔2024〕1号", date: stage.plan.today.iso, reason: "依法不予共享"),
          requestID: stage.request()))
      etag = filed.etag
    }
    _ = try await chen.publishEntry(
      .init(name: draft.name, version: draft.version, etag: etag, requestID: stage.request()))
    return try await officer.mountEntry(
      .init(name: draft.name, sourceSystem: owner.systemName, requestID: stage.request()))
  }
}

/// The five entries as their departments would describe them.
enum DemoEntries {
  /// Article 28: data of specific identity and of health are sensitive.
  static let sensitive = CommonV1.Basis(kind: .law, title: "中华人民共和国个人信息保护法", article: "第二十八条")
  /// Article 6: no more than the purpose needs.
  static let necessity = CommonV1.Basis(kind: .law, title: "中华人民共和国个人信息保护法", article: "第六条")
  /// Article 92: personal health information is protected.
  static let healthSecrecy = CommonV1.Basis(
    kind: .law, title: "中华人民共和国基本医疗卫生与健康促进法", article: "第九十二条")

  static func draft(_ kind: RegisterKind, _ owner: DemoDepartment) -> CatalogV1.Entry {
    var entry = CatalogV1.Entry()
    entry.title = kind.title
    entry.summary = "演示用虚构数据"
    entry.category = category(kind)
    entry.resourceClass = kind == .health ? "public" : "specific_population"
    entry.owner = owner.name
    entry.collectingDepartment = owner.name
    entry.approvingDepartment = owner.name
    entry.providingDepartment = owner.name
    entry.dataForm = "text"
    entry.sharedContent = kind.columns.map(\.title).joined(separator: "、")
    entry.shareScope = "本市各公共管理和服务机构"
    entry.openAttribute = "not_open"
    entry.updateFrequency = "monthly"
    entry.origin = .selfBuilt
    entry.secrecy = .privacy
    entry.grade = 3
    entry.acquisitionMode = "by_law"
    entry.acquisitionBasis = CommonV1.Basis(
      kind: .law, title: "中华人民共和国社会保险法", article: "第七十四条")
    entry.necessity = "核验待遇领取资格所必需"
    entry.items = kind.columns.map(item)
    entry.excludesMinors = kind == .correction
    switch kind {
    case .correction:
      entry.shareType = .conditional
      entry.bases = [sensitive]
      entry.conditions = "仅限核发社会保险待遇的单位，逐项申请"
    case .health:
      entry.shareType = .notShared
      entry.bases = [healthSecrecy]
    default: entry.shareType = .unconditional
    }
    return entry
  }

  private static func category(_ kind: RegisterKind) -> String {
    switch kind {
    case .cremation: "death.cremation"
    case .cancellation: "death.household-cancelled"
    case .correction: "inmate.community-correction"
    case .lowIncome: "hardship.low-income"
    case .health: "person.health"
    }
  }

  private static func item(_ column: Column) -> CatalogV1.Item {
    var item = CatalogV1.Item()
    item.name = column.name
    item.title = column.title
    item.type = type(column.type)
    item.role = role(column.role)
    item.required = column.isRequired
    item.maxLength = Int32(column.maximumLength)
    item.codes = column.codes.map { CatalogV1.Code(value: $0.value, title: $0.title) }
    return item
  }

  private static func type(_ word: String) -> CatalogV1.ItemType {
    switch word {
    case "person_id": .personID
    case "name": .personName
    case "date": .date
    case "code": .code
    case "integer": .integer
    case "decimal": .decimal
    case "organisation_id": .organisationID
    default: .text
    }
  }

  private static func role(_ word: String) -> CatalogV1.ItemRole {
    switch word {
    case "subject": .subject
    case "subject_name": .subjectName
    case "event_date": .eventDate
    case "period_start": .periodStart
    case "period_end": .periodEnd
    case "revoked_mark": .revokedMark
    default: .unspecified
    }
  }
}
