// How many statements the bodies have run: a query per row of a list is a defect that a test can count.

import Synchronization

/// Counts the statements of all connections of a database. `BEGIN`, `COMMIT` and savepoints are not counted.
final class StatementCounter: Sendable {
  private let count = Atomic<Int>(0)
  func add(_ number: Int) { count.wrappingAdd(number, ordering: .relaxed) }
  var value: Int { count.load(ordering: .relaxed) }
}
