// A refusal under the profile that governs its case: it tells the article of that profile (DESIGN: the article that it rests on).

package import Regulation
package import Vocabulary

/// A refusal of Share as the governing profile has it.
package struct GovernedRefusal: Refusal, Hashable {
  package let refusal: ShareRefusal
  package let citation: Citation?

  package init(_ refusal: ShareRefusal, under profile: Profile) {
    self.refusal = refusal
    citation = refusal.citation(under: profile)
  }

  package var reason: String { refusal.reason }
  package var kind: RefusalKind { refusal.kind }
  package var field: String? { refusal.field }
  package var nextStep: BilingualText? { refusal.nextStep }
  package var sentence: BilingualText { refusal.sentence }
}

/// Judges a case under its profile (AC-40 to AC-55): what is refused rests on that profile.
package func judged<Value>(
  under profile: Profile, _ rules: (Profile) throws -> Value
) throws -> Value {
  do {
    return try rules(profile)
  } catch let refusal as ShareRefusal {
    throw GovernedRefusal(refusal, under: profile)
  }
}
