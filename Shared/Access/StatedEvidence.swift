// What entries of the log say of the person whom a system stated (AC-03).

package import Integrity

extension CallContext {
  /// Beside the actor, which is then the system: the person, and by what the person is known (a token, or a scheduled run). Empty where
  /// the actor is a person or a service.
  package var statedMembers: [(String, JSONValue)] {
    guard case .caller(let caller) = origin, caller.stated != nil else { return [] }
    return [
      ("person", .string(caller.personName ?? "")), ("person_by", .string(caller.personShownBy)),
    ]
  }
}
