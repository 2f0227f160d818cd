// What becomes of the grants of a department that was disabled: nobody uses them until it acts again (AC-92; meizhou-public-2023/39).

package import Vocabulary

extension Grant {
  /// Rests with its grantee: suspended, whoever would use it; `nil` where it is not in use, or rests already by a person's word.
  ///
  /// - Parameter reason: What the history tells beside the fact: who disabled the department, and why.
  package func restedWithGrantee(because reason: String, at time: Instant) -> Grant? {
    guard state == .active || awaitsMounting else { return nil }
    var next = self
    next.step(to: .suspended, by: "", at: time, reason: reason)
    next.awaitsGrantee = true
    return next
  }

  /// Goes on as its grantee acts again; `nil` where it rests for another reason, or has ended meanwhile.
  package func resumedWithGrantee(because reason: String, at time: Instant) -> Grant? {
    guard state == .suspended, awaitsGrantee, time.civilDate <= until else { return nil }
    var next = self
    next.step(to: .active, by: "", at: time, reason: reason)
    return next
  }
}
