// The rows of a register, each made from its place alone, so that none is kept.

import Vocabulary

/// Makes any row of a register.
package struct RegisterRows: Sendable {
  private let plan: Plan
  private let register: RegisterPlan
  private let kind: RegisterKind
  private let columnCount: Int
  private let codeColumn: Int
  private let textColumn: Int

  package init(_ plan: Plan, _ kind: RegisterKind) {
    self.plan = plan
    self.kind = kind
    register = plan.register(kind)
    columnCount = kind.columns.count
    codeColumn = kind.codeColumn
    textColumn = kind.textColumn
  }

  static let claimedDisease = "A1"

  package var count: Int { register.rows }

  /// The fields of a row, from 0; it stands on line `row + 2`.
  package func fields(ofRow row: Int) -> [String] {
    let place = register.order.value(at: row)
    var chance = Chance(seed: plan.seed, 0x524F57, kind.key, UInt64(place))
    guard place < register.specials.count else {
      let person = Person(cohort: kind.cohort, index: register.firstPerson + place)
      return ordinary(person, &chance)
    }
    switch register.specials[place] {
    case .error(let error, let person): return erroneous(error, person, &chance)
    case .oddity(let oddity, let person): return odd(oddity, person, &chance)
    case .overlap(let overlap, let roll, let rollPlace):
      return overlapping(
        overlap, Person(cohort: roll.cohort, index: rollPlace), place, &chance)
    case .claim(let person):
      var fields = ordinary(person, &chance)
      fields[codeColumn] = Self.claimedDisease
      return fields
    }
  }

  // MARK: - Ordinary rows

  private func ordinary(_ person: Person, _ chance: inout Chance) -> [String] {
    var fields = [plan.people.identifier(of: person), plan.people.name(of: person)]
    let before = plan.period.lowerBound
    if kind.isPeriod {
      // Not earlier than two years before today, so that nobody of the adults is a minor then.
      let start = day(from: plan.today.adding(months: -24), before: before, &chance)
      fields += [start.iso, end(after: start, &chance)]
    } else {
      fields.append(day(from: plan.today.adding(months: -108), before: before, &chance).iso)
    }
    return fields + particulars(&chance) + [chance.happens(inThousand: 5) ? "1" : ""]
  }

  /// The columns between the dates and the revocation mark.
  private func particulars(_ chance: inout Chance) -> [String] {
    let town = chance.one(of: Self.towns)
    switch kind {
    case .cremation:
      let hall = chance.one(of: ["梅州市殡仪馆", "兴宁市殡仪馆", "五华县殡仪馆,一号厅", "大埔县\"青山\"殡仪馆"])
      return [
        hall,
        "MZ-\(plan.today.year - 9 + chance.number(below: 9))-\(100_000 + chance.number(below: 900_000))",
      ]
    case .cancellation: return [chance.one(of: ["1", "1", "1", "2"]), town + "派出所"]
    case .correction:
      let court = chance.one(of: ["梅江区", "梅县区", "兴宁市", "平远县", "蕉岭县", "大埔县", "丰顺县", "五华县"])
      let number = 1 + chance.number(below: 900)
      return [
        chance.one(of: ["1", "2", "2", "2", "3", "4"]),
        "（\(plan.today.year - 2)）粤14\(10 + chance.number(below: 20))刑初\(number)号", court + "人民法院",
      ]
    case .lowIncome:
      let cents = 10 + chance.number(below: 90)
      return [
        chance.one(of: ["1", "1", "2", "3"]), String(1 + chance.number(below: 6)),
        "\(300 + chance.number(below: 900)).\(cents)", town,
      ]
    case .health:
      return [
        chance.one(of: ["A1", "B2", "C3", "D4"]), Organisations.hospital(chance.number(below: 40)),
        chance.happens(inThousand: 100) ? "转诊,复查" : "",
      ]
    }
  }

  private static let towns = ["城北镇", "三角镇", "程江镇", "水口镇", "留隍镇", "汤坑镇", "石正镇", "湖寮镇", "𠱷下村"]

  private func day(
    from first: CivilDate, before end: CivilDate, _ chance: inout Chance
  ) -> CivilDate {
    first.adding(days: chance.number(below: max(1, end.daysSince(first))))
  }

  /// Empty, or some day after the start.
  private func end(after start: CivilDate, _ chance: inout Chance) -> String {
    guard !chance.happens(inThousand: 300) else { return "" }
    return start.adding(days: 90 + chance.number(below: 1000)).iso
  }

  // MARK: - Planted rows

  private func overlapping(
    _ overlap: PlantedOverlap, _ person: Person, _ place: Int, _ chance: inout Chance
  ) -> [String] {
    var fields = ordinary(person, &chance)
    fields[kind.revokedColumn] = overlap == .revoked ? "1" : ""
    if kind.isPeriod { fields[3] = "" }
    switch overlap {
    case .lead, .revoked: break
    case .doubtfulLead:
      fields[RegisterKind.nameColumn] = otherName(than: person)
    case .afterPeriod:
      let first = plan.period.upperBound.adding(days: 1)
      fields[RegisterKind.dateColumn] =
        day(from: first, before: plan.today.adding(days: 1), &chance).iso
    case .ended:
      let last = plan.period.lowerBound.adding(days: -1)
      let start = last.adding(days: -30 - chance.number(below: 600))
      fields[RegisterKind.dateColumn] = start.iso
      fields[3] = last.adding(days: -chance.number(below: 20)).iso
    case .sameNameOtherIdentifier:
      // The ordinary person of this place, whom no other row uses.
      let other = Person(cohort: kind.cohort, index: register.firstPerson + place)
      fields[RegisterKind.identifierColumn] = plan.people.identifier(of: other)
    }
    return fields
  }

  private func otherName(than person: Person) -> String {
    let own = plan.people.name(of: person)
    var variant: UInt64 = 1
    while plan.people.name(of: person, variant: variant) == own { variant += 1 }
    return plan.people.name(of: person, variant: variant)
  }

  private func odd(
    _ oddity: PlantedOddity, _ person: Person, _ chance: inout Chance
  ) -> [String] {
    var fields = ordinary(person, &chance)
    let identifier = fields[RegisterKind.identifierColumn]
    let date = fields[RegisterKind.dateColumn]
    switch oddity {
    case .lowerCaseX: fields[0] = identifier.lowercased()
    case .fullWidth:
      fields[0] = String(
        String.UnicodeScalarView(
          identifier.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
    case .spaces:
      fields[0] = " \(identifier.prefix(6)) \(identifier.dropFirst(6)) "
    case .zeroWidth: fields[0] = identifier + "\u{200B}"
    case .leadingQuote: fields[0] = "'" + identifier
    case .fifteenDigits:
      fields[0] = String(identifier.prefix(6) + identifier.dropFirst(8).prefix(9))
    case .compactDate: fields[2] = date.filter { $0 != "-" }
    case .slashDate:
      fields[2] = date.split(separator: "-").compactMap { Int($0) }.map(String.init)
        .joined(separator: "/")
    }
    return fields
  }

  private func erroneous(
    _ error: PlantedError, _ person: Person, _ chance: inout Chance
  ) -> [String] {
    var fields = ordinary(person, &chance)
    let identifier = fields[RegisterKind.identifierColumn]
    switch error {
    case .badCheckDigit: fields[0] = Self.withOtherLast(identifier)
    case .impossibleBirthDate:
      // Month 13, with the check symbol that fits.
      let number = plan.people.number(of: person)
      fields[0] = People.text(of: number / 10_000_000 * 10_000_000 + 1_301_001)
    case .shortIdentifier: fields[0] = String(identifier.dropLast())
    case .missingName: fields[1] = ""
    case .badName: fields[1] += "?"
    case .overlongText: fields[textColumn] = String(repeating: "梅", count: 51)
    case .badCode: fields[codeColumn] = "9"
    case .futureDate:
      fields[2] = plan.today.adding(days: 1 + chance.number(below: 300)).iso
      if kind.isPeriod { fields[3] = "" }
    case .impossibleDay: fields[2] = "2023-02-30"
    case .otherDateForm: fields[2] = "2023年2月3日"
    case .extraField: fields.append("多余")
    case .minor: fields[2] = minorStart(person).iso
    case .badInteger: fields[5] = "三人"
    case .badDecimal: fields[6] = "1,200.00"
    case .badOrganisation: fields[4] = Self.withOtherLast(fields[4])
    }
    return fields
  }

  /// A day on which a child is under eighteen, and which is not in the future.
  private func minorStart(_ child: Person) -> CivilDate {
    let date = Int(plan.people.number(of: child) / 1000 % 100_000_000)
    let birth = CivilDate(year: date / 10_000, month: date / 100 % 100, day: date % 100)
    let sixteen = birth?.adding(months: 192) ?? plan.today
    return min(sixteen, plan.today.adding(days: -1))
  }

  private static func withOtherLast(_ identifier: String) -> String {
    String(identifier.dropLast()) + (identifier.hasSuffix("1") ? "2" : "1")
  }
}

/// Makes any row of a roll.
package struct RollRows: Sendable {
  private let plan: Plan
  private let kind: RollKind
  private let order: Shuffle

  package init(_ plan: Plan, _ kind: RollKind) {
    self.plan = plan
    self.kind = kind
    order = Shuffle(count: plan.sizes.rows(of: kind), seed: plan.seed, kind.key)
  }

  package var count: Int { order.count }

  /// The fields of a row, from 0; it stands on line `row + 2`.
  package func fields(ofRow row: Int) -> [String] {
    let place = order.value(at: row)
    let person = Person(cohort: kind.cohort, index: place)
    var chance = Chance(seed: plan.seed, 0x524F4C, kind.key, UInt64(place))
    let amount = "\(1000 + chance.number(below: 4000)).\(10 + chance.number(below: 90))"
    return [plan.people.identifier(of: person), plan.people.name(of: person), amount]
  }
}
