// What the demonstration was to find and what it found: the plan's word, or the law's, against the system's.

import Regulation
import Synth
package import Vocabulary

/// One comparison of the plan with what the system answered.
package struct DemoCheck: Sendable, Equatable {
  /// The row of the law that decides what is to be found, of whatever governs the register.
  struct Rule: Sendable, Equatable {
    let key: ProfileKey
    let kind: RegisterKind
  }

  /// The step's name, stable: `pension-run`.
  package let step: String
  package let what: BilingualText
  package let planned: String
  package let found: String
  /// `nil` of what is the same under every law.
  var rule: Rule?

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

  /// - Parameter rule: What the law decides, where it does.
  mutating func expect(
    _ what: BilingualText, _ planned: some CustomStringConvertible,
    _ found: some CustomStringConvertible, by rule: DemoCheck.Rule? = nil
  ) {
    checks.append(
      DemoCheck(
        step: step, what: what, planned: planned.description, found: found.description, rule: rule))
  }

  /// A step that ended early is a difference, too.
  mutating func fail(_ cause: String) {
    checks.append(
      DemoCheck(
        step: step, what: BilingualText("步骤完成", "step completed"), planned: "yes", found: cause))
  }

  var allHold: Bool { !checks.isEmpty && checks.allSatisfy(\.holds) }
}

extension DemoCheck.Rule {
  static func law(_ key: ProfileKey, _ kind: RegisterKind = .correction) -> Self {
    DemoCheck.Rule(key: key, kind: kind)
  }
}
