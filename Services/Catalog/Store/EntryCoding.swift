// How an entry's content is kept: canonical JSON, so that what was reviewed can be hashed and compared byte for byte.

package import CatalogRules
package import Integrity
import Vocabulary

extension EntryContent {
  /// The whole content; members that say nothing are left out.
  package var json: JSONValue {
    var object = JSONObject()
    object["owner"] = .string(owner.text)
    object.set("title", title)
    object.set("summary", summary)
    object.set("category", category)
    object.set("resource_class", resourceClass)
    object.set("collecting_department", collectingDepartment)
    object.set("approving_department", approvingDepartment)
    object.set("providing_department", providingDepartment)
    object.set("data_form", dataForm?.rawValue ?? "")
    object.set("shared_content", sharedContent)
    object.set("share_type", shareType?.rawValue ?? "")
    object.set("bases", bases.map(\.json))
    object.set("conditions", conditions)
    object.set("share_scope", shareScope)
    object.set("open_attribute", openAttribute?.rawValue ?? "")
    object.set("update_frequency", updateFrequency?.rawValue ?? "")
    object.set("origin", origin?.rawValue ?? "")
    object.set("secrecy", secrecy?.rawValue ?? "")
    object.set("grade", grade)
    object.set("acquisition_mode", acquisitionMode?.rawValue ?? "")
    object.set("acquisition_basis", acquisitionBasis?.json)
    object.set("necessity", necessity)
    object.set("acquisition_reference", acquisitionReference)
    object.set("items", items.map(\.json))
    if let percent = rejectThresholdPercent {
      object["reject_threshold_percent"] = .integer(Int64(percent))
    }
    object.set("membership_harmless", isMembershipHarmless)
    object.set("excludes_minors", excludesMinors)
    object.set("derived_from", derivedFrom.map { .string($0) })
    object.set("business_class", businessClass?.rawValue ?? "")
    object.set("special_law", specialLaw?.json)
    object.set("acquisition_source", acquisitionSource?.rawValue ?? "")
    object.set("structure", structure?.rawValue ?? "")
    object.set("active_sharing", activeSharing?.rawValue ?? "")
    object.set("group_decision", groupDecision)
    object.set("share_departments", texts: shareDepartments.map(\.text))
    object.set("duplicate_reason", duplicateReason)
    object.set("coverage", texts: coverage)
    object.set("function", function)
    object.set("format", format?.rawValue ?? "")
    object.set("format_type", formatType)
    object.set("share_mode", shareMode?.rawValue ?? "")
    object.set("related_codes", texts: relatedCodes)
    return .object(object)
  }

