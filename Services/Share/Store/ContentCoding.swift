// How cases are kept: canonical JSON, read back member by member. Members that say nothing are left out.

import Integrity
import Regulation
package import ShareRules
package import Vocabulary

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

extension ClockReading {
  var json: JSONObject {
    var object = JSONObject()
    object.set("date", due.date)
    object.set("article", due.citation.text)
    object.set("provisional", due.isProvisional)
    object.set("overdue_days", Int64(overdueDays))
    return object
  }

  init?(_ object: JSONObject?) {
    guard let object, let date = object.day("date"), let citation = Citation(object.text("article"))
    else { return nil }
    self.init(
      due: DueDate(date: date, citation: citation, isProvisional: object.flag("provisional")),
      overdueDays: Int(object.number("overdue_days")))
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
