// Lays out a plan: who stands at which place of which register and roll.

import Vocabulary

/// Persons are given out in order: first those of the rolls, place by place, then each register's own.
struct PlanBuilder {
  let people: People
  let period: ClosedRange<CivilDate>
  private(set) var registers: [RegisterPlan] = []
  private(set) var leads: [Lead] = []
  private(set) var claims: [Claim] = []

  private let seed: UInt64
  private let sizes: Sizes
  private var nextPerson: [Cohort: Int] = [:]
  private var nextPlace: [RollKind: Int] = [:]

  init(seed: UInt64, sizes: Sizes, today: CivilDate, olderBy years: Int) throws(SynthError) {
    self.seed = seed
    self.sizes = sizes
    people = People(seed: seed, olderBy: years)
    let lastDay = today.adding(days: -today.day)
    period = lastDay.adding(days: 1 - lastDay.day)...lastDay
    for roll in RollKind.allCases { nextPerson[roll.cohort] = sizes.rows(of: roll) }
    for kind in RegisterKind.allCases { try layOut(kind) }
    for roll in RollKind.allCases {
      let least = nextPlace[roll] ?? 0
      guard sizes.rows(of: roll) >= least else {
        throw .tooFewRows(of: roll.rawValue, least: least)
      }
    }
    for cohort in Cohort.allCases {
      let most = cohort.birthCount * People.areas.count * People.orders
      guard nextPerson[cohort] ?? 0 <= most else {
        throw .tooManyRows(of: "\(cohort)", most: most)
      }
    }
    leads.sort {
      ($0.roll.key, $0.register.key, $0.rollLine) < ($1.roll.key, $1.register.key, $1.rollLine)
    }
  }

  private mutating func layOut(_ kind: RegisterKind) throws(SynthError) {
    let rows = sizes.rows(of: kind)
    var specials: [Special] = []
    for error in PlantedError.allCases {
      for _ in 0..<sizes.count(of: error, in: kind) {
        specials.append(.error(error, newPerson(error == .minor ? .child : kind.cohort)))
      }
    }
    for oddity in PlantedOddity.allCases {
      for _ in 0..<sizes.count(of: oddity, in: kind) {
        specials.append(.oddity(oddity, newPerson(for: oddity, kind.cohort)))
      }
    }
    for roll in RollKind.allCases where roll.registers.contains(kind) {
      for overlap in PlantedOverlap.allCases {
        for _ in 0..<sizes.count(of: overlap, in: kind, with: roll) {
          specials.append(.overlap(overlap, roll, newPlace(roll)))
        }
      }
    }
    if kind == .health { specials += layOutClaims(kind) }
    guard rows >= specials.count * 2 else {
      throw .tooFewRows(of: kind.rawValue, least: specials.count * 2)
    }
    let first = nextPerson[kind.cohort] ?? 0
    nextPerson[kind.cohort] = first + rows
    let order = Shuffle(count: rows, seed: seed, kind.key)
    registers.append(plan(kind, rows, specials, first, order))
  }

  /// Counts what was laid out and notes the leads.
  private mutating func plan(
    _ kind: RegisterKind, _ rows: Int, _ specials: [Special], _ first: Int, _ order: Shuffle
  ) -> RegisterPlan {
    var byRule: [String: Int] = [:]
    var byMark: [String: Int] = [:]
    var overlaps: [PlantedOverlap: Int] = [:]
    var rejects: [RegisterPlan.Reject] = []
    for (place, special) in specials.enumerated() {
      let line = order.place(of: place) + 2
      switch special {
      case .error(let error, _):
        byRule[error.rule, default: 0] += 1
        rejects.append(RegisterPlan.Reject(line: line, rule: error.rule))
      case .oddity(let oddity, _): byMark[oddity.mark, default: 0] += 1
      case .overlap(let overlap, let roll, let rollPlace):
        overlaps[overlap, default: 0] += 1
        guard overlap.isLead else { continue }
        let person = Person(cohort: roll.cohort, index: rollPlace)
        let rollOrder = Shuffle(count: sizes.rows(of: roll), seed: seed, roll.key)
        leads.append(
          Lead(
            roll: roll, register: kind, identifier: people.identifier(of: person),
            name: people.name(of: person), isDoubtful: overlap == .doubtfulLead,
            rollLine: rollOrder.place(of: rollPlace) + 2, registerLine: line))
      case .claim: break
      }
    }
    return RegisterPlan(
      kind: kind, rows: rows, rejectsByRule: byRule, cleanedByMark: byMark, overlaps: overlaps,
      rejects: rejects.sorted { $0.line < $1.line }, specials: specials, firstPerson: first,
      order: order)
  }

  private mutating func layOutClaims(_ kind: RegisterKind) -> [Special] {
    let patients = [newPerson(kind.cohort), newPerson(kind.cohort)]
    let stranger = newPerson(kind.cohort)
    let values = ["A1", "D4"]
    for (patient, claimed) in zip(patients, values) {
      claims.append(
        Claim(
          identifier: people.identifier(of: patient), name: people.name(of: patient),
          item: "disease", value: claimed,
          answer: claimed == RegisterRows.claimedDisease ? .match : .noMatch))
    }
    claims.append(
      Claim(
        identifier: people.identifier(of: stranger), name: people.name(of: stranger),
        item: "disease", value: RegisterRows.claimedDisease, answer: .notInRegister))
    return patients.map { .claim($0) }
  }

  private mutating func newPerson(_ cohort: Cohort) -> Person {
    let index = nextPerson[cohort] ?? 0
    nextPerson[cohort] = index + 1
    return Person(cohort: cohort, index: index)
  }

  /// The next person whose number an oddity can be made of.
  private mutating func newPerson(for oddity: PlantedOddity, _ cohort: Cohort) -> Person {
    while true {
      let person = newPerson(cohort)
      let identifier = people.identifier(of: person)
      switch oddity {
      case .lowerCaseX where !identifier.hasSuffix("X"): continue
      case .fifteenDigits where identifier.dropFirst(6).hasPrefix("20"): continue
      default: return person
      }
    }
  }

  private mutating func newPlace(_ roll: RollKind) -> Int {
    let place = nextPlace[roll] ?? 0
    nextPlace[roll] = place + 1
    return place
  }
}
