// The plan as JSON, for `weir synth` and for whoever compares with it.

import Vocabulary

extension Plan {
  /// Keys in a fixed order, so that the same plan gives the same bytes. Holds numbers and names of synthetic persons.
  package func json() -> String {
    var writer = JSONWriter()
    writer.object {
      $0.member("seed", String(seed))
      $0.member("today", today.iso)
      $0.member("period_first_day", period.lowerBound.iso)
      $0.member("period_last_day", period.upperBound.iso)
      $0.list("registers", registers) { writer, register in writer.register(register) }
      $0.list("rolls", RollKind.allCases) { writer, roll in
        writer.member("roll", roll.rawValue)
        writer.member("rows", sizes.rows(of: roll))
        writer.list("leads_by_register", roll.registers) { writer, register in
          let leads = leads(of: roll, in: register)
          writer.member("register", register.rawValue)
          writer.member("leads", leads.count)
          writer.member("doubtful", leads.count { $0.isDoubtful })
        }
      }
      $0.list("leads", leads) { writer, lead in writer.lead(lead) }
      $0.list("wrongly_dead", [wronglyDead]) { writer, lead in writer.lead(lead) }
      $0.list("claims", claims) { writer, claim in
        writer.member("id", claim.identifier)
        writer.member("name", claim.name)
        writer.member("item", claim.item)
        writer.member("value", claim.value)
        writer.member("answer", claim.answer.rawValue)
      }
    }
    return writer.text + "\n"
  }
}

/// Writes JSON with two blanks for each depth; texts hold no control characters.
private struct JSONWriter {
  private(set) var text = ""
  private var depth = 0
  private var isFirst = true

  mutating func object(_ body: (inout JSONWriter) -> Void) {
    text += "{"
    depth += 1
    isFirst = true
    body(&self)
    depth -= 1
    newLine()
    text += "}"
    isFirst = false
  }

  mutating func member(_ key: String, _ value: String) {
    begin(key)
    text += quoted(value)
  }

  mutating func member(_ key: String, _ value: Int) {
    begin(key)
    text += String(value)
  }

  mutating func list<Element>(
    _ key: String, _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
  ) {
    begin(key)
    text += "["
    depth += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      newLine()
      object { body(&$0, element) }
    }
    depth -= 1
    newLine()
    text += "]"
    isFirst = false
  }

  mutating func register(_ register: RegisterPlan) {
    member("register", register.kind.rawValue)
    member("department", register.kind.department)
    member("rows", register.rows)
    member("accepted", register.accepted)
    member("rejected", register.rejected)
    let rules = register.rejectsByRule.sorted { $0.key < $1.key }
    list("rejects_by_rule", rules) { writer, entry in
      writer.member("rule", entry.key)
      writer.member("count", entry.value)
    }
    let marks = register.cleanedByMark.sorted { $0.key < $1.key }
    list("cleaned_by_mark", marks) { writer, entry in
      writer.member("mark", entry.key)
      writer.member("count", entry.value)
    }
    let overlaps = PlantedOverlap.allCases.filter { register.overlaps[$0] != nil }
    list("overlaps", overlaps) { writer, overlap in
      writer.member("kind", overlap.rawValue)
      writer.member("count", register.overlaps[overlap] ?? 0)
    }
    list("rejects", register.rejects) { writer, reject in
      writer.member("line", reject.line)
      writer.member("rule", reject.rule)
    }
  }

  mutating func lead(_ lead: Lead) {
    member("roll", lead.roll.rawValue)
    member("register", lead.register.rawValue)
    member("id", lead.identifier)
    member("name", lead.name)
    member("doubtful", lead.isDoubtful ? 1 : 0)
    member("roll_line", lead.rollLine)
    member("register_line", lead.registerLine)
  }

  private mutating func begin(_ key: String) {
    if !isFirst { text += "," }
    isFirst = false
    newLine()
    text += quoted(key) + ": "
  }

  private mutating func newLine() {
    text += "\n" + String(repeating: "  ", count: depth)
  }

  private func quoted(_ value: String) -> String {
    "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
