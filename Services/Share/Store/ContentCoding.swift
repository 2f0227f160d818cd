// How cases are kept: canonical JSON, read back member by member. Members that say nothing are left out.

import Integrity
import Regulation
package import ShareRules
package import Vocabulary

/// A stored content that today's program cannot read; never the fault of a caller.
package struct UnreadableContent: Error, Sendable {
  package let what: String

  package init(what: String) { self.what = what }
}

extension JSONObject {
  init(stored bytes: [UInt8]) throws {
    guard case .object(let object) = try CanonicalJSON.decodeCanonical(bytes) else {
      throw UnreadableContent(what: "content")
    }
    self = object
  }

  var stored: [UInt8] { CanonicalJSON.encode(.object(self)) }

  mutating func set(_ name: String, _ text: String) {
    if !text.isEmpty { self[name] = .string(text) }
  }
  mutating func set(_ name: String, _ number: Int64) {
    if number != 0 { self[name] = .integer(number) }
  }
  mutating func set(_ name: String, _ flag: Bool) {
    if flag { self[name] = .bool(true) }
  }
  mutating func set(_ name: String, _ time: Instant?) {
    if let time { self[name] = .integer(time.milliseconds) }
  }
  mutating func set(_ name: String, _ day: CivilDate?) {
    if let day { self[name] = .string(day.iso) }
  }
  mutating func set(_ name: String, _ list: [JSONObject]) {
    if !list.isEmpty { self[name] = .array(list.map { .object($0) }) }
  }
  mutating func set(_ name: String, texts: [String]) {
    if !texts.isEmpty { self[name] = .array(texts.map { .string($0) }) }
  }
  mutating func set(_ name: String, _ object: JSONObject?) {
    if let object { self[name] = .object(object) }
  }

  func text(_ name: String) -> String {
    if case .string(let text) = self[name] { text } else { "" }
  }
  func number(_ name: String) -> Int64 {
    if case .integer(let number) = self[name] { number } else { 0 }
  }
  func flag(_ name: String) -> Bool {
    if case .bool(let flag) = self[name] { flag } else { false }
  }
  func time(_ name: String) -> Instant? {
    if case .integer(let number) = self[name] { Instant(milliseconds: number) } else { nil }
  }
  func day(_ name: String) -> CivilDate? { CivilDate(iso: text(name)) }
  func texts(_ name: String) -> [String] {
    guard case .array(let list) = self[name] else { return [] }
    return list.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
  func objects(_ name: String) -> [JSONObject] {
    guard case .array(let list) = self[name] else { return [] }
    return list.compactMap { if case .object(let object) = $0 { object } else { nil } }
  }
  func object(_ name: String) -> JSONObject? {
    if case .object(let object) = self[name] { object } else { nil }
  }
}

extension CaseStep {
  var json: JSONObject {
    var object = JSONObject()
    object.set("from", from)
    object.set("to", to)
    object.set("actor", actor)
    object.set("time", time)
    object.set("reason", reason)
    return object
  }

  init(_ object: JSONObject) {
    self.init(
      from: object.text("from"), to: object.text("to"), actor: object.text("actor"),
      time: object.time("time") ?? Instant(milliseconds: 0), reason: object.text("reason"))
  }
}

extension LegalBasis {
  var json: JSONObject {
    var object = JSONObject()
    object.set("kind", kind.rawValue)
    object.set("title", title)
    object.set("article", article)
    return object
  }

  init?(_ object: JSONObject?) {
    guard let object, let kind = BasisKind(rawValue: object.text("kind")) else { return nil }
    self.init(kind: kind, title: object.text("title"), article: object.text("article"))
  }
}

extension RowRule {
  var json: JSONObject {
    var object = JSONObject()
    object.set("item", item)
    object.set("comparison", comparison)
    object.set("values", texts: values)
    return object
  }

  init(_ object: JSONObject) {
    self.init(
      item: object.text("item"), comparison: object.text("comparison"),
      values: object.texts("values"))
  }
}

extension RollLimits {
  var json: JSONObject {
    var object = JSONObject()
    object.set("roll", roll)
    object.set("max_rows", maxRows)
    object.set("max_growth_percent", Int64(maxGrowthPercent))
    object.set("frequency", frequency)
    return object
  }

  init?(_ object: JSONObject?) {
    guard let object else { return nil }
    self.init(
      roll: object.text("roll"), maxRows: object.number("max_rows"),
      maxGrowthPercent: Int(object.number("max_growth_percent")),
      frequency: object.text("frequency"))
  }
}

extension Lineage {
  var json: JSONObject {
    var object = JSONObject()
    object.set("entry_version", Int64(entryVersion))
    object.set("batch", batch)
    object.set("as_of", asOf)
    object.set("coverage", coverage)
    object.set("unrepaired_rejects", unrepairedRejects)
    return object
  }

  init?(_ object: JSONObject?) {
    guard let object else { return nil }
    self.init(
      entryVersion: Int(object.number("entry_version")), batch: object.text("batch"),
      asOf: object.text("as_of"), coverage: object.text("coverage"),
      unrepairedRejects: object.number("unrepaired_rejects"))
  }
}

extension UseRequest {
  var json: JSONObject {
    var object = JSONObject()
    object.set("items", texts: items)
    object.set("purpose", purpose)
    object.set("business", business)
    object.set("legal_basis", legalBasis?.json)
    object.set("scenario", scenario)
    object.set("scope", scope)
    object.set("modes", texts: modes.map(\.rawValue).sorted())
    object.set("until", until)
    object.set("rows", rows.map(\.json))
    object.set("roll", roll?.json)
    object.set("daily_subjects", Int64(dailySubjects))
    object.set("reason", reason)
    object.set("systems", texts: systems.sorted().map(\.text))
    object.set("recipients", recipients.map(\.json))
    return object
  }

  init(_ object: JSONObject) throws {
    self.init()
    items = object.texts("items")
    purpose = object.text("purpose")
    business = object.text("business")
    legalBasis = LegalBasis(object.object("legal_basis"))
    scenario = object.text("scenario")
    scope = object.text("scope")
    modes = Set(object.texts("modes").compactMap(UseMode.init(rawValue:)))
    until = object.day("until")
    rows = object.objects("rows").map(RowRule.init)
    roll = RollLimits(object.object("roll"))
    dailySubjects = Int(object.number("daily_subjects"))
    reason = object.text("reason")
    systems = Set(object.texts("systems").compactMap { SystemName($0) })
    recipients = try object.objects("recipients").map { try Recipient($0) }
  }
}

extension Application {
  /// The form that goes to the source: number, parties, items, use, in one canonical text (hebi-2021/15.1c).
  package func formText(at time: Instant) -> String {
    var object = JSONObject()
    object.set("format", "weir-application-form-v1")
    object.set("application", name)
    object.set("applicant", ResourceName.department(applicant).text)
    object.set("source", ResourceName.department(source).text)
    object.set("forwarder", forwarder.map { ResourceName.department($0).text } ?? "")
    object.set("entry", entryName)
    object.set("entry_version", Int64(entryVersion))
    object.set("use", use.json)
    object.set("item_count", Int64(use.items.count))
    object.set("profile", profile.text)
    object.set("delivered", time)
    return String(decoding: object.stored, as: UTF8.self)
  }
}

/// A department code as stored; what is no code was never stored.
func code(_ text: String) throws -> DepartmentCode {
  guard let code = DepartmentCode(text) else { throw UnreadableContent(what: "department") }
  return code
}

func reference(_ text: String) throws -> ProfileReference {
  guard let reference = ProfileReference(text) else { throw UnreadableContent(what: "profile") }
  return reference
}
