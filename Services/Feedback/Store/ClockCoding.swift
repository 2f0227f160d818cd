// How a running clock is kept: its rule as it was when it began, and all that has happened to it.

import Integrity
import Regulation
import Vocabulary

/// A stored content that today's program cannot read; never the fault of a caller.
package struct UnreadableIssue: Error, Sendable {
  package let what: String
}

extension ClockReading {
  var json: JSONValue {
    [
      "date": .string(due.date.iso), "article": .string(due.citation.text),
      "provisional": .bool(due.isProvisional), "overdue_days": .integer(Int64(overdueDays)),
    ]
  }

  init(json: JSONValue) throws(UnreadableIssue) {
    let object = Fields(json)
    guard let date = CivilDate(iso: object.text("date")),
      let citation = Citation(object.text("article")), let late = object.number("overdue_days")
    else { throw UnreadableIssue(what: "clock") }
    self.init(
      due: DueDate(
        date: date, citation: citation, isProvisional: object["provisional"] == .bool(true)),
      overdueDays: Int(late))
  }
}

extension LegalClock {
  var json: JSONValue {
    var object = JSONObject()
    switch rule.period {
    case .workingDays(let days): object["working_days"] = .integer(Int64(days))
    case .months(let months): object["months"] = .integer(Int64(months))
    }
    if let start = rule.start { object["start"] = .string(start.rawValue) }
    object["article"] = .string(rule.citation.text)
    object["origin"] = .string(rule.origin.rawValue)
    object["started"] = .string(started.iso)
    if !extensions.isEmpty { object["extensions"] = .array(extensions.map(\.json)) }
    if !negotiated.isEmpty { object["agreed"] = .array(negotiated.map(\.json)) }
    return .object(object)
  }

  init(json: JSONValue) throws(UnreadableIssue) {
    let object = Fields(json)
    guard let origin = ProfileOrigin(rawValue: object.text("origin")),
      let citation = Citation(object.text("article")),
      let started = CivilDate(iso: object.text("started"))
    else { throw UnreadableIssue(what: "clock") }
    let period: Period =
      if let months = object.number("months") { .months(Int(months)) } else {
        .workingDays(Int(object.number("working_days") ?? 0))
      }
    var extensions: [ClockExtension] = []
    for more in object.list("extensions") { extensions.append(try ClockExtension(json: more)) }
    var agreed: [NegotiatedDate] = []
    for date in object.list("agreed") { agreed.append(try NegotiatedDate(json: date)) }
    self.init(
      rule: ClockRule(
        period: period, start: ClockStart(rawValue: object.text("start")), citation: citation,
        origin: origin),
      started: started, extensions: extensions, negotiated: agreed)
  }
}

extension ClockExtension {
  fileprivate var json: JSONValue {
    [
      "working_days": .integer(Int64(workingDays)), "article": .string(citation.text),
      "filed": .string(filed.iso), "reason": .string(reason), "approver": .string(approver),
    ]
  }

  fileprivate init(json: JSONValue) throws(UnreadableIssue) {
    let object = Fields(json)
    guard let citation = Citation(object.text("article")),
      let filed = CivilDate(iso: object.text("filed"))
    else { throw UnreadableIssue(what: "extension") }
    self.init(
      workingDays: Int(object.number("working_days") ?? 0), citation: citation, filed: filed,
      reason: object.text("reason"), approver: object.text("approver"))
  }
}

extension NegotiatedDate {
  fileprivate var json: JSONValue {
    [
      "date": .string(date.iso), "article": .string(citation.text), "agreed": .string(agreed.iso),
      "first": .string(firstParty), "second": .string(secondParty),
    ]
  }

  fileprivate init(json: JSONValue) throws(UnreadableIssue) {
    let object = Fields(json)
    guard let citation = Citation(object.text("article")),
      let date = CivilDate(iso: object.text("date")),
      let agreed = CivilDate(iso: object.text("agreed"))
    else { throw UnreadableIssue(what: "agreed date") }
    self.init(
      date: date, citation: citation, agreed: agreed, firstParty: object.text("first"),
      secondParty: object.text("second"))
  }
}

/// The members of a stored object, with what stands for an absent one.
struct Fields {
  private let object: JSONObject

  init(_ json: JSONValue) { object = json.object ?? JSONObject() }

  subscript(_ name: String) -> JSONValue? { object[name] }
  func text(_ name: String) -> String { object[name]?.string ?? "" }
  func number(_ name: String) -> Int64? { object[name]?.integer }
  func flag(_ name: String) -> Bool { object[name]?.bool ?? false }
  func list(_ name: String) -> [JSONValue] { object[name]?.array ?? [] }
  func texts(_ name: String) -> [String] { list(name).compactMap(\.string) }
}
