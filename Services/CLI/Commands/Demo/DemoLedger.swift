// What the demonstration was to find and what it found: the plan's word against the system's.

package import Vocabulary

/// One comparison of the plan with what the system answered.
package struct DemoCheck: Sendable, Equatable {
  /// The step's name, stable: `pension-run`.
  package let step: String
  package let what: BilingualText
  package let planned: String
  package let found: String

  package var holds: Bool { planned == found }
}

extension BilingualText {
  /// The same in both languages: a number, a name.
  init(plain text: String) { self.init(text, text) }
}

/// Collects the checks of a run in their order.
struct DemoLedger: Sendable {
  private(set) var checks: [DemoCheck] = []
  private(set) var step = ""

  mutating func begin(_ step: String) { self.step = step }

  mutating func expect(
    _ what: BilingualText, _ planned: some CustomStringConvertible,
    _ found: some CustomStringConvertible
  ) {
    checks.append(
      DemoCheck(step: step, what: what, planned: planned.description, found: found.description))
  }

  /// A step that ended early is a difference, too.
  mutating func fail(_ cause: String) {
    checks.append(
      DemoCheck(
        step: step, what: BilingualText("步骤完成", "step completed"), planned: "yes", found: cause))
  }

  var allHold: Bool { !checks.isEmpty && checks.allSatisfy(\.holds) }
}
