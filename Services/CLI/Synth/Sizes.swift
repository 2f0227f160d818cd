// How much is made of everything.

/// Rows of registers and rolls. What is planted follows from them.
package struct Sizes: Hashable, Sendable {
  package var registers: [RegisterKind: Int]
  package var rolls: [RollKind: Int]

  package init(registers: [RegisterKind: Int], rolls: [RollKind: Int]) {
    self.registers = registers
    self.rolls = rolls
  }

  /// The demo: 200,000 records and a pension roll of 100,000.
  package static let demo = Sizes(total: 200_000, roll: 100_000)

  /// So many records in all registers together, and a pension roll of so many; the other roll is a fifth of it.
  package init(total: Int, roll: Int) {
    registers = [
      .cremation: total * 3 / 10, .cancellation: total * 3 / 10, .correction: total / 10,
      .lowIncome: total / 5, .health: total / 10,
    ]
    rolls = [.pension: roll, .stopped: roll / 5]
  }

  package func rows(of register: RegisterKind) -> Int { registers[register] ?? 0 }
  package func rows(of roll: RollKind) -> Int { rolls[roll] ?? 0 }

  func count(of error: PlantedError, in register: RegisterKind) -> Int {
    error.applies(to: register) ? max(1, rows(of: register) / 4000) : 0
  }

  func count(of oddity: PlantedOddity, in register: RegisterKind) -> Int {
    max(1, rows(of: register) / 2000)
  }

  func count(of overlap: PlantedOverlap, in register: RegisterKind, with roll: RollKind) -> Int {
    guard overlap.applies(to: register) else { return 0 }
    return switch overlap {
    case .lead: max(2, rows(of: roll) / 2000)
    case .doubtfulLead: max(1, rows(of: roll) / 20_000)
    default: max(1, rows(of: roll) / 5000)
    }
  }
}

/// Why nothing can be made of the sizes asked for.
package enum SynthError: Error, Hashable, Sendable {
  /// What is to be planted does not fit into so few rows.
  case tooFewRows(of: String, least: Int)
  /// There are not so many different persons.
  case tooManyRows(of: String, most: Int)
  /// Dates are made for days from 2024-02-01 on.
  case tooEarly
}
