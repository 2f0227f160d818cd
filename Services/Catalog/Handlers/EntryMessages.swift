// Entries between the wire and the rules.

import Access
import CatalogRules
import Contracts
import Regulation
import Vocabulary

extension EntryVersion {
  /// The version as a caller sees it.
  ///
  /// - Parameter showsInside: Why something is not shared, what is being prepared, who decided and with what words is for the
  ///   owner and the authority alone (AC-13, AC-20).
  func message(_ standing: EntryStanding, showsInside: Bool) -> CatalogV1.Entry {
    var entry = content.message
    entry.name = name
    entry.version = Int32(clamping: number)
    entry.resourceCode = standing.resourceCode ?? ""
    entry.state = state.message
    entry.mounted = standing.sourceSystem != nil
    entry.sourceSystem = standing.sourceSystem ?? ""
    entry.resource = standing.resource.map {
      CatalogV1.MountedResource(
        location: $0.location, columns: $0.columns, description: $0.description)
    }
    if showsInside, let filing {
      entry.filing = CatalogV1.Filing(
        number: filing.number, date: filing.date.iso, reason: filing.reason)
    }
    if showsInside, let review = secrecyReview {
      entry.secrecyReview = CatalogV1.SecrecyReview(
        person: review.person, time: GoogleProtobuf.Timestamp(review.time))
    }
    if showsInside, let withdrawal {
      entry.withdrawal = CatalogV1.Withdrawal(
        reason: withdrawal.reason, basis: CommonV1.Basis(withdrawal.basis),
        person: withdrawal.person,
        time: GoogleProtobuf.Timestamp(withdrawal.time))
    }
    entry.profile = profile.text
    entry.history = history.map { $0.message(under: profile, showsInside: showsInside) }
    entry.createTime = GoogleProtobuf.Timestamp(created)
    entry.publishTime = published.map { GoogleProtobuf.Timestamp($0) }
    entry.etag = etag
    entry.pendingVersion =
      showsInside && standing.newestVersion > (standing.publishedVersion ?? 0)
      ? Int32(clamping: standing.newestVersion) : 0
    return entry
  }

  /// Changes whenever the version does: its number, state and the length of its history.
  var etag: String { "\(number)-\(state.rawValue)-\(history.count)-\(contentMark)" }

  private var contentMark: String {
    // FNV-1a over the wire form: to notice a change, not to withstand an attacker.
    let bytes = (try? content.message.serialized()) ?? []
    let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(hash, radix: 36)
  }
}

extension EntryStep {
  fileprivate func message(under profile: ProfileReference, showsInside: Bool) -> CommonV1.Step {
    var message = CommonV1.Step(
      fromState: from?.rawValue ?? "", toState: to.rawValue, time: GoogleProtobuf.Timestamp(time),
      profile: profile.text, action: action?.rawValue ?? "")
    if showsInside {
      message.actor = actor
      message.reason = reason
      message.basis = basis.map { CommonV1.Basis($0) }
      message.detail = detail
    }
    return message
  }
}

