// Whom or what place data may reach beyond the department's own use at home (meizhou-public-2023/39.3; hebi-2021/27.i1, i9;
// luyi-2019/15, 16; meizhou-specific-2021/23; guangdong-2018/21; AC-46, AC-48, AC-51).

import Regulation
package import Vocabulary

/// What sort of recipient it is; the profile has a rule of its own for each.
package enum RecipientKind: String, ClosedList {
  /// Another unit or a person, another department among them.
  case thirdParty = "third_party"
  /// Anybody: the data are published.
  case everybody = "public"
  /// A system of the department itself that stands abroad.
  case ownSystem = "own_system"

  package var term: BilingualText {
    switch self {
    case .thirdParty: BilingualText("其他单位或个人", "another unit or person")
    case .everybody: BilingualText("社会公众", "the public")
    case .ownSystem: BilingualText("本部门在境外的系统", "a system of the department abroad")
    }
  }
}

/// A recipient as an application states it, with the records on which it relies.
package struct Recipient: Hashable, Sendable {
  package let kind: RecipientKind
  /// A slug by which reviews and calls name it; for a system of the department, the system's.
  package let name: String
  package var title = ""
  package var purpose = ""
  /// Of the items asked for; empty for all of them. In a grant they are all named.
  package var items: [String] = []
  /// ISO 3166-1; empty is the mainland, as `CN`.
  package var region = ""
  package var isDeidentified = false
  package var personalConsent = ""
  package var exportAssessment = ""
  package var securityReview = ""
  /// The last day on which these records hold.
  package var recordsUntil: CivilDate?

  package init(kind: RecipientKind, name: String) {
    self.kind = kind
    self.name = name
  }

  var reachesAbroad: Bool { isAbroad(region) }
}

/// Checks each recipient of an application: that the profile has a way for it at all, then what it says of itself, then the
/// records that the way demands. Whether the source consents is its review.
func checkRecipients(
  _ use: UseRequest, of entry: SharedEntry, under profile: Profile, today: CivilDate
) throws(ShareRefusal) {
  if use.recipients.count > UseRequest.mostRecipients {
    throw .fieldTooLong(path: "application.recipients", limit: UseRequest.mostRecipients)
  }
  var names: Set<String> = []
  for (index, recipient) in use.recipients.enumerated() {
    let path = "application.recipients[\(index)]"
    try checkWay(to: recipient, path: path, under: profile)
    guard isSlug(recipient.name), names.insert(recipient.name).inserted else {
      throw .fieldMalformed(
        path: path + ".name",
        rule: BilingualText(
          "应为小写字母、数字和连字符，且不重复", "takes small letters, digits and hyphens, each name once"))
    }
    try checkContent(of: recipient, in: use, path: path, under: profile)
    try checkRecords(of: recipient, in: use, of: entry, path: path, under: profile)
    try recipient.checkRecordsHold(on: today, path: path + ".records_until", under: profile)
  }
}

/// Refused by default: where no text of the profile opens the way, there is none (AC-46, AC-48, AC-51).
private func checkWay(
  to recipient: Recipient, path: String, under profile: Profile
) throws(ShareRefusal) {
  let isOpen =
    switch recipient.kind {
    case .thirdParty: (profile.thirdParty?.value ?? .forbidden) != .forbidden
    case .everybody: (profile.externalRelease?.value ?? .forbidden) != .forbidden
    case .ownSystem: true
    }
  guard isOpen else {
    throw .safeguard(
      .recipientForbidden(
        path: path, kind: recipient.kind, citation: profile.cite(releaseTo: recipient.kind)))
  }
  guard recipient.reachesAbroad, (profile.abroad?.value ?? .forbidden) == .forbidden else { return }
  throw .safeguard(
    .abroadForbidden(
      path: path + ".region", citation: profile.cite(.shareAbroad, else: .accessRule(51))))
}

private func checkContent(
  of recipient: Recipient, in use: UseRequest, path: String, under profile: Profile
) throws(ShareRefusal) {
  let citation = profile.cite(releaseTo: recipient.kind)
  let texts = [
    (path + ".title", recipient.title, BilingualText("接收方", "recipient")),
    (path + ".purpose", recipient.purpose, BilingualText("提供的用途", "purpose of passing on")),
  ]
  for (path, text, term) in texts where text.isEmpty {
    throw .fieldMissing(path: path, term: term, citation: citation)
  }
  try checkTexts(texts.map { ($0.0, $0.1) })
  try checkTexts(
    [
      (path + ".personal_consent", recipient.personalConsent),
      (path + ".export_assessment", recipient.exportAssessment),
      (path + ".security_review", recipient.securityReview),
    ], limit: Recipient.longestRecord)
  guard recipient.region.isEmpty || isTerritory(recipient.region) else {
    throw .fieldMalformed(
      path: path + ".region",
      rule: BilingualText(
        "应为两位大写字母的国家和地区代码", "takes a country or region by its two capital letters"))
  }
  if recipient.kind == .ownSystem, !recipient.reachesAbroad {
    throw .fieldMalformed(
      path: path + ".region",
      rule: BilingualText("应为境外；境内系统列入 systems", "must be abroad; systems at home stand in systems")
    )
  }
  if let item = recipient.items.first(where: { !use.items.contains($0) }) {
    throw .fieldMalformed(
      path: path + ".items",
      rule: BilingualText("“\(item)”不在所申请的数据项之中", "has \(item), which is not asked for"))
  }
}