  package init(json: JSONValue) throws(UnreadableContent) {
    guard case .object(let object) = json, let owner = DepartmentCode(object.text("owner")) else {
      throw UnreadableContent(what: "owner")
    }
    self.init(owner: owner)
    title = object.text("title")
    summary = object.text("summary")
    category = object.text("category")
    resourceClass = object.text("resource_class")
    collectingDepartment = object.text("collecting_department")
    approvingDepartment = object.text("approving_department")
    providingDepartment = object.text("providing_department")
    dataForm = DataForm(rawValue: object.text("data_form"))
    sharedContent = object.text("shared_content")
    shareType = ShareType(rawValue: object.text("share_type"))
    bases = try object.list("bases").map { json throws(UnreadableContent) in try Basis(json: json) }
    conditions = object.text("conditions")
    shareScope = object.text("share_scope")
    openAttribute = OpeningType(rawValue: object.text("open_attribute"))
    updateFrequency = UpdateFrequency(rawValue: object.text("update_frequency"))
    origin = DataOrigin(rawValue: object.text("origin"))
    secrecy = SecrecyMark(rawValue: object.text("secrecy"))
    grade = Int(object.number("grade"))
    acquisitionMode = AcquisitionMode(rawValue: object.text("acquisition_mode"))
    if let basis = object["acquisition_basis"] { acquisitionBasis = try Basis(json: basis) }
    necessity = object.text("necessity")
    acquisitionReference = object.text("acquisition_reference")
    items = try object.list("items").map { json throws(UnreadableContent) in try Item(json: json) }
    rejectThresholdPercent = object["reject_threshold_percent"]?.integer.map { Int($0) }
    isMembershipHarmless = object.flag("membership_harmless")
    excludesMinors = object.flag("excludes_minors")
    derivedFrom = object.list("derived_from").compactMap(\.string)
    businessClass = BusinessClass(rawValue: object.text("business_class"))
    if let law = object["special_law"] { specialLaw = try Basis(json: law) }
    acquisitionSource = AcquisitionSource(rawValue: object.text("acquisition_source"))
    structure = DataStructure(rawValue: object.text("structure"))
    activeSharing = ActiveSharing(rawValue: object.text("active_sharing"))
    groupDecision = object.text("group_decision")
    shareDepartments = object.texts("share_departments").compactMap { DepartmentCode($0) }
    duplicateReason = object.text("duplicate_reason")
    coverage = object.texts("coverage")
    function = object.text("function")
    format = ResourceFormat(rawValue: object.text("format"))
    formatType = object.text("format_type")
    shareMode = ShareMode(rawValue: object.text("share_mode"))
    relatedCodes = object.texts("related_codes")
  }
}

extension Basis {
  init(json: JSONValue) throws(UnreadableContent) {
    guard case .object(let object) = json, let basis = Basis(object) else {
      throw UnreadableContent(what: "basis")
    }
    self = basis
  }
}

extension Withdrawal {
  var json: JSONValue {
    var object = JSONObject()
    object["reason"] = .string(reason)
    object.set("basis", basis.json)
    object["person"] = .string(person)
    object["time"] = .integer(time.milliseconds)
    return .object(object)
  }

  init(json: JSONValue) throws(UnreadableContent) {
    guard case .object(let object) = json, let basis = object["basis"],
      case .integer(let time) = object["time"]
    else { throw UnreadableContent(what: "withdrawal") }
    self.init(
      reason: object.text("reason"), basis: try Basis(json: basis), person: object.text("person"),
      time: Instant(milliseconds: time))
  }
}

extension Item {
  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object.set("title", title)
    object["type"] = .string(type.rawValue)
    object.set("role", role == .none ? "" : role.rawValue)
    object.set("required", isRequired)
    object.set("max_length", maxLength)
    object.set(
      "codes",
      codes.map { code in
        var object = JSONObject()
        object["value"] = .string(code.value)
        object.set("title", code.title)
        return .object(object)
      })
    object.set("share_type", shareType?.rawValue ?? "")
    object.set("bases", bases.map(\.json))
    object.set("conditions", conditions)
    object.set("grade", grade)
    object.set("mask", mask == "none" ? "" : mask)
    object.set("unit", unit)
    object.set("standard", standard)
    return .object(object)
  }

  init(json: JSONValue) throws(UnreadableContent) {
    guard case .object(let object) = json, let type = ItemType(rawValue: object.text("type")) else {
      throw UnreadableContent(what: "item")
    }
    var codes: [CodeValue] = []
    for case .object(let code) in object.list("codes") {
      codes.append(CodeValue(value: code.text("value"), title: code.text("title")))
    }
    self.init(
      name: object.text("name"), title: object.text("title"), type: type,
      role: ItemRole(rawValue: object.text("role")) ?? .none,
      isRequired: object.flag("required"), maxLength: Int(object.number("max_length")),
      codes: codes,
      shareType: ShareType(rawValue: object.text("share_type")),
      bases: try object.list("bases").map { json throws(UnreadableContent) in
        try Basis(json: json)
      },
      conditions: object.text("conditions"), grade: Int(object.number("grade")),
      mask: object["mask"] == nil ? "none" : object.text("mask"), unit: object.text("unit"),
      standard: object.text("standard"))
  }
}