extension EntryContent {
  var message: CatalogV1.Entry {
    var entry = CatalogV1.Entry()
    entry.title = title
    entry.summary = summary
    entry.category = category
    entry.resourceClass = resourceClass
    entry.owner = "departments/\(owner.text)"
    entry.collectingDepartment = collectingDepartment
    entry.approvingDepartment = approvingDepartment
    entry.providingDepartment = providingDepartment
    entry.dataForm = dataForm?.rawValue ?? ""
    entry.sharedContent = sharedContent
    entry.shareType = shareType.map(CatalogV1.ShareType.init) ?? .unspecified
    entry.bases = bases.map { CommonV1.Basis($0) }
    entry.conditions = conditions
    entry.shareScope = shareScope
    entry.openAttribute = openAttribute?.rawValue ?? ""
    entry.updateFrequency = updateFrequency?.rawValue ?? ""
    entry.origin = origin.map(CatalogV1.Origin.init) ?? .unspecified
    entry.secrecy = secrecy.map(CatalogV1.SecrecyMark.init) ?? .unspecified
    entry.grade = Int32(clamping: grade)
    entry.acquisitionMode = acquisitionMode?.rawValue ?? ""
    entry.acquisitionBasis = acquisitionBasis.map { CommonV1.Basis($0) }
    entry.necessity = necessity
    entry.acquisitionReference = acquisitionReference
    entry.items = items.map(\.message)
    entry.rejectThresholdPercent = rejectThresholdPercent.map { Int32(clamping: $0) }
    entry.membershipHarmless = isMembershipHarmless
    entry.excludesMinors = excludesMinors
    entry.derivedFrom = derivedFrom
    entry.businessClass = businessClass?.rawValue ?? ""
    entry.specialLaw = specialLaw.map { CommonV1.Basis($0) }
    entry.acquisitionSource = acquisitionSource?.rawValue ?? ""
    entry.structure = structure?.rawValue ?? ""
    entry.activeSharing = activeSharing?.rawValue ?? ""
    entry.groupDecision = groupDecision
    entry.shareDepartments = shareDepartments.map { "departments/\($0.text)" }
    entry.duplicateReason = duplicateReason
    entry.coverage = coverage
    entry.function = function
    entry.format = format?.rawValue ?? ""
    entry.formatType = formatType
    entry.shareMode = shareMode?.rawValue ?? ""
    entry.relatedCodes = relatedCodes
    return entry
  }

  /// What a draft says; a word that no list knows is refused with its field.
  init(_ entry: CatalogV1.Entry, owner: DepartmentCode) throws {
    self.init(owner: owner)
    title = entry.title
    summary = entry.summary
    category = entry.category
    resourceClass = entry.resourceClass
    collectingDepartment = entry.collectingDepartment
    approvingDepartment = entry.approvingDepartment
    providingDepartment = entry.providingDepartment
    dataForm = try word(entry.dataForm, "entry.data_form")
    sharedContent = entry.sharedContent
    shareType = try entry.shareType.stated("entry.share_type")
    bases = try entry.bases.enumerated().map { try Basis($1, path: "entry.bases[\($0)]") }
    conditions = entry.conditions
    shareScope = entry.shareScope
    openAttribute = try word(entry.openAttribute, "entry.open_attribute")
    updateFrequency = try word(entry.updateFrequency, "entry.update_frequency")
    origin = entry.origin.origin
    secrecy = entry.secrecy.mark
    grade = try bounded(entry.grade, 0...4, "entry.grade")
    acquisitionMode = try word(entry.acquisitionMode, "entry.acquisition_mode")
    acquisitionBasis = try entry.acquisitionBasis.map {
      try Basis($0, path: "entry.acquisition_basis")
    }
    necessity = entry.necessity
    acquisitionReference = entry.acquisitionReference
    items = try entry.items.enumerated().map { try Item($1, path: "entry.items[\($0)]") }
    rejectThresholdPercent = try entry.rejectThresholdPercent.map {
      try bounded($0, 0...100, "entry.reject_threshold_percent")
    }
    isMembershipHarmless = entry.membershipHarmless
    excludesMinors = entry.excludesMinors
    derivedFrom = try sources(entry.derivedFrom)
    businessClass = try word(entry.businessClass, "entry.business_class")
    specialLaw = try entry.specialLaw.map { try Basis($0, path: "entry.special_law") }
    acquisitionSource = try word(entry.acquisitionSource, "entry.acquisition_source")
    structure = try word(entry.structure, "entry.structure")
    activeSharing = try word(entry.activeSharing, "entry.active_sharing")
    groupDecision = entry.groupDecision
    shareDepartments = try departmentCodes(entry.shareDepartments, "entry.share_departments")
    duplicateReason = entry.duplicateReason
    coverage = entry.coverage
    function = entry.function
    format = try word(entry.format, "entry.format")
    formatType = entry.formatType
    shareMode = try word(entry.shareMode, "entry.share_mode")
    relatedCodes = entry.relatedCodes
  }
}

extension Item {
  fileprivate var message: CatalogV1.Item {
    CatalogV1.Item(
      name: name, title: title, type: CatalogV1.ItemType(type), role: CatalogV1.ItemRole(role),
      required: isRequired, maxLength: Int32(clamping: maxLength),
      codes: codes.map { CatalogV1.Code(value: $0.value, title: $0.title) },
      shareType: shareType.map(CatalogV1.ShareType.init) ?? .unspecified,
      bases: bases.map { CommonV1.Basis($0) }, conditions: conditions,
      grade: Int32(clamping: grade),
      mask: mask, unit: unit, standard: standard)
  }

