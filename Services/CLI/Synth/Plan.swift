// What is planted where, made before a single row is written: the demo and the tests compare with it.

package import Vocabulary

/// The plan of one seed. All persons in it are synthetic.
package struct Plan: Sendable {
  package let seed: UInt64
  package let sizes: Sizes
  package let today: CivilDate
  /// The payment period of the rolls: the month before today's.
  package let period: ClosedRange<CivilDate>
  package let registers: [RegisterPlan]
  /// The payees and stopped persons who must come out as leads, in the order of roll and register.
  package let leads: [Lead]
  /// A living person whom the cremation register holds by mistake; one of the leads.
  package let wronglyDead: Lead
  /// Claims on the health register: one true, one false, one about somebody who is not in it.
  package let claims: [Claim]

  package let people: People

  /// - Parameter today: The civil day of the batches; the demo's is 2024-03-04.
  package init(
    seed: UInt64, sizes: Sizes = .demo, today: CivilDate? = nil
  ) throws(SynthError) {
    let today = today ?? CivilDate(dayNumber: Self.demoDay)
    // Adults are adults on every day of their registers, whenever the story is told.
    var years = 0
    while today.adding(months: 12 * years).dayNumber < Self.firstDay, years <= Self.mostYears {
      years += 1
    }
    guard years <= Self.mostYears else { throw .tooEarly }
    let builder = try PlanBuilder(seed: seed, sizes: sizes, today: today, olderBy: years)
    self.seed = seed
    self.sizes = sizes
    self.today = today
    period = builder.period
    people = builder.people
    registers = builder.registers
    leads = builder.leads
    guard let wrong = leads.first(where: { $0.register == .cremation && !$0.isDoubtful }) else {
      throw .tooFewRows(of: RollKind.pension.rawValue, least: 1)
    }
    wronglyDead = wrong
    claims = builder.claims
  }

  /// 2024-03-04.
  private static let demoDay = 19_786
  /// 2024-02-01: from here on people are as old as they were made.
  private static let firstDay = 19_754
  /// Numbers of 15 digits know births from 1900 on alone.
  private static let mostYears = 20

  package func register(_ kind: RegisterKind) -> RegisterPlan {
    guard let plan = registers.first(where: { $0.kind == kind }) else {
      preconditionFailure("a plan has every register")
    }
    return plan
  }

  package func leads(of roll: RollKind, in register: RegisterKind) -> [Lead] {
    leads.filter { $0.roll == roll && $0.register == register }
  }
}

/// What one register holds.
package struct RegisterPlan: Sendable {
  package let kind: RegisterKind
  package let rows: Int
  /// How many rows break which rule.
  package let rejectsByRule: [String: Int]
  /// How many values get which mark.
  package let cleanedByMark: [String: Int]
  /// How many records stand how to a roll; only leads may come out.
  package let overlaps: [PlantedOverlap: Int]
  /// The lines of the rows that must be rejected, with their rule; the header is line 1.
  package let rejects: [Reject]

  package struct Reject: Hashable, Sendable {
    package let line: Int
    package let rule: String

    package init(line: Int, rule: String) {
      self.line = line
      self.rule = rule
    }
  }

  package var rejected: Int { rejects.count }
  package var accepted: Int { rows - rejects.count }

  /// By place before shuffling; the rest of the rows are ordinary persons.
  let specials: [Special]
  /// The persons of ordinary rows begin here.
  let firstPerson: Int
  let order: Shuffle

  func line(ofPlace place: Int) -> Int { order.place(of: place) + 2 }
}

/// A row that is not ordinary.
enum Special: Hashable, Sendable {
  case error(PlantedError, Person)
  case oddity(PlantedOddity, Person)
  /// With the person of a place in a roll.
  case overlap(PlantedOverlap, RollKind, Int)
  /// The persons of the claims.
  case claim(Person)
}

/// A person of a roll who must come out as a lead.
package struct Lead: Hashable, Sendable {
  package let roll: RollKind
  package let register: RegisterKind
  package let identifier: String
  /// As the roll has it; a doubtful lead's record bears another.
  package let name: String
  package let isDoubtful: Bool
  /// The line of the roll's file; the header is line 1.
  package let rollLine: Int
  /// The line of the register's file.
  package let registerLine: Int
}

/// A claim to be verified (meizhou-public-2023/21).
package struct Claim: Hashable, Sendable {
  package let identifier: String
  package let name: String
  /// The item's slug and the asserted value.
  package let item: String
  package let value: String
  package let answer: Answer

  package enum Answer: String, Sendable {
    case match
    case noMatch = "no_match"
    /// Nobody of this number is in the register; answered as `no_match` unless membership is harmless.
    case notInRegister = "not_in_register"
  }
}
