// Where the story went another way than under the regulation of the standard scene, and by which articles.

import Regulation
package import Vocabulary

/// One check that turned on a row of the law which the standard regulation has otherwise.
package struct DemoDifference: Sendable, Equatable {
  package let step: String
  package let what: BilingualText
  /// As in the files: `share.reviewers`.
  package let key: String
  /// What each says, with its article; empty where it says nothing.
  package let value: String
  package let article: String
  package let standardValue: String
  package let standardArticle: String
  /// What came about in this run.
  package let found: String
}

extension DemoLaw {
  /// The checks that a row of the law decided, where that row differs; in the order of the story.
  func differences(_ checks: [DemoCheck]) -> [DemoDifference] {
    checks.compactMap { check in
      guard let rule = check.rule else { return nil }
      let change = standard.changes(to: governing(rule.kind)).first {
        $0.key == rule.key.rawValue && $0.kind != .rests
      }
      guard let change else { return nil }
      return DemoDifference(
        step: check.step, what: check.what, key: change.key, value: change.next?.value ?? "",
        article: change.next?.citation?.text ?? "", standardValue: change.former?.value ?? "",
        standardArticle: change.former?.citation?.text ?? "", found: check.found)
    }
  }
}
