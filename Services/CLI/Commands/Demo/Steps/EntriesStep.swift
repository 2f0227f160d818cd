// Step: five entries are drafted, submitted, reviewed, filed where that is due, published and mounted.

import Contracts
import Regulation
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
    let draft = try await lawful(
      try await officer.createEntry(
        .init(entry: DemoEntries.draft(kind, owner), requestID: stage.request())), kind, officer,
      &stage)
    let submitted = try await officer.submitEntry(
      .init(name: draft.name, etag: draft.etag, requestID: stage.request()))
    if kind == .cremation {
      stage.ledger.expect(
        BilingualText("条目审核期限", "the entry's review is due"),
        stage.law.due(.catalogReviewNew, kind),
        submitted.reviewDue.map { "\($0.date) \($0.article)" } ?? "none",
        by: .law(.catalogReviewNewDays, kind))
    }
    var entry = submitted
    if stage.law.isFiled(kind) {
      entry = try await chen.fileNotShared(
        .init(
          name: draft.name,
          filing: .init(
            number: "备〔\(stage.plan.today.year)〕1号", date: stage.plan.today.iso, reason: "依法不予共享"),
          requestID: stage.request()))
    }
    let etag = try await review(entry, kind, &stage)
    // Where the text has nobody decide, the source's head publishes (meizhou-specific-2021/9, guangdong-2018/10).
    let head = try stage.wire.client(owner.principal(owner.head)).catalog
    let publisher = stage.law.entryReviewers(kind).isEmpty ? head : chen
    let published = try await publisher.publishEntry(
      .init(name: draft.name, version: draft.version, etag: etag, requestID: stage.request()))
    if kind == .health {
      stage.ledger.expect(
        BilingualText("不予共享条目备案", "the not-shared entry was filed"), stage.law.isFiled(kind),
        published.filing != nil, by: .law(.catalogNotSharedFiling, kind))
    }
    return try await officer.mountEntry(
      .init(name: draft.name, sourceSystem: owner.systemName, requestID: stage.request()))
  }

  /// A source drafts as it would; what its law does not let stand is refused with the article, and put right.
  private static func lawful(
    _ draft: CatalogV1.Entry, _ kind: RegisterKind, _ officer: CatalogV1.CatalogClient,
    _ stage: inout DemoStage
  ) async throws -> CatalogV1.Entry {
    guard kind == .health else { return draft }
    let lock = stage.law.lock(of: kind)
    var found = "stands"
    var settled = draft
    if let lock {
      let request = stage.request()
      let refused = try await refusal {
        _ = try await officer.submitEntry(
          .init(name: draft.name, etag: draft.etag, requestID: request))
      }
      found = refused.map { "\($0.reason) \($0.article)" } ?? "stands"
      settled = try await officer.updateEntry(
        .init(
          entry: DemoEntries.settled(draft, kind, stage.law), requestID: stage.request()))
      let article = stage.law.governing(kind).provision(lock)?.citation.text ?? ""
      let reason =
        lock == .catalogShareTypes ? "catalog.share_type_unknown" : "catalog.base_data_locked"
      stage.ledger.expect(
        BilingualText("起草为不予共享", "drafted as not shared"), "\(reason) \(article)", found,
        by: .law(lock, kind))
    } else {
      stage.ledger.expect(
        BilingualText("起草为不予共享", "drafted as not shared"), "stands", found,
        by: .law(.catalogBaseDataUnconditional, kind))
    }
    return settled
  }

  /// Everybody whom the text asks gives an opinion, one after the other.
  private static func review(
    _ submitted: CatalogV1.Entry, _ kind: RegisterKind, _ stage: inout DemoStage
  ) async throws -> String {
    var entry = submitted
    var spoke: [String] = []
    for reviewer in stage.law.entryReviewers(kind) {
      let person = DemoCast.person(speakingFor: reviewer)
      entry = try await stage.wire.client(person).catalog.reviewEntry(
        .init(
          name: entry.name, version: entry.version, decision: .approve, reason: "要素齐全，类型有据",
          etag: entry.etag, requestID: stage.request(), secrecyPassed: true))
      spoke.append(reviewer.rawValue)
    }
    if kind == .cremation {
      stage.ledger.expect(
        BilingualText("条目由谁审核", "who reviewed the entry"),
        stage.law.entryReviewers(kind).map(\.rawValue).joined(separator: " "),
        "\(entry.state)" == "approved" ? spoke.joined(separator: " ") : "\(entry.state)",
        by: .law(.catalogReviewer, kind))
    }
    return entry.etag
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

  /// Sensitive personal data, by the grades of GB/T 35273.
  static let grade = 3

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
    entry.grade = Int32(grade)
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

  /// The draft as its law lets it stand.
  static func settled(
    _ draft: CatalogV1.Entry, _ kind: RegisterKind, _ law: DemoLaw
  ) -> CatalogV1.Entry {
    var entry = draft
    switch law.shareType(of: kind) {
    case .unconditional:
      entry.shareType = .unconditional
      entry.bases = []
    case .conditional:
      entry.shareType = .conditional
      entry.conditions = "仅限核发病残津贴的单位，逐项申请"
    case .notShared: entry.shareType = .notShared
    }
    if law.hasOpenSubjects(kind) {
      for index in entry.items.indices
      where [.subject, .subjectName].contains(entry.items[index].role) {
        entry.items[index].shareType = .unconditional
      }
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
    item.standard = standard(column.type)
    item.maxLength = Int32(column.maximumLength)
    item.codes = column.codes.map { CatalogV1.Code(value: $0.value, title: $0.title) }
    return item
  }

  /// What the values follow (luyi-2019/8.1b).
  private static func standard(_ word: String) -> String {
    switch word {
    case "person_id": "GB 11643"
    case "organisation_id": "GB 32100"
    case "date": "GB/T 7408"
    default: "部门数据元"
    }
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
