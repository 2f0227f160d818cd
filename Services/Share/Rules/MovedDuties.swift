// What a disabled department owed goes to the authority of its level, which answers in its place and gives nothing away in its name
// (AC-92, hebi-2021/26, meizhou-public-2023/39.2b).

package import Vocabulary

/// Checks that a source gives its data by its own word: whoever sees to its duties while it is disabled may refuse, with reasons and grounds as
/// the source would, and no more. A grant without a statement of the source's people would open nothing anyway (AC-43).
func checkSpeaksForItself(
  _ actor: Actor, of source: DepartmentCode, resource: String
) throws(ShareRefusal) {
  guard actor.department == source else { throw .sourceDisabled(resource: resource) }
}

extension Verification {
  /// Checks that a person may have it answered: the source itself signs the claim (e.6).
  package func checkAnswerable(by actor: Actor) throws(ShareRefusal) {
    try checkSpeaksForItself(actor, of: source, resource: name)
  }
}

extension Application {
  /// Whether an answer of a source waits that cannot give it now.
  package func waits(for source: DepartmentCode) -> Bool {
    self.source == source && state.awaitsReview
  }
}