  fileprivate init(_ item: CatalogV1.Item, path: String) throws {
    guard let type = item.type.type else { throw RequestRefusal.missing(field: path + ".type") }
    let masks = ["none", "name", "id", "date-month", "last-four"]
    let mask = item.mask.isEmpty ? "none" : item.mask
    guard masks.contains(mask) else {
      let list = masks.joined(separator: ", ")
      throw RequestRefusal.malformed(
        field: path + ".mask", expected: BilingualText("以下之一：\(list)", "one of \(list)"))
    }
    self.init(
      name: item.name, title: item.title, type: type, role: item.role.role,
      isRequired: item.required,
      maxLength: try bounded(item.maxLength, 0...1_000_000, path + ".max_length"),
      codes: item.codes.map { CodeValue(value: $0.value, title: $0.title) },
      shareType: try item.shareType.stated(path + ".share_type"),
      bases: try item.bases.enumerated().map { try Basis($1, path: "\(path).bases[\($0)]") },
      conditions: item.conditions, grade: try bounded(item.grade, 0...4, path + ".grade"),
      mask: mask, unit: item.unit, standard: item.standard)
  }
}

extension CatalogV1.ShareType {
  /// The type that a writer states, `nil` where none. One that this program does not know is refused: a reader may take it for
  /// not shared, but nobody has said so (meizhou-public-2023/9.2, hebi-2021/14.1).
  func stated(_ field: String) throws -> ShareType? {
    if case .unrecognized = self {
      throw RequestRefusal.malformed(
        field: field,
        expected: BilingualText(
          "无条件共享、有条件共享或不予共享", "unconditional, conditional or not shared"))
    }
    return type
  }
}

/// Names of entries and grants, and of nothing else.
private func sources(_ names: [String]) throws -> [String] {
  guard names.count <= EntryLimits.sources else {
    throw RequestRefusal.malformed(
      field: "entry.derived_from",
      expected: BilingualText(
        "至多 \(EntryLimits.sources) 个", "at most \(EntryLimits.sources) of them"))
  }
  for (index, name) in names.enumerated() {
    guard ResourceName(name, in: .entries) != nil || ResourceName(name, in: .grants) != nil else {
      throw RequestRefusal.malformed(
        field: "entry.derived_from[\(index)]",
        expected: BilingualText("entries/E-… 或 grants/G-…", "entries/E-… or grants/G-…"))
    }
  }
  return names
}

/// Names of departments, each once.
func departmentCodes(_ names: [String], _ field: String) throws -> [DepartmentCode] {
  guard names.count <= EntryLimits.sources else {
    throw RequestRefusal.malformed(
      field: field,
      expected: BilingualText(
        "至多 \(EntryLimits.sources) 个", "at most \(EntryLimits.sources) of them"))
  }
  return try names.map { try departmentCode($0, field) }
}

func departmentCode(_ name: String, _ field: String) throws -> DepartmentCode {
  guard let resource = ResourceName(name, in: .departments), let code = DepartmentCode(resource.id)
  else {
    throw RequestRefusal.malformed(
      field: field, expected: BilingualText("部门名称", "the name of a department"))
  }
  return code
}

/// A word of a closed list, `nil` where none is given.
func word<List: ClosedList>(_ text: String, _ field: String) throws -> List? {
  if text.isEmpty { return nil }
  guard let member = List(rawValue: text) else {
    let words = List.allCases.map(\.rawValue).joined(separator: ", ")
    throw RequestRefusal.malformed(
      field: field, expected: BilingualText("以下之一：\(words)", "one of \(words)"))
  }
  return member
}

private func bounded(_ number: Int32, _ range: ClosedRange<Int>, _ field: String) throws -> Int {
  guard range.contains(Int(number)) else {
    throw RequestRefusal.malformed(
      field: field,
      expected: BilingualText(
        "\(range.lowerBound)至\(range.upperBound)", "\(range.lowerBound) to \(range.upperBound)"))
  }
  return Int(number)
}