/// The records without which the source is not even asked: the persons' own consent (hebi-2021/27.i1d), the assessment and the
/// review of a transfer abroad (hebi-2021/27.i9).
private func checkRecords(
  of recipient: Recipient, in use: UseRequest, of entry: SharedEntry, path: String,
  under profile: Profile
) throws(ShareRefusal) {
  if recipient.reachesAbroad {
    let records = [
      (
        ".export_assessment", recipient.exportAssessment,
        BilingualText("出境安全评估", "security assessment")
      ),
      (
        ".security_review", recipient.securityReview,
        BilingualText("国家安全审查", "national security review")
      ),
    ]
    for (field, record, term) in records where record.isEmpty {
      throw .safeguard(
        .abroadRecordMissing(
          path: path + field, record: term,
          citation: profile.cite(.shareAbroad, else: .accessRule(51))))
    }
    if recipient.recordsUntil == nil {
      throw .fieldMissing(
        path: path + ".records_until", term: BilingualText("记录有效期", "last day of the records"),
        citation: profile.cite(.shareAbroad, else: .accessRule(51)))
    }
  }
  guard profile.needsPersonalConsent, recipient.kind != .ownSystem,
    recipient.personalConsent.isEmpty, recipient.identifies(use.items, of: entry)
  else { return }
  throw .safeguard(
    .personalConsentMissing(
      path: path + ".personal_consent",
      citation: profile.cite(.sharePersonalConsent, else: .accessRule(48))))
}

extension Recipient {
  static let longestRecord = 200

  func checkRecordsHold(
    on today: CivilDate, path: String, under profile: Profile
  ) throws(ShareRefusal) {
    guard let recordsUntil, recordsUntil < today else { return }
    throw .safeguard(
      .recordsLapsed(
        path: path, recipient: name, until: recordsUntil,
        citation: reachesAbroad
          ? profile.cite(.shareAbroad, else: .accessRule(51)) : profile.cite(releaseTo: kind)))
  }

  /// Whether somebody can be identified by what reaches it: always where a name or an identifier is among it, else unless it
  /// is stated that nobody can.
  fileprivate func identifies(_ asked: [String], of entry: SharedEntry) -> Bool {
    guard isDeidentified else { return true }
    return (items.isEmpty ? asked : items).contains { entry.item($0)?.isIdentifying ?? true }
  }
}

extension Profile {
  /// The article on data that go on to others, to the public or abroad.
  func cite(releaseTo kind: RecipientKind) -> Citation {
    switch kind {
    case .thirdParty: cite(.shareThirdParty, else: .accessRule(46))
    case .everybody: cite(.shareExternalRelease, else: .accessRule(48))
    case .ownSystem: cite(.shareAbroad, else: .accessRule(51))
    }
  }
}

// MARK: - Consent

extension Application {
  /// The recipients to whom every opinion consents by name, each with the items that were approved (hebi-2021/27.i1b, luyi-2019/15).
  package var consentedRecipients: [Recipient] {
    let approved = approvedItems
    return use.recipients.compactMap { asked in
      guard !opinions.isEmpty, opinions.allSatisfy({ $0.recipients.contains(asked.name) }) else {
        return nil
      }
      var recipient = asked
      recipient.items = approved.filter { asked.items.isEmpty || asked.items.contains($0) }
      return recipient.items.isEmpty ? nil : recipient
    }
  }
}

/// Checks that an opinion consents to nobody who was not asked for (AC-44).
func checkConsent(
  to recipients: [String], of application: Application, under profile: Profile
) throws(ShareRefusal) {
  let asked = Set(application.use.recipients.map(\.name))
  guard let other = recipients.first(where: { !asked.contains($0) }) else { return }
  throw .safeguard(
    .recipientNotAsked(
      recipient: other, citation: profile.cite(.shareExternalRelease, else: .accessRule(48))))
}

// MARK: - Use

extension Grant {
  /// The items that a call may have: all of the grant's for its own use, those of a recipient for that one. Whoever the grant does
  /// not name gets none, and a system abroad gets what the grant names it for (AC-46, AC-48, AC-51).
  func itemsAdmitted(
    for call: GrantCall, under profile: Profile
  ) throws(ShareRefusal) -> [String] {
    var admitted = items
    if isAbroad(call.actor.systemRegion) {
      let name = call.actor.system?.text ?? ""
      let own = recipients.first {
        $0.kind == .ownSystem && $0.name == name && $0.region == call.actor.systemRegion
      }
      guard let own else {
        throw .safeguard(
          .systemAbroad(
            grant: self.name, system: name,
            citation: profile.cite(.shareAbroad, else: .accessRule(51))))
      }
      admitted = own.items
      // A comparison looks at all that is granted.
      try check(
        call, call.mode == .comparison ? items : call.items, reach: own, under: profile)
    }
    guard !call.recipient.isEmpty else { return admitted }
    guard
      let recipient = recipients.first(where: {
        $0.name == call.recipient && $0.kind != .ownSystem
      })
    else {
      throw .safeguard(
        .recipientNotGranted(
          grant: name, recipient: call.recipient,
          citation: profile.cite(.shareThirdParty, else: .accessRule(46))))
    }
    try check(call, call.items, reach: recipient, under: profile)
    let shared = admitted.filter(recipient.items.contains)
    // Never an empty list: to Ingest it would mean all.
    guard !shared.isEmpty else {
      throw .safeguard(
        .recipientNotGranted(
          grant: name, recipient: call.recipient,
          citation: profile.cite(releaseTo: recipient.kind)))
    }
    return shared
  }

  private func check(
    _ call: GrantCall, _ items: [String], reach recipient: Recipient, under profile: Profile
  ) throws(ShareRefusal) {
    try recipient.checkRecordsHold(on: call.today, path: "recipient", under: profile)
    guard let item = items.first(where: { !recipient.items.contains($0) }) else { return }
    throw .safeguard(
      .recipientItem(
        grant: name, recipient: recipient.name, item: item,
        citation: profile.cite(releaseTo: recipient.kind)))
  }
}
